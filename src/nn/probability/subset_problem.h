// What is asked about a text of which some characters are fixed, some open and some asked for, and
// the order in which a model answers it. Torch-free; pure functions, any thread.
//
// Positions count from 0. The model has no law of a text's first token: a text is conditioned on
// what stands before it, or, where nothing does, on its first token, which then must be fixed. Open
// positions behind the last fixed or asked one change nothing (their laws sum to 1) and are not
// read.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/run/run_config.h"

namespace marginscope {

struct SubsetProblem {
    std::vector<int> before;  // tokens before position 0
    std::size_t length = 0;
    std::map<std::size_t, int> fixed;  // position -> token
    std::vector<std::size_t> asked;    // in the order in which answers name them, each once
    bool operator==(const SubsetProblem&) const = default;
};

/// UserError (exit code 2) with one sentence: nothing asked, a position outside the text, one that
/// is fixed and asked for, one that is asked twice, a token that does not exist, or no law of
/// position 0.
void check_subset(const SubsetProblem& problem, int vocabulary);

/// A free (open or asked) position and the fixed tokens between it and the next free one.
struct SubsetLevel {
    std::size_t position = 0;
    std::optional<std::size_t> asked;  // its place in SubsetProblem::asked
    std::vector<int> run;
    bool operator==(const SubsetLevel&) const = default;
};

struct SubsetPlan {
    std::vector<int> beginning;   // what stands before the first free position; never empty
    std::size_t conditioned = 0;  // of it, tokens that are given and have no law of their own
    std::vector<SubsetLevel> levels;

    /// Tokens of the text when level `level` begins.
    std::size_t length_before(std::size_t level) const;
    /// Tokens that are read for each text of that level: its own and those of its run, without the
    /// last of all, whose law is known by then.
    std::size_t read_at(std::size_t level) const;
};

/// `problem` is one that check_subset() accepts.
SubsetPlan subset_plan(const SubsetProblem& problem);

/// Tokens that pass through the model when a text grows from `from` to `to` tokens with a cache:
/// to - from, and more where the window moves and what stays in it is read anew.
double tokens_passed(std::size_t from, std::size_t to, std::size_t context);

/// What an enumeration costs, known before it starts.
struct SubsetWork {
    double fills = 0.0;        // ways to fill what is free
    double token_steps = 0.0;  // tokens that pass through the model
    double flop = 0.0;         // of its matrix products
    double table = 0.0;        // entries of the joint law of what is asked
};
SubsetWork enumeration_work(const SubsetPlan& plan, const ModelConfig& shape, int vocabulary);

/// Floating-point operations of `tokens` tokens that each attend to `attended` positions: two for
/// each weight of a product, of a transformer of this shape.
double transformer_flop(const ModelConfig& shape, int vocabulary, double tokens, double attended);

}  // namespace marginscope
