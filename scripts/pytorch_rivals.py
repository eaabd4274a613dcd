#!/usr/bin/env python3
"""Times the training step of the benchmark's model in PyTorch, eager and compiled, in float32 and bfloat16.

    python3 scripts/pytorch_rivals.py [--device cuda|cpu] [--threads 2] [--secs 3] [--json FILE]

For `marginscope bench --only training` (CPU) or `--only gpu` on the same machine: equal shapes, the same architecture and
loss, AdamW in its fused form. Attention is PyTorch's own fused one, so this is the strongest form of the rival, where the
benchmark's plain LibTorch step is the textbook's. Runs in your own Python with torch; figures are absolute. FILE is in the
form of `marginscope bench --json`, for scripts/bench_table.
"""
import argparse
import json
import platform
import statistics
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError:
    sys.exit("pytorch_rivals: this needs a Python with torch.")

VOCABULARY = 67
SHAPES = {"": dict(context=64, batch=12), "_t128": dict(context=128, batch=16)}
LAYERS, HEADS, WIDTH = 4, 4, 128
TURNS = 10


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm_1, self.norm_2 = (nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.out = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x):
        batch, time_, _ = x.shape
        q, k, v = (part.view(batch, time_, HEADS, -1).transpose(1, 2) for part in self.qkv(self.norm_1(x)).chunk(3, -1))
        seen = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).reshape(batch, time_, WIDTH))
        return x + self.down(functional.gelu(self.up(self.norm_2(x))))


class CharModel(nn.Module):
    def __init__(self, context):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.positions = nn.Embedding(context, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH, bias=False)
        for parameter in self.parameters():
            if parameter.dim() >= 2:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, targets):
        x = self.tokens(ids) + self.positions.weight
        for block in self.blocks:
            x = block(x)
        logits = functional.linear(self.norm(x), self.tokens.weight)
        return functional.cross_entropy(logits.float().view(-1, VOCABULARY), targets.view(-1))


def training(device, context, batch, compiled, rough):
    """A function that makes one update on random windows."""
    torch.manual_seed(1337)
    model = CharModel(context).to(device)
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), fused=True)
    mode = "reduce-overhead" if device == "cuda" else None  # CUDA graphs
    loss_of = torch.compile(model, dynamic=False, mode=mode) if compiled else model
    text = torch.randint(VOCABULARY, (100_000,))

    def step():
        starts = torch.randint(len(text) - context - 1, (batch, 1))
        windows = text[starts + torch.arange(context + 1)]
        if device == "cuda":
            windows = windows.pin_memory().to(device, non_blocking=True)
        with torch.autocast(device, dtype=torch.bfloat16, enabled=rough):
            loss = loss_of(windows[:, :-1].contiguous(), windows[:, 1:].contiguous())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return step


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()


def seconds_of(step, calls, device):
    wait(device)
    begin = time.perf_counter()
    for _ in range(calls):
        step()
    wait(device)
    return (time.perf_counter() - begin) / calls


def contest(steps, device, secs):
    """Median seconds of each step, which take turns as in bench/contest.h."""
    calls = {}
    for name, step in steps.items():
        seconds_of(step, 3, device)  # compiles
        calls[name] = max(1, round(secs / TURNS / seconds_of(step, 1, device)))
    found = {name: [] for name in steps}
    for turn in range(TURNS):
        for name in list(steps)[:: 1 if turn % 2 == 0 else -1]:
            found[name].append(seconds_of(steps[name], calls[name], device))
    return {name: statistics.median(values) for name, values in found.items()}


def machine(device, threads):
    if device == "cuda":
        return f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}"
    return f"{platform.processor() or platform.machine()}, {threads} threads used, PyTorch {torch.__version__}"


def positive(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e4:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0 and below 10000")
    return value


def thread_count(text):
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 to 1024")
    return int(text)


def writable(path):
    """Opened before anything is measured: what cannot be written costs no minutes."""
    try:
        return open(path, "w", encoding="utf-8")
    except OSError as error:
        raise argparse.ArgumentTypeError(f"cannot write {path}: {error.strerror}") from error


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=thread_count, default=2)
    parser.add_argument("--secs", type=positive, default=3.0, help="about how long each figure may take")
    parser.add_argument("--json", type=writable, metavar="FILE")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("pytorch_rivals: this PyTorch finds no CUDA device.")
    torch.set_num_threads(options.threads)
    figures = []
    for suffix, shape in SHAPES.items():
        kinds = {
            f"pytorch_{'compiled' if compiled else 'eager'}{suffix}{'_bf16' if rough else ''}": (compiled, rough)
            for rough in (False, True)
            for compiled in (False, True)
        }
        steps = {
            name: training(options.device, compiled=compiled, rough=rough, **shape)
            for name, (compiled, rough) in kinds.items()
        }
        for name, secs in contest(steps, options.device, options.secs).items():
            tokens = shape["context"] * shape["batch"]
            note = (
                f"{1000 * secs:.2f} ms a step; {LAYERS} layers, {HEADS} heads, d={WIDTH}, T={shape['context']}, "
                f"B={shape['batch']}"
            )
            figures.append(
                {"name": name, "value": tokens / secs, "unit": "tokens/s", "goal": None, "rival": None, "note": note}
            )
            print(f"{name:34} {tokens / secs:10.0f} tokens/s  ({note})", flush=True)
    if options.json:
        with options.json as file:
            json.dump({"machine": machine(options.device, options.threads), "figures": figures}, file, indent=1)


main()
