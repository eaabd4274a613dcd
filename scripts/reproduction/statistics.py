"""Student's t, intervals over paired seeds, ranks. Standard library only."""
import math


def mean(values):
    return math.fsum(values) / len(values)


def quantile(values, q):
    """Linear between order statistics; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    at = q * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def beta_fraction(a, b, x):
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1.0), tiny)
    result = d
    for m in range(1, 500):
        for numerator in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                          -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1.0 + numerator * d
            c = 1.0 + numerator / c
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            result *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return result


def incomplete_beta(a, b, x):
    """I_x(a, b), the regularised one."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * beta_fraction(a, b, x) / a
    return 1.0 - front * beta_fraction(b, a, 1.0 - x) / b


def t_cdf(t, freedom):
    tail = 0.5 * incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + t * t))
    return 1.0 - tail if t > 0 else tail


def t_quantile(probability, freedom):
    """Where Student's distribution function reaches `probability`; by bisection."""
    if not 0.0 < probability < 1.0 or freedom < 1:
        raise ValueError("a probability inside (0, 1) and at least one degree of freedom are needed")
    if probability < 0.5:
        return -t_quantile(1.0 - probability, freedom)
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < probability:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if t_cdf(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


class Interval:
    """Mean and 95 % interval of the values of some seeds; no interval from a single one."""

    def __init__(self, values, level=0.95):
        self.values = list(values)
        self.n = len(self.values)
        self.mean = mean(self.values) if self.values else None
        self.low = self.high = None
        if self.n > 1:
            spread = math.sqrt(math.fsum((value - self.mean) ** 2 for value in self.values) / (self.n - 1))
            half = t_quantile(0.5 + 0.5 * level, self.n - 1) * spread / math.sqrt(self.n)
            self.low, self.high = self.mean - half, self.mean + half

    def excludes_zero(self):
        return self.low is not None and (self.low > 0.0 or self.high < 0.0)


def ranks(values):
    """Counting from 1; equal values share their mean rank."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out = [0.0] * len(values)
    k = 0
    while k < len(order):
        end = k
        while end + 1 < len(order) and values[order[end + 1]] == values[order[k]]:
            end += 1
        for at in order[k:end + 1]:
            out[at] = 0.5 * (k + end) + 1.0
        k = end + 1
    return out


def spearman(x, y):
    """Rank correlation; None where there are fewer than three pairs or one side does not vary."""
    if len(x) < 3:
        return None
    a, b = ranks(x), ranks(y)
    ma, mb = mean(a), mean(b)
    covariance = math.fsum((p - ma) * (q - mb) for p, q in zip(a, b, strict=True))
    variances = math.fsum((p - ma) ** 2 for p in a) * math.fsum((q - mb) ** 2 for q in b)
    return covariance / math.sqrt(variances) if variances > 0.0 else None
