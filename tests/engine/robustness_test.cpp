// The Robustness session: its numbers are those of the measurements that the command line makes, it
// runs beside everything else, and what fails or is stopped takes nothing along.
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/engine_fixture.h"
#include "nn/decode/well_formed.h"
#include "nn/measure/evaluate.h"
#include "nn/measure/fragility.h"
#include "nn/measure/noise_difference.h"
#include "nn/train/stage_fit.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

class RobustnessTest : public EngineTest {
protected:
    static void SetUpTestSuite() {
        EngineTest::SetUpTestSuite();
        Model model = load_model(folder_ / "tiny.safetensors");
        fit_stage(model, small_corpus(), 5, 0);
        save_model(model, folder_ / "other.safetensors");
    }

    static std::string file(const char* name) { return (folder_ / name).string(); }

    static RobustnessSettings few() {
        RobustnessSettings settings;
        settings.models = {"", file("other.safetensors")};
        settings.sigmas = {0, 0.5};
        settings.draws = 2;
        settings.max_windows = 12;
        settings.support = 2;
        settings.rates = {0.1};
        settings.characters = {"drop", "case"};
        settings.story_characters = 40;
        settings.fragile_model = 1;
        settings.positions = 160;
        settings.directions = 2;
        settings.seed = 5;
        return settings;
    }

    static NoiseRequest request(const std::string& model) {
        NoiseRequest request;
        request.model = model;
        request.text = small_corpus().text;
        request.sigmas = {0, 0.5};
        request.relative = true;
        request.draws = 2;
        request.max_windows = 12;
        request.support = 2;
        request.rates = {0.1};
        request.seed = 5;
        request.threads = 1;
        return request;
    }

    static std::shared_ptr<const RobustnessFrame> measured(Engine& engine,
                                                           const StartRobustness& wish) {
        engine.send(wish);
        EXPECT_TRUE(engine.wait_until_idle(kPatience));
        return engine.frames().robustness;
    }
};

void expect_equal(const RobustnessCurve& shown, const NoiseCurve& own) {
    EXPECT_EQ(shown.unit, own.unit);
    EXPECT_EQ(shown.where, own.where);
    EXPECT_EQ(shown.tokens, own.tokens);
    EXPECT_EQ(shown.change, own.change);
    EXPECT_EQ(shown.rms, own.rms);
    EXPECT_EQ(shown.windows, own.windows);
    ASSERT_EQ(shown.points.size(), own.points.size());
    for (std::size_t k = 0; k < own.points.size(); ++k) {
        const RobustnessPoint& a = shown.points[k];
        const NoisePoint& b = own.points[k];
        EXPECT_EQ(a.level, b.level);
        EXPECT_EQ(a.ce.value, b.ce);
        EXPECT_EQ(a.ce.low, b.ce_low);
        EXPECT_EQ(a.ce.high, b.ce_high);
        EXPECT_EQ(a.flips.value, b.flips);
        EXPECT_LE(a.flips.low, a.flips.value);
        EXPECT_LE(a.flips.value, a.flips.high);
        EXPECT_EQ(a.clean_ce, b.clean_ce);
        EXPECT_EQ(a.stories.has_value(), b.well_formed.has_value());
        if (a.stories) {
            EXPECT_EQ(a.stories->share.value, b.well_formed->share.value);
        }
    }
}

TEST_F(RobustnessTest, NoiseStoriesAndDifferencesAreTheCommandLines) {
    Engine engine(options());
    StartRobustness wish{few(), {.noise = true, .stories = true}};
    const auto shown = measured(engine, wish);
    ASSERT_TRUE(shown && shown->noise);
    EXPECT_FALSE(shown->running);
    EXPECT_TRUE(shown->failures.empty());
    ASSERT_EQ(shown->noise->curves.size(), 2U);
    std::vector<NoiseCurve> curves;
    for (const char* name : {"tiny.safetensors", "other.safetensors"}) {
        curves.push_back(evaluate_noise(request(file(name))));
        ASSERT_TRUE(add_well_formed(curves.back(), request(file(name)), 40));
        expect_equal(shown->noise->curves[curves.size() - 1], curves.back());
        EXPECT_EQ(shown->noise->models[curves.size() - 1].label, name);
    }
    const auto difference = noise_difference(curves[1], curves[0], 5);
    ASSERT_EQ(shown->noise->differences.size(), 1U);
    EXPECT_EQ(shown->noise->differences[0].curve, 1U);
    EXPECT_EQ(shown->noise->differences[0].to, 0U);
    EXPECT_EQ(shown->noise->differences[0].points[1].ce.low, (*difference)[1].ce.low);
    EXPECT_GT(shown->passes_per_s, 0);
}

