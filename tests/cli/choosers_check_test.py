#!/usr/bin/env python3
"""scripts/check_choosers against the program: every chooser's choices are computed again, and a wrong figure is found.

    choosers_check_test.py SCRIPT PROGRAM

Needs no numpy.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT, PROGRAM = sys.argv[1:3]
MODELS = pathlib.Path(SCRIPT).resolve().parent.parent / "assets/models"
PLAIN, BARRIER = str(MODELS / "plain.safetensors"), str(MODELS / "barrier.safetensors")


class CheckChoosers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.file = pathlib.Path(cls.folder.name) / "decoded.json"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_decode(self, *more):
        return subprocess.run([PROGRAM, "decode", "--prompt", "Once ", *more, "--json", self.file], capture_output=True, text=True)

    def decode(self, *more):
        done = self.run_decode("--candidates", "--tokens", "30", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(self.file.read_text())

    def check(self):
        return subprocess.run([sys.executable, SCRIPT, self.file], capture_output=True, text=True)

    def agree(self, *more):
        decoded = self.decode(*more)
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return decoded

    def test_the_law_as_it_is(self):
        self.agree("--model", BARRIER)
        self.agree("--model", BARRIER, "--temperature", "1.4", "--top-k", "9", "--top-p", "0.9", "--seed", "4")
        self.agree("--model", BARRIER, "--temperature", "0")

    def test_rules_that_read_the_margin(self):
        self.agree("--model", BARRIER, "--margin-weight", "0.7", "--top-k", "12")
        self.agree("--model", PLAIN, "--margin-weight", "1.5", "--kind", "singular", "--temperature", "1.2", "--top-k", "6")
        self.agree("--model", PLAIN, "--min-margin", "0.1", "--margin-weight", "0.5", "--kind", "singular", "--temperature", "1.2", "--top-k", "8")

    def test_the_best_of_several(self):
        kept = [self.agree("--model", PLAIN, "--best-of", "4", "--best-by", by, "--temperature", "1.2")["best"] for by in ("logprob", "margin", "both")]
        self.assertGreater(len(set(kept)), 1, "the seed should tell the rules apart")

    def test_noise_averaged_over(self):
        decoded = self.agree("--model", BARRIER, "--noise-draws", "5", "--noise-sigma", "0.4", "--relative")
        self.assertEqual(decoded["passes"], 30 * 6)
        self.assertTrue(all(token["mutual_information"] >= 0.0 for token in decoded["tokens"]))
        self.agree("--model", BARRIER, "--noise-draws", "3", "--noise-sigma", "0.05", "--best-of", "2", "--margin-weight", "0.3", "--top-k", "5")

    def test_abstaining(self):
        noise = ("--noise-draws", "4", "--noise-sigma", "0.4", "--relative")
        for more in (("--abstain-entropy", "1.5"), ("--abstain-probability", "0.3"), ("--abstain-margin", "5"), ("--abstain-information", "0.15", *noise)):
            decoded = self.agree("--model", BARRIER, "--temperature", "1.3", *more)
            self.assertEqual(decoded["stopped"], "abstained", more)
            self.assertIn(decoded["abstained"]["by"], more[0])
            self.assertLess(len(decoded["tokens"]), 30)

    def test_a_wrong_figure_is_found(self):
        decoded = self.decode("--model", BARRIER, "--best-of", "3", "--noise-draws", "2", "--noise-sigma", "0.1", "--margin-weight", "0.5", "--top-k", "6")

        def spoilt(change):
            other = json.loads(json.dumps(decoded))
            change(other)
            self.file.write_text(json.dumps(other))
            return self.check().returncode

        def another_token(told):
            token = told["continuations"][1]["tokens"][7]
            token["token"] = next(one["token"] for one in token["candidates"] if one["token"] != token["token"])

        self.assertEqual(spoilt(lambda told: None), 0)
        self.assertEqual(spoilt(another_token), 1)
        self.assertEqual(spoilt(lambda told: told.update(passes=told["passes"] + 1)), 1)
        self.assertEqual(spoilt(lambda told: told.update(best=(told["best"] + 1) % 3)), 1)
        self.assertEqual(spoilt(lambda told: told["continuations"][0]["tokens"][3].update(mutual_information=0.5)), 1)
        self.assertEqual(spoilt(lambda told: told["continuations"][0]["tokens"][3]["candidates"][0]["draws"].__setitem__(0, -9.0)), 1)
        self.file.write_text("{}")
        self.assertEqual(self.check().returncode, 2)

    def test_defaults_say_nothing_of_choosers(self):
        done = self.run_decode("--model", BARRIER, "--tokens", "5")
        self.assertEqual(done.returncode, 0, done.stderr)
        decoded = json.loads(self.file.read_text())
        self.assertEqual(set(decoded), {"model", "seed", "prompt", "text", "tokens", "stopped", "kind", "tokens_per_s"})
        self.assertEqual(set(decoded["tokens"][0]), {"token", "logprob", "entropy", "margin", "crossings"})

    def test_a_session_keeps_all_of_it(self):
        session = pathlib.Path(self.folder.name) / "kept.mscope"
        done = self.run_decode("--model", BARRIER, "--tokens", "5", "--margin-weight", "0.5", "--noise-draws", "3", "--noise-sigma", "0.25", "--relative",
                               "--abstain-information", "4", "--best-of", "2", "--best-by", "both", "--session", session)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = subprocess.run([PROGRAM, "session", session, "--json", "-"], capture_output=True, text=True)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        chooser = json.loads(shown.stdout)["sampling"]["chooser"]
        self.assertEqual((chooser["margin_weight"], chooser["noise_draws"], chooser["noise_sigma"], chooser["noise_relative"]), (0.5, 3, 0.25, True))
        self.assertEqual((chooser["abstain_information"], chooser["best_of"], chooser["best_by"]), (4, 2, "both"))

    def test_what_does_not_go_together_is_one_sentence(self):
        for more in (("--best-by", "margin"), ("--noise-draws", "3"), ("--noise-sigma", "0.1"), ("--relative",), ("--abstain-information", "1"),
                     ("--margin-weight", "1", "--temperature", "0"), ("--best-of", "2", "--temperature", "0"), ("--best-of", "0")):
            done = self.run_decode("--model", BARRIER, "--tokens", "5", *more)
            self.assertEqual(done.returncode, 2, more)
            self.assertEqual(done.stdout, "")
            self.assertIn("--" + more[0].removeprefix("--"), done.stderr)


if __name__ == "__main__":
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(CheckChoosers))
    sys.exit(0 if result.wasSuccessful() else 1)
