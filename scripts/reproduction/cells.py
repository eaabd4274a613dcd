"""One cell: trains, fits, measures, and gives its figures. Every step can be begun again."""
import json
import time

from . import embeddings
from .statistics import quantile

FIRST_MARGIN = 2  # of a window: before it J does not depend on the token


class CellWork:
    def __init__(self, commands, settings, parts, folder, version):
        self.commands, self.settings, self.parts = commands, settings, parts
        self.folder, self.version = folder, version
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        (folder / "cells").mkdir(exist_ok=True)

    def run_folder(self, cell):
        return self.folder / "cells" / cell.name

    def log(self, cell):
        return self.folder / "logs" / f"{cell.name}.log"

    def train_arguments(self, cell, out):
        shared = [word for flag, value in self.settings.train.items() if flag not in cell.entry.settings for word in (flag, value)]
        return ["train", "--text", self.parts.training, "--out", out, "--resume", "--threads", "1", *shared, *cell.entry.flags(),
                "--seed", str(cell.seed)]

    def choosing(self, cell):
        """Trains and fits where that is still to be done; the figures on the part that chooses."""
        run, log = self.run_folder(cell), self.log(cell)
        begun = time.monotonic()
        self.commands.run(self.train_arguments(cell, run), log)
        trained = time.monotonic()
        fitted = run / "fitted.safetensors"
        if not is_fitted(run, self.settings.fit_steps):
            self.commands.run(["fit", "--model", run, "--text", self.parts.training, "--out", fitted, "--steps",
                               self.settings.fit_steps, "--threads", "1", "--json", run / "fit.json"], log)
        measured = time.monotonic()
        figures = self.measure_model(run, log, "choosing")
        figures["live"] = live_figures(run)
        remove_older_checkpoints(run)
        secs = {"train": trained - begun, "fit": measured - trained, "measure": time.monotonic() - measured}
        return self.record(cell, "choosing", figures, secs)

    def last(self, cell):
        """The figures on the last tenth, which nothing else reads."""
        begun = time.monotonic()
        figures = self.measure_model(self.run_folder(cell), self.log(cell), "last")
        return self.record(cell, "last", figures, {"measure": time.monotonic() - begun})

    def measure_model(self, run, log, part):
        """The figures of the fitted model in a run folder, on one part of the text."""
        noise_text, margins_text = ((self.parts.training, self.parts.choosing) if part == "choosing"
                                    else (self.parts.whole, self.parts.last))
        settings, fitted = self.settings, run / "fitted.safetensors"
        noise = ["noise", "--model", fitted, "--text", noise_text, "--draws", settings.draws, "--max-windows", settings.max_windows,
                 "--threads", "1", "--sigmas"]
        nats, rms, windows = {}, None, None
        for unit, sigmas, more in (("", settings.absolute, []), ("rms", settings.relative, ["--relative"])):
            found = self.commands.json([*noise, ",".join(sigmas), *more], run / f"noise-{part}{unit and '-' + unit}.json", log)
            (curve,) = found["curves"]
            rms, windows = curve["rms"], curve["windows"]
            for text, point in zip(sigmas, curve["points"], strict=True):
                nats["clean" if float(text) == 0 else text + unit] = point["ce"]
        file = run / f"margins-{part}.json"
        margins = self.commands.json(["margins", "--model", fitted, "--text", margins_text, "--max-positions", settings.positions,
                                      "--geometric", "none", "--threads", "1"], file, log)
        file.unlink()  # a megabyte for a handful of numbers
        return {"nats": nats, "rms_tok": rms, "windows": windows,
                "margins": {**margin_figures(margins), **embeddings.figures(fitted, margins_text.read_text(encoding="utf-8"))}}

    def completed(self, record):
        """A line of an earlier version with the figures that it lacks, or None where it lacks none or its model is gone."""
        fitted = self.folder / "cells" / record["cell"] / "fitted.safetensors"
        if "embedding_rank" in record["figures"]["margins"] or not fitted.exists():
            return None
        text = (self.parts.choosing if record["part"] == "choosing" else self.parts.last).read_text(encoding="utf-8")
        margins = {**record["figures"]["margins"], **embeddings.figures(fitted, text)}
        return {**record, "figures": {**record["figures"], "margins": margins}}

    def record(self, cell, part, figures, secs):
        return {"cell": cell.name, "entry": cell.entry.name, "group": cell.entry.group, "title": cell.entry.title,
                "seed": cell.seed, "part": part, "settings": cell.entry.settings, "changes": list(cell.entry.changes),
                "protocol": self.settings.protocol(self.parts.sha256), "version": self.version, "figures": figures,
                "secs": {name: round(value, 2) for name, value in secs.items()}}


def is_fitted(run, steps):
    """fit.json is written after the model it tells of."""
    told = run / "fit.json"
    return (run / "fitted.safetensors").exists() and told.exists() and json.loads(told.read_text(encoding="utf-8"))["steps"] == steps


def number(value):
    """JSON's figure, or None where the program found none ("nan", "inf", null)."""
    return value if isinstance(value, (int, float)) else None


def margin_figures(report):
    measured = [at for at in report["positions"] if at["i"] - at["window"][0] >= FIRST_MARGIN
                and number(at["logdet"]) is not None and number(at["sigma_min"]) is not None]
    sigma_min = [at["sigma_min"] for at in measured]
    logdet = [at["logdet"] for at in measured]
    return {"share_beyond": number(report["share_beyond"]), "nats_per_position": number(report["nats_per_position"]),
            "logdet_mean": number(report["logdet_mean"]), "logdet_median": quantile(logdet, 0.5),
            "sigma_min_p1": quantile(sigma_min, 0.01), "sigma_min_p5": quantile(sigma_min, 0.05),
            "sigma_min_median": quantile(sigma_min, 0.5), "sigma_min_least": quantile(sigma_min, 0.0),
            "positions": len(measured), "not_finite": report["not_finite"]}


def metrics_of(run):
    """The lines of metrics.jsonl; none where the run folder is gone."""
    file = run / "metrics.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def live_figures(run):
    """Of the stage that trained along, at the last evaluation."""
    last = metrics_of(run)[-1]
    names = ("step", "val_ce", "share_beyond", "sigma_min_min", "logdet_mean", "stage_sigma", "u_rms", "capped")
    return {name: number(last.get(name)) for name in names}


def remove_older_checkpoints(run):
    """The newest lets the run go on; the others only fill the disk."""
    files = sorted((run / "checkpoints").glob("step-*.safetensors"))
    for file in files[:-1]:
        file.unlink()
