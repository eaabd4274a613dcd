"""What is trained: entries (a setting each), in the order they are run in. One factor at a time, never the product."""
import re
from dataclasses import dataclass, field

# Given in full, so that no default of `train` decides it.
RECIPE = {"--tied": "false", "--stage-sigma": "1.2", "--stage-sigma-floor": "0", "--stage-input-rms": "0.15", "--lambda": "0.02",
          "--lambda-end": "0.2", "--train-noise": "0.3", "--train-noise-relative": "true"}
NOISE = ("--train-noise", "--train-noise-relative")
LAMBDAS = ("0.005", "0.01", "0.02", "0.05", "0.1")
PLAIN = {True: "plain-tied", False: "plain-own"}  # by whether the head is tied
FIRST_CHOOSING_SEED = 100


@dataclass(frozen=True)
class Entry:
    name: str
    group: str  # plain, recipe, path, factor, rival, control
    title: str
    settings: dict = field(hash=False)  # flags of `train`, in which entries differ
    changes: tuple = ()  # --change, live changes at steps

    @property
    def tied(self):
        return self.settings["--tied"] == "true"

    @property
    def plain(self):
        """The entry it is compared with: no barrier, the same head, the same seed."""
        return PLAIN[self.tied]

    @property
    def barrier(self):
        return float(self.settings["--lambda"]) > 0 or bool(self.changes)

    def flags(self):
        words = [word for pair in self.settings.items() for word in pair]
        for change in self.changes:
            words += ["--change", change]
        return words


def number_name(text):
    return re.sub(r"[^\w.]+", "-", text)


def noise_levels(noise):
    """[(level, words)] beside that of a recipe that trains with noise."""
    level = float(noise.get("--train-noise", "0"))
    return [(f"{level / 2:g}", "halved"), (f"{level * 2:g}", "doubled")] if level > 0.0 else []


