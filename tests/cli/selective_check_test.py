#!/usr/bin/env python3
"""scripts/check_selective against the program: both agree about stories and texts, and a wrong figure is found.

    selective_check_test.py SCRIPT PROGRAM
"""
import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT, PROGRAM = sys.argv[1:3]
MODELS = pathlib.Path(SCRIPT).resolve().parent.parent / "assets/models"
PLAIN, BARRIER = str(MODELS / "plain.safetensors"), str(MODELS / "barrier.safetensors")


class CheckSelective(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name) / "selective.json"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def selective(self, *more):
        done = subprocess.run([PROGRAM, "selective", *more, "--json", self.file], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(self.file.read_text())

    def check(self):
        return subprocess.run([sys.executable, SCRIPT, self.file], capture_output=True, text=True)

    def agree(self, *more):
        document = self.selective(*more)
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return document

    def test_stories(self):
        document = self.agree("--model", BARRIER, "--stories", "150", "--fresh", "200", "--calibrations", "3", "--error", "30%", "--seed", "4")
        self.assertIsNotNone(document["beside_entropy"])
        self.assertTrue(any(score["promise"]["threshold"] is not None for score in document["scores"]), "a promise that can be kept")

    def test_a_text(self):
        text = pathlib.Path(self.folder.name) / "text.txt"
        text.write_bytes(subprocess.run([PROGRAM, "stories"], capture_output=True, check=True).stdout[-6000:])
        document = self.agree("--model", PLAIN, "--text", str(text), "--whole", "--max-positions", "900", "--surprise", "1", "--error", "10%")
        self.assertEqual(document["kind"], "text")
        self.assertLess(len(set(document["fresh"]["groups"])), len(document["fresh"]["groups"]))

    def test_a_wrong_figure_is_found(self):
        document = self.selective("--model", PLAIN, "--stories", "60", "--error", "40%")

        def spoil_area(spoilt):
            spoilt["scores"][0]["area"]["value"] += 1e-6

        def spoil_interval(spoilt):
            spoilt["beside_entropy"]["high"] += 1e-6

        def spoil_truth(spoilt):
            spoilt["calibration"]["truth"][5] ^= 1

        def spoil_fit(spoilt):
            next(score for score in spoilt["scores"] if "made_of" in score)["intercept"] += 0.01

        def spoil_best(spoilt):
            spoilt["best_of"][0]["wrong"] += 1

        for spoil in (spoil_area, spoil_interval, spoil_truth, spoil_fit, spoil_best):
            spoilt = copy.deepcopy(document)
            spoil(spoilt)
            self.file.write_text(json.dumps(spoilt))
            self.assertEqual(self.check().returncode, 1, spoil.__name__)

    def test_what_is_no_report_is_refused(self):
        self.file.write_text("{}")
        done = self.check()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CheckSelective))
    sys.exit(0 if result.wasSuccessful() else 1)
