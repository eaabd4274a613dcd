// The table of settings: values survive their text, and refusals say what was typed.
#include "core/run/run_config.h"

#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "core/run/lambda_schedule.h"

namespace marginscope {
namespace {

std::string refusal(std::string_view name, std::string_view text) {
    RunConfig config;
    try {
        set_field(config, name, text);
    } catch (const UserError& error) {
        return error.what();
    }
    return {};
}

template <typename Change>
bool refused(Change change) {
    RunConfig config;
    change(config);
    try {
        validate(config);
    } catch (const UserError&) {
        return true;
    }
    return false;
}

TEST(RunConfig, EveryFieldsLimitsAndChoicesSurviveTheirText) {
    std::set<std::string_view> names;
    for (const Field& field : config_fields()) {
        EXPECT_TRUE(names.insert(field.name).second) << field.name;
        if (!field.short_flag.empty()) EXPECT_TRUE(names.insert(field.short_flag).second);
        std::vector<std::string> texts(field.choices.begin(), field.choices.end());
        if (field.canonical)
            for (const std::string text : {"0.5", "3"})
                if (field.canonical(text)) texts.push_back(text);
        const FieldValue present = field.get(RunConfig{});
        texts.push_back(format_value(present));
        if (std::holds_alternative<std::int64_t>(present)) {
            texts.push_back(std::to_string(static_cast<std::int64_t>(field.min)));
            texts.push_back(std::to_string(static_cast<std::int64_t>(field.max)));
        } else if (std::holds_alternative<double>(present)) {
            texts.push_back(format_value(field.min));
            texts.push_back(format_value(field.max));
        } else if (std::holds_alternative<bool>(present)) {
            texts.insert(texts.end(), {"true", "false"});
        }
        for (const std::string& text : texts) {
            RunConfig config;
            set_field(config, field.name, text);
            EXPECT_EQ(format_value(field.get(config)), text) << field.name;
        }
    }
}

TEST(RunConfig, RefusalsRepeatWhatWasTyped) {
    EXPECT_NE(refusal("attended", "100000").find("not \"100000\""), std::string::npos);
    EXPECT_NE(refusal("attended", "1.5").find("not \"1.5\""), std::string::npos);
    EXPECT_NE(refusal("lr", "-3").find("not \"-3\""), std::string::npos);
    EXPECT_NE(refusal("site", "Heads").find("embeddings, projected, heads"), std::string::npos);
    EXPECT_NE(refusal("bias", "maybe").find("true or false"), std::string::npos);
    EXPECT_NE(refusal("no-such-thing", "1").find("no setting"), std::string::npos);
    for (const char* text : {"nan", "inf", "", " 1", "1 ", "1e400", "0x10"})
        EXPECT_FALSE(refusal("steps", text).empty()) << text;
}

TEST(RunConfig, LambdaFallsEvenlyToItsLastShare) {
    RunConfig config;
    config.barrier.lambda = 0.4;
    config.train.steps = 11;
    EXPECT_EQ(lambda_at(config, 3), 0.4);
    config.barrier.lambda_end = 0.25;
    EXPECT_DOUBLE_EQ(lambda_at(config, 0), 0.4);
    EXPECT_DOUBLE_EQ(lambda_at(config, 5), 0.25);
    EXPECT_DOUBLE_EQ(lambda_at(config, 10), 0.1);
    EXPECT_DOUBLE_EQ(lambda_at(config, 99), 0.1);  // trained on
    config.train.steps = 0;
    EXPECT_TRUE(lambda_at(config, 0) <= 0.4);
}

TEST(RunConfig, SigmaIsARuleOrANumber) {
    RunConfig config;
    for (const auto& [text, kept] : std::vector<std::pair<std::string, std::string>>{
             {"learned:0.2", "learned:0.2"}, {"learned:0.1", "learned"}, {"1.50", "1.5"}}) {
        set_field(config, "stage-sigma", text);
        EXPECT_EQ(format_value(find_field("stage.sigma")->get(config)), kept);
    }
    const Field& field = *find_field("stage.sigma");
    field.set(config, checked_value(field, 0.75));  // a number, as JSON has it
    EXPECT_EQ(config.stage.sigma, (SigmaRule{SigmaRule::Kind::fixed, 0.75}));
    for (const char* text : {"", "learnt", "learned:", "learned:x", "learned:0", "closed:1", "-1",
                             "0", "nan", "inf", "1e9", "1 ", "learned:-2", "learned:1e-9"})
        EXPECT_NE(refusal("stage-sigma", text).find(std::string("not \"") + text + "\""),
                  std::string::npos)
            << text;
    EXPECT_NE(refusal("stage-sigma", "big").find("closed, learned"), std::string::npos);
    EXPECT_LT(refusal("stage-sigma", "big").size(), 200u) << refusal("stage-sigma", "big");
}

TEST(RunConfig, RulesThatJoinFields) {
    EXPECT_FALSE(refused([](RunConfig&) {}));
    EXPECT_TRUE(refused([](RunConfig& c) { c.model.width = 130; }));
    const auto trace_on = [](BarrierSite site, StageFit fit) {
        return refused([=](RunConfig& c) {
            c.barrier.form = BarrierForm::trace;
            c.barrier.site = site;
            c.stage.fit = fit;
        });
    };
    EXPECT_FALSE(trace_on(BarrierSite::embeddings, StageFit::likelihood));
    EXPECT_TRUE(trace_on(BarrierSite::heads, StageFit::likelihood));
    EXPECT_TRUE(trace_on(BarrierSite::embeddings, StageFit::penalty));
    EXPECT_TRUE(refused([](RunConfig& c) { c.barrier.sequences = c.train.batch + 1; }));
    EXPECT_TRUE(refused([](RunConfig& c) { c.train.min_lr = 2 * c.train.lr; }));
    const auto on_heads = [](BarrierEstimator estimator, bool graph, double dropout) {
        return refused([=](RunConfig& c) {
            c.barrier.site = BarrierSite::heads;
            c.barrier.estimator = estimator;
            c.train.cuda_graph = graph;
            c.train.dropout = dropout;
        });
    };
    EXPECT_FALSE(on_heads(BarrierEstimator::exact, false, 0.1));
    EXPECT_TRUE(on_heads(BarrierEstimator::lanczos, false, 0.0));
    EXPECT_TRUE(on_heads(BarrierEstimator::exact, true, 0.0));
    EXPECT_TRUE(refused([](RunConfig& c) {
        c.train.cuda_graph = true;
        c.train.dropout = 0.1;
    }));
}

}  // namespace
}  // namespace marginscope
