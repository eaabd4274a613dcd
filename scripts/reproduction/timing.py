"""How long it will take: from the cells that are finished, or from a short trial of one."""
import shutil
import tempfile
import time
from pathlib import Path

from .statistics import mean

FEW, MANY = 10, 60  # steps of the two trial runs; their difference is the cost of the steps alone


def seconds_of(commands, arguments, log):
    begun = time.monotonic()
    commands.run(arguments, log)
    return time.monotonic() - begun


def trial(work, cell):
    """Seconds of one cell, from short runs in a folder that goes away."""
    folder = Path(tempfile.mkdtemp(prefix="marginscope-trial-"))
    log, settings, parts = folder / "log", work.settings, work.parts
    try:
        spent = {}
        for steps in (FEW, MANY):
            arguments = work.train_arguments(cell, folder / f"run-{steps}")
            arguments[arguments.index("--steps") + 1] = str(steps)
            spent[steps] = seconds_of(work.commands, arguments, log)
        total = spent[FEW] + (settings.steps - FEW) * max(spent[MANY] - spent[FEW], 0.0) / (MANY - FEW)
        run = folder / f"run-{MANY}"
        for steps in (FEW, MANY):
            spent[steps] = seconds_of(work.commands, ["fit", "--model", run, "--text", parts.training, "--out", run / "fitted.safetensors",
                                                      "--steps", steps, "--threads", "1"], log)
        total += spent[FEW] + (settings.fit_steps - FEW) * max(spent[MANY] - spent[FEW], 0.0) / (MANY - FEW)
        begun = time.monotonic()
        work.measure_model(run, log, "choosing")
        return total + time.monotonic() - begun
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seconds_a_cell(records, work, cells):
    """(seconds, where they are from)"""
    finished = [sum(record["secs"].values()) for record in records.of_part("choosing")]
    if finished:
        return mean(finished), f"the mean of {len(finished)} finished cells"
    with_barrier = next((cell for cell in cells if cell.entry.barrier), cells[0])
    return trial(work, with_barrier), f"a short trial of {with_barrier.entry.name}"
