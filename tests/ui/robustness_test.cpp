// The Robustness workspace: what its form asks for, what its panels say before and after, and that
// no numbers are too many, too few or too wide for them.
#include <gtest/gtest.h>

#include <cmath>

#include "drawn_text.h"
#include "figures/robustness/fragility_points.h"
#include "figures/robustness/robustness_curves.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "support/synthetic_robustness.h"
#include "ui/actions.h"
#include "ui/robustness/curve_panels.h"
#include "ui/robustness/fragile_place.h"
#include "ui/robustness/fragility_panels.h"
#include "ui/robustness/model_list.h"
#include "ui/robustness/robustness_form.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

Frames with(std::shared_ptr<const RobustnessFrame> frame) {
    Frames frames;
    frames.robustness = std::move(frame);
    return frames;
}

template <typename Wish>
std::optional<Wish> wished(Interface& interface) {
    for (const Command& command : interface.take_commands())
        if (const auto* wish = std::get_if<Wish>(&command)) return *wish;
    return std::nullopt;
}

/// Clicks down the middle until something is wished.
template <typename Wish>
std::optional<Wish> click_down(Interface& interface, const Frames& frames, float x, float height) {
    for (float y = 4; y < height; y += 6) {
        interface.click(frames, ImVec2(x, y));
        if (auto wish = wished<Wish>(interface)) return wish;
    }
    return std::nullopt;
}

class RobustnessPanel : public testing::TestWithParam<const char*> {};

TEST_P(RobustnessPanel, BearsWhateverNumbersCome) {
    const PanelInfo* panel = nullptr;
    for (const PanelInfo& one : find_workspace("robustness")->panels)
        if (one.id == std::string(GetParam())) panel = &one;
    ASSERT_NE(panel, nullptr);
    for (const Frames& frames :
         {Frames{}, synthetic::empty(), synthetic::tiny(), synthetic::not_finite(),
          synthetic::wide(), synthetic::largest(), synthetic::usual()})
        for (const ImVec2 size : {ImVec2(420, 320), ImVec2(900, 600)}) {
            Interface interface(size);
            for (int frame = 0; frame < 3; ++frame) interface.draw_panel(frames, panel->draw);
            const std::string words = " " + interface.words() + " ";
            EXPECT_FALSE(interface.words().empty());
            for (const char* never : {" nan", "(nan", "NaN", " inf ", "(inf"})
                EXPECT_EQ(words.find(never), std::string::npos) << words;
            EXPECT_EQ(interface.too_wide(), "");
        }
}

INSTANTIATE_TEST_SUITE_P(Robustness, RobustnessPanel,
                         testing::Values("robustness.settings", "robustness.loss",
                                         "robustness.flips", "robustness.fragility",
                                         "robustness.predictors", "robustness.support",
                                         "robustness.stories"),
                         [](const testing::TestParamInfo<const char*>& panel) {
                             return std::string(panel.param).substr(11);
                         });

TEST(RobustnessPanels, NothingYetHasAButtonThatSaysWhatItCosts) {
    struct Row {
        const char* panel;
        RobustnessParts parts;
    };
    for (const Row& row :
         {Row{"robustness.loss", {.noise = true}}, Row{"robustness.fragility", {.fragility = true}},
          Row{"robustness.predictors", {.fragility = true}},
          Row{"robustness.support", {.support = true}},
          Row{"robustness.stories", {.stories = true}}}) {
        const PanelInfo* panel = nullptr;
        for (const PanelInfo& one : find_workspace("robustness")->panels)
            if (one.id == std::string(row.panel)) panel = &one;
        Interface interface(ImVec2(500, 300));
        interface.draw_panel({}, panel->draw);
        EXPECT_NE(interface.words().find("thousand windows"), std::string::npos)
            << interface.words();
        const auto start = click_down<StartRobustness>(interface, {}, 250, 300);
        ASSERT_TRUE(start.has_value()) << row.panel;
        EXPECT_EQ(start->parts, row.parts) << row.panel;
        EXPECT_EQ(start->settings.models, std::vector<std::string>{""}) << "the shown one";

        auto known = std::make_shared<RobustnessFrame>();
        known->passes_per_s = 1000;
        interface.draw_panel(with(known), panel->draw);
        EXPECT_NE(interface.words().find("about "), std::string::npos);
        EXPECT_NE(interface.words().find(" s"), std::string::npos) << interface.words();
        known->running = true;
        interface.draw_panel(with(known), panel->draw);
        EXPECT_FALSE(click_down<StartRobustness>(interface, with(known), 250, 300))
            << "one at a time";
    }
}

