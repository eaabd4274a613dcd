#!/usr/bin/env python3
"""R-hat and bulk effective sample size of a few seeded sets of chains, by ArviZ: the golden numbers of core's chains.

    python3 -m venv VENV && VENV/bin/pip install arviz && VENV/bin/python scripts/golden_chains.py > tests/golden/chains.json
"""
import json
import sys

import arviz
import numpy as np


def autoregressive(rng, chains, draws, rho):
    values = np.empty((chains, draws))
    values[:, 0] = rng.normal(size=chains)
    for t in range(1, draws):
        values[:, t] = rho * values[:, t - 1] + np.sqrt(1 - rho * rho) * rng.normal(size=chains)
    return values


def sets(rng):
    yield "independent", rng.normal(size=(4, 60))
    yield "odd length", rng.normal(size=(3, 41))
    yield "half as fast", autoregressive(rng, 2, 80, 0.5)
    yield "slow", autoregressive(rng, 4, 80, 0.9)
    yield "antithetic", autoregressive(rng, 4, 60, -0.6)
    apart = rng.normal(size=(4, 50))
    apart[0] += 2.0
    yield "one chain elsewhere", apart
    wide = rng.normal(size=(4, 50))
    wide[1] *= 5.0
    yield "one chain wider", wide
    yield "ties", np.floor(3 * rng.random(size=(2, 50)))
    yield "heavy tails", rng.standard_cauchy(size=(2, 60))
    yield "drift", autoregressive(rng, 2, 60, 0.3) + np.linspace(0, 3, 60)


def main():
    rng = np.random.default_rng(20)
    cases = []
    for name, values in sets(rng):
        values = np.round(values, 4)
        cases.append({"name": name, "chains": values.tolist(), "r_hat": float(arviz.rhat(values, method="rank")),
                      "ess": float(arviz.ess(values, method="bulk"))})
    json.dump({"made_by": "scripts/golden_chains.py", "arviz": arviz.__version__, "cases": cases}, sys.stdout)
    print()


main()
