// The Lanczos process of all positions of all sequences side by side.
#include "nn/barrier/lanczos_log_det.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "nn/barrier/positions.h"
#include "nn/model/device.h"

namespace marginscope {
namespace {

/// J x = x - sum_s a_s (k_s·x - mean) v_s and its transpose, for x (K, m, p).
class Jacobians {
public:
    explicit Jacobians(const CovarianceInput& in) : in_(in) {}

    at::Tensor apply(const at::Tensor& x) const { return x - through(x, in_.keys, in_.values); }
    at::Tensor transposed(const at::Tensor& y) const {
        return y - through(y, in_.values, in_.keys);
    }
    /// a (s - sum a s), s_s = x·from_s: (K, m, T)
    at::Tensor centred(const at::Tensor& x, const at::Tensor& from) const {
        const at::Tensor products = at::matmul(x, from.transpose(1, 2));
        const at::Tensor mean = (in_.attention * products).sum(2, true);
        return in_.attention * (products - mean);
    }

private:
    at::Tensor through(const at::Tensor& x, const at::Tensor& from, const at::Tensor& to) const {
        return at::matmul(centred(x, from), to);
    }

    const CovarianceInput& in_;
};

at::Tensor product_of(const at::Tensor& a, const at::Tensor& b) { return (a * b).sum(2, true); }

struct Krylov {
    std::vector<at::Tensor> basis;    // (K, m, p) each, orthonormal, or zero where exhausted
    at::Tensor nodes, weights;        // (K, m, steps): eigenvalues, first components squared
    at::Tensor solution_coordinates;  // (K, m, steps): of (JᵀJ)^-1 z / |z|
};

/// Of JᵀJ from z.
Krylov krylov_space(const Jacobians& j, const at::Tensor& z, std::int64_t steps) {
    const double tiny = z.scalar_type() == at::kDouble ? 1e-12 : 1e-5;
    Krylov space;
    std::vector<at::Tensor> diagonal, beside;
    at::Tensor next = z / product_of(z, z).sqrt();
    at::Tensor alive = at::ones_like(product_of(z, z));
    for (std::int64_t k = 0; k < steps; ++k) {
        space.basis.push_back(next);
        const at::Tensor image = j.apply(next);
        const at::Tensor alpha = product_of(image, image);
        // Where the space is exhausted the identity takes over: its logarithm is zero.
        diagonal.push_back(at::where(alive > 0, alpha, at::ones_like(alpha)));
        if (k + 1 == steps) break;
        next = j.transposed(image);
        for (int pass = 0; pass < 2; ++pass)  // twice is enough
            for (const at::Tensor& earlier : space.basis)
                next = next - product_of(earlier, next) * earlier;
        const at::Tensor beta = product_of(next, next).sqrt();
        alive = alive * (beta > tiny * alpha).to(beta.scalar_type());
        next = next / beta.clamp_min(std::numeric_limits<float>::min()) * alive;
        beside.push_back(beta * alive);
    }
    const std::int64_t rows = z.size(0), positions = z.size(1);
    at::Tensor tridiagonal = at::zeros({rows, positions, steps, steps}, z.options());
    tridiagonal.diagonal(0, 2, 3).copy_(at::cat(diagonal, 2));
    if (steps > 1) {
        const at::Tensor off = at::cat(beside, 2);
        tridiagonal.diagonal(1, 2, 3).copy_(off);
        tridiagonal.diagonal(-1, 2, 3).copy_(off);
    }
    // LAPACK refuses what is not finite; such positions are flagged by the caller.
    const at::Tensor finite = tridiagonal.isfinite().all(3).all(2);
    const at::Tensor safe = at::where(finite.unsqueeze(2).unsqueeze(3), tridiagonal,
                                      at::eye(steps, tridiagonal.options()).expand_as(tridiagonal));
    const auto [values, vectors] = at::linalg_eigh(safe);
    const at::Tensor first = vectors.select(2, 0);  // (K, m, steps)
    space.nodes = at::where(finite.unsqueeze(2), values,
                            at::full_like(values, std::numeric_limits<double>::quiet_NaN()));
    space.weights = first.square();
    space.solution_coordinates = at::matmul(vectors, (first / space.nodes).unsqueeze(3)).squeeze(3);
    return space;
}

at::Tensor signs(const CovarianceInput& in, const LanczosSettings& settings, std::int64_t probe) {
    const std::vector<std::int64_t> shape = {in.values.size(0), in.attention.size(1),
                                             in.values.size(2)};
    at::Tensor host = at::empty(shape, at::kFloat);
    float* out = host.mutable_data_ptr<float>();
    DrawKey key = settings.key;
    key.position = static_cast<std::uint64_t>(probe);
    CounterRng random(key);
    std::uint64_t bits = 0;
    for (std::int64_t k = 0; k < host.numel(); ++k) {
        if (k % 64 == 0) bits = random.next();
        out[k] = (bits >> (k % 64)) & 1 ? 1.0f : -1.0f;
    }
    return placed_on(host.to(in.values.scalar_type()), in.values.device());
}

}  // namespace

LanczosResult lanczos_gradients(const CovarianceInput& in, const LanczosSettings& settings) {
    const Jacobians j(in);
    const std::int64_t steps = std::min(settings.steps, in.values.size(2));
    const double probes = static_cast<double>(settings.probes);
    const double size = static_cast<double>(in.values.size(2));
    std::vector<at::Tensor> logdets, z_of, w_of;
    at::Tensor square;  // sum of |J^-T z|²
    for (std::int64_t probe = 0; probe < settings.probes; ++probe) {
        const at::Tensor z = signs(in, settings, probe);
        const Krylov space = krylov_space(j, z, steps);
        logdets.push_back(0.5 * size * (space.weights * space.nodes.log()).sum(2));
        // J^-T z = J (JᵀJ)^-1 z
        at::Tensor solution = at::zeros_like(z);
        for (std::int64_t k = 0; k < steps; ++k)
            solution = solution + space.solution_coordinates.narrow(2, k, 1) *
                                      space.basis[static_cast<std::size_t>(k)];
        const at::Tensor w = j.apply(solution * std::sqrt(size));
        square = square.defined() ? square + w.square().sum(2) : w.square().sum(2);
        z_of.push_back(z);
        w_of.push_back(w);
    }
    const at::Tensor all = at::stack(logdets);  // (probes, K, m)
    LanczosResult out;
    CovarianceGradients& g = out.gradients;
    g.logdet = all.mean(0);
    g.norm = (square / probes).sqrt();
    const at::Tensor usable = g.logdet.isfinite().logical_and(g.norm.isfinite());
    g.sign = usable.to(g.logdet.scalar_type());
    g.logdet = g.logdet.masked_fill(usable.logical_not(), -std::numeric_limits<double>::infinity());
    g.norm = g.norm.masked_fill(usable.logical_not(), std::numeric_limits<double>::infinity());
    out.probe_variance = settings.probes > 1
                             ? all.var(0, true) / probes
                             : at::full_like(g.logdet, std::numeric_limits<double>::quiet_NaN());

    // d of sum_s a_s (s_s - mean)(t_s - mean), s = k·z, t = v·w, times -1: the covariance's own.
    const at::Tensor weight = (in.cap / g.norm).clamp_max(1.0).masked_fill(g.sign == 0, 0.0);
    g.d_attention = at::zeros_like(in.attention);
    g.d_values = at::zeros_like(in.values);
    g.d_keys = at::zeros_like(in.keys);
    for (std::size_t probe = 0; probe < z_of.size(); ++probe) {
        const at::Tensor& z = z_of[probe];
        const at::Tensor w =
            (w_of[probe] * (weight / probes).unsqueeze(2)).nan_to_num(0.0, 0.0, 0.0);
        const at::Tensor s = at::matmul(z, in.keys.transpose(1, 2));
        const at::Tensor t = at::matmul(w, in.values.transpose(1, 2));
        const at::Tensor s_mean = (in.attention * s).sum(2, true);
        const at::Tensor t_mean = (in.attention * t).sum(2, true);
        g.d_attention = g.d_attention + s_mean * t + t_mean * s - s * t;
        g.d_values = g.d_values - at::matmul((in.attention * (s - s_mean)).transpose(1, 2), w);
        g.d_keys = g.d_keys - at::matmul((in.attention * (t - t_mean)).transpose(1, 2), z);
    }
    g.d_attention =
        g.d_attention * seen_by(in.positions, in.attention.size(2), in.own, in.attention.device());
    return out;
}

}  // namespace marginscope
