#!/usr/bin/env python3
"""scripts/nanogpt_to_safetensors.py on checkpoints made here: every form in which nanoGPT's are met is converted into the model
it is, or refused in one sentence.

    converter_test.py inputs|weights SCRIPT [PROGRAM]

`inputs` needs no torch. `weights` does, and exits with 77 (skipped) where this Python has none; with PROGRAM it also compares
what the converted model continues to a forward pass written here.
"""
import contextlib
import importlib.util
import io
import json
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import unittest

SCRIPT = os.path.abspath(sys.argv[2])
PROGRAM = sys.argv[3] if len(sys.argv) > 3 else None
SYMBOLS = list("\n !',.:abcdefghijklmnopqrstuvwxyz")
LAYERS, HEADS, WIDTH, CONTEXT = 2, 2, 16, 12

try:
    import torch
except ImportError:
    torch = None

specification = importlib.util.spec_from_file_location("nanogpt_to_safetensors", SCRIPT)
script = importlib.util.module_from_spec(specification)
sys.dont_write_bytecode = True
specification.loader.exec_module(script)


def meta(symbols=SYMBOLS):
    return {"vocab_size": len(symbols), "itos": dict(enumerate(symbols)), "stoi": {s: k for k, s in enumerate(symbols)}}


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_script(self, checkpoint, meta_file, out, *more):
        """As from a shell, but in this process: starting torch a hundred times would take minutes."""
        out_text, err_text = io.StringIO(), io.StringIO()
        before, code = sys.argv, 0
        sys.argv = [SCRIPT, str(checkpoint), str(meta_file), str(out), *more]
        try:
            with contextlib.redirect_stdout(out_text), contextlib.redirect_stderr(err_text):
                script.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
            err_text.write("" if isinstance(end.code, int) else f"{end.code}\n")
        finally:
            sys.argv = before
        return subprocess.CompletedProcess(sys.argv, code, out_text.getvalue(), err_text.getvalue())

    def refused(self, *arguments):
        done = self.run_script(*arguments)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("nanogpt_to_safetensors: "), done.stderr)
        self.assertTrue(done.stderr.rstrip().endswith("."), done.stderr)
        self.assertTrue(done.stderr.rstrip("\n").isprintable(), done.stderr)
        self.assertLess(len(done.stderr), 1200)
        return done.stderr

    def put(self, name, value):
        file = self.path / name
        file.write_bytes(value if isinstance(value, bytes) else pickle.dumps(value))
        return file


class Inputs(Folder):
    """What is wrong before any weight is looked at."""

    def test_a_missing_or_wrong_meta_is_one_sentence(self):
        checkpoint = self.put("ckpt.pt", b"weights")
        out = self.path / "x.safetensors"
        self.assertIn("nope.pkl", self.refused(checkpoint, self.path / "nope.pkl", out))
        self.assertIn("no table of characters", self.refused(checkpoint, self.put("a.pkl", {"vocab_size": 3}), out))
        self.assertIn("no table of characters", self.refused(checkpoint, self.put("b.pkl", [1, 2]), out))
        self.assertIn("single characters", self.refused(checkpoint, self.put("c.pkl", meta(["a", "bc"])), out))
        self.assertIn("single characters", self.refused(checkpoint, self.put("c2.pkl", {"itos": {0: 5}}), out))
        self.assertIn("twice", self.refused(checkpoint, self.put("d.pkl", meta(["a", "a"])), out))
        self.assertIn("number them", self.refused(checkpoint, self.put("e.pkl", {"itos": {0: "a", 2: "b"}}), out))
        self.assertIn("surrogate", self.refused(checkpoint, self.put("f.pkl", meta(["\ud800"])), out))
        self.assertIn("not a meta.pkl", self.refused(checkpoint, self.put("g.pkl", b"\x80\x04garbage"), out))
        self.assertIn("not a meta.pkl", self.refused(checkpoint, self.put("h.pkl", b""), out))
        self.assertIn("meta.pkl", self.refused(checkpoint, self.path, out))
        self.assertFalse(out.exists())

    def test_a_meta_that_wants_to_run_something_does_not(self):
        witness = self.path / "ran"

        class Evil:
            def __reduce__(self):
                return os.mkdir, (str(witness),)

        sentence = self.refused(self.put("ckpt.pt", b"w"), self.put("evil.pkl", {"itos": {0: "a"}, "x": Evil()}),
                                self.path / "x.safetensors")
        self.assertIn("not a meta.pkl", sentence)
        self.assertFalse(witness.exists())

    def test_nothing_that_is_read_is_written_over(self):
        checkpoint, table = self.put("ckpt.pt", b"weights"), self.put("meta.pkl", meta())
        os.link(checkpoint, self.path / "other.safetensors")
        (self.path / "alias.safetensors").symlink_to(table)
        for out in (checkpoint, table, self.path / "other.safetensors", self.path / "alias.safetensors",
                    self.path / "." / "ckpt.pt"):
            self.assertIn("which is read", self.refused(checkpoint, table, out))
        letter = self.put("letter.txt", b"dear")
        self.assertIn("no .safetensors", self.refused(checkpoint, table, letter))
        self.assertEqual(letter.read_bytes(), b"dear")
        self.assertEqual(checkpoint.read_bytes(), b"weights")

    def test_from_a_shell_too(self):
        done = subprocess.run([sys.executable, SCRIPT, "a.pt", "nope.pkl", "x.safetensors"], capture_output=True, text=True,
                              cwd=self.path)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        done = subprocess.run([sys.executable, SCRIPT, "a.pt"], capture_output=True, text=True, cwd=self.path)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("Traceback", done.stderr)

    def test_names_are_shown_clean(self):
        self.refused(self.path / "a\x1b[31m\nb", self.path / "c\x07\u202e.pkl", self.path / "x.safetensors")


