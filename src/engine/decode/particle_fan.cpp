// Particles in slices, and their rows as a tree is read.
#include "engine/decode/particle_fan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.h"
#include "engine/decode/decode_computation.h"
#include "engine/decode/undragged.h"
#include "nn/probability/particles.h"

namespace marginscope {
namespace {

constexpr auto kTellEvery = std::chrono::milliseconds(120);
constexpr std::size_t kMostRows = 100;  // the heaviest; what they leave out is said

struct Row {
    std::vector<int> tokens;
    int count = 0;
    double weight = 0.0, logprob = 0.0, barrier = 0.0;
};

// Equal texts together, the heaviest, in an order in which the heaviest branch comes first and what
// begins alike lies together.
std::vector<Row> rows_of(const ParticleCloud& cloud) {
    std::map<std::vector<int>, Row> equal;
    for (const Particle& one : cloud.particles) {
        if (one.weight <= 0.0) continue;
        Row& row = equal[one.tokens];
        row.tokens = one.tokens;
        ++row.count;
        row.weight += one.weight;
        row.logprob = one.logprob;
        row.barrier = one.barrier;
    }
    std::vector<Row> rows;
    for (auto& [tokens, row] : equal) rows.push_back(std::move(row));
    std::ranges::stable_sort(rows, std::greater{}, &Row::weight);
    if (rows.size() > kMostRows) rows.resize(kMostRows);
    std::map<std::vector<int>, double> branches;  // weight behind each beginning
    for (const Row& row : rows)
        for (std::size_t length = 1; length <= row.tokens.size(); ++length)
            branches[{row.tokens.begin(),
                      row.tokens.begin() + static_cast<std::ptrdiff_t>(length)}] += row.weight;
    std::ranges::sort(rows, [&](const Row& a, const Row& b) {
        const auto [x, y] = std::ranges::mismatch(a.tokens, b.tokens);
        if (x == a.tokens.end() || y == b.tokens.end()) return a.tokens.size() < b.tokens.size();
        const double left = branches[{a.tokens.begin(), x + 1}];
        const double right = branches[{b.tokens.begin(), y + 1}];
        return left != right ? left > right : *x < *y;
    });
    return rows;
}

int shared_beginning(const std::vector<int>& a, const std::vector<int>& b) {
    return static_cast<int>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace

ParticleFan::ParticleFan() = default;
ParticleFan::~ParticleFan() = default;

bool ParticleFan::work(const DecodeDocument& document, DecodeComputation* computation,
                       std::chrono::milliseconds budget) {
    if (computation == nullptr) return false;
    Basis now;
    now.wish = document.particles;
    now.weights = computation->weights_epoch();
    if (now.wish) {
        for (int id = now.wish->node; id >= 0; id = document.tree.node(id).parent) {
            now.ids.push_back(computation->table().id_of(document.tree.node(id).text));
            now.dragged = now.dragged || document.drags.contains(id);
        }
        std::ranges::reverse(now.ids);
    }
    if (now != basis_) {
        basis_ = std::move(now);
        begin(*computation);
    }
    if (!writer_) return false;
    const auto until = Clock::now() + budget;
    bool more = true;
    try {
        while (more && Clock::now() < until) more = writer_->step();
    } catch (const UserError& error) {
        finish(error.what());
        return false;
    }
    if (!more || Clock::now() - told_ >= kTellEvery) tell(*computation);
    if (!more) finish(sentence());
    return writer_ != nullptr;
}

void ParticleFan::begin(DecodeComputation& computation) {
    writer_.reset();
    frame_.reset();
    texts_.clear();
    fresh_ = true;
    if (!basis_.wish) return;
    const ParticleWish& wish = *basis_.wish;
    TokenTable& table = computation.table();
    frame_ = std::make_shared<ParticleFrame>();
    frame_->settings = wish.settings;
    frame_->sampling = wish.sampling;
    frame_->begin = static_cast<int>(basis_.ids.size());
    for (const int id : basis_.ids) frame_->text += table.text(id);
    const auto unknown = std::ranges::any_of(
        basis_.ids, [&](int id) { return table.unknown(id) && table.mean_unknown(); });
    if (unknown)
        return finish(
            "The text before has characters that this model has no token for: particles are "
            "not written.");
    if (wish.sampling.min_margin && wish.sampling.min_margin_kind != MarginKind::determinant)
        return finish(
            "The least margin is of another kind: particles keep to one of the determinant "
            "kind, in nats.");
    ParticleSettings settings;
    settings.particles = wish.settings.particles;
    settings.tokens = wish.settings.tokens;
    settings.barrier_weight = wish.settings.barrier_weight;
    settings.sampling = wish.sampling;
    std::vector<int> ids;
    for (const int id : basis_.ids) ids.push_back(table.model_id(id));
    try {
        writer_ = std::make_unique<ParticleWriter>(computation.model(), ids, settings);
    } catch (const UserError& error) {
        return finish(error.what());
    }
    frame_->running = true;
    began_ = told_ = Clock::now();
}

// The frame anew from what is written so far.
void ParticleFan::tell(DecodeComputation& computation) {
    told_ = Clock::now();
    const ParticleCloud cloud = writer_->cloud();
    auto frame = std::make_shared<ParticleFrame>(*frame_);
    frame->rows.clear();
    texts_.clear();
    const auto& symbols = *computation.table().symbols();
    const std::vector<Row> rows = rows_of(cloud);
    for (std::size_t k = 0; k < rows.size(); ++k) {
        ParticleRow& row = frame->rows.emplace_back();
        for (const int token : rows[k].tokens)
            row.symbols.push_back(symbols[static_cast<std::size_t>(token)]);
        row.shared = k == 0 ? 0 : shared_beginning(rows[k].tokens, rows[k - 1].tokens);
        row.count = rows[k].count;
        row.weight = static_cast<float>(rows[k].weight);
        row.logprob = static_cast<float>(rows[k].logprob);
        if (computation.model().stage) row.barrier = static_cast<float>(rows[k].barrier);
        std::vector<std::string>& text = texts_.emplace_back();
        for (const int token : rows[k].tokens) {
            text.push_back(computation.table().text(token));
            row.text += text.back();
        }
    }
    frame->ess.assign(cloud.ess.begin(), cloud.ess.end());
    frame->resampled = cloud.resampled;
    frame->log_z = static_cast<float>(cloud.log_z);
    frame->log_z_error = cloud.log_z_error ? static_cast<float>(*cloud.log_z_error) : kNoValue;
    frame->done = writer_->done();
    const double secs = std::chrono::duration<double>(told_ - began_).count();
    frame->eta_secs =
        frame->done > 0 ? secs * (frame->settings.tokens - frame->done) / frame->done : 0.0;
    frame_ = std::move(frame);
    fresh_ = true;
}

std::string ParticleFan::sentence() const {
    if (frame_->rows.empty())
        return "No particle keeps the least margin: after " + std::to_string(frame_->done) +
               (frame_->done == 1 ? " token" : " tokens") + " none is left.";
    double shown = 0.0;
    for (const ParticleRow& row : frame_->rows) shown += row.weight;
    std::string text;
    if (shown < 0.9995)
        text = "The heaviest " + std::to_string(frame_->rows.size()) +
               " texts are shown; the others hold " +
               std::to_string(static_cast<int>(std::lround(100.0 * (1.0 - shown)))) +
               " % of the weight.";
    if (basis_.dragged) text += (text.empty() ? "" : " ") + undragged(true);
    return text;
}

void ParticleFan::finish(const std::string& sentence) {
    writer_.reset();
    frame_ = std::make_shared<ParticleFrame>(*frame_);
    frame_->running = false;
    frame_->sentence = sentence;
    fresh_ = true;
}

std::optional<std::shared_ptr<const ParticleFrame>> ParticleFan::take() {
    if (!std::exchange(fresh_, false)) return std::nullopt;
    if (!frame_) {
        taken_ = nullptr;
    } else {
        auto frame = std::make_shared<ParticleFrame>(*frame_);
        frame->version = ++version_;
        taken_ = std::move(frame);
    }
    taken_texts_ = texts_;
    return taken_;
}

std::vector<std::string> ParticleFan::text_of(int row) const {
    return row >= 0 && static_cast<std::size_t>(row) < taken_texts_.size()
               ? taken_texts_[static_cast<std::size_t>(row)]
               : std::vector<std::string>();
}

}  // namespace marginscope
