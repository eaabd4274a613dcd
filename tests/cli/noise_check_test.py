#!/usr/bin/env python3
"""scripts/check_noise against the program: both agree about every kind of noise, and a wrong figure is found.

    noise_check_test.py SCRIPT PROGRAM

Exits with 77 (skipped) where this Python has no numpy.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SCRIPT, PROGRAM = sys.argv[1:3]
MODELS = pathlib.Path(SCRIPT).resolve().parent.parent / "assets/models"
PLAIN, BARRIER = str(MODELS / "plain.safetensors"), str(MODELS / "barrier.safetensors")


class CheckNoise(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name) / "noise.json"
        cls.text = pathlib.Path(cls.folder.name) / "text.txt"
        stories = subprocess.run([PROGRAM, "stories"], capture_output=True, check=True).stdout.decode()
        cls.text.write_text(stories[-30000:] + "Not \u00e9very character is known.\n", encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def noise(self, *more):
        done = subprocess.run([PROGRAM, "noise", "--text", self.text, "--draws", "2", "--max-windows", "5", "--seed", "3", *more,
                               "--json", self.file], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(self.file.read_text())

    def check(self):
        return subprocess.run([sys.executable, SCRIPT, self.file, self.text], capture_output=True, text=True)

    def agree(self, *more):
        self.noise(*more)
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_noise_inside_the_model(self):
        self.agree("--model", PLAIN, "--model", BARRIER, "--sigmas", "0,0.25", "--relative", "--tokens", "all,support,random")
        self.agree("--model", PLAIN, "--sigmas", "0.1,0.3", "--where", "attention", "--whole")
        self.agree("--model", BARRIER, "--sigmas", "0.4", "--where", "residual", "--tokens", "random", "--support", "9")

    def test_spoilt_characters(self):
        self.agree("--model", PLAIN, "--model", BARRIER, "--characters", "swap,drop,insert,case", "--rates", "0,0.02,0.2")

    def together(self):
        """A folder of two runs: it predicts as the mean of both."""
        folder = pathlib.Path(self.folder.name) / "two"
        for name, model in (("a", PLAIN), ("b", BARRIER)):
            (folder / name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(model, folder / name / "fitted.safetensors")
        return str(folder)

    def test_models_together(self):
        self.agree("--model", PLAIN, "--model", self.together(), "--sigmas", "0,0.3", "--relative", "--tokens", "all,support")
        self.agree("--model", self.together(), "--characters", "swap,insert", "--rates", "0.1")
        noise = self.noise("--model", self.together(), "--sigmas", "0.3", "--relative")
        for change in (lambda point: point["members"]["ce"], lambda point: point["brier"]):
            wrong = json.loads(json.dumps(noise))
            change(wrong["curves"][0]["points"][0])["value"] += 2e-4
            self.file.write_text(json.dumps(wrong))
            self.assertEqual(self.check().returncode, 1)

    def test_a_wrong_figure_is_found(self):
        noise = self.noise("--model", PLAIN, "--sigmas", "0.25", "--relative", "--tokens", "support")
        noise["curves"][0]["points"][0]["ce"] += 2e-4
        self.file.write_text(json.dumps(noise))
        self.assertEqual(self.check().returncode, 1)
        noise = self.noise("--model", PLAIN, "--characters", "drop")
        noise["curves"][0]["points"][1]["share_judged"] += 2e-4
        self.file.write_text(json.dumps(noise))
        self.assertEqual(self.check().returncode, 1)

    def test_what_is_no_curve_is_refused(self):
        self.file.write_text("{}")
        done = self.check()
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    try:
        import numpy  # noqa: F401
    except ImportError:
        print("left out: this Python has no numpy, which scripts/check_noise needs")
        sys.exit(77)
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CheckNoise))
    sys.exit(0 if result.wasSuccessful() else 1)
