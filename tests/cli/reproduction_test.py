#!/usr/bin/env python3
"""scripts/reproduce and scripts/check_reproduction.

    reproduction_test.py parts SCRIPTS            statistics, plan, split, choice and statement, on made-up figures
    reproduction_test.py run SCRIPTS PROGRAM      a tiny comparison: stopped in the middle, gone on with, computed again
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

SCRIPTS = pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(SCRIPTS))
sys.dont_write_bytecode = True

from reproduction import analysis, command_line, plan, statistics, texts  # noqa: E402
from reproduction.errors import Refused  # noqa: E402
from reproduction.records import Records  # noqa: E402
from reproduction.statement import Statement, control_lines  # noqa: E402


class Statistics(unittest.TestCase):
    def test_quantiles_of_student_are_those_of_the_tables(self):
        for freedom, tabled in ((1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (5, 2.57058), (10, 2.22814), (30, 2.04227), (1000, 1.96234)):
            self.assertAlmostEqual(statistics.t_quantile(0.975, freedom), tabled, delta=6e-5 * tabled / 12)
            self.assertAlmostEqual(statistics.t_quantile(0.025, freedom), -statistics.t_quantile(0.975, freedom))
        self.assertAlmostEqual(statistics.t_quantile(0.95, 4), 2.13185, delta=1e-5)

    def test_an_interval_by_hand(self):
        # mean 3, variance ((-2)² + 0 + 2²) / 2 = 4, half width 4.30265 * 2 / sqrt(3)
        of = statistics.Interval([1.0, 3.0, 5.0])
        self.assertAlmostEqual(of.mean, 3.0)
        self.assertAlmostEqual(of.high - of.mean, 4.968275, delta=1e-5)
        self.assertAlmostEqual(of.mean - of.low, of.high - of.mean)
        self.assertFalse(of.excludes_zero())
        self.assertTrue(statistics.Interval([4.9, 5.0, 5.1]).excludes_zero())
        self.assertIsNone(statistics.Interval([2.0]).low)
        self.assertIsNone(statistics.Interval([]).mean)

    def test_ranks_quantiles_and_correlation(self):
        self.assertEqual(statistics.ranks([10, 30, 10, 20]), [1.5, 4.0, 1.5, 3.0])
        self.assertAlmostEqual(statistics.spearman([1, 2, 3, 4], [1, 8, 27, 64]), 1.0)
        self.assertAlmostEqual(statistics.spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), 0.8)  # 1 - 6 * 4 / (5 * 24)
        self.assertIsNone(statistics.spearman([1, 2, 3], [7, 7, 7]))
        self.assertAlmostEqual(statistics.quantile([4.0, 1.0, 2.0, 3.0], 0.25), 1.75)


class Command(unittest.TestCase):
    def test_it_is_shown_without_places_and_without_how_it_is_run(self):
        shown = command_line.command_of(["a/b/text.txt", "--jobs", "3", "--out", "/tmp/x", "--program=p", "--recipe", "lambda=0.1", "--report"])
        self.assertEqual(shown, "scripts/reproduce text.txt --out x --recipe lambda=0.1")


class Split(unittest.TestCase):
    def test_parts_do_not_overlap_and_cut_between_characters(self):
        text = "".join(chr(0x61 + k % 20) + "\u00f6\u4e16" for k in range(700))  # 2100 characters of one to three bytes
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            parts = texts.write_parts(("\ufeff" + text.replace("a", "\r\n")).encode(), "t", folder / "text", 16)
            text = text.replace("a", "\n")
            training, choosing, last = (path.read_bytes().decode() for path in (parts.training, parts.choosing, parts.last))
            self.assertEqual(training, text[:1866])
            self.assertEqual(choosing, text[1679:1866])
            self.assertEqual(last, text[1890:])
            with self.assertRaises(Refused):
                texts.write_parts(b"x" * 2100, "another", folder / "text", 16)
            with self.assertRaises(Refused):
                texts.write_parts(b"x" * 100, "short", folder / "short", 16)
            with self.assertRaises(Refused):
                texts.write_parts(b"x" * 3000 + b"\xff", "bytes", folder / "bytes", 16)


SILENT = {flag: value for flag, value in plan.RECIPE.items() if flag not in plan.NOISE}  # the recipe, trained without noise


def without_barrier(settings):
    return {**{flag: value for flag, value in settings.items() if flag != "--lambda-end"}, "--lambda": "0"}


class Plan(unittest.TestCase):
    def setUp(self):
        self.entries = plan.entries(plan.RECIPE, plan.LAMBDAS, 2000)

    def test_every_factor_changes_the_recipe_in_little(self):
        names = [entry.name for entry in self.entries]
        self.assertEqual(len(names), len(set(names)))
        settings = [(json.dumps(entry.settings, sort_keys=True), entry.changes) for entry in self.entries]
        self.assertEqual(len(settings), len(set(settings)), "no setting is trained twice")
        for entry in self.entries:
            changed = [flag for flag, value in entry.settings.items() if plan.RECIPE.get(flag) != value and flag != "--train-noise-relative"]
            self.assertLessEqual(len(changed), 3 if entry.name in ("tied-closed", "floor-1-input-rms-0") else 2, entry.name)

    def test_a_recipe_with_noise_is_compared_with_models_that_have_neither_and_with_noise_alone(self):
        relative = plan.entries({**SILENT, "--train-noise": "0.1", "--train-noise-relative": "true"}, plan.LAMBDAS, 2000)
        entries = {entry.name: entry for entry in relative}
        self.assertFalse(set(plan.NOISE) & set(entries["plain-own"].settings))
        self.assertEqual(entries["barrier-without-noise"].settings, SILENT)
        self.assertEqual(entries["recipe-noise-0.2"].settings, {**SILENT, "--train-noise": "0.2", "--train-noise-relative": "true"})
        self.assertEqual(entries["barrier-and-noise-0.01"].settings, {**SILENT, "--train-noise": "0.01"})
        self.assertEqual(entries["recipe-without-barrier"].settings, without_barrier(entries["recipe"].settings))
        self.assertNotIn("noise-rel-0.1", entries, "which is the same")
        entries = {entry.name: entry for entry in plan.entries({**SILENT, "--train-noise": "0.01"}, plan.LAMBDAS, 2000)}
        self.assertNotIn("--train-noise", entries["plain-own"].settings)
        self.assertNotIn("barrier-and-noise-0.01", entries, "that is the recipe itself")
        self.assertEqual(entries["barrier-without-noise"].settings, SILENT)
        self.assertEqual(entries["recipe-without-barrier"].settings, without_barrier(entries["recipe"].settings))

    def test_cells_pair_every_seed_with_a_plain_model_of_the_same_head(self):
        cells = plan.cells(self.entries, plan.Seeds.of(5, 3, 2))
        there = {(cell.entry.name, cell.seed) for cell in cells}
        self.assertEqual(len(there), len(cells))
        for cell in cells:
            self.assertIn((cell.entry.plain, cell.seed), there)
        self.assertTrue({("recipe", seed) for seed in (0, 1, 2, 3, 4, 100, 101, 102)} <= there)
        self.assertEqual({seed for name, seed in there if name == "cap-10"}, {100, 101})
        self.assertEqual(cells[0].entry.group, "plain")


def made_up(name, group, seed, clean, noisy, part="choosing", **settings):
    return {"cell": f"{name}_seed-{seed}", "entry": name, "group": group, "title": name, "seed": seed, "part": part, "changes": [],
            "settings": {**SILENT, **settings}, "figures": {"nats": {"clean": clean, "0.25rms": noisy}, "rms_tok": 0.1, "margins": {}}}


def made_up_results(rows):
    """rows: {(name, group, lambda, tied): [(clean, noisy) of each seed]}"""
    records = [made_up(name, group, seed, clean, noisy, **{"--lambda": value, "--tied": tied})
               for (name, group, value, tied), of_seeds in rows.items() for seed, (clean, noisy) in enumerate(of_seeds)]
    return analysis.Results(records, "choosing", range(9))


class Choice(unittest.TestCase):
    plain = {("plain-own", "plain", "0", "false"): [(2.0, 3.0), (2.2, 3.2), (2.1, 3.1)],
             ("plain-tied", "plain", "0", "true"): [(2.1, 2.9), (2.3, 3.1), (2.2, 3.0)]}
    recipe = {("recipe", "recipe", "0.02", "false"): [(2.01, 2.7), (2.21, 2.9), (2.11, 2.81)]}

    def test_changes_are_paired_by_seed_and_head(self):
        results = made_up_results({**self.plain, **self.recipe, ("head-tied", "factor", "0.02", "true"): [(2.1, 2.61)]})
        change = results.change("recipe", "0.25rms")
        for seed, expected in enumerate((-10.0, -9.375, 100 * (2.81 / 3.1 - 1))):
            self.assertAlmostEqual(change[seed], expected)
        self.assertAlmostEqual(results.change("head-tied", "0.25rms")[0], -10.0)
        self.assertEqual(results.best_plain("clean"), "plain-own")
        self.assertEqual(results.best_plain("0.25rms"), "plain-tied")
        self.assertAlmostEqual(results.change_of_penalty("recipe", "0.25rms")[0], -31.0)

    def test_noise_training_of_equal_cost_is_read_between_its_levels(self):
        rows = {("plain-own", "plain", "0", "false"): [(2.0, 3.0)], ("recipe", "recipe", "0.02", "false"): [(2.03, 2.7)]}
        records = list(made_up_results(rows).entries.values())
        for level, clean, noisy in (("0.01", 2.02, 2.8), ("0.02", 2.06, 2.4)):
            records.append(made_up(f"noise-{level}", "rival", 0, clean, noisy, **{"--lambda": "0", "--train-noise": level}))
        results = analysis.Results(records, "choosing", (0,))
        # cost 1.5 % lies a quarter of the way from (1 %, -6.67 %) to (3 %, -20 %)
        self.assertAlmostEqual(analysis.noise_at_equal_cost(results, "recipe", "0.25rms", "absolute"), -20 / 3 - 0.25 * 40 / 3)
        self.assertIsNone(analysis.noise_at_equal_cost(results, "recipe", "0.25rms", "relative"))
        self.assertEqual(analysis.matched_rival(results, "recipe"), "noise-0.01")

    def test_the_best_of_the_cheap_ones_is_chosen_and_no_control_or_rival(self):
        rows = {**self.plain, **self.recipe,
                ("dear", "path", "0.1", "false"): [(2.1, 2.0), (2.3, 2.1), (2.2, 2.0)],
                ("rival", "rival", "0", "false"): [(2.0, 1.9)] * 3, ("control", "control", "0.02", "false"): [(2.0, 1.8)] * 3}
        self.assertEqual(analysis.choose(made_up_results(rows)), "recipe")
        rows["cheap", "factor", "0.02", "false"] = [(2.02, 2.6), (2.22, 2.8), (2.12, 2.7)]
        self.assertEqual(analysis.choose(made_up_results(rows)), "cheap")
        self.assertIsNone(analysis.choose(made_up_results({**self.plain, ("dear", "path", "0.1", "false"): [(2.5, 2.0)] * 3})))

    def test_the_statement_says_both_outcomes(self):
        held = " ".join(Statement("s", made_up_results({**self.plain, **self.recipe}), "recipe").lines())
        self.assertIn("Held: better under 0.25 RMS", held)
        self.assertIn("it costs", held)
        worse = {("recipe", "recipe", "0.02", "false"): [(1.9, 3.3), (2.09, 3.53), (2.0, 3.42)]}
        words = " ".join(Statement("s", made_up_results({**self.plain, **worse}), "recipe").lines())
        self.assertIn("Did not hold, worse under 0.25 RMS", words)
        self.assertIn("it even gains", words)
        unclear = {("recipe", "recipe", "0.02", "false"): [(1.9, 3.3), (2.3, 2.9), (2.1, 3.12)]}
        words = " ".join(Statement("s", made_up_results({**self.plain, **unclear}), "recipe").lines())
        self.assertIn("Not shown", words)
        self.assertIn("no cost that these seeds can tell", words)

    def test_a_control_that_buys_as_much_comes_first(self):
        control = ("frozen-stage", "control", "0.02", "false")
        first, later = control_lines("s", made_up_results({**self.plain, **self.recipe, control: [(2.0, 2.69), (2.2, 2.88), (2.1, 2.8)]}), "recipe")
        self.assertIn("buys as much", first[0])
        first, later = control_lines("s", made_up_results({**self.plain, **self.recipe, control: [(2.0, 2.98), (2.2, 3.18), (2.1, 3.08)]}), "recipe")
        self.assertEqual(first, [])
        self.assertIn("buys less", later[0])

    def test_a_half_written_line_is_dropped_and_other_settings_are_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "cells.jsonl"
            record = {**made_up("recipe", "recipe", 0, 2.0, 3.0), "protocol": {"draws": 2}}
            path.write_text(json.dumps(record) + "\n" + json.dumps(record)[:40])
            records = Records(path)
            self.assertEqual(len(path.read_text().splitlines()), 1)
            entry = plan.Entry("recipe", "recipe", "", SILENT)
            records.check([plan.Cell(entry, 0)], {"draws": 2}, "DIR")
            with self.assertRaises(Refused):
                records.check([plan.Cell(entry, 0)], {"draws": 3}, "DIR")
            with self.assertRaises(Refused):
                records.check([plan.Cell(plan.Entry("recipe", "recipe", "", {**SILENT, "--lambda": "1"}), 0)], {"draws": 2}, "DIR")


class Run(unittest.TestCase):
    SMALL = ["--layers", "1", "--heads", "2", "--width", "16", "--context", "16", "--steps", "40", "--batch", "4", "--barrier-sequences", "2",
             "--fit-steps", "20", "--positions", "200", "--max-windows", "30", "--only", "plain-own,recipe", "--read-last", "--seeds", "2",
             "--choosing-seeds", "0"]

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.text = cls.folder / "text.txt"
        cls.text.write_text("".join(f"The {a} saw the {b} near the old m\u00fchle. " for k in range(60)
                                    for a, b in [(("dog", "cat", "boy")[k % 3], ("kite", "tree", "bird", "well")[k * k % 4])]))
        cls.out = cls.folder / "out"

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def command(self, *more):
        return [sys.executable, SCRIPTS / "reproduce", self.text, "--out", self.out, "--program", sys.argv[3], *self.SMALL, *more]

    def lines(self):
        file = self.out / "cells.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def test_0_the_plan_trains_nothing_but_a_short_trial(self):
        out = self.folder / "planned"
        done = subprocess.run([*self.command("--plan", "--jobs", "2"), "--out", out], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(re.findall("(?m)^(plain-own|recipe)_seed-[01] .*--tied false", done.stdout)), 4)
        self.assertRegex(done.stdout, r"4 cells, 4 to train, about .* each by a short trial of recipe")
        self.assertEqual(list((out / "cells").iterdir()), [])

    def test_1_stopped_and_gone_on_with_nothing_is_done_twice(self):
        running = subprocess.Popen(self.command("--jobs", "1"), stderr=subprocess.PIPE, text=True)
        while not self.lines() and running.poll() is None:
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate()
        self.assertEqual(running.returncode, 130, errors)
        self.assertIn("Go on with", errors)
        before = self.lines()
        self.assertIn(len(before), (1, 2, 3))
        self.assertTrue((self.out / "report.html").exists(), "what is there is reported")
        files = {line["cell"]: self.out / "cells" / line["cell"] / "fitted.safetensors" for line in before}
        times = {name: file.stat().st_mtime_ns for name, file in files.items()}

        done = subprocess.run(self.command("--jobs", "2"), capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        after = self.lines()
        self.assertEqual(after[:len(before)], before)
        self.assertEqual(sorted((line["cell"], line["part"]) for line in after),
                         sorted((f"{name}_seed-{seed}", part)
                                for name in ("plain-own", "recipe") for seed in (0, 1) for part in ("choosing", "last")))
        self.assertEqual({name: file.stat().st_mtime_ns for name, file in files.items()}, times)

    def test_2_the_report_needs_nothing_else_and_names_no_place(self):
        page = (self.out / "report.html").read_text()
        self.assertNotRegex(page, r"(?i)(src|href)\s*=|https?://|@import|nan\b")
        self.assertNotIn(str(self.folder), page)
        self.assertGreater(len(re.findall("data-key=", page)), 60)
        self.assertIn("text.txt", page)
        tables = (self.out / "tables.md").read_text()
        self.assertIn("SHA-256", tables)
        self.assertNotIn(str(self.folder), tables)
        for name in ("path", "cost_and_gain"):
            plot = xml.etree.ElementTree.parse(self.out / f"{name}.svg").getroot()
            self.assertTrue(list(plot.iter("{http://www.w3.org/2000/svg}circle")), name)
        csv = (self.out / "results.csv").read_text().splitlines()
        self.assertEqual(len(csv), 9)

    def test_3_all_figures_are_computed_again(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("this Python has no numpy, which scripts/check_reproduction needs")

        def check():
            return subprocess.run([sys.executable, SCRIPTS / "check_reproduction", self.out], capture_output=True, text=True)

        done = check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        page = self.out / "report.html"
        right = page.read_text()
        wrong = re.sub(r'(data-key="change-paired/last/recipe/0.05" data-values=")(\S+)',
                       lambda found: found.group(1) + repr(float(found.group(2)) + 0.02), right)
        self.assertNotEqual(wrong, right)
        page.write_text(wrong)
        self.assertEqual(check().returncode, 1, "a figure of the page that is off")
        page.write_text(right)
        lines = self.out / "cells.jsonl"
        kept = lines.read_text()
        record = json.loads(kept.splitlines()[0])
        record["figures"]["margins"]["sigma_min_p5"] += 3e-4
        lines.write_text(json.dumps(record) + "\n" + "".join(kept.splitlines(True)[1:]))
        self.assertEqual(check().returncode, 1, "a figure of a line that is off")
        lines.write_text(kept)
        gone = self.out / "cells/recipe_seed-0/fitted.safetensors"
        gone.rename(gone.with_suffix(".away"))
        done = check()
        gone.with_suffix(".away").rename(gone)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("the checkpoints of 2 lines are not there", done.stdout)

    def test_4_another_text_or_setting_in_the_same_folder_is_refused(self):
        done = subprocess.run(self.command("--draws", "3"), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("choose another --out", done.stderr)
        self.text.write_text(self.text.read_text()[::-1])
        done = subprocess.run(self.command(), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)

    def test_5_a_cell_that_fails_is_said_and_the_others_go_on(self):
        out = self.folder / "failing"
        done = subprocess.run([*self.command("--recipe", "lambda=1e9", "--jobs", "2"), "--out", out], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("recipe_seed-0 failed", done.stderr)
        self.assertIn("1000", done.stderr, "the program's own words")
        lines = [json.loads(line) for line in (out / "cells.jsonl").read_text().splitlines()]
        self.assertEqual({line["entry"] for line in lines}, {"plain-own"})


if __name__ == "__main__":
    suites = (Run,) if sys.argv[1] == "run" else (Statistics, Command, Split, Plan, Choice)
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(suite) for suite in suites)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(0 if result.wasSuccessful() else 1)
