// Commands by name and as JSON: every one of them comes back as it went, and what is not a command
// is refused in a sentence.
#include "files/command_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "core/error.h"

namespace marginscope {
namespace {

using nlohmann::json;

template <typename T>
concept HasFields = requires(T& value) {
    T::fields(value, [](const auto&...) {});
};

// ---- that no field of a struct was left out of its `fields`, found by the compiler

struct Anything {
    template <typename T>
    operator T() const;
};

template <typename T, typename... Given>
constexpr std::size_t count_members() {
    if constexpr (requires { T{Given{}..., Anything{}}; })
        return count_members<T, Given..., Anything>();
    else
        return sizeof...(Given);
}

template <typename T>
std::size_t count_fields() {
    T value;
    std::size_t count = 0;
    T::fields(value, [&](const char*, auto&) { ++count; });
    return count;
}

// ---- values of every type, from a seed

class Random {
public:
    explicit Random(unsigned seed) : engine_(seed) {}

    void fill(bool& value) { value = below(2) == 1; }
    template <std::integral T>
    void fill(T& value) {
        value = std::uniform_int_distribution<T>(std::numeric_limits<T>::min())(engine_);
    }
    template <std::floating_point T>
    void fill(T& value) {
        value = std::ldexp(std::uniform_real_distribution<T>(-1, 1)(engine_),
                           static_cast<int>(below(40)) - 20);
    }
    void fill(std::string& value) {
        static const std::vector<std::string> kPieces = {"a", " ", "\n", "\"", "\\",
                                                         "é", "→", "\t", "{}", "😀"};
        value.clear();
        for (std::size_t k = below(12); k > 0; --k) value += kPieces[below(kPieces.size())];
    }
    void fill(std::optional<double>& value) {
        value.reset();
        if (below(2) == 1) fill(value.emplace());
    }
    template <typename T>
    requires std::is_arithmetic_v<T> || std::same_as<T, std::string>
    void fill(std::vector<T>& value) {
        value.resize(below(5));
        for (T& one : value) fill(one);
    }
    void fill(FieldValue& value) {
        switch (below(4)) {
            case 0:
                return fill(value.emplace<bool>());
            case 1:
                return fill(value.emplace<std::int64_t>());
            case 2:
                return fill(value.emplace<double>());
            default:
                return fill(value.emplace<std::string>());
        }
    }
    void fill(RunConfig& value) {
        for (const Field& field : config_fields()) {
            if (below(2) == 0) continue;
            if (!field.choices.empty())
                field.set(value, std::string(field.choices[below(field.choices.size())]));
            else if (std::holds_alternative<bool>(field.get(value)))
                field.set(value, below(2) == 1);
            else if (std::holds_alternative<std::int64_t>(field.get(value)))
                field.set(value, static_cast<std::int64_t>(field.min) +
                                     static_cast<std::int64_t>(below(3)));
            else
                field.set(value, field.min + (field.max - field.min) / (1.0 + below(7)));
        }
    }
    template <typename T>
    requires std::is_enum_v<T>
    void fill(T& value) { value = static_cast<T>(below(kEnumNames<T>.size())); }
    template <HasFields T>
    void fill(T& value) {
        T::fields(value, [this](const char*, auto& field) { fill(field); });
    }

private:
    std::size_t below(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(engine_);
    }
    std::mt19937_64 engine_;
};

// ---- equality without JSON

template <typename T>
bool equal(const T& a, const T& b) {
    if constexpr (std::same_as<T, RunConfig>) {
        for (const Field& field : config_fields())
            if (field.get(a) != field.get(b)) return false;
        return true;
    } else if constexpr (HasFields<T>) {
        // The fields of both in their order.
        bool same = true;
        std::size_t at = 0;
        T::fields(a, [&](const char*, const auto& left) {
            std::size_t other = 0;
            T::fields(b, [&](const char*, const auto& right) {
                if (other++ != at) return;
                if constexpr (std::same_as<decltype(left), decltype(right)>)
                    same = same && equal(left, right);
                else
                    same = false;
            });
            ++at;
        });
        return same;
    } else {
        return a == b;
    }
}

/// Calls `with` with a default command of every alternative.
template <std::size_t k = 0>
void for_each_command(const auto& with) {
    if constexpr (k < std::variant_size_v<Command>) {
        with(std::variant_alternative_t<k, Command>{});
        for_each_command<k + 1>(with);
    }
}

TEST(CommandJson, NamesAreDistinctAndFindTheirCommand) {
    const std::set<std::string_view> names(kCommandNames.begin(), kCommandNames.end());
    EXPECT_EQ(names.size(), std::variant_size_v<Command>);
    for_each_command([](const auto& wish) {
        const auto found = command_named(wish.kName);
        ASSERT_TRUE(found) << wish.kName;
        EXPECT_EQ(found->index(), Command(wish).index());
        EXPECT_EQ(command_name(*found), wish.kName);
    });
    EXPECT_FALSE(command_named("no_such_command"));
    EXPECT_FALSE(command_named(""));
}

TEST(CommandJson, EveryFieldOfEveryCommandIsShown) {
    for_each_command([](const auto& wish) {
        using Wish = std::remove_cvref_t<decltype(wish)>;
        EXPECT_EQ(count_fields<Wish>(), count_members<Wish>()) << wish.kName;
    });
    EXPECT_EQ(count_fields<PathPlan>(), count_members<PathPlan>());
    EXPECT_EQ(count_fields<SamplingSettings>(), count_members<SamplingSettings>());
    EXPECT_EQ(count_fields<PlanePoint>(), count_members<PlanePoint>());
}

TEST(CommandJson, EveryCommandComesBackAsItWent) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        Random random(seed);
        for_each_command([&](auto wish) {
            random.fill(wish);
            const std::string text = command_text(wish);
            const Command back = parse_command(text, "a test");
            const auto* same = std::get_if<decltype(wish)>(&back);
            ASSERT_NE(same, nullptr) << text;
            EXPECT_TRUE(equal(*same, wish)) << text << "\ncame back as\n" << command_text(back);
        });
    }
}

