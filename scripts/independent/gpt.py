"""A checkpoint, read by hand, and nanoGPT's model written out; sequences (time,) or batches of them (batch, time)."""
import json
import math
import struct

import numpy as np

EPSILON = 1e-5  # of LayerNorm
WIDTHS = {"F64": np.float64, "F32": np.float32, "F16": np.float16}

# erf by its Taylor series to third order around exact values, close by: off by less than 1e-12, and a vector at a time.
STEP, END = 1.0 / 512.0, 6.0
NODES = np.arange(-END, END + 0.5 * STEP, STEP)
VALUES = np.array([math.erf(x) for x in NODES])
SLOPES = 2.0 / math.sqrt(math.pi) * np.exp(-NODES * NODES)


def erf(x):
    x = np.clip(x, -END, END)
    nearest = np.rint(x / STEP)
    node = nearest * STEP
    off = x - node
    at = (nearest + END / STEP).astype(np.int32)
    return VALUES.take(at) + SLOPES.take(at) * off * (1.0 - off * (node - off * (2.0 * node * node - 1.0) / 3.0))


def read_safetensors(path):
    """(metadata, {name: float64 array})."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    meta = header.pop("__metadata__")
    values = {}
    for name, info in header.items():
        if info["dtype"] in WIDTHS:
            begin, end = info["data_offsets"]
            values[name] = np.frombuffer(data[begin:end], dtype=WIDTHS[info["dtype"]]).astype(np.float64).reshape(info["shape"])
    return meta, values


class Gpt:
    def __init__(self, path):
        meta, self.values = read_safetensors(path)
        self.vocabulary = json.loads(meta["vocabulary"])
        shape = json.loads(meta["config"])["model"]
        self.layers, self.heads, self.context = shape["layers"], shape["heads"], shape["context"]
        self.wte = self.values["transformer.wte.weight"]
        tied = shape.get("tied", "lm_head.weight" not in self.values)
        self.head = self.wte if tied else self.values["lm_head.weight"]

    def linear(self, x, name):
        y = x @ self.values[name + ".weight"].T
        return y + self.values[name + ".bias"] if name + ".bias" in self.values else y

    def norm(self, x, name):
        mean = x.mean(-1, keepdims=True)
        y = (x - mean) / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + EPSILON)
        y = y * self.values[name + ".weight"]
        return y + self.values[name + ".bias"] if name + ".bias" in self.values else y

    def attend(self, u, layer):
        time, width = u.shape[-2:]
        q, k, v = np.split(self.linear(u, f"transformer.h.{layer}.attn.c_attn"), 3, axis=-1)
        size, out = width // self.heads, np.empty_like(u)
        hidden = np.triu(np.full((time, time), -np.inf), 1)
        for h in range(self.heads):
            part = slice(h * size, (h + 1) * size)
            scores = q[..., part] @ np.swapaxes(k[..., part], -1, -2) / math.sqrt(size) + hidden
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            out[..., part] = weights / weights.sum(-1, keepdims=True) @ v[..., part]
        return self.linear(out, f"transformer.h.{layer}.attn.c_proj")

    def embed(self, ids):
        return self.wte[ids] + self.values["transformer.wpe.weight"][: ids.shape[-1]]

    def logprob(self, ids, on_embeddings=None, on_attention=None, on_residual=None):
        """log p of what follows each of `ids`, (..., time, vocabulary); each hook sees (layer, x) and returns another x."""
        x = self.embed(ids)
        if on_embeddings:
            x = on_embeddings(-1, x)
        for layer in range(self.layers):
            u = self.norm(x, f"transformer.h.{layer}.ln_1")
            if on_attention:
                u = on_attention(layer, u)
            x = x + self.attend(u, layer)
            inner = self.linear(self.norm(x, f"transformer.h.{layer}.ln_2"), f"transformer.h.{layer}.mlp.c_fc")
            inner = 0.5 * inner * (1.0 + erf(inner / math.sqrt(2.0)))
            x = x + self.linear(inner, f"transformer.h.{layer}.mlp.c_proj")
            if on_residual:
                x = on_residual(layer, x)
        logits = self.norm(x, "transformer.ln_f") @ self.head.T
        logits = logits - logits.max(-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(-1, keepdims=True))
