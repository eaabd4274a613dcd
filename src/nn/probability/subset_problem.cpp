// Which positions are read in which order, and what that costs.
#include "nn/probability/subset_problem.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/error.h"
#include "core/text_windows.h"

namespace marginscope {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw UserError(sentence, 2); }

std::string in_text(std::size_t position, std::size_t length) {
    return "Position " + std::to_string(position) + " lies outside a text of " +
           std::to_string(length) + " characters, whose positions are 0 to " +
           std::to_string(length - 1) + ".";
}

std::size_t window_begin(std::size_t length, std::size_t context) {
    return length == 0 ? 0 : block_of(length - 1, context, WindowRule::half).begin;
}

}  // namespace

void check_subset(const SubsetProblem& problem, int vocabulary) {
    if (problem.length == 0) refuse("A text needs at least one position; its length is 0.");
    if (problem.asked.empty())
        refuse("No position is asked for: name those whose law is wanted, counted from 0.");
    for (const auto& [position, token] : problem.fixed) {
        if (position >= problem.length) refuse(in_text(position, problem.length));
        if (token < 0 || token >= vocabulary)
            refuse("Token " + std::to_string(token) + " at position " + std::to_string(position) +
                   " is none of the model's " + std::to_string(vocabulary) + ".");
    }
    for (std::size_t k = 0; k < problem.asked.size(); ++k) {
        const std::size_t position = problem.asked[k];
        if (position >= problem.length) refuse(in_text(position, problem.length));
        if (problem.fixed.contains(position))
            refuse("Position " + std::to_string(position) +
                   " is both fixed and asked for: its law is that of what it is fixed to.");
        if (std::find(problem.asked.begin(), problem.asked.begin() + static_cast<long>(k),
                      position) != problem.asked.begin() + static_cast<long>(k))
            refuse("Position " + std::to_string(position) + " is asked for twice.");
    }
    if (problem.before.empty() && !problem.fixed.contains(0))
        refuse(
            "Position 0 is not fixed and nothing stands before it, and a model has no law of a "
            "text's first character: fix it, or give what comes before.");
}

SubsetPlan subset_plan(const SubsetProblem& problem) {
    SubsetPlan plan;
    plan.beginning = problem.before;
    plan.conditioned = std::max<std::size_t>(problem.before.size(), 1);
    std::size_t end = 0;
    for (const std::size_t position : problem.asked) end = std::max(end, position + 1);
    if (!problem.fixed.empty()) end = std::max(end, problem.fixed.rbegin()->first + 1);
    for (std::size_t i = 0; i < end; ++i) {
        const auto fixed = problem.fixed.find(i);
        if (fixed != problem.fixed.end()) {
            auto& list = plan.levels.empty() ? plan.beginning : plan.levels.back().run;
            list.push_back(fixed->second);
            continue;
        }
        SubsetLevel level;
        level.position = i;
        const auto asked = std::find(problem.asked.begin(), problem.asked.end(), i);
        if (asked != problem.asked.end())
            level.asked = static_cast<std::size_t>(asked - problem.asked.begin());
        plan.levels.push_back(std::move(level));
    }
    assert(!plan.beginning.empty() && !plan.levels.empty());
    return plan;
}

std::size_t SubsetPlan::length_before(std::size_t level) const {
    std::size_t length = beginning.size();
    for (std::size_t k = 0; k < level; ++k) length += 1 + levels[k].run.size();
    return length;
}

std::size_t SubsetPlan::read_at(std::size_t level) const {
    return levels[level].run.size() + (level + 1 < levels.size() ? 1 : 0);
}

double tokens_passed(std::size_t from, std::size_t to, std::size_t context) {
    double passed = 0.0;
    std::size_t begin = window_begin(from, context);
    for (std::size_t read = from; read < to;) {
        const std::size_t next = window_begin(read + 1, context);
        if (next != begin) passed += static_cast<double>(read - next);
        begin = next;
        std::size_t end = read + 1;
        while (end < to && window_begin(end + 1, context) == begin) ++end;
        passed += static_cast<double>(end - read);
        read = end;
    }
    return passed;
}

double transformer_flop(const ModelConfig& shape, int vocabulary, double tokens, double attended) {
    const double width = shape.width;
    const double weights = shape.layers * 12.0 * width * width + vocabulary * width;
    return tokens * 2.0 * (weights + shape.layers * 2.0 * width * attended);
}

SubsetWork enumeration_work(const SubsetPlan& plan, const ModelConfig& shape, int vocabulary) {
    const auto context = static_cast<std::size_t>(shape.context);
    SubsetWork work;
    work.fills = work.table = 1.0;
    const auto add = [&](std::size_t from, std::size_t to) {
        const double passed = work.fills * tokens_passed(from, to, context);
        const double attended =
            static_cast<double>(from + to) / 2.0 - static_cast<double>(window_begin(to, context));
        work.token_steps += passed;
        work.flop += transformer_flop(shape, vocabulary, passed, std::max(attended, 1.0));
    };
    add(0, plan.beginning.size());
    for (std::size_t level = 0; level < plan.levels.size(); ++level) {
        work.fills *= vocabulary;
        if (plan.levels[level].asked) work.table *= vocabulary;
        const std::size_t from = plan.length_before(level);
        add(from, from + plan.read_at(level));
    }
    return work;
}

}  // namespace marginscope
