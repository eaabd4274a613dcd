// Blocks from the newest back, each known position once.
#include "engine/decode/ensemble_trace.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <unordered_map>
#include <utility>

#include "engine/jobs/thread_job.h"
#include "files/sample_folder.h"
#include "nn/model/device.h"
#include "nn/model/torch_errors.h"
#include "nn/posterior/ensemble_law.h"
#include "nn/posterior/ensemble_paths.h"

namespace marginscope {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kTellEvery = std::chrono::milliseconds(120);
constexpr std::size_t kRemembered = 200'000;  // positions

EnsemblePosition position_of(const MeanLaw& law, int came, bool unknown) {
    EnsemblePosition at;
    if (!unknown) at.logprob = static_cast<float>(law.logprob[static_cast<std::size_t>(came)]);
    at.expected_entropy = static_cast<float>(law.expected_entropy);
    at.mutual_information = static_cast<float>(law.mutual_information());
    return at;
}

}  // namespace

std::string EnsembleMembers::words() const { return std::to_string(files.size()) + " samples"; }

std::shared_ptr<const EnsembleMembers> members_in(const std::filesystem::path& path) {
    if (!is_sample_folder(path)) return nullptr;
    return std::make_shared<const EnsembleMembers>(
        EnsembleMembers{path.string(), ensemble_paths(path)});
}

/// The models, and what they said of positions so far.
struct EnsembleTrace::Known {
    std::shared_ptr<const EnsembleMembers> members;
    Ensemble ensemble;
    std::unordered_map<std::uint64_t, EnsemblePosition> positions;

    void read_models(const std::shared_ptr<const EnsembleMembers>& asked) {
        if (members == asked) return;
        members = nullptr;
        positions.clear();
        ensemble = load_ensemble(asked->files);
        members = asked;
    }
    /// All of a block that has something unknown.
    void read_block(const EnsembleRequest& request, const TextBlock& block);
};

void EnsembleTrace::Known::read_block(const EnsembleRequest& request, const TextBlock& block) {
    const std::size_t first = std::max(block.first, block.begin + 1);  // with something before it
    if (first >= block.end) return;
    const auto known = [&](std::uint64_t key) { return positions.contains(key); };
    if (std::all_of(request.keys.begin() + static_cast<std::ptrdiff_t>(first),
                    request.keys.begin() + static_cast<std::ptrdiff_t>(block.end), known))
        return;
    if (positions.size() > kRemembered) positions.clear();
    const std::vector<MeanLaw> laws = ensemble_laws(
        ensemble, std::span(request.ids).subspan(block.begin, block.end - 1 - block.begin),
        first - 1 - block.begin);
    for (std::size_t i = first; i < block.end; ++i)
        positions[request.keys[i]] =
            position_of(laws[i - first], request.ids[i], request.unknown[i]);
}

EnsembleTrace::EnsembleTrace(std::function<void()> on_news)
    : on_news_(std::move(on_news)), known_(std::make_shared<Known>()) {}
EnsembleTrace::~EnsembleTrace() = default;

bool EnsembleTrace::idle() const { return !next_ && (!job_ || !job_->job().running()); }

void EnsembleTrace::ask(EnsembleRequest request) {
    ++asked_;
    if (job_) job_->job().cancel();
    next_.reset();
    if (!request.members || request.members == broken_ || request.ids.empty())
        return laws_.update([](auto& slot) { slot = nullptr; });
    next_ = std::move(request);
}

void EnsembleTrace::work() {
    if (!next_ || (job_ && job_->job().running())) return;
    EnsembleRequest request = *std::exchange(next_, std::nullopt);
    searched_ = request.members;
    job_ = std::make_unique<ThreadJob>(
        "asking models that predict together",
        [this, request = std::move(request), asked = asked_.load()](Job& job) {
            with_torch_errors([&] { find(request, asked, job); });
        },
        on_news_);
}

void EnsembleTrace::find(const EnsembleRequest& request, std::uint64_t asked, Job& job) {
    set_compute_threads(1);  // the others belong to training and to the window
    known_->read_models(request.members);
    EnsembleLaws laws;
    laws.keys = request.keys;
    laws.positions.resize(request.keys.size());
    laws.next_key = request.next_key;
    for (std::size_t i = 0; i < laws.keys.size(); ++i)
        if (const auto at = known_->positions.find(laws.keys[i]); at != known_->positions.end())
            laws.positions[i] = at->second;
    // What may follow comes first: it is what somebody who decodes looks at.
    const std::vector<MeanLaw> next =
        ensemble_laws(known_->ensemble, std::span(request.ids).subspan(request.next_begin),
                      request.ids.size() - 1 - request.next_begin);
    for (const double logprob : next.front().logprob)
        laws.next.push_back(static_cast<float>(std::exp(logprob)));
    tell(laws, asked);
    auto told = Clock::now();
    for (std::size_t k = request.blocks.size(); k-- > 0;) {
        if (job.cancel_requested()) return;
        const TextBlock& block = request.blocks[k];
        known_->read_block(request, block);
        for (std::size_t i = block.first; i < block.end; ++i)
            if (const auto at = known_->positions.find(laws.keys[i]); at != known_->positions.end())
                laws.positions[i] = at->second;
        job.report(static_cast<double>(request.blocks.size() - k) /
                   static_cast<double>(request.blocks.size()));
        if (Clock::now() - told < kTellEvery) continue;
        tell(laws, asked);
        told = Clock::now();
    }
    tell(laws, asked);
}

void EnsembleTrace::tell(const EnsembleLaws& laws, std::uint64_t asked) {
    auto made = std::make_shared<const EnsembleLaws>(laws);
    laws_.update([&](auto& slot) {
        if (asked == asked_) slot = std::move(made);
    });
    on_news_();
}

std::optional<std::shared_ptr<const EnsembleLaws>> EnsembleTrace::take() {
    std::shared_ptr<const EnsembleLaws> now = laws_.get();
    if (now == taken_) return std::nullopt;
    taken_ = now;
    return now;
}

std::string EnsembleTrace::take_trouble() {
    if (!job_ || job_->job().state() != JobState::failed || broken_ == searched_) return {};
    broken_ = searched_;
    next_.reset();
    return job_->job().error();
}

}  // namespace marginscope
