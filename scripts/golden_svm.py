#!/usr/bin/env python3
"""Writes tests/golden/linear_svm.json: forty random sets of points and what scikit-learn says of each.

Needs scikit-learn: python3 -m venv VENV && VENV/bin/pip install scikit-learn && VENV/bin/python scripts/golden_svm.py
Coordinates are multiples of 1/64, so that every product of the kernel is exact in the float32 in which it is cached; the tolerance is
then what limits the numbers. No two points coincide and no set lies on a line, so the solution is unique.
"""
import json
import pathlib

import numpy as np
from sklearn.svm import SVC

COSTS = [0.01, 0.1, 1.0, 10.0, 100.0]


def make(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(6, 41))
    labels = np.where(np.arange(n) % 2 == 0, 1, -1)
    apart = rng.uniform(0.2, 1.8)
    way = rng.normal(size=2)
    way /= np.linalg.norm(way)
    points = rng.normal(scale=0.8, size=(n, 2)) + np.outer(labels * apart, way)
    points = np.round(np.clip(points, -3, 3) * 64) / 64
    assert len(np.unique(points, axis=0)) == n
    return points, labels, COSTS[seed % len(COSTS)]


def main():
    cases = []
    for seed in range(40):
        points, labels, cost = make(seed)
        machine = SVC(kernel="linear", C=cost, tol=1e-13, shrinking=False).fit(points, labels)
        alphas = np.zeros(len(labels))
        alphas[machine.support_] = np.abs(machine.dual_coef_[0])
        w = machine.coef_[0]
        slack = np.maximum(0, 1 - labels * (points @ w + machine.intercept_[0]))
        cases.append({
            "points": points.tolist(), "labels": labels.tolist(), "C": cost,
            "w": w.tolist(), "b": float(machine.intercept_[0]), "margin": float(1 / np.linalg.norm(w)),
            "alphas": alphas.tolist(), "support": machine.support_.tolist(), "slack": slack.tolist(),
        })
    target = pathlib.Path(__file__).resolve().parent.parent / "tests" / "golden" / "linear_svm.json"
    target.write_text(json.dumps({"made_by": "scripts/golden_svm.py", "cases": cases}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