TEST(RobustnessForm, SaysWhatIsWrongAndAsksForNothing) {
    RobustnessForm form;
    form.sigmas = "0, loud";
    EXPECT_FALSE(settings_of(form));
    EXPECT_NE(form.problem.find("loud"), std::string::npos);
    form.sigmas = "";
    EXPECT_FALSE(settings_of(form));
    form.sigmas = "0";
    EXPECT_TRUE(settings_of(form)) << "clean text alone is a curve of one point";
    form.parts.characters = true;
    form.rates = "0.7";
    EXPECT_FALSE(settings_of(form));
    EXPECT_NE(form.problem.find("0.5"), std::string::npos);
    form.rates = "0.1";
    EXPECT_TRUE(settings_of(form));
    EXPECT_EQ(form.problem, "");
}

TEST(RobustnessForm, ItsCommandsCanBePasted) {
    RobustnessForm form;
    form.sigmas = "0, 0.5";
    form.settings.text = "a book.txt";
    form.settings.where = NoisePlace::residual;
    EXPECT_TRUE(add_model(form, "runs/a b"));
    EXPECT_FALSE(add_model(form, "runs/a b")) << "once";
    const auto settings = settings_of(form);
    ASSERT_TRUE(settings);
    const std::string lines = robustness_commands(
        *settings,
        {.noise = true, .stories = true, .characters = true, .support = true, .fragility = true},
        "shown.safetensors");
    for (const char* part :
         {"marginscope noise --model shown.safetensors --model 'runs/a b' --text 'a book.txt' "
          "--sigmas 0,0.5 --relative --where residual --well-formed 600 --draws 8 --seed 0 "
          "--max-windows 128\n",
          "marginscope fragility --model shown.safetensors --text 'a book.txt' --max-positions "
          "512 --directions 8 --max-sigma 4 --seed 0\n",
          "--tokens random,support --support 5 --draws 8", "--characters swap,drop,insert,case",
          "--rates 0.01,0.05"})
        EXPECT_NE(lines.find(part), std::string::npos) << part << " is not in\n" << lines;
    EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 4);
}

TEST(RobustnessForm, ACostKnowsTheSpeedOnceSomethingWasMeasured) {
    const RobustnessSettings settings;
    const RobustnessParts noise{.noise = true}, all{.noise = true, .fragility = true};
    EXPECT_GT(robustness_passes(settings, all), robustness_passes(settings, noise));
    RobustnessSettings two = settings;
    two.models.emplace_back("other");
    EXPECT_DOUBLE_EQ(robustness_passes(two, noise), 2 * robustness_passes(settings, noise));
    EXPECT_EQ(robustness_passes(settings, {}), 0);
    RobustnessFrame frame;
    EXPECT_NE(cost_words(settings, noise, &frame).find("windows"), std::string::npos);
    frame.passes_per_s = robustness_passes(settings, noise) / 20;
    EXPECT_EQ(cost_words(settings, noise, &frame), "about 20 s");
}