TEST_F(RobustnessTest, SpoiltCharactersAndSupportTokensAreTheCommandLines) {
    Engine engine(options());
    StartRobustness wish{few(), {.characters = true, .support = true}};
    wish.settings.models = {file("other.safetensors")};
    const auto shown = measured(engine, wish);
    ASSERT_TRUE(shown && shown->characters && shown->support);
    EXPECT_FALSE(shown->noise) << "was not asked for";
    NoiseRequest own = request(file("other.safetensors"));
    ASSERT_EQ(shown->support->curves.size(), 2U);
    own.tokens = NoisyTokens::random;
    expect_equal(shown->support->curves[0], evaluate_noise(own));
    own.tokens = NoisyTokens::support;
    expect_equal(shown->support->curves[1], evaluate_noise(own));
    ASSERT_EQ(shown->support->differences.size(), 1U) << "support less random";
    own.tokens = NoisyTokens::all;
    ASSERT_EQ(shown->characters->curves.size(), 2U);
    own.characters = CharacterChange::drop;
    expect_equal(shown->characters->curves[0], evaluate_noise(own));
    own.characters = CharacterChange::letter_case;
    expect_equal(shown->characters->curves[1], evaluate_noise(own));
    EXPECT_TRUE(shown->characters->differences.empty()) << "two changes are no pair";
}

TEST_F(RobustnessTest, TheFlippingSigmaIsTheCommandLines) {
    Engine engine(options());
    const auto shown = measured(engine, {few(), {.fragility = true}});
    ASSERT_TRUE(shown && shown->fragility);
    FragilityRequest own;
    own.model = file("other.safetensors");
    own.text = small_corpus().text;
    own.max_positions = 160;
    own.directions = 2;
    own.seed = 5;
    own.threads = 1;
    const FragilityReport report = measure_fragility(own);
    const FragilityFrame& frame = *shown->fragility;
    EXPECT_EQ(frame.model.label, "other.safetensors");
    ASSERT_EQ(frame.places.size(), report.positions.size());
    EXPECT_EQ(frame.censored, report.censored);
    EXPECT_EQ(frame.sentence, fragility_sentence(report));
    for (std::size_t k = 0; k < report.positions.size(); ++k) {
        const FragilePlace& place = frame.places[k];
        EXPECT_EQ(place.sigma, report.positions[k].sigma);
        const FragileWindow& window = frame.read[place.window];
        EXPECT_EQ(window.begin, report.positions[k].window.begin);
        EXPECT_EQ(window.characters.size(),
                  report.positions[k].window.end - report.positions[k].window.begin);
        EXPECT_EQ(window.characters[place.i - window.begin],
                  small_corpus().text.substr(18000 + place.i, 1))
            << "the last tenth of an ASCII text";
    }
    ASSERT_EQ(frame.predictors.size(), report.predictors.size());
    for (std::size_t k = 0; k < report.predictors.size(); ++k) {
        EXPECT_EQ(frame.predictors[k].name, report.predictors[k].name);
        const double rho = report.predictors[k].rho.value;
        if (!std::isnan(rho)) {
            EXPECT_EQ(frame.predictors[k].rho.value, rho);
        }
    }
}

TEST_F(RobustnessTest, AModelThatFailsTakesNothingAlong) {
    Engine engine(options());
    StartRobustness wish{few(), {.noise = true, .support = true}};
    wish.settings.models = {file("gone.safetensors"), file("tiny.safetensors")};
    const auto shown = measured(engine, wish);
    ASSERT_TRUE(shown && shown->noise && shown->support);
    ASSERT_EQ(shown->failures.size(), 1U) << "told once";
    EXPECT_EQ(shown->failures[0].model, "gone.safetensors");
    ASSERT_EQ(shown->noise->curves.size(), 1U);
    EXPECT_EQ(shown->noise->curves[0].model, 1U);
    expect_equal(shown->noise->curves[0], evaluate_noise(request(file("tiny.safetensors"))));
    EXPECT_TRUE(said(engine, "gone.safetensors"));

    wish.settings.text = file("no-text.txt");
    const auto again = measured(engine, wish);
    ASSERT_EQ(again->failures.size(), 1U);
    EXPECT_EQ(again->failures[0].model, "") << "no model is to blame";
    EXPECT_EQ(again->noise, shown->noise) << "what was there stays";
}

