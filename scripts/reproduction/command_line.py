"""The arguments of scripts/reproduce."""
import argparse
import os
import shlex
import subprocess
from pathlib import Path

from . import plan
from .commands import Commands, Failed, Interrupted
from .comparison import Comparison
from .errors import Refused
from .runner import duration, say, stop_on_signals
from .settings import Settings
from .timing import seconds_a_cell

SCRIPTS = Path(__file__).resolve().parent.parent
SHAPE = {"--layers": "3", "--heads": "4", "--width": "64", "--context": "64", "--steps": "2000", "--batch": "16",
         "--barrier-sequences": "4", "--lr": "3e-3", "--min-lr": "0"}
QUICK = {"steps": "1500", "choosing_seeds": 0, "fit_steps": 1000, "positions": 2000, "max_windows": 300,
         "read_last": True,
         "only": "plain-own,plain-tied,recipe,recipe-without-barrier,sigma-closed,noise-0.02,frozen-stage"}
QUICK_WORDS = ("1,500 steps; the recipe and the plain models on five seeds, three or four other settings on three, nothing chosen: "
               "ends within half an hour on two cores")


def pair(text):
    flag, equals, value = text.partition("=")
    flag = "--" + flag.lstrip("-")
    if not equals or len(flag) < 3 or not value:
        raise argparse.ArgumentTypeError(f"FLAG=VALUE is expected, as in weight-decay=0.3, not {text!r}")
    return flag, value


def count(least):
    def parse(text):
        if not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"a whole number from {least} on is expected, not {text!r}")
        return int(text)

    return parse