def weights(bias=False, vocabulary=len(SYMBOLS), seed=1):
    """A GPT of nanoGPT's shape, with values large enough that its continuations are not all alike."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*size):
        return torch.randn(*size, generator=generator) * 0.3

    state = {"transformer.wte.weight": normal(vocabulary, WIDTH), "transformer.wpe.weight": normal(CONTEXT, WIDTH)}

    def layer(name, *size):
        state[name + ".weight"] = normal(*size) if len(size) > 1 else 1 + normal(*size)
        if bias:
            state[name + ".bias"] = normal(size[0])

    for k in range(LAYERS):
        h = f"transformer.h.{k}."
        layer(h + "ln_1", WIDTH)
        layer(h + "attn.c_attn", 3 * WIDTH, WIDTH)
        layer(h + "attn.c_proj", WIDTH, WIDTH)
        layer(h + "ln_2", WIDTH)
        layer(h + "mlp.c_fc", 4 * WIDTH, WIDTH)
        layer(h + "mlp.c_proj", WIDTH, 4 * WIDTH)
    layer("transformer.ln_f", WIDTH)
    state["lm_head.weight"] = state["transformer.wte.weight"]
    return state


def checkpoint_of(state, **changes):
    arguments = {"n_layer": LAYERS, "n_head": HEADS, "n_embd": WIDTH, "block_size": CONTEXT,
                 "bias": "transformer.ln_f.bias" in state, "vocab_size": state_rows(state), "dropout": 0.0}
    arguments.update(changes)
    if torch.__version__ < "2":  # its safe reader knows no real numbers beside the weights
        arguments.pop("dropout")
    rate = 1 if torch.__version__ < "2" else 1e-3
    return {"model": state, "optimizer": {"state": {0: {"step": torch.tensor(3.0)}}, "param_groups": [{"lr": rate}]},
            "model_args": arguments, "iter_num": 250, "best_val_loss": torch.tensor(1.5), "config": {"dataset": "x"}}


def state_rows(state):
    return next((value.shape[0] for name, value in state.items() if name.endswith("transformer.wte.weight")), 0)


def continued(state, prompt, count):
    """Greedy, by the definition of the model."""
    functional = torch.nn.functional
    ids = [SYMBOLS.index(c) for c in prompt]
    get = lambda name: state[name].float() if name in state else None
    for _ in range(count):
        window = ids[-CONTEXT:]
        x = get("transformer.wte.weight")[window] + get("transformer.wpe.weight")[:len(window)]
        for k in range(LAYERS):
            h = f"transformer.h.{k}."
            norm = functional.layer_norm(x, (WIDTH,), get(h + "ln_1.weight"), get(h + "ln_1.bias"))
            q, key, v = functional.linear(norm, get(h + "attn.c_attn.weight"), get(h + "attn.c_attn.bias")).split(WIDTH, 1)
            heads = []
            for n in range(HEADS):
                part = slice(n * WIDTH // HEADS, (n + 1) * WIDTH // HEADS)
                scores = q[:, part] @ key[:, part].T / (WIDTH // HEADS) ** 0.5
                scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), float("-inf"))
                heads.append(scores.softmax(1) @ v[:, part])
            x = x + functional.linear(torch.cat(heads, 1), get(h + "attn.c_proj.weight"), get(h + "attn.c_proj.bias"))
            norm = functional.layer_norm(x, (WIDTH,), get(h + "ln_2.weight"), get(h + "ln_2.bias"))
            inner = functional.gelu(functional.linear(norm, get(h + "mlp.c_fc.weight"), get(h + "mlp.c_fc.bias")))
            x = x + functional.linear(inner, get(h + "mlp.c_proj.weight"), get(h + "mlp.c_proj.bias"))
        x = functional.layer_norm(x, (WIDTH,), get("transformer.ln_f.weight"), get("transformer.ln_f.bias"))
        logits = x[-1] @ get("transformer.wte.weight")[:len(SYMBOLS)].T
        ids.append(int(logits.argmax()))
    return "".join(SYMBOLS[k] for k in ids[len(prompt):])


class Weights(Folder):
    def save(self, content, name="ckpt.pt"):
        torch.save(content, self.path / name)
        return self.path / name

    def convert(self, content, symbols=SYMBOLS, *more):
        out = self.path / "model.safetensors"
        done = self.run_script(self.save(content), self.put("meta.pkl", meta(symbols)), out, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        raw = out.read_bytes()
        length = struct.unpack("<Q", raw[:8])[0]
        header = json.loads(raw[8:8 + length])
        tensors = {}
        for tensor, info in header.items():
            if tensor == "__metadata__":
                continue
            begin, end = info["data_offsets"]
            numbers = struct.unpack(f"<{(end - begin) // 4}f", raw[8 + length + begin:8 + length + end])
            tensors[tensor] = torch.tensor(numbers).reshape(info["shape"])
        return header["__metadata__"], tensors, done

    def expect_weights(self, state, tensors):
        own_head = not torch.equal(state["lm_head.weight"], state["transformer.wte.weight"])
        wanted = {name: value for name, value in state.items() if own_head or name != "lm_head.weight"}
        self.assertEqual(sorted(tensors), sorted(wanted))
        for name, value in wanted.items():
            self.assertTrue(torch.equal(tensors[name], value.float()), name)

    def test_every_form_gives_the_same_weights(self):
        for bias in (False, True):
            for kind in ("float32", "float16", "bfloat16"):
                state = {name: value.to(getattr(torch, kind)) for name, value in weights(bias).items()}
                for prefix in ("", "_orig_mod.", "module.", "_orig_mod.module.", "module._orig_mod."):
                    named = {prefix + name: value for name, value in state.items()}
                    for k in range(LAYERS):  # the causal mask of older versions
                        named[f"{prefix}transformer.h.{k}.attn.bias"] = torch.tril(torch.ones(1, 1, CONTEXT, CONTEXT))
                    metadata, tensors, _ = self.convert(checkpoint_of(named, bias=bias))
                    self.expect_weights(state, tensors)
                    self.assertEqual(json.loads(metadata["config"])["model"],
                                     {"layers": LAYERS, "heads": HEADS, "width": WIDTH, "context": CONTEXT, "bias": bias,
                                      "tied": True})
                    self.assertEqual(json.loads(metadata["vocabulary"]), SYMBOLS)
                    self.assertEqual(metadata["step"], "250")

    def test_weights_alone_need_the_number_of_heads(self):
        state = weights()
        self.assertIn("--heads", self.refused(self.save(state), self.put("meta.pkl", meta()), self.path / "x.safetensors"))
        for bare in (state, {"state_dict": state}, {"model": state}):
            _, tensors, _ = self.convert(bare, SYMBOLS, "--heads", str(HEADS))
            self.expect_weights(state, tensors)

    def test_padding_is_cut_off_and_said(self):
        state = weights(vocabulary=64)
        _, tensors, done = self.convert(checkpoint_of(state))
        self.assertEqual(list(tensors["transformer.wte.weight"].shape), [len(SYMBOLS), WIDTH])
        self.assertTrue(torch.equal(tensors["transformer.wte.weight"], state["transformer.wte.weight"][:len(SYMBOLS)]))
        self.assertIn(f"{64 - len(SYMBOLS)} of the 64 rows", done.stderr)
        few = self.put("few.pkl", meta([chr(0x100 + k) for k in range(65)]))
        self.assertIn("do not belong together", self.refused(self.save(checkpoint_of(state)), few, self.path / "x.safetensors"))

    def test_a_head_of_its_own_stays_one(self):
        state = weights(vocabulary=64)
        state["lm_head.weight"] = state["lm_head.weight"] + 0.5
        metadata, tensors, done = self.convert(checkpoint_of(state))
        self.assertIs(json.loads(metadata["config"])["model"]["tied"], False)
        self.assertIn("a head of its own", done.stdout)
        self.assertTrue(torch.equal(tensors["lm_head.weight"], state["lm_head.weight"][:len(SYMBOLS)]))
        self.assertTrue(torch.equal(tensors["transformer.wte.weight"], state["transformer.wte.weight"][:len(SYMBOLS)]))

    def test_what_would_be_another_model_is_refused(self):
        table, out = self.put("meta.pkl", meta()), self.path / "x.safetensors"

        def refused(content):
            return self.refused(self.save(content), table, out)

        odd = weights()
        odd["lm_head.weight"] = torch.ones(len(SYMBOLS) + 1, WIDTH)
        self.assertIn("lm_head.weight", refused(checkpoint_of(odd)))
        extra = weights()
        extra["transformer.h.0.attn.q_norm.weight"] = torch.ones(WIDTH)
        self.assertIn("q_norm", refused(checkpoint_of(extra)))
        for name in weights(bias=True):
            if name == "lm_head.weight":
                continue
            state = weights(bias=True)
            del state[name]
            if name != "transformer.ln_f.bias":  # without it the model has no biases, and the others are too many
                self.assertIn(name.split(".")[1], refused(checkpoint_of(state, bias=True)))
            state = weights(bias=True)
            state[name] = state[name].clone()
            state[name].view(-1)[-1] = float("nan")
            if name == "transformer.wte.weight":
                state["lm_head.weight"] = state[name]
            refused(checkpoint_of(state, bias=True))
            state = weights(bias=True)
            state[name] = torch.zeros(*state[name].shape, 2)
            refused(checkpoint_of(state, bias=True))
        for changes in ({"n_head": 3}, {"n_head": 0}, {"n_head": "2"}, {"n_layer": 5}, {"block_size": 7}, {"n_embd": 32},
                        {"n_head": None}):
            refused(checkpoint_of(weights(), **changes))
        refused({"model": {"a": torch.ones(2)}, "model_args": {}})
        refused([1, 2])
        refused(torch.ones(3))
        self.refused(self.put("ckpt.pt", b"PK\x03\x04 garbage"), table, out)
        self.refused(self.put("ckpt.pt", b""), table, out)
        self.refused(self.path / "nowhere.pt", table, out)
        self.assertFalse(out.exists())

    def test_the_program_continues_as_the_definition_does(self):
        if not PROGRAM:
            self.skipTest("no program given")
        for bias in (False, True):
            for rows in (len(SYMBOLS), 64):
                state = weights(bias, rows, seed=3)
                self.convert(checkpoint_of(state))
                done = subprocess.run([PROGRAM, "decode", "--model", str(self.path / "model.safetensors"), "--prompt", "the cat",
                                       "--tokens", "5", "--temperature", "0", "--json", "-"], capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout)["text"], continued(state, "the cat", 5))


if __name__ == "__main__":
    chosen = Inputs if sys.argv[1] == "inputs" else Weights
    if chosen is Weights and torch is None:
        print("left out: this Python has no torch, so no checkpoint can be made to convert")
        sys.exit(77)
    result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromTestCase(chosen))
    sys.exit(0 if result.wasSuccessful() else 1)
