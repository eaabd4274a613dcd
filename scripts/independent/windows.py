"""Which characters a model sees where a position is measured."""


def blocks(total, context, rule):
    """(begin of the window, first and end of the positions that are measured in it)."""
    i = 0
    while i < total:
        if i < context:
            begin, first, end = 0, 0, context
        elif rule == "slide":
            begin, first, end = i + 1 - context, i, i + 1
        elif rule == "disjoint":
            begin = first = i // context * context
            end = begin + context
        else:
            half = context // 2
            shift = context - half
            begin = (i - context) // shift * shift + shift
            first, end = begin + half, begin + context
        yield begin, first, min(end, total)
        i = end


def spaced_blocks(total, context, rule, most):
    """As many of them as hold at most `most` positions, evenly spaced."""
    every = list(blocks(total, context, rule))
    if total <= most or not every:
        return every
    sizes = [end - first for _, first, end in every[:2]]
    count = 1 + ((most - max(sizes)) // sizes[-1] if most > max(sizes) else 0)
    count = min(count, len(every))
    taken = [every[k * len(every) // count] for k in range(count)]
    begin, first, end = taken[0]
    return [(begin, first, min(end, first + most)), *taken[1:]]


def prediction_windows(total, context, most):
    """(number, begin) of windows that predict `context` characters each, at most `most` of them, evenly spaced."""
    count = (total - 1) // context if total > context else 0
    taken = min(count, most) if most else count
    return [(k * count // taken, k * count // taken * context) for k in range(taken)]
