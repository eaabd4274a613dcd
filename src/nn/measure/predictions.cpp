// What batches of windows predict, by one model or by the mean of several, against what came.
#include <ATen/ATen.h>

#include <cmath>
#include <utility>

#include "nn/measure/noise_pass.h"

namespace marginscope {
namespace {

std::int64_t id_at(const at::Tensor& ids, std::int64_t row) {
    return ids.const_data_ptr<std::int64_t>()[row];
}

double number_at(const at::Tensor& numbers, std::int64_t row) {
    return numbers.const_data_ptr<double>()[row];
}

at::Tensor on_cpu(const at::Tensor& numbers) {
    return numbers.to(at::kCPU, at::kDouble).contiguous();
}

}  // namespace

Predictions::Predictions(const at::Tensor& logprob, const at::Tensor& targets) {
    const at::Tensor of_target = logprob.gather(-1, targets.unsqueeze(-1)).squeeze(-1);  // (B, T)
    const at::Tensor probability = logprob.exp();
    ce = on_cpu(of_target).neg();
    brier = on_cpu(probability.square().sum(-1)) - 2.0 * on_cpu(of_target.exp()) + 1.0;
    confidence = on_cpu(probability.amax(-1));
    argmax = logprob.argmax(-1).to(at::kCPU).contiguous();
}

PredictionsTogether::PredictionsTogether(const EvaluatedText& text, at::Tensor targets)
    : several_(text.models().size() > 1), targets_(std::move(targets)) {}

void PredictionsTogether::add(const at::Tensor& logits) {
    if (!several_) {
        Predictions alone(at::log_softmax(logits, -1), targets_);
        alone.argmax = logits.argmax(-1).to(at::kCPU).contiguous();  // where rounding makes no ties
        members_.push_back(std::move(alone));
        return;
    }
    const at::Tensor logprob = at::log_softmax(logits.to(at::kDouble), -1);
    members_.emplace_back(logprob, targets_);
    log_sum_ = log_sum_.defined() ? at::logaddexp(log_sum_, logprob) : logprob;
}

Predictions PredictionsTogether::mean() const {
    if (!several_) return members_.front();
    return {log_sum_ - std::log(static_cast<double>(members_.size())), targets_};
}

PositionSums& PositionSums::operator+=(const PositionSums& other) {
    ce += other.ce;
    flips += other.flips;
    errors += other.errors;
    brier += other.brier;
    members_ce += other.members_ce;
    members_flips += other.members_flips;
    members_errors += other.members_errors;
    return *this;
}

PositionSums PositionSums::operator/(double count) const {
    return {ce / count,         flips / count,         errors / count,        brier / count,
            members_ce / count, members_flips / count, members_errors / count};
}

CleanPass::CleanPass(const EvaluatedText& text, std::span<const TokenWindow> windows)
    : together(
          text,
          window_ids(text.ids(), windows, text.context(), 1).to(text.model().language().device())),
      mean([&] {
          const at::Tensor ids = window_ids(text.ids(), windows, text.context());
          for (const Model& member : text.models()) {
              const LanguageModel& model = member.language();
              u.push_back(model.embed(ids.to(model.device())));
              together.add(model.logits_from_embeddings(u.back()));
          }
          return together.mean();
      }()) {}

PositionJudge::PositionJudge(const PredictionsTogether& noisy, const CleanPass& clean)
    : noisy_(noisy),
      clean_(clean),
      mean_(noisy.mean()),
      came_(noisy.targets().to(at::kCPU).contiguous()) {}

PositionSums PositionJudge::at(std::int64_t row, std::int64_t clean_row) const {
    const std::int64_t came = id_at(came_, row);
    PositionSums sums;
    sums.ce = number_at(mean_.ce, row);
    sums.brier = number_at(mean_.brier, row);
    sums.flips = id_at(mean_.argmax, row) != id_at(clean_.mean.argmax, clean_row) ? 1.0 : 0.0;
    sums.errors = id_at(mean_.argmax, row) != came ? 1.0 : 0.0;
    const std::vector<Predictions>& members = noisy_.members();
    const auto count = static_cast<double>(members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
        const std::int64_t likeliest = id_at(members[m].argmax, row);
        const Predictions& alone = clean_.together.members()[m];
        sums.members_ce += number_at(members[m].ce, row) / count;
        sums.members_flips += likeliest != id_at(alone.argmax, clean_row) ? 1.0 / count : 0.0;
        sums.members_errors += likeliest != came ? 1.0 / count : 0.0;
    }
    return sums;
}

Judged PositionJudge::judged(std::int64_t row) const {
    return {number_at(mean_.confidence, row), id_at(mean_.argmax, row) == id_at(came_, row)};
}

}  // namespace marginscope