TEST(ModelList, OffersTheNoiseTrainedOfThePathFirst) {
    auto path = std::make_shared<PathFrame>();
    for (const double noise : {0.0, 0.1}) {
        PathCell cell;
        cell.status = CellStatus::done;
        cell.lambda = 0.02;
        cell.seed = 7;
        cell.train_noise = noise;
        cell.run = noise > 0 ? "rival" : "own";
        path->cells.push_back(cell);
    }
    path->cells.push_back(path->cells.back());
    path->cells.back().status = CellStatus::failed;
    Frames frames;
    frames.path = path;
    const std::vector<OfferedModel> offered = offered_models(frames);
    ASSERT_GE(offered.size(), 3U);
    EXPECT_EQ(offered.front().path, "");
    EXPECT_EQ(offered[offered.size() - 2].path, "rival/fitted.safetensors");
    EXPECT_NE(offered[offered.size() - 2].words.find("trained with noise 0.1"), std::string::npos);
    EXPECT_EQ(offered.back().path, "own/fitted.safetensors") << "the failed one is none";
}

TEST(RobustnessFiles, TheBoxAddsAModelAndOpensWhatItIsOtherwiseAskedFor) {
    const Frames frames = synthetic::usual();
    Interface interface;
    RobustnessForm& form = interface.state().view<RobustnessView>().form;
    CommandList wishes;
    ActionContext context{frames, interface.state(), wishes};
    const auto choose = [&](const char* action, const char* path) {
        run_action(action, context);
        ASSERT_EQ(interface.state().boxes.open, Box::open) << action;
        interface.state().boxes.path = path;
        for (int i = 0; i < 3; ++i) interface.draw(frames);
        interface.key(frames, ImGuiKey_Enter);
        EXPECT_EQ(interface.state().boxes.open, Box::none);
    };
    choose("robustness.add_model", "runs/other");
    EXPECT_EQ(form.settings.models, (std::vector<std::string>{"", "runs/other"}));
    choose("robustness.text", "a book.txt");
    EXPECT_EQ(form.settings.text, "a book.txt");
    EXPECT_FALSE(wished<OpenFile>(interface)) << "what is shown stays";
    choose("file.open", "runs/other");
    EXPECT_TRUE(wished<OpenFile>(interface));
    EXPECT_EQ(form.settings.models.size(), 2U);
}

TEST(LevelCurves, AreThoseOfTheirKindAndSayWhatTheyAreLess) {
    const auto frame = synthetic::make_robustness();
    EXPECT_EQ(shown_kinds(*frame),
              (std::vector<std::string>{"noise", "swap", "drop", "insert", "case"}));
    const RobustnessCurves& noise = *curves_of(*frame, "noise");
    ASSERT_EQ(level_curves(noise, "noise", RobustnessQuantity::loss).size(), 3U);
    const auto flips = level_curves(noise, "noise", RobustnessQuantity::flips);
    EXPECT_DOUBLE_EQ(flips[1].points[2].value.value, 100 * noise.curves[1].points[2].flips.value);
    EXPECT_EQ(level_differences(noise, "noise", RobustnessQuantity::loss).size(), 2U);
    const RobustnessCurves& support = *frame->support;
    const auto less = level_differences(support, "noise", RobustnessQuantity::flips, true);
    ASSERT_EQ(less.size(), 3U) << "a difference a model, no differences between models";
    EXPECT_DOUBLE_EQ(less[0].points[1].value.value,
                     100 * support.differences[0].points[1].flips.value);
    EXPECT_EQ(level_curves(*curves_of(*frame, "drop"), "drop", RobustnessQuantity::loss).size(),
              3U);
    EXPECT_EQ(curves_of(RobustnessFrame{}, "noise"), nullptr);
}

TEST(LevelCurves, TheSentenceClaimsNothingThatItsIntervalDoesNot) {
    LevelCurve curve{"b", 1, false, {{0, {0, 0, 0, 9}}, {0.5, {-0.2, -0.3, -0.1, 9}}}};
    const auto sentence = [&] {
        return difference_sentence({curve}, RobustnessQuantity::loss, "a", "sigma, absolute");
    };
    EXPECT_NE(sentence().find("At sigma 0.5 b has -0.2 nats against a"), std::string::npos)
        << sentence();
    curve.points[1].value = {-0.2, -0.5, 0.1, 9};
    EXPECT_NE(sentence().find("cannot be told apart"), std::string::npos) << sentence();
    curve.points[1].value.value = NAN;
    EXPECT_EQ(sentence(), "");
}

