// `marginscope stage`: a stage's quantities for matrices of the user's own, as JSON.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/stage_document.h"
#include "nn/measure/parallel_jobs.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    std::string file;
    bool full = false;
    int support = 5;
    GeometricScope geometric = GeometricScope::all;
    int threads = 2;
    std::string json = "-";
};

/// Says what takes long, once, on a terminal or not.
class Waiting {
public:
    Waiting(const char* what, std::string advice) : line_(what), advice_(std::move(advice)) {}
    void update(std::size_t done, std::size_t total) {
        line_.update(done, total);
        const auto waited = std::chrono::steady_clock::now() - start_;
        if (advice_.empty() || done == total || waited < std::chrono::seconds(5)) return;
        line_.note(advice_);
        advice_.clear();
    }

private:
    ProgressLine line_;
    std::string advice_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::vector<PositionMargins> find_margins(const Stage& stage, const Options& options,
                                          const std::stop_token& stop) {
    std::vector<PositionMargins> all;
    for (int i = 0; i < stage.positions(); ++i)
        if (stage.has_jacobian(i)) all.emplace_back().position = i;
    Waiting waiting("margins", "Measuring " + std::to_string(all.size()) + " positions of width " +
                                   std::to_string(stage.width()) + ".");
    run_jobs(
        all.size(), options.threads,
        [&](std::size_t k) { all[k] = stage.margins(all[k].position); },
        [&](std::size_t done, std::size_t total) { waiting.update(done, total); }, stop);
    return all;
}

void find_geometric(const Stage& stage, const Options& options, const std::vector<int>& support,
                    std::vector<PositionMargins>& all, const std::stop_token& stop) {
    std::vector<PositionMargins*> wanted;
    for (PositionMargins& margins : all) {
        const bool near =
            std::find(support.begin(), support.end(), margins.position) != support.end();
        const bool asked = options.geometric == GeometricScope::all ||
                           (options.geometric == GeometricScope::support && near);
        if (asked && margins.has_boundary) wanted.push_back(&margins);
    }
    Waiting waiting("geometric margins",
                    "Looking for the nearest boundary point of " + std::to_string(wanted.size()) +
                        " positions; --geometric support or none answers sooner.");
    run_jobs(
        wanted.size(), options.threads,
        [&](std::size_t k) {
            wanted[k]->geometric = stage.geometric_margin(wanted[k]->position, 0, stop);
        },
        [&](std::size_t done, std::size_t total) { waiting.update(done, total); }, stop);
}

json positions_json(const Stage& stage, const Options& options,
                    const std::vector<PositionMargins>& all, const std::stop_token& stop) {
    std::vector<json> positions(static_cast<std::size_t>(stage.positions()));
    Waiting waiting("spectra", "Computing gradients, shares and eigenvalues.");
    run_jobs(
        all.size(), options.threads,
        [&](std::size_t k) {
            positions[static_cast<std::size_t>(all[k].position)] =
                stage_position_json(stage, all[k], options.full);
        },
        [&](std::size_t done, std::size_t total) { waiting.update(done, total); }, stop);
    return positions;
}

int run(const Options& options, const std::stop_token& stop) {
    const Stage stage = read_stage(options.file);
    std::vector<PositionMargins> all = find_margins(stage, options, stop);
    if (stop.stop_requested()) return kExitInterrupted;
    const std::vector<int> support = support_tokens(all, MarginKind::determinant, options.support);
    find_geometric(stage, options, support, all, stop);
    const json positions = positions_json(stage, options, all, stop);
    if (stop.stop_requested()) return kExitInterrupted;
    write_json(options.json, {{"positions", positions},
                              {"support", support},
                              {"width", stage.width()},
                              {"strict", stage.strict()}});
    return kExitDone;
}

}  // namespace

void add_stage_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "stage", "a stage's margins, gradient and spectrum for matrices of your own");
    command->footer(
        "FILE holds {\"u\": T x d, \"W_Q\": p x d, \"W_K\": p x d, \"W_V\": d x d or left out, "
        "\"strict\": true}, each\n"
        "matrix a list of rows. Scores are divided by the square root of p. The result is one JSON "
        "document, one entry a\n"
        "position, counted from 0; null where attention has no Jacobian (no past). Position 1 of a "
        "strict stage has J = I.\n"
        "eigenvalues are the d eigenvalues of Cov(v, u) A, zeros included, as [re, im]; crossings "
        "counts the real ones\n"
        "above 1: the token is beyond the boundary where there are any. logdet is log|det|, in "
        "nats, "
        "of any sign;\n"
        "sigma_min and geometric.value are distances. geometric is null where J does not depend on "
        "the token; its value\n"
        "is null where none was found within searched_radius or, where that is null too, none was "
        "looked for.\n"
        "support lists the positions nearest the boundary, nearest first.");
    const auto options = std::make_shared<Options>();
    command->add_option("file", options->file, "the matrices; - is the standard input")
        ->type_name("FILE.json")
        ->required();
    command->add_flag("--full", options->full, "add each position's Jacobian");
    command->add_option("--support", options->support, "how many support tokens")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("K")
        ->capture_default_str();
    add_choice_option(*command, "--geometric", options->geometric, geometric_scopes(),
                      "for which positions to search the nearest boundary point");
    add_threads_option(*command, options->threads);
    command
        ->add_option("--json", options->json,
                     "write the document to FILE; - is the standard output")
        ->type_name("FILE")
        ->capture_default_str();
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
