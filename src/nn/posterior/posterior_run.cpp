// Plan, chains one after the other, and what they say together.
#include "nn/posterior/posterior_run.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/probability/chains.h"
#include "core/shown.h"
#include "core/statistics.h"
#include "files/json_numbers.h"
#include "files/run_folder.h"
#include "files/sample_folder.h"
#include "files/sha256.h"
#include "nn/model/config_json.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/posterior/posterior_chain.h"

namespace marginscope {

namespace fs = std::filesystem;

namespace {

fs::path plan_file(const fs::path& out) { return out / "posterior.json"; }
fs::path start_file(const fs::path& out) { return out / "start.safetensors"; }
fs::path chain_file(const fs::path& out, int chain) {
    return out / "chains" / ("chain-" + std::to_string(chain) + ".safetensors");
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw UserError("Cannot make the folder " + shown_path(folder) + ": " + error.message() +
                        ".");
}

/// What a beginning that was killed left may be there.
void require_new(const fs::path& out) {
    std::error_code error;
    if (fs::exists(plan_file(out), error))
        throw UserError(shown_path(out) +
                            " already holds samples: go on with them by --resume, or choose "
                            "another folder.",
                        2);
    for (fs::directory_iterator it(out, error), end; !error && it != end; it.increment(error))
        if (!it->path().filename().string().starts_with("start.safetensors"))
            throw UserError(shown_path(out) + " holds " + shown(it->path().filename().string()) +
                                "; samples need a new or an empty folder.",
                            2);
}

/// The text's fingerprint in the model's characters, as a run's plan keeps it.
std::string text_fingerprint(const Model& model, const Corpus& corpus) {
    return fingerprint(
        TokenizedCorpus(corpus, model.tokenizer(), model.config.model.context).all());
}

void write_sample(const fs::path& out, int chain, int draw, const PosteriorPlan& plan,
                  const Model& start, const SafeTensors& file) {
    const fs::path path = sample_folder(out, chain, draw);
    check_finite(file, path);
    RunBeginning begin;
    begin.plan.text = plan.text;
    begin.plan.init = plan.model;
    begin.plan.init_sha256 = plan.sha256;
    RunFolder run = RunFolder::inspect(path) == RunFolderState::kRun
                        ? RunFolder::open_for_writing(path)
                        : RunFolder::create(path, config_to_json(start.config), begin);
    run.write_final(file);
}

struct Work {
    const fs::path& out;
    const Corpus& corpus;
    const PosteriorProgress& progress;
    const std::stop_token& stop;
    PosteriorPlan plan;
    Model start;

