// What the Path workspace shows of seeds: bands, digits, colours, the proposal's words.
#include <gtest/gtest.h>

#include <cmath>

#include "figures/path/grid_scale.h"
#include "interface.h"
#include "ui/field_rows.h"
#include "ui/path/path_grid.h"
#include "ui/path/path_view.h"
#include "ui/path/plan_form.h"
#include "ui/path/plan_panel.h"
#include "ui/path/proposal.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double clean, double train_noise = 0) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.train_noise = train_noise;
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, clean + 1}};
    cell.run = "run-" + std::to_string(lambda) + "-" + std::to_string(seed);
    return cell;
}

TEST(GridScale, DigitsAndColoursFollowTheSpreadBetweenSeeds) {
    PathFrame path;
    path.cells = {done(0, 1, 3.600), done(0, 2, 3.606), done(0.1, 1, 3.603), done(0.1, 2, 3.609)};
    const GridScale scale = grid_scale(path, clean_loss(), false);
    EXPECT_NEAR(scale.seed_spread, 0.006 / std::sqrt(2.0), 1e-9);
    EXPECT_EQ(scale.decimals, 3);
    EXPECT_EQ(grid_number(3.6, scale), "3.600");
    EXPECT_EQ(grid_number(3.609, scale), "3.609");
    const double half = 0.5 * (scale.high - scale.low);
    EXPECT_LT(0.009 / (2 * half), 0.4) << "what seeds do by luck fills no colour map";
    for (PathCell& cell : path.cells)
        if (cell.lambda > 0) cell.clean_ce = *cell.clean_ce + 1;
    const GridScale wide = grid_scale(path, clean_loss(), false);
    EXPECT_NEAR(wide.low, 3.6, 1e-9);
    EXPECT_NEAR(wide.high, 4.609, 1e-9) << "an effect far beyond the spread does";
}

TEST(GridScale, OneSeedOrOneModelPromisesLittle) {
    PathFrame path;
    path.cells = {done(0, 1, 3.600), done(0.1, 1, 3.603)};
    const GridScale scale = grid_scale(path, clean_loss(), false);
    EXPECT_TRUE(std::isnan(scale.seed_spread));
    EXPECT_LT(0.003 / (scale.high - scale.low), 0.2) << "0.1 % of difference is a shade";
    EXPECT_NE(grid_number(3.600, scale), grid_number(3.603, scale));
    EXPECT_EQ(grid_number(0.00012, scale), "0.00012") << "not 0, so it does not read as 0";
    path.cells.resize(1);
    EXPECT_EQ(grid_scale(path, clean_loss(), false).values, 1);
    EXPECT_EQ(grid_scale(PathFrame{}, clean_loss(), false).values, 0);
}

void draw_grid(Interface& interface, const PathFrame& path) {
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(path);
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_path_grid(f, s.view<PathView>(), c);
    });
}

TEST(PathGrid, SaysWhichEndIsGoodAndNeverThriceTheSame) {
    Interface interface(ImVec2(700, 300));
    PathFrame path;
    path.cells = {done(0, 1, 3.60336)};
    draw_grid(interface, path);
    EXPECT_NE(interface.words().find("one model so far"), std::string::npos) << interface.words();
    EXPECT_NE(interface.words().find("lower is better"), std::string::npos);
    EXPECT_EQ(interface.words().find("3.60"), std::string::npos)
        << "no bar of one value: " << interface.words();
    path.cells.push_back(done(0.1, 1, 3.60336));
    draw_grid(interface, path);
    EXPECT_NE(interface.words().find("the same for all models so far"), std::string::npos)
        << "no bar of one number three times: " << interface.words();
}

PathFrame with_proposal(const PathProposal& proposal) {
    PathFrame path;
    path.cells = {done(0, 1, 1.0), done(0.02, 1, 1.5)};
    path.proposal = proposal;
    return path;
}

std::string proposal_words(Interface& interface, const PathFrame& path) {
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(path);
    for (int frame = 0; frame < 3; ++frame)
        interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
            draw_proposal(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
        });
    return interface.words();
}

