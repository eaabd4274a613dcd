// From a path to what comes next: two choices side by side, adopting one, seeds that settle, and
// the heat map of heads and sigmas.
#include <gtest/gtest.h>

#include <set>

#include "core/messages/more_seeds.h"
#include "core/messages/recipe_words.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_path.h"
#include "ui/path/add_seeds.h"
#include "ui/path/adopt.h"
#include "ui/path/changes_panel.h"
#include "ui/path/choice.h"
#include "ui/path/compare_panel.h"
#include "ui/path/path_grid.h"
#include "ui/path/path_plots.h"
#include "ui/path/proposal.h"
#include "ui/train/train_view.h"

namespace marginscope {
namespace {

PathCell done(double lambda, std::int64_t seed, double clean) {
    PathCell cell;
    cell.lambda = lambda;
    cell.seed = seed;
    cell.recipe = {false, "1.2"};
    cell.status = CellStatus::done;
    cell.clean_ce = clean;
    cell.noisy_ce = {{0.05, clean + 1}};
    cell.noisy_ce_relative = {{0.5, clean + 2}};
    cell.run = "run-" + std::to_string(lambda) + "-" + std::to_string(seed);
    return cell;
}

PathFrame small_path() {
    PathFrame path;
    path.folder = path.plan.folder = "somewhere";
    path.plan.lambdas = {0, 0.02};
    path.plan.seeds = 2;
    path.plan.text = "a book.txt";
    path.plan.config.model.context = 24;
    path.plan.config.model.tied = false;
    set_field(path.plan.config, "stage.sigma", "1.2");
    path.cells = {done(0, 1337, 1.0), done(0, 1338, 2.0), done(0.02, 1337, 1.5),
                  done(0.02, 1338, 2.7)};
    return path;
}

Frames frames_of(const PathFrame& path) {
    Frames frames;
    frames.path = std::make_shared<const PathFrame>(path);
    return frames;
}

void compare_panel(const Frames& f, UiState& s, PanelContext& c) {
    draw_path_compare(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
}

void proposal_panel(const Frames& f, UiState& s, PanelContext& c) {
    draw_proposal(f, s.view<PathView>(), s.view<TrainView>().form.config, c);
}

TEST(ComparePanel, ShowsFiguresOfBothAndTheirPairedDifference) {
    for (const float width : {640.0F, 230.0F}) {
        Interface interface(ImVec2(width, 900));
        const Frames frames = frames_of(small_path());
        for (int k = 0; k < 2; ++k) interface.draw_panel(frames, compare_panel);
        for (const char* part : {"lambda_m 0.02", "clean loss", "loss, noise 0.5 RMS", "+0.6",
                                 "2 seeds that both have", "mean log|det J|"})
            EXPECT_NE(interface.words().find(part), std::string::npos) << part << " is not in\n"
                                                                       << interface.words();
        EXPECT_EQ(interface.too_wide(), "") << width;
        EXPECT_EQ(interface.words().find("nan"), std::string::npos) << interface.words();
    }
}

TEST(ComparePanel, SaysWhatIsNotThereYet) {
    Interface interface(ImVec2(500, 700));
    interface.draw_panel(Frames{}, compare_panel);
    EXPECT_NE(interface.words().find("Nothing to compare yet"), std::string::npos);
    PathFrame path = small_path();
    for (PathCell& cell : path.cells) cell.status = CellStatus::waiting;
    interface.draw_panel(frames_of(path), compare_panel);
    EXPECT_NE(interface.words().find("No seed is done in both yet"), std::string::npos);
    EXPECT_EQ(interface.words().find("nan"), std::string::npos);
    interface.state().view<PathView>().look.first = PathChoice{0, 0, 1337};
    interface.state().view<PathView>().look.second = PathChoice{0.02, 0, 1338};
    interface.draw_panel(frames_of(small_path()), compare_panel);
    EXPECT_NE(interface.words().find("different seeds"), std::string::npos);
    EXPECT_NE(interface.words().find("two models"), std::string::npos);
}

TEST(PathChoices, AClickIsTheFirstAndCtrlTheSecond) {
    Interface interface(ImVec2(700, 300));
    const Frames frames = frames_of(small_path());
    interface.draw_panel(frames, [](const Frames& f, UiState& s, PanelContext& c) {
        draw_path_grid(f, s.view<PathView>(), c);
    });
    const PathLook& look = interface.state().view<PathView>().look;
    interface.click(frames, ImVec2(300, 250));
    ASSERT_TRUE(look.first.has_value());
    EXPECT_TRUE(look.first->seed.has_value());
    EXPECT_FALSE(look.second.has_value());
    EXPECT_EQ(interface.take_commands().size(), 1U) << "its model is opened";
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, true);
    interface.click(frames, ImVec2(600, 250));
    ASSERT_TRUE(look.second.has_value());
    EXPECT_NE(*look.second, *look.first);
    EXPECT_TRUE(interface.state().view<PathView>().compare.asked) << "Compare comes to the front";
    EXPECT_TRUE(interface.take_commands().empty()) << "no model is opened by comparing";
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, false);
}

TEST(PathChoices, ComparingBringsThePanelForward) {
    Interface interface(ImVec2(1600, 900));
    interface.state().workspace = "path";
    Frames frames = synthetic::usual();
    frames.path = frames_of(small_path()).path;
    for (int k = 0; k < 3; ++k) interface.draw(frames);
    EXPECT_EQ(interface.words().find("that both have"), std::string::npos) << "Margins is in front";
    PathView& view = interface.state().view<PathView>();
    view.look.second = PathChoice{0, 0, 1338};
    view.compare.asked = true;
    for (int k = 0; k < 3; ++k) interface.draw(frames);
    EXPECT_NE(interface.words().find("that both have"), std::string::npos) << interface.words();
}

TEST(Adopt, TakesALambdaWithEverythingItWasTrainedWith) {
    Interface interface(ImVec2(360, 700));
    PathFrame path = small_path();
    path.proposal = PathProposal{0.02, "a rule", "a reason", true, 2, {}, {false, "1.2"}};
    const Frames frames = frames_of(path);
    RunConfig& form = interface.state().view<TrainView>().form.config;
    form.train.threads = 3;
    form.model.layers = 7;
    interface.draw_panel(frames, proposal_panel);
    for (float y = 4; y < 400 && form.model.layers == 7; y += 6)
        interface.click(frames, ImVec2(20, y));
    RunConfig expected = path.plan.config;
    expected.barrier.lambda = 0.02;
    expected.train.threads = 3;
    for (const Field& field : config_fields())
        EXPECT_EQ(field.get(form), field.get(expected)) << field.name;
    interface.draw_panel(frames, proposal_panel);
    EXPECT_NE(interface.words().find("Train's next run: lambda_m 0.02; own head, sigma 1.2"),
              std::string::npos)
        << interface.words();
    form.train.steps += 1;
    interface.draw_panel(frames, proposal_panel);
    EXPECT_EQ(interface.words().find("Train's next run"), std::string::npos)
        << "the form says something else by now";
}

TEST(Adopt, TheCommandTrainsExactlyThat) {
    PathFrame path = small_path();
    for (PathCell& cell : path.cells) cell.recipe = {true, "learned:0.3"};
    const std::string command = cell_command(path, {0.07, 0.1, 1338});
    for (const char* part : {"marginscope train --out RUN", "--text 'a book.txt'", "--lambda 0.07",
                             "--seed 1338", "--train-noise 0.1", "--stage-sigma learned:0.3",
                             "--tied true", "--context 24", "--threads 1"})
        EXPECT_NE((command + " ").find(std::string(part) + " "), std::string::npos)
            << part << " is not in " << command;
    path.plan.init = "a model";
    const std::string from = cell_command(path, {0, 0, {}});
    EXPECT_NE(from.find("--init 'a model'"), std::string::npos) << from;
    EXPECT_EQ(from.find("--context"), std::string::npos) << "the model's own: " << from;
    EXPECT_NE((from + " ").find("--lambda 0 "), std::string::npos) << from;
}

PathFrame open_path(int pairs, int needed) {
    PathFrame path = small_path();
    path.proposal = PathProposal{0,
                                 "a rule",
                                 "No lambda_m can be told from 0 yet: more",
                                 false,
                                 pairs,
                                 needed,
                                 {false, "1.2"},
                                 0.02};
    return path;
}

TEST(AddSeeds, ArePlannedWhereTheyAreNeeded) {
    PathFrame path = open_path(2, 3);
    path.plan.lambdas = {0, 0.01, 0.02};
    const auto add = seeds_to_add(path);
    ASSERT_TRUE(add.has_value());
    EXPECT_EQ(add->seeds, 3);
    EXPECT_EQ(add->models, 6) << "three at lambda 0, three at 0.02, none at 0.01";
    EXPECT_EQ(add->plan.more_seeds, (std::vector<std::string>{"0:5", "0.02:5"}));
    EXPECT_EQ(add->plan.folder, "somewhere");
    path.plan = add->plan;
    EXPECT_FALSE(seeds_to_add(path).has_value()) << "planned already";
    path.plan.stage_sigmas = {"closed", "1.2"};
    path.plan.more_seeds.clear();
    EXPECT_EQ(seeds_to_add(path)->plan.more_seeds,
              (std::vector<std::string>{"0:5:own:1.2", "0.02:5:own:1.2"}));
    path.proposal->settled = true;
    EXPECT_FALSE(seeds_to_add(path).has_value());
    path = small_path();
    EXPECT_FALSE(seeds_to_add(path).has_value());
    path.plan.seeds = 1;
    path.proposal = PathProposal{0, "", "", false, 1, {}};
    EXPECT_EQ(seeds_to_add(path)->plan.seeds, 2) << "one seed shows no spread";
}

std::optional<StartPath> click_down(Interface& interface, const Frames& frames) {
    for (float y = 4; y < 500; y += 6) {
        interface.click(frames, ImVec2(24, y));
        for (const Command& command : interface.take_commands())
            if (const auto* start = std::get_if<StartPath>(&command)) return *start;
    }
    return std::nullopt;
}

TEST(AddSeeds, AButtonBesideTheSentenceStartsThem) {
    Interface interface(ImVec2(330, 700));
    PathFrame path = open_path(2, 3);
    interface.draw_panel(frames_of(path), proposal_panel);
    EXPECT_NE(interface.words().find("Add 3 seeds: 6 models"), std::string::npos)
        << interface.words();
    const auto start = click_down(interface, frames_of(path));
    ASSERT_TRUE(start.has_value());
    EXPECT_EQ(start->plan.more_seeds, (std::vector<std::string>{"0:5", "0.02:5"}));
    path.running = true;
    interface.draw_panel(frames_of(path), proposal_panel);
    EXPECT_FALSE(click_down(interface, frames_of(path)).has_value()) << "it runs already";
}

TEST(PathChangesPanel, IsOfferedWhereThereAreSeveralRecipesAndShowsThemAll) {
    Interface interface(ImVec2(760, 320));
    const auto panel = [](const Frames& f, UiState& s, PanelContext& c) {
        PathView& view = s.view<PathView>();
        if (grid_choice(*f.path, view, c.theme)) draw_path_changes(f, view, c);
    };
    interface.draw_panel(frames_of(small_path()), panel);
    EXPECT_EQ(interface.words().find("models"), std::string::npos) << "one recipe, nothing to map";
    Frames frames;
    frames.path = synthetic::finished_path(4, 3, 3);
    interface.state().view<PathView>().changes = true;
    interface.draw_panel(frames, panel);
    std::set<PathRecipe> recipes;
    for (const PathCell& cell : frames.path->cells) recipes.insert(cell.recipe);
    ASSERT_EQ(recipes.size(), 3U);
    EXPECT_NE(interface.words().find("lower is better"), std::string::npos) << interface.words();
    EXPECT_EQ(interface.too_wide(), "");
    interface.click(frames, ImVec2(560, 270));
    ASSERT_TRUE(interface.state().view<PathView>().look.recipe.has_value())
        << "a click shows its recipe in the other panels";
    EXPECT_EQ(*interface.state().view<PathView>().look.recipe, frames.path->cells.back().recipe);
}

TEST(Pareto, ItsNoiseIsChosenAndItsFrontNamed) {
    Interface interface(ImVec2(420, 360));
    Frames frames;
    frames.path = synthetic::finished_path(5, 3, 1);
    const auto panel = [](const Frames& f, UiState& s, PanelContext& c) {
        draw_pareto(f, s.view<PathView>(), c);
    };
    interface.draw_panel(frames, panel);
    EXPECT_NE(interface.words().find("loss, noise 0.05"), std::string::npos) << interface.words();
    EXPECT_NE(interface.words().find("front"), std::string::npos);
    interface.state().view<PathView>().look.weighed = 2;
    interface.draw_panel(frames, panel);
    EXPECT_NE(interface.words().find("loss, noise 0.1"), std::string::npos) << interface.words();
    EXPECT_EQ(interface.too_wide(), "");
}

TEST(PathPanels, ThreeHundredModelsFit) {
    Interface interface(ImVec2(1920, 1080));
    interface.state().workspace = "path";
    Frames frames = synthetic::usual();
    frames.path = synthetic::finished_path(15, 20, 1);
    ASSERT_EQ(frames.path->cells.size(), 300U);
    for (int k = 0; k < 4; ++k) interface.draw(frames);
    EXPECT_EQ(interface.too_wide(), "");
}

}  // namespace
}  // namespace marginscope
