"""The normal draws of a noise: one stream for each (seed, purpose, draw, window, place), by a keyed counter."""
import numpy as np

from independent.streams import CHARACTERS, DECODE_NOISE, EVALUATION_NOISE, NOISY_TOKENS, Stream  # noqa: F401

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
GOLDEN_3 = np.uint64(0x9E3779B97F4A7C15 * 3 % 2**64)


def mix(x):
    """SplitMix64's finaliser."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def normals(seed, purpose, draw, windows, places, width):
    """N(0, 1), one row a place: Marsaglia's polar method. `windows` is one number or one a place."""
    places = np.asarray(places, dtype=np.uint64)
    windows = np.broadcast_to(np.asarray(windows, dtype=np.uint64), places.shape)
    a = np.full(places.shape, GOLDEN)
    b = np.full(places.shape, ~GOLDEN)
    for word in (np.uint64(seed), np.uint64(purpose), np.uint64(draw), windows, places):
        a = mix(a + GOLDEN + word)
        b = mix((b ^ word) + GOLDEN_3)
    pairs = (width + 1) // 2
    tried = 2 * pairs + 32  # 27 % of them are refused
    while True:
        counter = np.arange(1, 2 * tried + 1, dtype=np.uint64)
        bits = mix(mix(a[:, None] + GOLDEN * counter) ^ b[:, None])
        uniform = 2.0 * ((bits >> np.uint64(11)).astype(np.float64) * 2.0**-53) - 1.0
        x, y = uniform[:, 0::2], uniform[:, 1::2]
        square = x * x + y * y
        taken = (square < 1.0) & (square > 0.0)
        if len(places) == 0 or taken.sum(1).min() >= pairs:
            break
        tried *= 2
    first = np.argsort(~taken, axis=1, kind="stable")[:, :pairs]  # of each row, the taken ones in order
    square = np.take_along_axis(square, first, 1)
    scale = np.sqrt(-2.0 * np.log(square) / square)
    out = np.empty((len(places), 2 * pairs))
    out[:, 0::2] = np.take_along_axis(x, first, 1) * scale
    out[:, 1::2] = np.take_along_axis(y, first, 1) * scale
    return out[:, :width]
