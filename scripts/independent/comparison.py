"""Paired differences and Student's intervals, and Spearman's correlation, for the figures of a comparison's report."""
import math

import numpy as np


def t_density(t, freedom):
    log = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - 0.5 * math.log(freedom * math.pi)
    return np.exp(log - (freedom + 1) / 2 * np.log1p(t * t / freedom))


def t_975(freedom):
    """The 97.5 % quantile of Student's t: the density integrated by Gauss and Legendre, solved by Newton."""
    nodes, weights = np.polynomial.legendre.leggauss(200)
    t = 2.0
    for _ in range(100):
        inside = 0.5 * t * (weights * t_density(0.5 * t * (nodes + 1.0), freedom)).sum()
        step = (inside - 0.475) / t_density(np.float64(t), freedom)
        t -= step
        if abs(step) < 1e-13 * t:
            return float(t)
    raise ArithmeticError(f"no quantile found for {freedom} degrees of freedom")


def interval(values):
    """(mean, low, high); no bounds from a single value, nothing from none."""
    x = np.array(list(values), dtype=float)
    if len(x) == 0:
        return None
    if len(x) == 1:
        return float(x[0]), None, None
    half = t_975(len(x) - 1) * x.std(ddof=1) / math.sqrt(len(x))
    return float(x.mean()), float(x.mean() - half), float(x.mean() + half)


def ranks(x):
    x = np.asarray(x, dtype=float)
    return np.array([(x < value).sum() + 0.5 * ((x == value).sum() + 1) for value in x])


def spearman(x, y):
    return float(np.corrcoef(ranks(x), ranks(y))[0, 1])
