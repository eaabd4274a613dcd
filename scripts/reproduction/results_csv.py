"""results.csv: one row for each cell and part, all figures."""
import csv

MARGINS = ("share_beyond", "logdet_mean", "logdet_median", "sigma_min_p1", "sigma_min_p5", "sigma_min_median", "sigma_min_least",
           "nats_per_position", "attention_entropy", "embedding_rank")
LIVE = ("stage_sigma", "u_rms", "share_beyond", "sigma_min_min", "logdet_mean")


def write_csv(path, records):
    flags = list(dict.fromkeys(flag for record in records for flag in record["settings"]))
    measures = list(dict.fromkeys(name for record in records for name in record["figures"]["nats"]))
    head = ["cell", "entry", "group", "seed", "part", *(flag.lstrip("-") for flag in flags), "changes",
            *(f"nats_{name}" for name in measures), "rms_tok", *MARGINS, *(f"live_{name}" for name in LIVE),
            "train_secs", "fit_secs", "measure_secs"]
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(head)
        for record in records:
            figures, secs = record["figures"], record["secs"]
            live = figures.get("live") or {}
            rows.writerow([record["cell"], record["entry"], record["group"], record["seed"], record["part"],
                           *(record["settings"].get(flag, "") for flag in flags), " ".join(record["changes"]),
                           *(figures["nats"].get(name, "") for name in measures), figures["rms_tok"],
                           *(cell(figures["margins"].get(name)) for name in MARGINS), *(cell(live.get(name)) for name in LIVE),
                           *(cell(secs.get(name)) for name in ("train", "fit", "measure"))])


def cell(value):
    return "" if value is None else value