TEST(ProposalPanel, NamesALambdaOnlyWhereItIsSettled) {
    Interface interface(ImVec2(300, 480));
    const std::string open = proposal_words(
        interface, with_proposal({0, "a rule", "No lambda_m can be told from 0 yet: about 3 more",
                                  false, 2, 3}));
    EXPECT_NE(open.find("can be told from 0 yet"), std::string::npos) << open;
    EXPECT_EQ(open.find("lambda_m = "), std::string::npos) << open;
    const std::string settled =
        proposal_words(interface, with_proposal({0.02, "a rule", "a reason", true, 5, {}}));
    EXPECT_NE(settled.find("lambda_m = 0.02"), std::string::npos) << settled;
}

TEST(ProposalPanel, BrightRowsNeverReadAsZeroAndDimOnesSayWhy) {
    Interface interface(ImVec2(300, 480));
    PathFrame path = with_proposal({0, "a rule", "a reason", false, 2, {}});
    path.paired = {{0.02, 0, "clean", 3, 0.0002, 0.00003, 0.00037, 0.0001},
                   {0.02, 0, "noise 0.05", 1, -0.00001, NAN, NAN, NAN}};
    const std::string words = proposal_words(interface, path);
    EXPECT_NE(words.find("+0.020"), std::string::npos) << words;
    EXPECT_NE(words.find("+0.003 … +0.037"), std::string::npos) << words;
    EXPECT_NE(words.find("one seed"), std::string::npos);
    EXPECT_EQ(words.find("+0.0 "), std::string::npos) << words;
    EXPECT_EQ(words.find("-0.0"), std::string::npos) << words;
    EXPECT_EQ(words.find("nan"), std::string::npos) << words;
}