TEST(CommandJson, IsWrittenWithNamesThatPeopleRead) {
    EXPECT_EQ(command_to_json(StepDecode{-3}), json({{"command", "step_decode"}, {"count", -3}}));
    SetView view;
    view.workspace = "path";
    view.text_shown = false;
    view.plane = PlaneKind::two_tokens;
    view.kind = MarginKind::geometric;
    const json shown = command_to_json(view);
    EXPECT_EQ(shown.at("workspace"), "path");
    EXPECT_EQ(shown.at("plane"), "two_tokens");
    EXPECT_EQ(shown.at("kind"), "geometric");
    StartTraining start;
    start.config.train.lr = 0.003;
    start.config.barrier.site = BarrierSite::heads;
    EXPECT_EQ(command_to_json(start).at("config"),
              json({{"train.lr", 0.003}, {"barrier.site", "heads"}}));
    EXPECT_EQ(command_text(SetLive{"train.noise_relative", true}),
              R"({"command":"set_live","field":"train.noise_relative","fork":false,"value":true})");
    const Command drag =
        parse_command(R"({"command": "drag_token", "index": 4, "to": {"y": 0.5}})", "a test");
    EXPECT_EQ(std::get<DragToken>(drag).index, 4);
    EXPECT_EQ(std::get<DragToken>(drag).to.x, 0.0F) << "a missing field keeps its default";
    EXPECT_EQ(std::get<DragToken>(drag).to.y, 0.5F);
}

TEST(CommandJson, WhatIsNoCommandIsRefusedInASentence) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]", "must be an object with its name"},
        {"{}", "must be an object with its name"},
        {R"({"command": 3})", "must be an object with its name"},
        {R"({"command": "fly"})", "There is no command 'fly'"},
        {R"({"command": "step_decode", "count": "two"})", "'count'"},
        {R"({"command": "step_decode", "count": 1.5})", "a whole number"},
        {R"({"command": "step_decode", "count": 3000000000})", "a whole number"},
        {R"({"command": "step_decode", "count": 18446744073709551615})", "a whole number"},
        {R"({"command": "set_decode_noise", "seed": -1})", "a whole number"},
        {R"({"command": "set_decode_noise", "where": "head"})", "embeddings, attention, residual"},
        {R"({"command": "set_decode_noise", "positions": [1, 2.5]})", "a whole number"},
        {R"({"command": "step_decode", "steps": 1})", "'steps'"},
        {R"({"command": "play_decode", "on": 1})", "true or false"},
        {R"({"command": "play_decode", "tokens_per_s": "nan"})", "a finite number"},
        {R"({"command": "set_view", "zoom": 1e300})", "a finite number"},
        {R"({"command": "set_view", "plane": "flat"})", "nearest, steepest"},
        {R"({"command": "set_view", "plane": 1})", "nearest, steepest"},
        {R"({"command": "drag_token", "to": {"z": 1}})", "'z'"},
        {R"({"command": "drag_token", "to": [1, 2]})", "'to'"},
        {R"({"command": "set_sampling", "settings": {"top_k": []}})", "'settings.top_k'"},
        {R"({"command": "start_training", "config": {"train.wings": 2}})", "'train.wings'"},
        {R"({"command": "start_training", "config": {"train.batch": -2}})", "--batch"},
        {R"({"command": "set_live", "value": null})", "a word"},
        {R"({"command": "start_path", "plan": {"lambdas": 0.1}})", "a list of numbers"},
        {"{\"command\": \"\\u001b[31mred\"}", "There is no command"},
    };
    for (const auto& [text, part] : cases) {
        try {
            parse_command(text, "a test");
            ADD_FAILURE() << text << " was taken";
        } catch (const UserError& error) {
            const std::string sentence = error.what();
            EXPECT_NE(sentence.find(part), std::string::npos) << text << "\n" << sentence;
            EXPECT_EQ(sentence.find('\x1b'), std::string::npos);
            EXPECT_EQ(sentence.back(), '.') << sentence;
        }
    }
}

}  // namespace
}  // namespace marginscope
