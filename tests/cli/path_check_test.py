#!/usr/bin/env python3
"""scripts/check_path against the program: both agree about a path, and a wrong figure is found.

    path_check_test.py SCRIPT PROGRAM

Exits with 77 (skipped) where this Python has no numpy.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT, PROGRAM = sys.argv[1:3]
SMALL = ["--steps", "40", "--layers", "1", "--heads", "2", "--width", "16", "--context", "16", "--batch", "4", "--eval-windows", "4",
         "--draws", "2", "--positions", "200", "--noise-windows", "20"]


class CheckPath(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name) / "path"
        cls.text = pathlib.Path(cls.temporary.name) / "text.txt"
        stories = subprocess.run([PROGRAM, "stories"], capture_output=True, check=True).stdout.decode()
        cls.text.write_text(stories[:20000], encoding="utf-8")
        subprocess.run([PROGRAM, "path", "--text", cls.text, "--out", cls.folder, "--lambdas", "0,0.2",
                        "--tied", "both", "--seeds", "2", "--relative", "--max-clean-loss", "50%", *SMALL], capture_output=True, check=True)
        cls.path = json.loads((cls.folder / "path.json").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def check(self, path, text=None):
        (self.folder / "path.json").write_text(json.dumps(path))
        return subprocess.run([sys.executable, SCRIPT, self.folder, text or self.text, "--jobs", "2"], capture_output=True, text=True)

    def test_both_agree(self):
        self.assertEqual({cell["status"] for cell in self.path["cells"]}, {"done"})
        done = self.check(self.path)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_each_wrong_figure_is_found(self):
        def of_margins(path):
            path["cells"][3]["sigma_min"]["median"] += 2e-4

        def of_noise(path):
            path["cells"][1]["noisy_ce_relative"]["0.25"] += 2e-4

        def of_difference(path):
            path["paired"][1]["high"] += 2e-4

        def of_proposal(path):
            path["proposal"]["lambda"] = 0.2 - path["proposal"]["lambda"]

        for spoil in (of_margins, of_noise, of_difference, of_proposal):
            path = json.loads(json.dumps(self.path))
            spoil(path)
            done = self.check(path)
            self.assertEqual(done.returncode, 1, f"{spoil.__name__}: {done.stdout}{done.stderr}")
            self.assertIn("1 do not agree", done.stdout, spoil.__name__)

    def test_what_is_no_path_is_refused(self):
        for path in ({}, {"cells": []}):
            done = self.check(path)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    try:
        import numpy  # noqa: F401
    except ImportError:
        print("left out: this Python has no numpy, which scripts/check_path needs")
        sys.exit(77)
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CheckPath))
    sys.exit(0 if result.wasSuccessful() else 1)
