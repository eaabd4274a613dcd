"""How figures are written: a dash for what is not there, never `nan`."""


def number(value, digits=3):
    return "\u2013" if value is None else f"{value:.{digits}f}".replace("-", "\u2212")


def percent(value, digits=1):
    return "\u2013" if value is None else f"{value:+.{digits}f}\u00a0%".replace("-", "\u2212")


def interval_text(interval, digits=1):
    """"+0.7 % (\u22120.1 \u2026 +1.5)"; one seed has no interval."""
    if interval.mean is None:
        return "\u2013"
    if interval.low is None:
        return percent(interval.mean, digits)
    bounds = f"({interval.low:+.{digits}f}\u00a0\u2026\u00a0{interval.high:+.{digits}f})".replace("-", "\u2212")
    return f"{percent(interval.mean, digits)} {bounds}"


def measure_name(measure):
    if measure == "clean":
        return "clean"
    return f"{measure.removesuffix('rms')} RMS" if measure.endswith("rms") else f"noise {measure}"
