#!/usr/bin/env python3
"""Writes tests/golden/char_gpt.json and char_gpt_own_head.json: logits, loss, gradients and ten training losses of a tiny GPT
whose head is tied to its embeddings, and of one with a head of its own.

Everything is float64 numpy written out by hand from nanoGPT's description (pre-norm blocks, exact GELU,
AdamW with decay on matrices, warm-up and cosine, clipping), so that it shares no code with what it checks. The backward
pass is compared with central differences before anything is written. Needs numpy: python3 scripts/golden_numbers.py
"""
import json
import math
import pathlib

import numpy as np

LAYERS, HEADS, WIDTH, CONTEXT, VOCABULARY = 2, 2, 8, 8, 7
BATCH, TIME, STEPS = 3, 6, 10
LR, MIN_LR, WARMUP, BETA1, BETA2, DECAY, CLIP = 1e-2, 1e-3, 3, 0.9, 0.99, 0.1, 1.0
EPSILON = 1e-5  # of LayerNorm

erf = np.vectorize(math.erf)


def shapes(own_head):
    c = WIDTH
    yield "transformer.wte.weight", (VOCABULARY, c)
    yield "transformer.wpe.weight", (CONTEXT, c)
    for layer in range(LAYERS):
        h = f"transformer.h.{layer}."
        yield h + "ln_1.weight", (c,)
        yield h + "ln_1.bias", (c,)
        yield h + "attn.c_attn.weight", (3 * c, c)
        yield h + "attn.c_attn.bias", (3 * c,)
        yield h + "attn.c_proj.weight", (c, c)
        yield h + "attn.c_proj.bias", (c,)
        yield h + "ln_2.weight", (c,)
        yield h + "ln_2.bias", (c,)
        yield h + "mlp.c_fc.weight", (4 * c, c)
        yield h + "mlp.c_fc.bias", (4 * c,)
        yield h + "mlp.c_proj.weight", (c, 4 * c)
        yield h + "mlp.c_proj.bias", (c,)
    yield "transformer.ln_f.weight", (c,)
    yield "transformer.ln_f.bias", (c,)
    if own_head:
        yield "lm_head.weight", (VOCABULARY, c)


def layer_norm(x, w, b):
    mean = x.mean(-1, keepdims=True)
    scale = 1.0 / np.sqrt(((x - mean) ** 2).mean(-1, keepdims=True) + EPSILON)
    normed = (x - mean) * scale
    return normed * w + b, (normed, scale)


def layer_norm_back(dy, w, saved):
    normed, scale = saved
    dn = dy * w
    dx = scale * (dn - dn.mean(-1, keepdims=True) - normed * (dn * normed).mean(-1, keepdims=True))
    return dx, flat(dy * normed).sum(0), flat(dy).sum(0)


def flat(x):
    return x.reshape(-1, x.shape[-1])


