"""Characters swapped, dropped, inserted or changed in case, and where a reader of them can be judged."""
from .draws import CHARACTERS, Stream


def other_cases(vocabulary):
    """By id, the same letter in its other case: the unknown where the model has none."""
    known = {symbol: k for k, symbol in enumerate(vocabulary)}
    unknown = known.get("\ufffd")
    other = []
    for k, symbol in enumerate(vocabulary):
        changed = symbol.lower() if symbol != symbol.lower() else symbol.upper()
        if len(changed) != 1 or changed.swapcase() != symbol:
            changed = symbol
        other.append(known.get(changed, k if unknown is None else unknown))
    return other


def spoil(ids, change, rate, seed, draw, window, inserted, other):
    """(what is read, of each the place whose next character is asked or None, how many changed)."""
    ids, hits = list(ids), []
    streams = [Stream(seed, CHARACTERS, draw, window, place) for place in range(len(ids))]
    hits = [stream.uniform() < rate for stream in streams]
    read, place, changed, at = [], [], 0, 0
    while at < len(ids):
        if hits[at] and change == "swap" and at + 1 < len(ids):
            read += [ids[at + 1], ids[at]]
            place += [None, at + 1]
            changed += 2 * (ids[at] != ids[at + 1])
            at += 2
            continue
        if hits[at] and change == "drop":
            changed += 1
        elif hits[at] and change == "case":
            read.append(other[ids[at]])
            place.append(at)
            changed += other[ids[at]] != ids[at]
        else:
            read.append(ids[at])
            place.append(at)
            if hits[at] and change == "insert":
                read.append(inserted[streams[at].below(len(inserted))])
                place.append(None)
                changed += 1
        at += 1
    return read, place, changed