def parser_of(description):
    parser = argparse.ArgumentParser(prog="reproduce", description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("text", nargs="?", metavar="TEXT", help="UTF-8 text [the built-in stories]")
    add("--out", required=True, metavar="DIR", help="where everything goes")
    add("--plan", action="store_true", help="print the cells and the hours, train nothing but a short trial")
    add("--quick", action="store_true", help=QUICK_WORDS)
    add("--report", action="store_true", help="write the page of what is there, train nothing")
    for flag, value in SHAPE.items():
        add(flag, default=value, metavar="X", help=f"of every cell [{value}]")
    add("--set", type=pair, nargs="+", action="extend", default=[], metavar="FLAG=VALUE", help="any other setting of `train`, for every cell")
    add("--recipe", type=pair, nargs="+", action="extend", default=[], metavar="FLAG=VALUE",
        help="changes the recipe [" + " ".join(f"{k[2:]}={v}" for k, v in plan.RECIPE.items()) + "]")
    add("--lambdas", default=",".join(plan.LAMBDAS), metavar="LIST", help="the path [%(default)s]")
    add("--only", metavar="NAMES", help="only these entries, separated by commas; the last tenth stays unread")
    add("--read-last", action="store_true", help="with --only: read the last tenth all the same")
    add("--seeds", type=count(1), default=5, metavar="N", help="seeds of the headline, which choose nothing [5]")
    add("--choosing-seeds", type=count(0), default=3, metavar="N", help="seeds of plain models, recipe and path; 0: nothing is chosen [3]")
    add("--factor-seeds", type=count(1), default=3, metavar="N", help="seeds of single factors, of the choosing ones [3]")
    add("--jobs", type=count(1), default=os.cpu_count() or 1, metavar="N", help="cells at once [%(default)s]")
    add("--max-windows", type=count(1), default=500, metavar="N", help="windows a loss is measured on [500]")
    add("--draws", type=count(1), default=2, metavar="N", help="noise draws [2]")
    add("--fit-steps", type=count(1), default=2000, metavar="N", help="steps of the stage fitted afterwards [2000]")
    add("--positions", type=count(3), default=4000, metavar="N", help="positions whose margins are measured [4000]")
    add("--program", metavar="FILE", help="the marginscope to run [builds this folder's]")
    return parser


def parsed(words, description):
    """What is given wins over what --quick sets."""
    parser = parser_of(description)
    arguments = parser.parse_args(words)
    if arguments.quick:
        parser.set_defaults(**QUICK)
        arguments = parser.parse_args(words)
    return arguments


def program_of(arguments):
    if arguments.program:
        return Path(arguments.program).resolve()
    if subprocess.run([SCRIPTS / "build", "release"], check=False).returncode != 0:
        raise Refused("marginscope could not be built.")
    return SCRIPTS.parent / "build/release/bin/marginscope"


def recipe_of(arguments):
    return {**plan.RECIPE, **dict(arguments.recipe)}


def entries_of(arguments):
    try:
        entries = plan.entries(recipe_of(arguments), arguments.lambdas.split(","), int(arguments.steps))
    except ValueError:
        raise Refused("--steps and --lambdas take numbers.") from None
    if not arguments.only:
        return entries
    known = [entry.name for entry in entries]
    names = [name for name in arguments.only.split(",") if name in known or arguments.only != QUICK["only"]]
    for name in names:
        if name not in known:
            raise Refused(f"There is no entry {name}; there are {', '.join(known)}.")
    return [entry for entry in entries if entry.name in names]


def text_of(arguments, commands):
    if arguments.text is None:
        return commands.text("stories"), "the built-in stories"
    try:
        return Path(arguments.text).read_bytes(), Path(arguments.text).name
    except OSError as error:
        raise Refused(f"{arguments.text} cannot be read: {error.strerror}.") from None


def command_of(words):
    """The command as the report shows it: files by their names, not by where they lie on this machine; without what only says
    how it is run here."""
    shown, skip = [], False
    for word in words:
        name, equals, _ = word.partition("=")
        if skip or name in ("--report", "--jobs", "--program"):
            skip = not skip and name in ("--jobs", "--program") and not equals
            continue
        shown.append(Path(word).name if "/" in word and not equals else word)
    return shlex.join(["scripts/reproduce", *shown])


def comparison_of(arguments, words):
    commands = Commands(program_of(arguments))
    train = {flag: getattr(arguments, flag[2:].replace("-", "_")) for flag in SHAPE}
    settings = Settings({**train, **dict(arguments.set)}, arguments.max_windows, arguments.draws, arguments.fit_steps, arguments.positions)
    seeds = plan.Seeds.of(arguments.seeds, arguments.choosing_seeds, arguments.factor_seeds)
    part_only = bool(arguments.only) and not arguments.read_last
    return Comparison(commands, recipe_of(arguments), entries_of(arguments), settings, seeds, text_of(arguments, commands),
                      Path(arguments.out), arguments.jobs, part_only, command_of(words), QUICK_WORDS if arguments.quick else "")


def print_plan(comparison):
    kept = {name for name, part in comparison.records.lines if part == "choosing"}
    for cell in comparison.cells:
        print(f"{cell.name:36} {'done' if cell.name in kept else '':5} {shlex.join(cell.entry.flags())}")
    left = [cell for cell in comparison.cells if cell.name not in kept]
    secs, source = seconds_a_cell(comparison.records, comparison.work, comparison.cells)
    jobs = comparison.runner.jobs
    print(f"{len(comparison.cells)} cells, {len(left)} to train, about {duration(secs)} each by {source}: about "
          f"{duration(secs * len(left) / jobs)} with {jobs} at once" + ("." if comparison.part_only else
          "; then the chosen setting and the rival beside it, where they are not among these, on the seeds of the headline."))


def work(comparison, arguments, words):
    comparison.lock()
    stop_on_signals(comparison.commands)
    try:
        comparison.run()
    except Interrupted:
        comparison.write()
        say(f"stopped; what is finished is kept in {arguments.out}. Go on with: {shlex.join(['scripts/reproduce', *words])}")
        return 130
    comparison.write()
    for name, why in comparison.runner.failed.items():
        say(f"{name} failed: {why} (its log: {comparison.folder}/logs/{name.split()[0]}.log)")
    return 1 if comparison.runner.failed else 0


def main(words, description):
    arguments = parsed(words, description)
    try:
        comparison = comparison_of(arguments, words)
        if arguments.plan:
            print_plan(comparison)
            return 0
        if arguments.report:
            comparison.write()
            rc = 0
        else:
            rc = work(comparison, arguments, words)
    except (Refused, Failed) as error:
        say(str(error))
        return 2 if isinstance(error, Refused) else 1
    if rc != 130:
        print(comparison.folder / "report.html")
    return rc
