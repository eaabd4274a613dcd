"""What a figure of report.html is, from its key, computed from the figures of the cells.

`figures` is {(entry, seed, part): {"nats": {measure: x}, "margins": {name: x}, "rms_tok": x}}; `entries` is
{entry: {"tied": bool, "barrier": bool, "noise": the level it is trained with, "noise_rival": "absolute" or "relative" where it
has no barrier and noise alone, else None}}.
"""
import numpy as np

from .comparison import interval, spearman

MOVED = {"share beyond": ("margins", "share_beyond"), "mean log|det J|": ("margins", "logdet_mean"),
         "sigma_min, 1 %": ("margins", "sigma_min_p1"), "sigma_min, median": ("margins", "sigma_min_median"),
         "attention entropy of the stage": ("margins", "attention_entropy"),
         "effective rank of the embeddings": ("margins", "embedding_rank"), "RMS of the embeddings": ("rms_tok",)}
LEAST_PENALTY = 0.01  # nats of a plain model, under which no change in percent is told


class Keys:
    def __init__(self, sections, entries, figures):
        self.sections, self.entries, self.figures = sections, entries, figures

    def of(self, section, entry, *path):
        """{seed: value} of an entry in a section."""
        where, found = self.sections[section], {}
        for seed in where["seeds"]:
            value = self.figures.get((entry, seed, where["part"]))
            for name in path:
                value = None if value is None else value.get(name)
            if value is not None:
                found[seed] = value
        return found

    def plain(self, entry):
        return "plain-tied" if self.entries[entry]["tied"] else "plain-own"

    def best(self, section, measure):
        own, tied = (self.of(section, name, "nats", measure) for name in ("plain-own", "plain-tied"))
        both = own.keys() & tied.keys()
        if not both:
            return "plain-own" if own else "plain-tied"
        return "plain-own" if sum(own[seed] for seed in both) <= sum(tied[seed] for seed in both) else "plain-tied"

    def change(self, section, entry, measure, base=None):
        mine, other = self.of(section, entry, "nats", measure), self.of(section, base or self.plain(entry), "nats", measure)
        return {seed: 100.0 * (mine[seed] - other[seed]) / other[seed] for seed in mine.keys() & other.keys()}

    def penalty(self, section, entry, measure):
        noisy, clean = self.of(section, entry, "nats", measure), self.of(section, entry, "nats", "clean")
        return {seed: noisy[seed] - clean[seed] for seed in noisy.keys() & clean.keys()}

    def penalty_change(self, section, entry, measure):
        mine, other = self.penalty(section, entry, measure), self.penalty(section, self.plain(entry), measure)
        return {seed: 100.0 * (mine[seed] - other[seed]) / other[seed] for seed in mine.keys() & other.keys() if other[seed] > LEAST_PENALTY}

    def correlation(self, section, moved, measure):
        x, y = [], []
        for entry, about in self.entries.items():
            if not about["barrier"]:
                continue
            mine, base = self.of(section, entry, *MOVED[moved]), self.of(section, self.plain(entry), *MOVED[moved])
            change = self.change(section, entry, measure)
            for seed in mine.keys() & base.keys() & change.keys():
                x.append(round(mine[seed] - base[seed], 6))
                y.append(round(change[seed], 4))
        return spearman(x, y), None, None

    def equal_cost(self, section, entry, measure, kind):
        """Piecewise linear through (mean clean cost, mean change) of noise training, from (0, 0), by rising level."""
        cost = np.mean(list(self.change(section, entry, "clean").values()))
        if cost <= 0.0:
            return 0.0, None, None
        points = [(0.0, 0.0)]
        rivals = [name for name, about in self.entries.items() if about["noise_rival"] == kind]
        for name in sorted(rivals, key=lambda name: self.entries[name]["noise"]):
            clean, change = self.change(section, name, "clean"), self.change(section, name, measure)
            if clean and change:
                points.append((np.mean(list(clean.values())), np.mean(list(change.values()))))
        for (x0, y0), (x1, y1) in zip(points, points[1:]):
            if x0 <= cost <= x1:
                return float(y0 + (y1 - y0) * (cost - x0) / (x1 - x0)), None, None
        raise KeyError(f"no level of noise training brackets {cost:.3f} %")

    def value(self, key):
        """(mean, low, high)"""
        kind, section, *rest = key.split("/")
        if kind == "correlation":
            return self.correlation(section, *rest)
        if kind == "equal-cost":
            return self.equal_cost(section, *rest)
        if kind == "nats":
            by_seed = self.of(section, rest[0], "nats", rest[1])
        elif kind == "rms":
            by_seed = self.of(section, rest[0], "rms_tok")
        elif kind == "margins":
            by_seed = self.of(section, rest[0], "margins", rest[1])
        elif kind == "penalty":
            by_seed = self.penalty(section, *rest)
        elif kind == "penalty-change":
            by_seed = self.penalty_change(section, *rest)
        elif kind == "change-paired":
            by_seed = self.change(section, *rest)
        elif kind == "change-best":
            by_seed = self.change(section, *rest, base=self.best(section, rest[1]))
        elif kind == "apart":
            first, second = self.change(section, rest[0], rest[2]), self.change(section, rest[1], rest[2])
            by_seed = {seed: first[seed] - second[seed] for seed in first.keys() & second.keys()}
        else:
            raise KeyError(f"a figure of an unknown kind: {key}")
        return interval(by_seed[seed] for seed in sorted(by_seed))