TEST(FragilePoints, CountWhatCannotBeDrawnAndRankBySize) {
    FragilityFrame frame;
    frame.settings.max_sigma = 4;
    frame.places.resize(4);
    frame.places[0].sigma = 0.5;
    frame.places[1].sigma = INFINITY;
    frame.places[2].sigma = frame.places[3].sigma = 1;
    frame.predictors = {{"weak", false, {1, 2, NAN, INFINITY}, {0.1, NAN, NAN, 2}},
                        {"strong", false, {1, 2, 3, 4}, {-0.5, -0.6, -0.4, 4}},
                        {"none", false, {1, 1, 1, 1}, {NAN, NAN, NAN, 0}}};
    const FragilePoints points = fragile_points(frame, 0);
    ASSERT_EQ(points.points.size(), 2U);
    EXPECT_EQ(points.points[0].sigma, 0.5);
    EXPECT_TRUE(points.points[1].never);
    EXPECT_EQ(points.points[1].sigma, 4);
    EXPECT_EQ(points.undefined, 1U);
    EXPECT_EQ(points.unbounded, 1U);
    EXPECT_EQ(ranked_predictors(frame, false), (std::vector<std::size_t>{1, 0, 2}));
    EXPECT_NE(rho_words(frame.predictors[0].rho).find("too few windows"), std::string::npos);
    EXPECT_NE(rho_words(frame.predictors[1].rho).find("moderately"), std::string::npos);
    EXPECT_EQ(rho_words(frame.predictors[2].rho).find("nan"), std::string::npos);
}

TEST(FragilePoints, DistancesOverDecadesHaveALogarithmicAxisAndNatsNone) {
    FragilityFrame frame;
    frame.places.resize(2);
    frame.places[0].sigma = frame.places[1].sigma = 1;
    frame.predictors = {{"stage singular", false, {0.01, 1}, {}},
                        {"stage determinant", false, {0.01, 1}, {}},
                        {"layer 0 singular", false, {0, 1}, {}}};
    EXPECT_TRUE(fragile_points(frame, 0).log_value);
    EXPECT_FALSE(fragile_points(frame, 1).log_value);
    EXPECT_FALSE(fragile_points(frame, 2).log_value);
}

TEST(FragilePlace, IsFoundInTheShownTextInCharacters) {
    FragilityFrame frame;
    frame.read = {{10, {"ü", "b", "c"}}};
    frame.places.resize(1);
    frame.places[0].i = 11;
    EXPECT_EQ(text_before(frame, 0), "üb");
    DecodeFrame decode;
    decode.text = "éaübcd";
    EXPECT_EQ(index_in_text(frame, 0, &decode), 3);
    decode.text = "another text";
    EXPECT_EQ(index_in_text(frame, 0, &decode), -1);
    EXPECT_EQ(index_in_text(frame, 0, nullptr), -1);
}

