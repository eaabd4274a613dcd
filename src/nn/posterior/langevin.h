// Stochastic-gradient Langevin dynamics (Welling and Teh 2011) with a diagonal preconditioner (Li
// et al. 2016): draws of theta from the density exp(-U(theta) / temperature).
//
// U = count · L, where L is what the parameters' gradients are of, or an unbiased estimate of it. A
// step of size e is
//
//     theta <- theta - (e/2) G grad L + sqrt(e · temperature / count) · G^(1/2) xi,   xi ~ N(0, I),
//
// which is Langevin's with time step e / count. G = 1 / (floor + sqrt(v)), v a running average of
// the squared gradient during the burn-in and frozen from then on: an adapting G would need the
// derivative of G to leave the density as it is, a frozen one does not. Draws during the burn-in
// are of nothing and to be thrown away. Errors that stay, to first order in e: with curvature c of
// L along a coordinate the variance is too large by the factor 1 / (1 - e G c / 4), and a minibatch
// heats it by gradient_heat().
//
// The noise comes from counters keyed by seed, step, chain and parameter, so a chain that is put
// back (state, steps) goes on bit for bit. One thread, the parameters'.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "nn/model/char_gpt.h"

namespace marginscope {

struct LangevinSettings {
    double step_size = 1e-4;   // e; constant
    double count = 1.0;        // U / L
    double temperature = 1.0;  // 0: gradient descent
    std::int64_t burn_in = 0;  // steps in which G follows the gradients; 0: G = 1 always
    double decay = 0.99;       // of the running average of squared gradients
    double floor = 1e-4;       // in units of grad L: G is at most 1 / floor
    std::uint64_t seed = 0, chain = 0;
};

class Langevin {
public:
    Langevin(std::vector<NamedTensor> parameters, const LangevinSettings& settings);

    void clear_gradients();
    /// One step from the gradients of L that the parameters hold; a parameter without one moves by
    /// its noise alone.
    void step();

    std::int64_t steps() const { return steps_; }
    bool burnt_in() const { return steps_ >= settings_.burn_in; }
    const LangevinSettings& settings() const { return settings_; }
    /// How much warmer than asked the minibatches make the draws, as a share of the temperature:
    /// e · count · G v / (4 · temperature), the mean over coordinates. An upper bound as long as v
    /// holds: v has the squared mean gradient in it too. Waits for a GPU.
    double gradient_heat() const;

    /// langevin.v.NAME: the tensors themselves, to be read or written in place, with set_steps().
    std::vector<NamedTensor> state() const;
    void set_steps(std::int64_t steps) { steps_ = steps; }

private:
    /// floor + sqrt(v), without the bias of an average that began at 0.
    at::Tensor scale(std::size_t parameter) const;

    std::vector<NamedTensor> parameters_;
    LangevinSettings settings_;
    std::vector<at::Tensor> squares_;
    std::int64_t steps_ = 0;
};

}  // namespace marginscope
