#!/usr/bin/env python3
"""scripts/check_twin against the program: both agree at every place noise goes, and a wrong figure is found.

    twin_check_test.py SCRIPT PROGRAM

Exits with 77 (skipped) where this Python has no numpy.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT, PROGRAM = sys.argv[1:3]
ASSETS = pathlib.Path(SCRIPT).resolve().parent.parent / "assets"
TEXT = ("Once there was a small boy called Tom. He had a red kite and a brown dog.\n\"Where is the dog?\" asked Tom. "
        "The dog ran to the old tree near the house, and the b\u00f6y ran after it.")


class CheckTwin(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.file = pathlib.Path(self.folder.name) / "twin.json"

    def tearDown(self):
        self.folder.cleanup()

    def twin(self, *more):
        done = subprocess.run([PROGRAM, "twin", "--prompt", TEXT, "--draws", "3", "--seed", "7", *more, "--json", self.file],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(self.file.read_text())

    def check(self):
        return subprocess.run([sys.executable, SCRIPT, self.file], capture_output=True, text=True)

    def agree(self, *more):
        twin = self.twin(*more)
        self.assertTrue(any(draw["flips"] for draw in twin["draws"]), "a noise that changes something")
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_at_every_place_absolute_and_relative(self):
        for where in ("embeddings", "attention", "residual"):
            self.agree("--sigma", "0.5", "--relative", "--where", where)
        self.agree("--sigma", "0.1")
        self.agree("--sigma", "0.6", "--where", "residual", "--at", "5,40,90")

    def test_in_other_windows_of_another_model(self):
        model = str(ASSETS / "path/lambda-0_seed-1337/fitted.safetensors")
        self.agree("--sigma", "0.5", "--relative", "--windows", "disjoint", "--model", model)
        self.agree("--sigma", "0.5", "--relative", "--where", "attention", "--tokens", "30", "--model", model)

    def test_a_wrong_figure_is_found(self):
        twin = self.twin("--sigma", "0.5", "--relative")
        twin["draws"][1]["kl"][60] += 3e-6
        self.file.write_text(json.dumps(twin))
        self.assertEqual(self.check().returncode, 1)
        twin["draws"][1]["kl"][60] -= 3e-6
        twin["draws"][2]["flips"] = twin["draws"][2]["flips"][1:]
        self.file.write_text(json.dumps(twin))
        self.assertEqual(self.check().returncode, 1)

    def test_what_is_no_twin_is_refused(self):
        self.file.write_text("{}")
        done = self.check()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    try:
        import numpy  # noqa: F401
    except ImportError:
        print("left out: this Python has no numpy, which scripts/check_twin needs")
        sys.exit(77)
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CheckTwin))
    sys.exit(0 if result.wasSuccessful() else 1)