def linear_back(dy, x, w):
    return dy @ w, flat(dy).T @ flat(x), flat(dy).sum(0)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def split(x):  # (B, T, C) -> (B, H, T, p)
    b, t, c = x.shape
    return x.reshape(b, t, HEADS, c // HEADS).transpose(0, 2, 1, 3)


def join(x):
    b, h, t, p = x.shape
    return x.transpose(0, 2, 1, 3).reshape(b, t, h * p)


def head_of(w):
    return w.get("lm_head.weight", w["transformer.wte.weight"])


def forward(w, ids):
    t = ids.shape[1]
    x = w["transformer.wte.weight"][ids] + w["transformer.wpe.weight"][:t]
    future = np.triu(np.ones((t, t), bool), 1)
    saved = []
    for layer in range(LAYERS):
        h = f"transformer.h.{layer}."
        s = {"x": x}
        s["u"], s["ln_1"] = layer_norm(x, w[h + "ln_1.weight"], w[h + "ln_1.bias"])
        qkv = s["u"] @ w[h + "attn.c_attn.weight"].T + w[h + "attn.c_attn.bias"]
        s["q"], s["k"], s["v"] = (split(part) for part in np.split(qkv, 3, axis=-1))
        scores = s["q"] @ s["k"].transpose(0, 1, 3, 2) / math.sqrt(WIDTH // HEADS)
        s["a"] = softmax(np.where(future, -np.inf, scores))
        s["y"] = join(s["a"] @ s["v"])
        x = x + s["y"] @ w[h + "attn.c_proj.weight"].T + w[h + "attn.c_proj.bias"]
        s["n"], s["ln_2"] = layer_norm(x, w[h + "ln_2.weight"], w[h + "ln_2.bias"])
        s["f"] = s["n"] @ w[h + "mlp.c_fc.weight"].T + w[h + "mlp.c_fc.bias"]
        s["g"] = 0.5 * s["f"] * (1.0 + erf(s["f"] / math.sqrt(2.0)))
        x = x + s["g"] @ w[h + "mlp.c_proj.weight"].T + w[h + "mlp.c_proj.bias"]
        saved.append(s)
    hidden, ln_f = layer_norm(x, w["transformer.ln_f.weight"], w["transformer.ln_f.bias"])
    return hidden @ head_of(w).T, (saved, hidden, ln_f)


def loss_of(logits, targets):
    probabilities = softmax(logits)
    picked = np.take_along_axis(probabilities, targets[..., None], -1)
    return -np.log(picked).mean(), probabilities


def gradients(w, ids, targets):
    logits, (saved, hidden, ln_f) = forward(w, ids)
    loss, probabilities = loss_of(logits, targets)
    g = {}
    dlogits = probabilities.copy()
    np.put_along_axis(dlogits, targets[..., None], np.take_along_axis(dlogits, targets[..., None], -1) - 1.0, -1)
    dlogits /= targets.size
    dhidden, dhead, _ = linear_back(dlogits, hidden, head_of(w))
    dx, g["transformer.ln_f.weight"], g["transformer.ln_f.bias"] = layer_norm_back(
        dhidden, w["transformer.ln_f.weight"], ln_f)
    for layer in reversed(range(LAYERS)):
        h = f"transformer.h.{layer}."
        s = saved[layer]
        dg, g[h + "mlp.c_proj.weight"], g[h + "mlp.c_proj.bias"] = linear_back(dx, s["g"], w[h + "mlp.c_proj.weight"])
        normal_cdf = 0.5 * (1.0 + erf(s["f"] / math.sqrt(2.0)))
        normal_pdf = np.exp(-0.5 * s["f"] ** 2) / math.sqrt(2.0 * math.pi)
        df = dg * (normal_cdf + s["f"] * normal_pdf)
        dn, g[h + "mlp.c_fc.weight"], g[h + "mlp.c_fc.bias"] = linear_back(df, s["n"], w[h + "mlp.c_fc.weight"])
        back, g[h + "ln_2.weight"], g[h + "ln_2.bias"] = layer_norm_back(dn, w[h + "ln_2.weight"], s["ln_2"])
        dx = dx + back
        dy, g[h + "attn.c_proj.weight"], g[h + "attn.c_proj.bias"] = linear_back(dx, s["y"], w[h + "attn.c_proj.weight"])
        dy = split(dy)
        da = dy @ s["v"].transpose(0, 1, 3, 2)
        dv = s["a"].transpose(0, 1, 3, 2) @ dy
        ds = s["a"] * (da - (da * s["a"]).sum(-1, keepdims=True)) / math.sqrt(WIDTH // HEADS)
        dqkv = np.concatenate([join(ds @ s["k"]), join(ds.transpose(0, 1, 3, 2) @ s["q"]), join(dv)], -1)
        du, g[h + "attn.c_attn.weight"], g[h + "attn.c_attn.bias"] = linear_back(dqkv, s["u"], w[h + "attn.c_attn.weight"])
        back, g[h + "ln_1.weight"], g[h + "ln_1.bias"] = layer_norm_back(du, w[h + "ln_1.weight"], s["ln_1"])
        dx = dx + back
    dwte = dhead
    if "lm_head.weight" in w:
        g["lm_head.weight"] = dhead
        dwte = np.zeros_like(dhead)
    np.add.at(dwte, ids, dx)
    g["transformer.wte.weight"] = dwte
    g["transformer.wpe.weight"] = np.zeros((CONTEXT, WIDTH))
    g["transformer.wpe.weight"][: ids.shape[1]] = dx.sum(0)
    return loss, logits, g


def check_gradients(w, ids, targets, g, rng):
    for name, value in w.items():
        direction = rng.standard_normal(value.shape)
        h = 1e-5
        sides = []
        for sign in (1.0, -1.0):
            moved = dict(w)
            moved[name] = value + sign * h * direction
            sides.append(loss_of(forward(moved, ids)[0], targets)[0])
        numeric = (sides[0] - sides[1]) / (2 * h)
        analytic = (g[name] * direction).sum()
        if abs(numeric - analytic) > 1e-7 * max(1.0, abs(numeric)):
            raise SystemExit(f"the gradient of {name} is wrong: {analytic} against {numeric}")


def learning_rate(step):
    if step < WARMUP:
        return LR * (step + 1) / (WARMUP + 1)
    share = (step - WARMUP) / (STEPS - WARMUP)
    return MIN_LR + 0.5 * (1.0 + math.cos(math.pi * share)) * (LR - MIN_LR)


def train(w, batches):
    w = {name: value.copy() for name, value in w.items()}
    m = {name: np.zeros_like(value) for name, value in w.items()}
    v = {name: np.zeros_like(value) for name, value in w.items()}
    losses = []
    for step, (ids, targets) in enumerate(batches):
        loss, _, g = gradients(w, ids, targets)
        losses.append(loss)
        norm = math.sqrt(sum((value**2).sum() for value in g.values()))
        scale = min(1.0, CLIP / (norm + 1e-6))
        lr = learning_rate(step)
        for name in w:
            gradient = g[name] * scale
            if w[name].ndim >= 2:
                w[name] *= 1.0 - lr * DECAY
            m[name] = BETA1 * m[name] + (1 - BETA1) * gradient
            v[name] = BETA2 * v[name] + (1 - BETA2) * gradient**2
            m_hat = m[name] / (1 - BETA1 ** (step + 1))
            v_hat = v[name] / (1 - BETA2 ** (step + 1))
            w[name] -= lr * m_hat / (np.sqrt(v_hat) + 1e-8)
    return losses


def write(own_head):
    rng = np.random.default_rng(20260222)
    w = {}
    for name, shape in shapes(own_head):
        centre = 1.0 if "ln_" in name and name.endswith("weight") else 0.0
        w[name] = (centre + 0.3 * rng.standard_normal(shape)).astype(np.float32).astype(np.float64)
    batches = []
    for _ in range(STEPS):
        ids = rng.integers(0, VOCABULARY, (BATCH, TIME + 1))
        batches.append((ids[:, :-1], ids[:, 1:]))
    loss, logits, g = gradients(w, *batches[0])
    check_gradients(w, *batches[0], g, rng)
    numbers = {
        "config": {"layers": LAYERS, "heads": HEADS, "width": WIDTH, "context": CONTEXT, "vocabulary": VOCABULARY,
                   "lr": LR, "min_lr": MIN_LR, "warmup": WARMUP, "steps": STEPS, "beta1": BETA1, "beta2": BETA2,
                   "weight_decay": DECAY, "clip": CLIP},
        "weights": {name: value.ravel().tolist() for name, value in w.items()},
        "batches": [{"ids": ids.tolist(), "targets": targets.tolist()} for ids, targets in batches],
        "loss": loss,
        "logits": logits.ravel().tolist(),
        "gradients": {name: value.ravel().tolist() for name, value in g.items()},
        "losses": train(w, batches),
    }
    path = pathlib.Path(__file__).resolve().parent.parent / "tests/golden"
    path = path / ("char_gpt_own_head.json" if own_head else "char_gpt.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(numbers, separators=(",", ":")) + "\n")
    print(f"{path}: {path.stat().st_size} bytes, loss {loss:.6f}, last {numbers['losses'][-1]:.6f}")


if __name__ == "__main__":
    write(own_head=False)
    write(own_head=True)
