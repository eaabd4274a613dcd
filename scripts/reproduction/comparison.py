"""One comparison in its folder: which cells, in which order, and the report of what is there."""
import datetime
import fcntl
import re

from . import analysis, plan
from .cells import CellWork, metrics_of, number
from .errors import Refused
from .figures import GROUPS
from .leaflets import write_plots, write_tables
from .records import Records
from .report import Section, Story, write_report
from .results_csv import write_csv
from .runner import Runner, say
from .texts import write_parts

COURSES = (("recipe", "c-recipe"), ("sigma-closed", "c-factor"), ("head-tied", "c-rival"), ("sigma-learned", "c-path"))


def flags_known(commands):
    return set(re.findall(r"--[\w-]+", commands.text("train", "--help").decode()))


def with_known_flags(entries, known):
    """Leaves out, aloud, what this program cannot train."""
    kept = []
    for entry in entries:
        missing = [flag for flag in entry.settings if flag not in known]
        if missing:
            say(f"left out: {entry.name}, since this marginscope has no {missing[0]}")
        else:
            kept.append(entry)
    return kept


class Comparison:
    def __init__(self, commands, recipe, entries, settings, seeds, text, folder, jobs, part_only, command, quick=""):
        """`text` is (bytes, name); `part_only`: some entries were named, so that the last tenth stays unread."""
        self.commands, self.recipe, self.settings, self.seeds = commands, recipe, settings, seeds
        self.part_only, self.command, self.quick = part_only, command, quick
        self.version = commands.text("--version").decode().splitlines()[0]
        known = flags_known(commands)
        self.entries = with_known_flags(entries, known)
        self.left_out = [entry for entry in entries if entry not in self.entries]
        unknown = [flag for flag in settings.train if flag not in known]
        if unknown:
            raise Refused(f"This marginscope's train has no {unknown[0]}.")
        if not self.entries:
            raise Refused("Nothing is left to train.")
        self.cells = plan.cells(self.entries, seeds)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.parts = write_parts(*text, folder / "text", settings.context)
        self.records = Records(folder / "cells.jsonl")
        self.records.check(self.cells, settings.protocol(self.parts.sha256), folder)
        self.work = CellWork(commands, settings, self.parts, folder, self.version)
        self.runner = Runner(commands, self.records, jobs)

    def lock(self):
        """One start at a time works in a folder; the lock ends with the process."""
        self.lock_file = open(self.folder / ".lock", "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(f"Another reproduce is at work in {self.folder}; --report writes the page meanwhile.") from None

    def results(self, part, seeds):
        return analysis.Results(list(self.records.lines.values()), part, seeds)

    def choosing_results(self):
        return self.results("choosing", self.seeds.choosing or self.seeds.headline)

    def run_cells(self, cells, part):
        """Those without a kept line, in order."""
        left = [cell for cell in cells if self.records.get(cell.name, part) is None]
        make = self.work.choosing if part == "choosing" else self.work.last
        self.runner.run([(cell.name + (" on the last tenth" if part == "last" else ""), lambda cell=cell: make(cell)) for cell in left])

    def setting(self):
        """That of the headline: by the rule, or the recipe where nothing chooses or nothing may be chosen."""
        chosen = analysis.choose(self.choosing_results()) if self.seeds.choosing and not self.part_only else None
        return chosen or "recipe"

    def run(self):
        for completed in list(map(self.work.completed, self.records.lines.values())):
            if completed:
                self.records.keep(completed)
        self.run_cells(self.cells, "choosing")
        if not self.part_only:
            self.run_headline()

    def run_headline(self):
        """The chosen setting, the plain models, the rival of equal cost and the recipe's own noise: on the seeds that chose nothing,
        then on the last tenth."""
        results, setting = self.choosing_results(), self.setting()
        names = [*analysis.PLAINS, setting, "recipe-without-barrier", analysis.matched_rival(results, setting) if results.has(setting) else None]
        headline = [plan.Cell(entry, seed) for seed in self.seeds.headline for entry in self.entries if entry.name in names]
        self.run_cells(headline, "choosing")
        self.run_cells([cell for cell in headline if self.records.get(cell.name, "choosing")], "last")

    def write(self):
        # An entry's order is the plan's, not that in which its first cell was finished.
        order = {entry.name: k for k, entry in enumerate(self.entries)}
        records = sorted(self.records.lines.values(), key=lambda record: (order.get(record["entry"], len(order)), record["seed"]))
        self.records.lines = {(record["cell"], record["part"]): record for record in records}
        write_csv(self.folder / "results.csv", records)
        sections = [Section("last", "The last tenth, read once", self.results("last", self.seeds.headline)),
                    Section("choosing", "The part that chooses", self.choosing_results())]
        if self.seeds.choosing:
            sections.append(Section("early", "The part that chooses, on the seeds of the headline", self.results("choosing", self.seeds.headline)))
        title = f"What the barrier buys on {self.parts.name}"
        story = Story(title, sections, self.setting(), self.how_chosen(), self.about(), self.courses(), self.missing())
        write_report(self.folder / "report.html", story)
        write_plots(self.folder, story)
        write_tables(self.folder / "tables.md", story)

    def how_chosen(self):
        if self.part_only:
            return "Only some entries were asked for: nothing was chosen, and nothing more of the last tenth was read."
        if not self.seeds.choosing:
            return "No seeds were set apart to choose: this is the recipe as it was given."
        results = self.choosing_results()
        if not analysis.barrier_settings(results):
            return "The seeds that choose are still to come: this is the recipe as it was given."
        rule = (f"Chosen on the part that chooses and its own seeds, of {len(analysis.barrier_settings(results))} settings: the best at 0.25 "
                f"RMS among those whose mean clean cost is at most {analysis.MOST_CLEAN_COST:g} %.")
        return rule if analysis.choose(results) else rule + " None was that cheap: this is the recipe."

    def missing(self):
        there = {cell for cell, part in self.records.lines if part == "choosing"}
        left = [cell.name for cell in self.cells if cell.name not in there]
        out = [f"Still to come: {len(left)} of {len(self.cells)} cells."] if left else []
        out += [f"Failed: {name} ({why})." for name, why in self.runner.failed.items()]
        if self.left_out:
            out.append("Left out, since this marginscope has no setting for it: " + ", ".join(entry.title for entry in self.left_out) + ".")
        return out

    def courses(self):
        """sigma / RMS_u while training, of the seeds that choose."""
        out = []
        for name, css in COURSES:
            for entry in self.entries:
                if entry.name != name or entry.group not in GROUPS:
                    continue
                for seed in self.seeds.choosing or self.seeds.headline:
                    lines = metrics_of(self.work.run_folder(plan.Cell(entry, seed)))
                    course = [(line["step"], line["stage_sigma"] / line["u_rms"]) for line in lines
                              if number(line.get("stage_sigma")) and number(line.get("u_rms"))]
                    if course:
                        out.append((entry.title, css, course))
        return out

    def about(self):
        parts, settings = self.parts, self.settings
        return [
            ("text", f"{parts.name}, {parts.bytes} bytes, {parts.characters} characters, SHA-256 {parts.sha256}"),
            ("parts", "the first 80 % of the characters trains; from there to 8/9 (8.9 %) chooses; from 8/9 to 9/10 nothing reads; the last 10 % "
                      "is read once, for the plain models, the setting of the headline and the rival beside it"),
            ("recipe", " ".join(f"{flag} {value}" for flag, value in self.recipe.items())),
            ("every cell", " ".join(f"{flag} {value}" for flag, value in settings.train.items()) + " --threads 1"),
            ("losses", f"up to {settings.max_windows} windows, evenly spaced, {settings.draws} noise draws, the same for all models"),
            ("margins", f"up to {settings.positions} positions, of a stage fitted afterwards in {settings.fit_steps} steps (seed 0)"),
            ("seeds", f"headline {list(self.seeds.headline)}; choosing {list(self.seeds.choosing)}; single factors {list(self.seeds.factor)}"),
            ("lambda 0", "the plain models train the same live stage as the recipe, which at lambda 0 moves nothing in them"),
            ("command", self.command),
            *([("quick", self.quick)] if self.quick else []),
            ("program", self.version),
            ("date", datetime.date.today().isoformat()),
        ]
