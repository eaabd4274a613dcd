"""From kept lines to comparisons: each entry against its paired plain model, and against the best plain one."""
from .statistics import Interval, mean, spearman

CHOOSING_MEASURE = "0.25rms"
MOST_CLEAN_COST = 1.0  # percent, of a setting that may be chosen
PLAINS = ("plain-own", "plain-tied")
NOISE_KINDS = {"absolute": "false", "relative": "true"}  # --train-noise-relative
LEAST_PENALTY = 0.01  # nats: of a plain model that noise hardly hurts, a change in percent would say nothing


class Results:
    """The records of one part on some seeds, by entry and seed."""

    def __init__(self, records, part, seeds):
        self.part, self.seeds = part, tuple(seeds)
        self.by = {}
        self.entries = {}
        for record in records:
            if record["part"] == part and record["seed"] in self.seeds:
                self.by[record["entry"], record["seed"]] = record["figures"]
                self.entries.setdefault(record["entry"], record)

    def has(self, entry):
        return entry in self.entries

    def names(self, *groups):
        return [name for name, record in self.entries.items() if not groups or record["group"] in groups]

    def title(self, entry):
        return self.entries[entry]["title"]

    def group(self, entry):
        return self.entries[entry]["group"]

    def plain_of(self, entry):
        return "plain-tied" if self.entries[entry]["settings"].get("--tied", "true") == "true" else "plain-own"

    def values(self, entry, read):
        """What `read` finds in each seed's figures, by seed."""
        found = {seed: read(self.by[entry, seed]) for seed in self.seeds if (entry, seed) in self.by}
        return {seed: value for seed, value in found.items() if value is not None}

    def nats(self, entry, measure):
        return self.values(entry, lambda figures: figures["nats"].get(measure))

    def penalty(self, entry, measure):
        return self.values(entry, lambda figures: figures["nats"][measure] - figures["nats"]["clean"]
                           if measure in figures["nats"] else None)

    def margins(self, entry, name):
        return self.values(entry, lambda figures: figures["margins"].get(name))

    def measures(self):
        return list(next(iter(self.by.values()))["nats"]) if self.by else []

    def best_plain(self, measure):
        """Of the two heads, the one with less loss over the seeds that both have."""
        there = [name for name in PLAINS if self.has(name)]
        if len(there) < 2:
            return there[0] if there else None
        both = set(self.nats(there[0], measure)) & set(self.nats(there[1], measure))
        if not both:
            return there[0]
        return min(there, key=lambda name: mean([self.nats(name, measure)[seed] for seed in both]))

    def change(self, entry, measure, against=None):
        """Percent, per seed: the entry's loss against that of `against` (its paired plain model) with the same seed."""
        mine, base = self.nats(entry, measure), self.nats(against or self.plain_of(entry), measure)
        return {seed: 100.0 * (mine[seed] / base[seed] - 1.0) for seed in mine if seed in base}

    def change_of_penalty(self, entry, measure, against=None):
        """Percent, per seed, of noisy minus clean."""
        mine, base = self.penalty(entry, measure), self.penalty(against or self.plain_of(entry), measure)
        return {seed: 100.0 * (mine[seed] / base[seed] - 1.0) for seed in mine if base.get(seed, 0.0) > LEAST_PENALTY}


def interval(by_seed):
    return Interval(by_seed.values())


def barrier_settings(results):
    """What may be chosen: the settings whose gain, if any, is the barrier's."""
    return [name for name in results.names("recipe", "path", "factor") if float_of(results, name, "--lambda") > 0
            or results.entries[name]["changes"]]


def float_of(results, entry, flag):
    return float(results.entries[entry]["settings"][flag])


def choose(results, measure=CHOOSING_MEASURE, most=MOST_CLEAN_COST):
    """The best at `measure` of those whose mean clean cost is at most `most` percent; None where none is."""
    allowed = []
    for name in barrier_settings(results):
        clean, gain = interval(results.change(name, "clean")), interval(results.change(name, measure))
        if clean.n and gain.n and clean.mean <= most:
            allowed.append((gain.mean, name))
    return min(allowed)[1] if allowed else None


def matched_rival(results, setting):
    """The noise training whose clean cost is nearest to the setting's."""
    cost = interval(results.change(setting, "clean")).mean
    rivals = [name for kind in NOISE_KINDS for name in noise_trainings(results, kind)]
    costs = {name: interval(results.change(name, "clean")) for name in rivals}
    return min((name for name in rivals if costs[name].n), key=lambda name: abs(costs[name].mean - cost), default=None)


def noise_trainings(results, kind):
    """The entries that train with noise of this kind and do nothing else."""
    out = []
    for name in results.names("rival", "control"):
        settings = results.entries[name]["settings"]
        alone = float(settings["--lambda"]) == 0.0 and not results.entries[name]["changes"]
        if alone and "--train-noise" in settings and settings.get("--train-noise-relative", "false") == NOISE_KINDS[kind]:
            out.append(name)
    return out


def noise_at_equal_cost(results, setting, measure, kind):
    """What training with noise would change at the setting's clean cost: between the means of its levels, from no noise on.
    None beyond the strongest level, and where there is no such rival."""
    cost = interval(results.change(setting, "clean")).mean
    levels = sorted((float_of(results, name, "--train-noise"), name) for name in noise_trainings(results, kind))
    last = (0.0, 0.0)
    if cost is None or not levels or cost <= 0.0:
        return 0.0 if levels and cost is not None else None
    for _, name in levels:
        clean, gain = interval(results.change(name, "clean")), interval(results.change(name, measure))
        if clean.mean is None or gain.mean is None:
            continue
        if last[0] <= cost <= clean.mean:
            return last[1] + (gain.mean - last[1]) * (cost - last[0]) / (clean.mean - last[0])
        last = (clean.mean, gain.mean)
    return None


RANKED_DIGITS = 6  # differences below are the arithmetic's, not the models'
MOVED = {
    "share beyond": lambda f: f["margins"]["share_beyond"],
    "mean log|det J|": lambda f: f["margins"]["logdet_mean"],
    "sigma_min, 1 %": lambda f: f["margins"]["sigma_min_p1"],
    "sigma_min, median": lambda f: f["margins"]["sigma_min_median"],
    "attention entropy of the stage": lambda f: f["margins"].get("attention_entropy"),
    "effective rank of the embeddings": lambda f: f["margins"].get("embedding_rank"),
    "RMS of the embeddings": lambda f: f["rms_tok"],
}


def correlations(results):
    """Spearman between what a setting moved (against its paired plain model, per cell) and what it bought, over all barrier cells."""
    rows = []
    names = barrier_settings(results)
    for moved, read in MOVED.items():
        row = {}
        for measure in results.measures():
            x, y = [], []
            for name in names:
                mine, base = results.values(name, read), results.values(results.plain_of(name), read)
                change = results.change(name, measure)
                for seed in mine:
                    if seed in base and seed in change:
                        x.append(round(mine[seed] - base[seed], RANKED_DIGITS))
                        y.append(round(change[seed], RANKED_DIGITS - 2))  # percent
            row[measure] = (spearman(x, y), len(x))
        if any(n for _, n in row.values()):
            rows.append((moved, row))
    return rows
