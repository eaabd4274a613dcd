// Factorisation and the primal autograd function; the dual has its own file.
#include "nn/log_abs_det.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "nn/small_inverse.h"
#include "nn/vector_tile.h"

namespace marginscope {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr std::int64_t kLargestSmall = 192;  // beyond it blocked LAPACK wins

/// In place in parts.inverse; parts.logdet and parts.sign are filled.
template <typename Real>
void invert_all(Factorisation& parts, std::int64_t m, std::int64_t leading, std::int64_t group) {
    Real* const inverse = parts.inverse.mutable_data_ptr<Real>();
    Real* const logdet = parts.logdet.mutable_data_ptr<Real>();
    Real* const sign = parts.sign.mutable_data_ptr<Real>();
    at::parallel_for(0, parts.logdet.numel(), 1, [&](std::int64_t begin, std::int64_t end) {
        InverseScratch<Real> scratch;
        const std::int64_t stride = padded_columns(m);
        std::vector<Real> padded(static_cast<std::size_t>(m * stride));
        for (std::int64_t k = begin; k < end; ++k) {
            Real* const a = inverse + k * m * m;
            const std::int64_t n = leading >= 0 ? leading + k % group : m;
            for (std::int64_t i = 0; i < n; ++i) {
                std::copy_n(a + i * m, n, padded.data() + i * stride);
                std::fill_n(padded.data() + i * stride + n, stride - n, Real(0));
            }
            const SmallDet det = invert_in_place(padded.data(), n, stride, scratch);
            std::fill_n(a, m * m, Real(0));
            for (std::int64_t i = 0; i < n; ++i)
                std::copy_n(padded.data() + i * stride, n, a + i * m);
            logdet[k] = static_cast<Real>(det.logdet);
            sign[k] = static_cast<Real>(det.sign);
        }
    });
}

Factorisation factorise_by_lapack(const at::Tensor& matrices) {
    const auto [lu, pivots, info] = at::linalg_lu_factor_ex(matrices, true, false);
    const at::Tensor diagonal = lu.diagonal(0, -2, -1);
    at::Tensor logdet = diagonal.abs().log().sum(-1);
    const at::Tensor own = at::arange(1, matrices.size(-1) + 1, pivots.options());
    const at::Tensor swaps = pivots.ne(own).sum(-1);
    at::Tensor sign =
        diagonal.sign().prod(-1) * (1 - 2 * swaps.remainder(2)).to(diagonal.scalar_type());
    const at::Tensor singular = logdet.isfinite().logical_not_();
    const at::Tensor identity =
        at::eye(matrices.size(-1), matrices.options()).expand(matrices.sizes());
    at::Tensor inverse = at::linalg_lu_solve(lu, pivots, identity);
    inverse = inverse.masked_fill(singular.unsqueeze(-1).unsqueeze(-1), 0.0);
    logdet = logdet.masked_fill(singular, -std::numeric_limits<double>::infinity());
    sign = sign.masked_fill(singular, 0.0);
    return {logdet, sign, inverse};
}

class LogAbsDet : public Function<LogAbsDet> {
public:
    static variable_list forward(AutogradContext* context, const at::Tensor& matrices, double cap,
                                 const InverseNorm& norm_of) {
        Factorisation parts = factorise(matrices);
        const at::Tensor norm =
            norm_of(parts.inverse)
                .masked_fill(parts.sign == 0, std::numeric_limits<double>::infinity());
        const at::Tensor weight = cap_weights(norm, parts.sign, cap);
        // d log|det M| / dM = M^-T
        context->save_for_backward(
            {parts.inverse.transpose(-2, -1) * weight.unsqueeze(-1).unsqueeze(-1)});
        context->mark_non_differentiable({parts.sign, norm});
        return {parts.logdet, parts.sign, norm};
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        const at::Tensor saved = context->get_saved_variables()[0];
        return {saved * gradients[0].unsqueeze(-1).unsqueeze(-1), at::Tensor(), at::Tensor()};
    }
};

class ScaleGradient : public Function<ScaleGradient> {
public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, double factor) {
        context->saved_data["factor"] = factor;
        return x.view_as(x);
    }

    static variable_list backward(AutogradContext* context, const variable_list& gradients) {
        return {gradients[0] * context->saved_data["factor"].toDouble(), at::Tensor()};
    }
};

}  // namespace

Factorisation factorise(const at::Tensor& matrices, std::int64_t leading) {
    const std::int64_t m = matrices.size(-1);
    if (!matrices.is_cpu() || m > kLargestSmall) return factorise_by_lapack(matrices);
    const at::IntArrayRef batch =
        matrices.sizes().slice(0, static_cast<std::size_t>(matrices.dim() - 2));
    Factorisation parts{at::empty(batch, matrices.options()), at::empty(batch, matrices.options()),
                        at::empty(matrices.sizes(), matrices.options()).copy_(matrices)};
    const std::int64_t last = leading >= 0 ? matrices.size(1) : 1;
    if (matrices.scalar_type() == at::kDouble)
        invert_all<double>(parts, m, leading, last);
    else
        invert_all<float>(parts, m, leading, last);
    return parts;
}

at::Tensor inverse_norm_of_low_rank(const at::Tensor& x, const at::Tensor& gram_left,
                                    const at::Tensor& gram_right, const at::Tensor& right_left,
                                    double d) {
    const at::Tensor trace = (x * right_left.transpose(-2, -1)).sum({-2, -1});
    const at::Tensor square = (at::matmul(gram_left, x) * at::matmul(x, gram_right)).sum({-2, -1});
    return (square + 2.0 * trace + d).clamp_min(0.0).sqrt();
}

at::Tensor cap_weights(const at::Tensor& norm, const at::Tensor& sign, double cap) {
    return (cap / norm).clamp_max(1.0).masked_fill(sign == 0, 0.0);
}

LogAbsDetResult log_abs_det(const at::Tensor& matrices, double cap, const InverseNorm& norm) {
    const variable_list out = LogAbsDet::apply(matrices, cap, norm);
    return {out[0], out[1], out[2]};
}

at::Tensor scale_gradient(const at::Tensor& x, double factor) {
    return ScaleGradient::apply(x, factor);
}

}  // namespace marginscope