def entries(recipe, lambdas, steps):
    """All of them, in the order of the plan; `recipe` is what each changes one thing of. None is trained twice."""

    def changed(name, group, title, changes=(), of=recipe, **settings):
        flags = {"--" + key.replace("_", "-"): value for key, value in settings.items()}
        return Entry(name, group, title, {**of, **flags}, tuple(changes))

    noise = {flag: recipe[flag] for flag in NOISE if flag in recipe}
    silent = {flag: value for flag, value in recipe.items() if flag not in NOISE}
    # Without a barrier the stage moves nothing; what else the recipe does to the model is left out with it.
    plain = {**{flag: value for flag, value in silent.items() if flag == "--tied" or flag.startswith("--stage-")}, "--lambda": "0"}
    value = recipe["--lambda"]
    half, late = steps // 2, steps * 3 // 4
    every = [
        # The most telling first, so that a comparison that is stopped early still says something.
        changed("plain-own", "plain", "no barrier, head of its own", of=plain, tied="false"),
        changed("plain-tied", "plain", "no barrier, tied head", of=plain, tied="true"),
        changed("recipe", "recipe", "the recipe"),
        *([changed("recipe-without-barrier", "control", "the recipe's training noise alone", of={**plain, **noise})] if noise_levels(noise) else []),
        changed("noise-0.01", "rival", "trained with noise 0.01", of=plain, train_noise="0.01"),
        changed("noise-0.02", "rival", "trained with noise 0.02", of=plain, train_noise="0.02"),
        changed("noise-rel-0.25", "rival", "trained with noise 0.25 RMS", of=plain, train_noise="0.25", train_noise_relative="true"),
        changed("barrier-without-noise", "factor", "the recipe, trained without noise", of=silent),
        changed("head-tied", "factor", "tied head", tied="true"),
        changed("sigma-closed", "factor", "sigma in closed form", stage_sigma="closed"),
        changed("frozen-stage", "control", "a random stage that never learns", stage_lr="0"),
        changed("trace", "control", "penalty on the trace of the embeddings' covariance", barrier_form="trace"),
        *(changed(f"lambda-{number_name(x)}", "path", f"lambda_m {x}", **{"lambda": x}) for x in lambdas if float(x) not in (0.0, float(value))),
        *(changed(f"noise-rel-{x}", "rival", f"trained with noise {x} RMS", of=plain, train_noise=x, train_noise_relative="true")
          for x in ("0.1", "0.5")),
        changed("noise-0.005", "rival", "trained with noise 0.005", of=plain, train_noise="0.005"),
        changed("barrier-and-noise-0.01", "factor", "the barrier, trained with noise 0.01", of=silent, train_noise="0.01"),
        *(changed(f"recipe-noise-{number_name(x)}", "factor", f"the recipe's training noise {words}", train_noise=x)
          for x, words in noise_levels(noise)),
        changed("lambda-constant", "factor", "lambda_m constant", lambda_end="1"),
        changed("sigma-learned", "factor", "sigma learned, no floor", stage_sigma="learned"),
        changed("floor-1", "factor", "sigma learned, floor 1 RMS_u", stage_sigma="learned", stage_sigma_floor="1"),
        changed("input-rms-0", "factor", "stage reads u as it is", stage_input_rms="0"),
        changed("sigma-1", "factor", "sigma fixed at 1 RMS_u", stage_sigma="1"),
        changed("sigma-1.5", "factor", "sigma fixed at 1.5 RMS_u", stage_sigma="1.5"),
        changed("input-rms-0.3", "factor", "stage reads u scaled to RMS 0.3", stage_input_rms="0.3"),
        changed("floor-1-input-rms-0", "factor", "sigma learned, floor 1 RMS_u, u as it is", stage_sigma="learned", stage_sigma_floor="1",
                stage_input_rms="0"),
        changed("tied-closed", "factor", "tied head, sigma in closed form, u as it is", tied="true", stage_sigma="closed", stage_input_rms="0"),
        changed("decay-0.3", "rival", "weight decay 0.3", of=plain, weight_decay="0.3"),
        changed("decay-1", "rival", "weight decay 1", of=plain, weight_decay="1"),
        changed("decay-0", "rival", "no weight decay (larger embeddings)", of=plain, weight_decay="0"),
        changed("dropout-0.1", "rival", "dropout 0.1", of=plain, dropout="0.1"),
        changed("lambda-late", "factor", f"lambda_m from the middle on (step {half})", [f"{half}:lambda={value}"], **{"lambda": "0"}),
        changed("lambda-early", "factor", f"lambda_m up to three quarters (step {late})", [f"{late}:lambda=0"]),
        changed("site-projected", "factor", "barrier on a projection of the embeddings", site="projected"),
        changed("site-heads", "factor", "barrier on the attention heads", site="heads"),
        changed("fit-penalty", "factor", "stage trained by the penalty", fit="penalty"),
        changed("cap-10", "factor", "cap 10", barrier_cap="10"),
        changed("cap-1000", "factor", "cap 1000", barrier_cap="1000"),
        changed("prior-full", "factor", "full prior", prior="full"),
    ]
    seen, once = [], []
    for entry in every:
        if (entry.settings, entry.changes) not in seen:
            seen.append((entry.settings, entry.changes))
            once.append(entry)
    return once


@dataclass(frozen=True)
class Cell:
    entry: Entry
    seed: int

    @property
    def name(self):
        return f"{self.entry.name}_seed-{self.seed}"


@dataclass(frozen=True)
class Seeds:
    headline: tuple  # chose nothing
    choosing: tuple
    factor: tuple  # of the choosing ones, or of the first where there are none

    @staticmethod
    def of(headline, choosing, factor):
        first, choose = tuple(range(headline)), tuple(range(FIRST_CHOOSING_SEED, FIRST_CHOOSING_SEED + choosing))
        return Seeds(first, choose, (choose or first)[:factor])


def cells(chosen, seeds):
    """The cells of these entries, in order: first the recipe and the plain models on the seeds of the headline. Without seeds
    that choose, everything is compared on those of the headline."""
    base = [entry for entry in chosen if entry.group in ("plain", "recipe")]
    choosing = seeds.choosing or seeds.headline
    planned = [Cell(entry, seed) for seed in seeds.headline for entry in base]
    planned += [Cell(entry, seed) for seed in choosing for entry in base]
    for entry in chosen:
        if entry not in base:
            planned += [Cell(entry, seed) for seed in (choosing if entry.group == "path" else seeds.factor)]
    return list(dict.fromkeys(planned))
