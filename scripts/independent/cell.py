"""The figures of one cell of a comparison, from its checkpoint and the text."""
import numpy as np

from .draws import EVALUATION_NOISE, normals
from .gpt import Gpt
from .stage import FIRST_MARGIN, attention, margins
from .windows import prediction_windows, spaced_blocks

BATCH = 50  # windows in one pass


def effective_rank(wte, ids):
    """(sum of eigenvalues)² / sum of their squares, of the covariance of the tokens' vectors over the text."""
    eigenvalues = np.linalg.eigvalsh(np.cov(wte, fweights=np.bincount(ids, minlength=len(wte)), rowvar=False, bias=True))
    return eigenvalues.sum() ** 2 / (eigenvalues**2).sum()


def last_tenth(text):
    return text[len(text) * 9 // 10:]


class Measured:
    """Parts of a text by name, and how they are measured; draws are kept, since all cells share them."""

    def __init__(self, parts, protocol):
        self.parts, self.protocol, self.kept = parts, protocol, {}

    def normals(self, draw, number, time, width):
        key = (draw, number, time, width)
        if key not in self.kept:
            self.kept[key] = normals(0, EVALUATION_NOISE, draw, number, np.arange(time), width)
        return self.kept[key]

    def ids(self, gpt, part):
        known = {symbol: k for k, symbol in enumerate(gpt.vocabulary)}
        return np.array([known.get(symbol, 0) for symbol in self.parts[part]])

    def figures(self, checkpoint, part):
        return self.losses(checkpoint, part) | {"margins": self.stage(checkpoint, part)}

    def stage(self, checkpoint, part):
        gpt = Gpt(checkpoint)
        return self.margins(gpt, self.ids(gpt, part))

    def losses(self, checkpoint, part):
        gpt = Gpt(checkpoint)
        ids = self.ids(gpt, part)
        windows = prediction_windows(len(ids), gpt.context, self.protocol["max_windows"])
        seen = np.concatenate([ids[begin:begin + gpt.context] for _, begin in windows])
        rms = float(np.sqrt((gpt.wte[seen] ** 2).mean()))
        return {"nats": self.nats(gpt, ids, windows, rms), "rms_tok": rms}

    def nats(self, gpt, ids, windows, rms):
        levels = {("clean" if float(at) == 0 else at): float(at) for at in self.protocol["absolute"]}
        levels |= {("clean" if float(at) == 0 else at + "rms"): float(at) * rms for at in self.protocol["relative"]}
        sums = dict.fromkeys(levels, 0.0)
        width, draws = gpt.wte.shape[1], self.protocol["draws"]
        for first in range(0, len(windows), BATCH):
            batch = windows[first:first + BATCH]
            of_batch = np.stack([ids[begin:begin + gpt.context + 1] for _, begin in batch])
            inputs, targets = of_batch[:, :-1], of_batch[:, 1:]

            def loss(added):
                logprob = gpt.logprob(inputs, on_embeddings=lambda _, x: x + added)
                return -np.take_along_axis(logprob, targets[:, :, None], 2).mean(1).sum()

            sums["clean"] += loss(0.0)
            for draw in range(draws):
                noise = np.stack([self.normals(draw, number, gpt.context, width) for number, _ in batch])
                for name, sigma in levels.items():
                    if name != "clean":
                        sums[name] += loss(sigma * noise) / draws
        return {name: float(total) / len(windows) for name, total in sums.items()}

    def entropy(self, gpt, ids, w_q, w_k, windows=12):
        begins = [(len(ids) - gpt.context) * k // (windows - 1) for k in range(windows)]
        weights = attention(gpt.embed(np.stack([ids[at:at + gpt.context] for at in begins])), w_q, w_k)[:, FIRST_MARGIN:]
        return -(weights * np.log(np.where(weights > 0.0, weights, 1.0))).sum(-1).mean()

    def margins(self, gpt, ids):
        w_q, w_k = gpt.values["stage.W_Q"], gpt.values["stage.W_K"]
        found = []
        for begin, first, end in spaced_blocks(len(ids), gpt.context, "half", self.protocol["positions"]):
            measured = [(0, at - begin) for at in range(max(first, begin + FIRST_MARGIN), end)]
            if measured:
                found.append(margins(gpt.embed(ids[None, begin:end]), measured, w_q, w_k))
        all_of = {name: np.concatenate([at[name] for at in found]) for name in found[0]}
        sigma_min, logdet = all_of["sigma_min"], all_of["logdet"]
        width, log_sigma = len(w_q), float(gpt.values["stage.log_sigma"].reshape(-1)[0])
        nats = logdet.mean() - all_of["energy"].mean() / (2.0 * np.exp(2.0 * log_sigma)) - 0.5 * width * (np.log(2.0 * np.pi) + 2.0 * log_sigma)
        return {name: float(value) for name, value in {
            "share_beyond": all_of["beyond"].mean(), "logdet_mean": logdet.mean(), "logdet_median": np.quantile(logdet, 0.5),
            "sigma_min_p1": np.quantile(sigma_min, 0.01), "sigma_min_p5": np.quantile(sigma_min, 0.05),
            "sigma_min_median": np.quantile(sigma_min, 0.5), "sigma_min_least": sigma_min.min(),
            "attention_entropy": self.entropy(gpt, ids, w_q, w_k), "embedding_rank": effective_rank(gpt.wte, ids),
            "nats_per_position": nats}.items()}
