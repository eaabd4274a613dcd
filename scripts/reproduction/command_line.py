"""The arguments of scripts/reproduce, and the order of the work."""
import argparse
import datetime
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from . import analysis, plan
from .cells import CellWork
from .commands import Commands, Failed, Interrupted
from .errors import Refused
from .records import Records
from .report import statement, write_report
from .results_csv import write_csv
from .runner import Runner, say, stop_on_signals
from .settings import Settings
from .texts import write_parts

SCRIPTS = Path(__file__).resolve().parent.parent
SHAPE = {"--layers": "3", "--heads": "4", "--width": "64", "--context": "64", "--steps": "2000", "--batch": "16",
         "--barrier-sequences": "4", "--lr": "3e-3", "--min-lr": "0"}


def pair(text):
    flag, equals, value = text.partition("=")
    flag = "--" + flag.lstrip("-")
    if not equals or len(flag) < 3 or not value:
        raise argparse.ArgumentTypeError(f"FLAG=VALUE is expected, as in weight-decay=0.3, not {text!r}")
    return flag, value


def parser_of(description):
    parser = argparse.ArgumentParser(prog="reproduce", description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", metavar="TEXT", help="UTF-8 text [the built-in stories]")
    parser.add_argument("--out", required=True, metavar="DIR", help="where everything goes")
    for flag, value in SHAPE.items():
        parser.add_argument(flag, default=value, metavar="X", help=f"of every cell [{value}]")
    parser.add_argument("--set", type=pair, action="append", default=[], metavar="FLAG=VALUE", help="any other flag of `train`, for all cells")
    parser.add_argument("--recipe", type=pair, nargs="+", action="extend", default=[], metavar="FLAG=VALUE",
                        help="changes the recipe [" + " ".join(f"{k[2:]}={v}" for k, v in plan.RECIPE.items()) + "]")
    parser.add_argument("--lambdas", default=",".join(plan.LAMBDAS), metavar="LIST", help="the path [%(default)s]")
    parser.add_argument("--only", metavar="NAMES", help="only these entries, separated by commas; the last tenth stays unread")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="seeds of the headline, which choose nothing [5]")
    parser.add_argument("--choosing-seeds", type=int, default=3, metavar="N", help="seeds of plain models, recipe and path [3]")
    parser.add_argument("--factor-seeds", type=int, default=3, metavar="N", help="seeds of single factors, of the choosing ones [3]")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="cells at once [%(default)s]")
    parser.add_argument("--max-windows", type=int, default=500, metavar="N", help="windows a loss is measured on [500]")
    parser.add_argument("--draws", type=int, default=2, metavar="N", help="noise draws [2]")
    parser.add_argument("--fit-steps", type=int, default=2000, metavar="N", help="steps of the stage fitted afterwards [2000]")
    parser.add_argument("--positions", type=int, default=4000, metavar="N", help="positions whose margins are measured [4000]")
    parser.add_argument("--plan", action="store_true", help="print the cells, train nothing")
    parser.add_argument("--program", metavar="FILE", help="the marginscope to run [builds this folder's]")
    return parser


def program_of(arguments):
    if arguments.program:
        return Path(arguments.program).resolve()
    if subprocess.run([SCRIPTS / "build", "release"], check=False).returncode != 0:
        raise Refused("marginscope could not be built.")
    return SCRIPTS.parent / "build/release/bin/marginscope"


def wanted_entries(arguments, known_flags):
    recipe = {**plan.RECIPE, **dict(arguments.recipe)}
    all_entries = plan.entries(recipe, arguments.lambdas.split(","), int(arguments.steps))
    if arguments.only:
        names = arguments.only.split(",")
        unknown = [name for name in names if name not in {entry.name for entry in all_entries}]
        if unknown:
            raise Refused(f"There is no entry {unknown[0]}; there are {', '.join(entry.name for entry in all_entries)}.")
        all_entries = [entry for entry in all_entries if entry.name in names]
    kept = []
    for entry in all_entries:
        missing = [flag for flag in entry.settings if flag not in known_flags]
        if missing:
            say(f"left out: {entry.name}, since this marginscope has no {missing[0]}")
        else:
            kept.append(entry)
    return kept


def read_text(arguments, commands):
    if arguments.text is None:
        return commands.text("stories"), "the built-in stories"
    try:
        return Path(arguments.text).read_bytes(), Path(arguments.text).name
    except OSError as error:
        raise Refused(f"{arguments.text} cannot be read: {error.strerror}.") from None