TEST(PlanPanel, ShowsWhatEveryCellIsTrainedWithAndWhereTrainDiffers) {
    Interface interface(ImVec2(300, 1200));
    RunConfig& of_train = interface.state().view<TrainView>().form.config;
    of_train.model.context = 16;
    of_train.train.batch = 8;
    const auto draw = [](const Frames& f, UiState& s, PanelContext& c) {
        draw_plan(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
    };
    interface.draw_panel({}, draw);
    for (const char* part :
         {"Context", "Batch", "Learning rate", "Text", "Train's next run differs", "Context 16",
          "Batch 8", "Take Train's settings"})
        EXPECT_NE(interface.words().find(part), std::string::npos) << part << " is not in\n"
                                                                   << interface.words();
    interface.state().view<PathView>().form.config = of_train;
    interface.draw_panel({}, draw);
    EXPECT_EQ(interface.words().find("differs"), std::string::npos);
    EXPECT_EQ(interface.too_wide(), "");
}

TEST(PlanForm, ItsCommandCanBePastedAndVariesNothingTwice) {
    PlanForm form;
    form.folder = "my path";
    form.text = "a book.txt";
    form.config.model.context = 16;
    form.config.barrier.lambda = 0.5;
    form.config.train.noise = 0.1;
    const auto plan = plan_of(form, false, 0.05);
    ASSERT_TRUE(plan.has_value()) << form.problem;
    EXPECT_EQ(plan->text, "a book.txt");
    const std::string command = path_command(*plan);
    for (const char* part :
         {"--out 'my path'", "--text 'a book.txt'", "--context 16", "--max-clean-loss 0.05"})
        EXPECT_NE(command.find(part), std::string::npos) << part << " is not in " << command;
    EXPECT_EQ(command.find("--lambda "), std::string::npos) << command;
    EXPECT_EQ(command.find("--train-noise "), std::string::npos) << command;
}

TEST(PlanForm, ListsSigmasAndHeads) {
    PlanForm form;
    form.stage_sigmas = "closed, learned:0.20 1";
    form.both_heads = true;
    form.config.model.tied = !form.config.model.tied;
    form.config.stage.sigma = *sigma_rule_from("3");
    const auto plan = plan_of(form, false, 0.02);
    ASSERT_TRUE(plan.has_value()) << form.problem;
    EXPECT_EQ(plan->stage_sigmas, (std::vector<std::string>{"closed", "learned:0.2", "1"}));
    EXPECT_NE(path_command(*plan).find(" --stage-sigmas closed,learned:0.2,1 --tied both"),
              std::string::npos)
        << path_command(*plan);
    EXPECT_EQ(path_command(*plan).find("--stage-sigma "), std::string::npos);
    EXPECT_EQ(path_command(*plan).rfind("--tied"), path_command(*plan).find("--tied"));
    form.stage_sigmas = "closed, loud";
    EXPECT_FALSE(plan_of(form, false, 0.02).has_value());
    EXPECT_NE(form.problem.find("loud"), std::string::npos) << form.problem;
}

TEST(PlanForm, AModelToBeginFromBringsItsShape) {
    PlanForm form;
    form.init = "my model/run";
    form.config.model.layers = 7;
    form.config.train.steps = 9;
    const auto plan = plan_of(form, false, 0.02);
    ASSERT_TRUE(plan.has_value()) << form.problem;
    const std::string command = path_command(*plan);
    EXPECT_NE(command.find("--init 'my model/run'"), std::string::npos) << command;
    EXPECT_NE(command.find("--steps 9"), std::string::npos) << command;
    EXPECT_EQ(command.find("--layers"), std::string::npos) << command;
}

TEST(PathPanels, ShowOneHeadAndSigmaAtATime) {
    auto path = std::make_shared<PathFrame>();
    for (const bool tied : {true, false})
        for (const double lambda : {0.0, 0.02}) {
            path->cells.push_back(done(lambda, 1, tied ? 2 : 1));
            path->cells.back().recipe = {tied, "learned"};
            path->paired.emplace_back().recipe = {tied, "learned"};
        }
    path->proposal.emplace().recipe = {false, "learned"};
    PathView view;
    auto shown = shown_part(path, view);
    ASSERT_EQ(shown->cells.size(), 2U);
    EXPECT_EQ(*shown->cells[0].clean_ce, 1) << "the proposal's";
    EXPECT_EQ(shown->paired.size(), 2U);
    EXPECT_EQ(shown_part(path, view), shown) << "made once";
    view.look.recipe = PathRecipe{true, "learned"};
    EXPECT_EQ(*shown_part(path, view)->cells[0].clean_ce, 2);
    view.look.recipe = PathRecipe{true, "closed"};  // of another path
    EXPECT_EQ(*shown_part(path, view)->cells[0].clean_ce, 1);
    path->cells.resize(2);
    auto one = std::make_shared<const PathFrame>(*path);
    EXPECT_EQ(shown_part(one, view), one) << "nothing to choose";
}

TEST(FieldRows, AWordWithANumberIsAChoiceAndAField) {
    const auto words = [](const char* sigma) {
        Interface interface(ImVec2(300, 80));
        RunConfig config;
        set_field(config, "stage.sigma", sigma);
        std::string problem;
        interface.draw_panel({}, [&](const Frames&, UiState&, PanelContext& c) {
            const auto shown = [](const Field& field) { return field.name == "stage.sigma"; };
            draw_field_rows({"##rows", shown}, config, problem, c.theme);
        });
        EXPECT_EQ(problem, "");
        EXPECT_EQ(interface.too_wide(), "");
        EXPECT_EQ(words_of(config.stage.sigma), sigma) << "drawing changes nothing";
        return interface.words();
    };
    EXPECT_NE(words("learned:0.2").find("0.2 at the start"), std::string::npos);
    EXPECT_NE(words("learned").find("0.1 at the start"), std::string::npos) << "what it means";
    EXPECT_NE(words("1.5").find("1.5 × RMS"), std::string::npos);
    const std::string closed = words("closed");
    EXPECT_NE(closed.find("closed"), std::string::npos);
    EXPECT_EQ(closed.find("RMS"), std::string::npos) << closed;
}

TEST(PlanPanel, GoingOnKeepsTheSettingsOfThePath) {
    Interface interface(ImVec2(300, 700));
    PathFrame path;
    path.plan.folder = path.folder = "somewhere";
    path.plan.config.model.context = 24;
    path.cells = {done(0, 1, 1.0), done(0.02, 1, 1.5)};
    path.cells[1].status = CellStatus::waiting;
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(path);
    const auto draw = [](const Frames& f, UiState& s, PanelContext& c) {
        draw_plan(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
    };
    interface.draw_panel(frames, draw);
    std::optional<StartPath> start;
    for (float y = 8; y < 700 && !start; y += 8) {
        interface.click(frames, ImVec2(24, y));
        for (const Command& command : interface.take_commands())
            if (const auto* wanted = std::get_if<StartPath>(&command)) start = *wanted;
    }
    ASSERT_TRUE(start.has_value());
    EXPECT_EQ(start->plan.folder, "somewhere");
    EXPECT_EQ(start->plan.config.model.context, 24);
}

}  // namespace
}  // namespace marginscope