TEST_F(RobustnessTest, RefusesWhatCannotBeMeasured) {
    Engine engine(options());
    StartRobustness wish{few(), {}};
    EXPECT_EQ(measured(engine, wish), nullptr);
    EXPECT_TRUE(said(engine, "Choose what"));
    wish = {few(), {.characters = true}};
    wish.settings.characters = {"shout"};
    EXPECT_EQ(measured(engine, wish), nullptr);
    EXPECT_TRUE(said(engine, "\"shout\""));
    wish = {few(), {.stories = true}};
    wish.settings.tokens = NoisyTokens::support;
    EXPECT_EQ(measured(engine, wish), nullptr);
    EXPECT_TRUE(said(engine, "choose all tokens"));
    engine.send(StopRobustness{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    EXPECT_TRUE(said(engine, "No measurement"));
    wish = {few(), {.noise = true}};
    wish.settings.sigmas = {};
    const auto shown = measured(engine, wish);
    ASSERT_EQ(shown->failures.size(), 2U) << "each model says why";
}

TEST_F(RobustnessTest, ASmallestMeasurementAndATextThatIsTooShort) {
    Engine engine(options());
    StartRobustness wish{few(), {.noise = true, .support = true}};
    wish.settings.models = {file("other.safetensors")};
    wish.settings.sigmas = {0};
    wish.settings.draws = 1;
    wish.settings.max_windows = 1;
    const auto one = measured(engine, wish);
    ASSERT_TRUE(one && one->noise && one->support);
    EXPECT_TRUE(one->failures.empty());
    const RobustnessPoint& point = one->noise->curves[0].points.at(0);
    EXPECT_EQ(point.flips.value, 0);
    EXPECT_EQ(point.ce.low, point.ce.high) << "one window";
    std::ofstream(folder_ / "short.txt") << "Too short.";
    wish.settings.text = file("short.txt");
    const auto none = measured(engine, wish);
    ASSERT_FALSE(none->failures.empty());
    EXPECT_NE(none->failures[0].sentence.find("longer text"), std::string::npos);
    EXPECT_EQ(none->noise, one->noise);
}

RobustnessSettings endless(RobustnessSettings settings) {
    settings.draws = 100000;
    settings.max_windows = 0;
    return settings;
}

TEST_F(RobustnessTest, StopsAtOnceKeepsWhatIsThereAndHoldsNothingUp) {
    Engine engine(options());
    const auto first = measured(engine, {few(), {.noise = true}});
    engine.send(StartRobustness{endless(few()), {.noise = true}});
    ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
        return frames.robustness->running && frames.status->jobs.size() == 1 &&
               !frames.robustness->doing.empty();
    }));
    engine.send(StartRobustness{few(), {.noise = true}});
    engine.send(StepDecode{2});
    engine.send(LoadModel{file("other.safetensors")});
    EXPECT_TRUE(wait_for(engine, [](const Frames& frames) {
        return frames.decode->cursor == 14 && frames.decode->model_label == "other.safetensors";
    })) << "decoding and loading wait for the measurement";
    EXPECT_TRUE(said(engine, "stop it before another begins"));
    const auto asked = std::chrono::steady_clock::now();
    engine.send(StopRobustness{});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - asked;
    EXPECT_LT(took.count(), 5.0) << "not after 100,000 draws";
    const auto last = engine.frames().robustness;
    EXPECT_FALSE(last->running);
    EXPECT_NE(last->sentence.find("stopped"), std::string::npos);
    EXPECT_EQ(last->noise, first->noise);
}

/// Cross-entropies of 30 steps on two threads.
std::vector<float> losses_of(Engine& engine, const StartTraining& start) {
    engine.send(start);
    EXPECT_TRUE(engine.wait_until_idle(60));
    std::vector<float> losses;
    for (const TrainingEvent& event : engine.take_training_events())
        if (const auto* news = std::get_if<RunNews>(&event.what))
            if (const auto* sample = std::get_if<TrainingSample>(news))
                losses.push_back(sample->ce);
    return losses;
}

TEST_F(RobustnessTest, ATrainingBesideItIsTheSameToTheLastBit) {
    StartTraining start;
    start.config = tiny_config();
    start.config.train.threads = 2;
    Engine alone(options());
    const std::vector<float> wanted = losses_of(alone, start);
    ASSERT_GE(wanted.size(), 30U);
    Engine beside(options());
    ASSERT_TRUE(beside.wait_until_idle(kPatience));
    StartRobustness wish{few(), {.noise = true, .fragility = true}};
    wish.settings.positions = 600;
    beside.send(wish);
    EXPECT_EQ(losses_of(beside, start), wanted);
    EXPECT_TRUE(beside.frames().robustness->failures.empty());
    EXPECT_TRUE(beside.frames().robustness->fragility);
}

TEST_F(RobustnessTest, EndsWithTheProgram) {
    {
        Engine engine(options());
        engine.send(StartRobustness{endless(few()), {.noise = true}});
        ASSERT_TRUE(wait_for(engine, [](const Frames& frames) {
            return frames.robustness && frames.robustness->running;
        }));
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::temp_directory_path()))
        EXPECT_EQ(
            entry.path().filename().string().find("marginscope-" + std::to_string(::getpid())),
            std::string::npos)
            << entry.path();
}

TEST_F(RobustnessTest, AModelOnlyInMemoryIsMeasuredAsItIs) {
    Engine engine(options());
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    engine.send(FitStage{5});
    ASSERT_TRUE(engine.wait_until_idle(kPatience));
    ASSERT_EQ(engine.frames().decode->model_path, "");
    engine.send(SaveModel{file("saved.safetensors")});
    StartRobustness wish{few(), {.noise = true, .support = true}};
    wish.settings.models = {""};
    const auto shown = measured(engine, wish);
    ASSERT_TRUE(shown && shown->noise && shown->support) << shown->failures[0].sentence;
    EXPECT_EQ(shown->noise->models[0].path, "");
    expect_equal(shown->noise->curves[0], evaluate_noise(request(file("saved.safetensors"))));
}

}  // namespace
}  // namespace marginscope