TEST(FragilePlace, AClickSelectsTheCharacterEverywhere) {
    auto frame = std::make_shared<RobustnessFrame>();
    auto fragile = std::make_shared<FragilityFrame>();
    fragile->read = {{0, {"a", "b", "c", "d"}}};
    fragile->places.resize(1);
    fragile->places[0] = {2, "c", "x", 0, 0.5, 8};
    fragile->predictors = {{"stage determinant", false, {-1.0}, {0.2, 0.1, 0.3, 1}}};
    fragile->best_margin = 0;
    frame->fragility = fragile;
    Frames frames = with(frame);
    auto decode = std::make_shared<DecodeFrame>();
    decode->text = "abcd";
    frames.decode = decode;
    Interface interface(ImVec2(500, 400));
    const auto draw = [](const Frames& f, UiState& s, PanelContext& c) {
        draw_fragility(f, s.view<RobustnessView>(), c);
    };
    interface.draw_panel(frames, draw);
    const RobustnessView& view = interface.state().view<RobustnessView>();
    for (float y = 60; y < 380 && !view.place; y += 6)
        for (float x = 60; x < 490 && !view.place; x += 8) interface.click(frames, ImVec2(x, y));
    ASSERT_TRUE(view.place.has_value());
    EXPECT_EQ(interface.state().selection.index, 2);
    interface.draw_panel(frames, draw);
    EXPECT_NE(interface.words().find("Character 2"), std::string::npos) << interface.words();
    interface.take_commands();
    const auto prompt = click_down<SetPrompt>(interface, frames, 40, 400);
    ASSERT_TRUE(prompt.has_value()) << "Show it in Decode";
    EXPECT_EQ(prompt->text, "abc");
    frame = std::make_shared<RobustnessFrame>(*frame);
    frame->fragility = std::make_shared<FragilityFrame>(*fragile);
    interface.draw_panel(with(frame), draw);
    EXPECT_FALSE(view.place.has_value()) << "of a measurement that is gone";
}

// What is about to be clicked is not moved from under the hand.
TEST(RobustnessForm, StaysWhereItIsWhileAMeasurementRuns) {
    const PanelInfo* panel = nullptr;
    for (const PanelInfo& one : find_workspace("robustness")->panels)
        if (one.id == std::string("robustness.settings")) panel = &one;
    ASSERT_NE(panel, nullptr);
    const auto place_of = [&](const Frames& frames, const char* words) {
        Interface interface(ImVec2(420, 900));
        for (int k = 0; k < 3; ++k) interface.draw_panel(frames, panel->draw);
        TextRecorder recorder;
        interface.draw_panel(frames, panel->draw);
        for (const DrawnText& text : recorder.texts())
            if (text.words == words) return text.low.y;
        return -1.0F;
    };
    auto frame = std::make_shared<RobustnessFrame>();
    for (const char* words : {"What is measured", "Copy as command", "Noise", "Text and draws"}) {
        const float before = place_of(Frames{}, words);
        EXPECT_GT(before, 0) << words;
        frame->running = true;
        frame->doing = "The loss of the shown model under noise";
        EXPECT_EQ(place_of(with(frame), words), before) << words;
        frame->running = false;
        frame->sentence = "Measured in 12 s.";
        EXPECT_EQ(place_of(with(frame), words), before) << words;
    }
}

TEST(FragilePlaces, AreFoundFromTheTextAndTheTextFromThem) {
    FragilityFrame frame;
    frame.read = {{0, {"O", "n", "c", "e", " "}}, {2, {"c", "e", " ", "ü", "p", "o", "n"}}};
    const auto add = [&](std::size_t window, std::size_t i) {
        FragilePlace place;
        place.window = window;
        place.i = i;
        frame.places.push_back(place);
    };
    add(0, 2), add(0, 3), add(1, 3), add(1, 5), add(1, 8);
    DecodeFrame decode;
    decode.text = "Once üpon";
    for (std::size_t place = 0; place < frame.places.size(); ++place) {
        const int index = index_in_text(frame, place, &decode);
        ASSERT_EQ(index, static_cast<int>(frame.places[place].i));
        const auto found = place_in_text(frame, index, &decode);
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(frame.places[*found].i, frame.places[place].i);
    }
    EXPECT_EQ(place_in_text(frame, 3, &decode), 1U) << "the one that had read most";
    for (const int index : {-1, 0, 4, 7, 50})
        EXPECT_FALSE(place_in_text(frame, index, &decode)) << index;
    EXPECT_FALSE(place_in_text(frame, 3, nullptr));
    decode.text = "Twice";
    EXPECT_FALSE(place_in_text(frame, 3, &decode));
}

}  // namespace
}  // namespace marginscope
