"""Two figures that no command gives: how spread the fitted stage's attention is, and how many directions the embeddings use.

- attention entropy: mean over positions i >= 3 of -sum_s alpha_is log alpha_is, nats, in evenly spaced windows (E1, E2)
- effective rank: (tr C)² / tr C² of the covariance C of the token embeddings over the text: 1 for a line, d for a ball

Standard library only: a second or two a model.
"""
import json
import math
import struct
from collections import Counter
from operator import mul

from .statistics import mean

WINDOWS = 12  # for the entropy
FORMATS = {"F64": "d", "F32": "f", "F16": "e"}


def dot(a, b):
    return sum(map(mul, a, b))


def read_rows(path, names):
    """(vocabulary, context, {name: list of rows}) of a checkpoint's matrices."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        meta = header.pop("__metadata__")
        rows = {}
        for name in names:
            info = header[name]
            begin, end = info["data_offsets"]
            file.seek(8 + length + begin)
            count, width = info["shape"]
            values = struct.unpack(f"<{count * width}{FORMATS[info['dtype']]}", file.read(end - begin))
            rows[name] = [values[k * width:(k + 1) * width] for k in range(count)]
    return json.loads(meta["vocabulary"]), json.loads(meta["config"])["model"]["context"], rows


def entropy(weights):
    return -sum(w * math.log(w) for w in weights if w > 0.0)


def window_entropies(u, query_map):
    """Of positions 3 … of one window, each over the past alone."""
    for i in range(2, len(u)):
        query = [dot(row, u[i]) for row in query_map]
        scores = [dot(query, u[s]) for s in range(i)]
        most = max(scores)
        weights = [math.exp(score - most) for score in scores]
        total = sum(weights)
        yield entropy([weight / total for weight in weights])


def effective_rank(wte, ids):
    counts = Counter(ids)
    width, total = len(wte[0]), len(ids)
    center = [sum(n * wte[k][c] for k, n in counts.items()) / total for c in range(width)]
    # Rows scaled by the root of how often they occur, so that C is one product of columns.
    scaled = [[math.sqrt(n / total) * (x - m) for x, m in zip(wte[k], center)] for k, n in counts.items()]
    columns = list(zip(*scaled))
    trace = sum(dot(column, column) for column in columns)
    square = sum(dot(a, b) ** 2 for a in columns for b in columns)
    return trace * trace / square if square > 0.0 else None


def figures(checkpoint, text):
    vocabulary, context, rows = read_rows(checkpoint, ("transformer.wte.weight", "transformer.wpe.weight", "stage.W_Q", "stage.W_K"))
    wte, wpe, w_q, w_k = rows.values()
    known = {symbol: k for k, symbol in enumerate(vocabulary)}
    ids = [known.get(symbol, 0) for symbol in text]
    scale = math.sqrt(len(w_q))
    columns_q, columns_k = list(zip(*w_q)), list(zip(*w_k))
    query_map = [[dot(k, q) / scale for q in columns_q] for k in columns_k]  # W_Kᵀ W_Q / sqrt(p)
    room = len(ids) - context
    found = []
    for k in range(WINDOWS):
        begin = room * k // (WINDOWS - 1)
        u = [[a + b for a, b in zip(wte[token], place)] for token, place in zip(ids[begin:begin + context], wpe)]
        found += window_entropies(u, query_map)
    return {"attention_entropy": mean(found), "embedding_rank": effective_rank(wte, ids)}