class Comparison:
    def __init__(self, arguments):
        self.arguments = arguments
        self.commands = Commands(program_of(arguments))
        self.version = self.commands.text("--version").decode().splitlines()[0]
        known = set(re.findall(r"--[\w-]+", self.commands.text("train", "--help").decode()))
        self.entries = wanted_entries(arguments, known)
        train = {flag: getattr(arguments, flag[2:].replace("-", "_")) for flag in SHAPE}
        self.settings = Settings({**train, **dict(arguments.set)}, arguments.max_windows, arguments.draws, arguments.fit_steps,
                                 arguments.positions)
        self.seeds = plan.Seeds.of(arguments.seeds, arguments.choosing_seeds, arguments.factor_seeds)
        self.cells = plan.cells(self.entries, self.seeds)
        self.folder = Path(arguments.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        data, name = read_text(arguments, self.commands)
        self.parts = write_parts(data, name, self.folder / "text", self.settings.context)
        self.records = Records(self.folder / "cells.jsonl")
        self.records.check(self.cells, self.settings.protocol(self.parts.sha256), self.folder)
        self.work = CellWork(self.commands, self.settings, self.parts, self.folder, self.version)
        self.runner = Runner(self.commands, self.records, arguments.jobs)

    def choosing_results(self):
        return analysis.Results(self.records.of_part("choosing"), "choosing", self.seeds.choosing or self.seeds.headline)

    def run_cells(self, cells, part):
        """Those without a kept line, in order."""
        left = [cell for cell in cells if self.records.get(cell.name, part) is None]
        make = self.work.choosing if part == "choosing" else self.work.last
        self.runner.run([(cell.name + (" on the last tenth" if part == "last" else ""), lambda cell=cell: make(cell)) for cell in left])

    def chosen(self):
        """The setting of the headline: by the rule, or the recipe where nothing chooses."""
        return analysis.choose(self.choosing_results()) if self.seeds.choosing else "recipe"

    def run(self):
        self.run_cells(self.cells, "choosing")
        self.write()
        if self.arguments.only:
            return
        results = self.choosing_results()
        setting = self.chosen() or "recipe"
        names = [*analysis.PLAINS, setting]
        if results.has(setting):
            names.append(analysis.matched_rival(results, setting))
        headline = [plan.Cell(entry, seed) for seed in self.seeds.headline for entry in self.entries if entry.name in names]
        self.run_cells(headline, "choosing")
        self.run_cells([cell for cell in headline if self.records.get(cell.name, "choosing")], "last")
        self.write()

    def write(self):
        records = list(self.records.lines.values())
        write_csv(self.folder / "results.csv", records)
        chosen = self.chosen()
        choosing = self.choosing_results()
        last = analysis.Results(records, "last", self.seeds.headline)
        write_report(self.folder / "report.html", {
            "title": f"What the barrier buys on {self.parts.name}",
            "statement": statement(last if last.by else choosing, chosen or "recipe"),
            "results": [("The last tenth, read once", last, chosen), ("The part that chooses", choosing, chosen)],
            "about": self.about()})

    def about(self):
        parts, settings = self.parts, self.settings
        return [
            ("text", f"{parts.name}, {parts.bytes} bytes, {parts.characters} characters, SHA-256 {parts.sha256}"),
            ("parts", "the first 80 % trains; from there to 8/9 chooses; the last 10 % is read once"),
            ("all cells", " ".join(f"{flag} {value}" for flag, value in settings.train.items()) + " --threads 1"),
            ("measures", f"{settings.max_windows} windows, {settings.draws} noise draws; stage fitted afterwards in "
                         f"{settings.fit_steps} steps, margins of {settings.positions} positions"),
            ("seeds", f"headline {list(self.seeds.headline)}, choosing {list(self.seeds.choosing)}"),
            ("program", self.version),
            ("date", datetime.date.today().isoformat()),
        ]


def print_plan(comparison):
    for cell in comparison.cells:
        kept = "done" if comparison.records.get(cell.name, "choosing") else ""
        print(f"{cell.name:40} {kept:5} {shlex.join(cell.entry.flags())}")
    print(f"{len(comparison.cells)} cells")


def main(words, description):
    arguments = parser_of(description).parse_args(words)
    comparison = None
    try:
        comparison = Comparison(arguments)
        if arguments.plan:
            print_plan(comparison)
            return 0
        stop_on_signals(comparison.commands)
        comparison.run()
    except (Refused, Failed) as error:
        say(str(error))
        return 2 if isinstance(error, Refused) else 1
    except Interrupted:
        comparison.write()
        say(f"stopped; what is finished is in {arguments.out}. Go on with the same command: scripts/reproduce {shlex.join(words)}")
        return 130
    for name, why in comparison.runner.failed.items():
        say(f"{name} failed: {why} (its log: {comparison.folder}/logs/{name.split()[0]}.log)")
    print(comparison.folder / "report.html")
    return 1 if comparison.runner.failed else 0