    PosteriorReport run();
    /// False: stopped.
    bool run_chain(PosteriorChain& chain, int number);
    void tell(const PosteriorChain& chain, int number) const;
};

void Work::tell(const PosteriorChain& chain, int number) const {
    if (!progress) return;
    char detail[64];
    std::snprintf(detail, sizeof detail, "chain %d  %s %.4f", number,
                  chain.steps() <= plan.burn_in ? "burn-in, loss" : "loss", chain.last_ce());
    const auto per_chain = static_cast<std::size_t>(plan.steps_per_chain());
    progress((static_cast<std::size_t>(number) - 1) * per_chain +
                 static_cast<std::size_t>(chain.steps()),
             per_chain * static_cast<std::size_t>(plan.chains), detail);
}

bool Work::run_chain(PosteriorChain& chain, int number) {
    const auto save = [&] { write_safetensors(chain_file(out, number), chain.state()); };
    while (chain.steps() < plan.steps_per_chain()) {
        if (stop.stop_requested()) {
            save();
            return false;
        }
        chain.step();
        tell(chain, number);
        const std::int64_t kept = chain.steps() - plan.burn_in;
        if (kept > 0 && kept % plan.measured_every() == 0) chain.measure();
        if (kept > 0 && kept % plan.every == 0)
            write_sample(out, number, static_cast<int>(kept / plan.every), plan, start,
                         chain.sample(start));
        if (chain.steps() % plan.measured_every() == 0 || kept % plan.every == 0) save();
    }
    return true;
}

using Traces = std::vector<std::vector<ChainPoint>>;

PosteriorQuantity quantity(const char* name, const char* unit, const Traces& traces,
                           const ChainPoint& start, double ChainPoint::*member) {
    PosteriorQuantity one{name, unit, start.*member};
    std::vector<double> all;
    std::vector<std::vector<double>> chains;
    for (const auto& trace : traces) {
        std::vector<double>& chain = chains.emplace_back();
        for (const ChainPoint& point : trace) chain.push_back(point.*member);
        all.insert(all.end(), chain.begin(), chain.end());
    }
    one.mean = mean(all);
    one.spread = standard_deviation(all);
    const auto diagnosis = diagnose(chains);
    one.r_hat = diagnosis ? diagnosis->r_hat : std::nan("");
    one.ess = diagnosis ? diagnosis->ess : std::nan("");
    return one;
}

PosteriorReport Work::run() {
    PosteriorReport report;
    Traces traces;
    ChainPoint at_start;
    for (int number = 1; number <= plan.chains; ++number) {
        PosteriorChain chain(start, corpus, plan, number);
        if (number == 1) at_start = chain.measured();
        std::error_code error;
        if (const fs::path file = chain_file(out, number); fs::exists(file, error))
            chain.restore(read_safetensors(file), shown_path(file));
        if (!run_chain(chain, number)) {
            report.stopped = true;
            break;
        }
        report.gradient_heat = std::max(report.gradient_heat, chain.gradient_heat());
        traces.push_back(chain.trace());
    }
    report.samples = static_cast<int>(sample_folders(out).size());
    if (report.stopped) return report;
    using Point = ChainPoint;
    report.quantities = {quantity("training loss", "nats", traces, at_start, &Point::train_ce),
                         quantity("validation loss", "nats", traces, at_start, &Point::val_ce),
                         quantity("mean log|det J|", "nats", traces, at_start, &Point::logdet_mean),
                         quantity("share beyond", "", traces, at_start, &Point::share_beyond)};
    nlohmann::json file = plan_to_json(plan);
    file["result"] = report_to_json(report);
    write_json_file(plan_file(out), file);
    return report;
}

}  // namespace

PosteriorPlan begin_posterior(const PosteriorRequest& request, const Corpus& corpus) {
    PosteriorPlan plan = request.plan;
    with_torch_errors([&] {
        require_new(request.out);
        const Model model = load_requested_model(request.model);
        plan.model = model_name(request.model);
        if (!request.model.empty()) plan.sha256 = sha256_of_file(model_file(request.model));
        plan.lambda =
            request.lambda.value_or(model.config.barrier.lambda * model.config.barrier.lambda_end);
        check_plan(plan);
        // Says what does not serve before anything is written.
        const PosteriorDensity density(model, corpus, {plan.lambda, plan.prior_sd, plan.seed});
        plan.tokens = density.count();
        plan.text = text_fingerprint(model, corpus);
        make_folder(request.out / "chains");
        save_model(model, start_file(request.out));
        // With its plan the folder counts.
        write_json_file(plan_file(request.out), plan_to_json(plan));
    });
    return plan;
}

PosteriorReport run_posterior(const fs::path& out, const Corpus& corpus,
                              const PosteriorProgress& progress, std::stop_token stop) {
    PosteriorReport report;
    with_torch_errors([&] {
        const PosteriorPlan plan = read_posterior_plan(out);
        set_compute_threads(plan.threads);
        Work work{out, corpus, progress, stop, plan, load_model(start_file(out))};
        if (text_fingerprint(work.start, corpus) != plan.text)
            throw UserError("The samples in " + shown_path(out) +
                            " are drawn given another text than this one; go on with the same "
                            "--text.");
        make_folder(out / "chains");
        report = work.run();
    });
    return report;
}

}  // namespace marginscope
