"""The first lines of the report: what held and what did not, from the intervals alone."""
from .analysis import CHOOSING_MEASURE, NOISE_KINDS, PLAINS, interval, matched_rival, noise_at_equal_cost
from .statistics import Interval
from .tables import escape, keyed
from .words import interval_text, measure_name, number, percent


class Statement:
    """About one setting, on the results that decide (`results`, `section` names them in the keys)."""

    def __init__(self, section, results, setting):
        self.section, self.results, self.setting = section, results, setting

    def change(self, measure, against=None, name=None):
        return interval(self.results.change(name or self.setting, measure, against))

    def shown(self, kind, change, measure):
        return keyed(f"{kind}/{self.section}/{self.setting}/{measure}", change, interval_text(change))

    def clean(self):
        change = self.change("clean")
        if change.low is None:
            verdict = "a single seed tells nothing about its cost"
        elif change.low > 0:
            verdict = "it costs"
        elif change.high < 0:
            verdict = "it even gains"
        else:
            verdict = "no cost that these seeds can tell from none"
        return f"Clean text: {verdict}, {self.shown('change-paired', change, 'clean')}."

    def gain(self, measure):
        """(held, words)"""
        change = self.change(measure)
        words = f"{measure_name(measure)} {self.shown('change-paired', change, measure)}"
        return (None if change.low is None else change.high < 0, change.low is not None and change.low > 0, words)

    def gains(self):
        held, not_held, worse = [], [], []
        for measure in self.results.measures():
            if measure == "clean":
                continue
            better, harmed, words = self.gain(measure)
            (held if better else worse if harmed else not_held).append(words)
        lines = []
        if held:
            lines.append("Held: better under " + ", ".join(held) + ".")
        if not_held:
            lines.append("Not shown (the interval holds 0, or there is none): " + ", ".join(not_held) + ".")
        if worse:
            lines.append("Did not hold, worse under " + ", ".join(worse) + ".")
        return lines

    def geometry(self):
        """What the barrier acts on, from the paired plain model's to the setting's."""
        shown = []
        for name, title in (("share_beyond", "share beyond"), ("sigma_min_p1", "sigma_min at 1\u00a0%"), ("sigma_min_median", "its median"),
                            ("logdet_mean", "mean log|det J|")):
            ends = []
            for entry in (self.results.plain_of(self.setting), self.setting):
                of = interval(self.results.margins(entry, name))
                ends.append(keyed(f"margins/{self.section}/{entry}/{name}", of, number(of.mean)))
            shown.append(f"{title} {ends[0]} \u2192 {ends[1]}")
        return ["Geometry of a stage fitted afterwards, plain \u2192 this setting: " + ", ".join(shown) + "."]

    def against_best(self):
        there = [name for name in PLAINS if self.results.has(name)]
        if len(there) < 2:
            return []
        shown = []
        for measure in self.results.measures():
            change = self.change(measure, self.results.best_plain(measure))
            shown.append(f"{measure_name(measure)} {self.shown('change-best', change, measure)}")
        return ["Against the best plain model, tied or with its own head, measure by measure: " + ", ".join(shown) + "."]

    def against_rival(self):
        rival = matched_rival(self.results, self.setting)
        if rival is None:
            return []
        shown = []
        for measure in self.results.measures():
            mine, other = self.results.change(self.setting, measure), self.results.change(rival, measure)
            apart = interval({seed: mine[seed] - other[seed] for seed in mine if seed in other})
            text = interval_text(apart).replace("\u00a0%", "", 1)
            shown.append(f"{measure_name(measure)} " + keyed(f"apart/{self.section}/{self.setting}/{rival}/{measure}", apart, text))
        return [f"Beside the noise training nearest in clean cost ({escape(self.results.title(rival))}), in points of percent, "
                "negative where the barrier is ahead: " + ", ".join(shown) + "."]

    def at_equal_cost(self):
        """Noise training of equal clean cost, which seldom is one of the levels that were trained."""
        lines = []
        for kind in NOISE_KINDS:
            shown = []
            for measure in self.results.measures():
                value = None if measure == "clean" else noise_at_equal_cost(self.results, self.setting, measure, kind)
                if value is not None:
                    key = f"equal-cost/{self.section}/{self.setting}/{measure}/{kind}"
                    shown.append(f"{measure_name(measure)} " + keyed(key, Interval([value]), percent(value)))
            if shown:
                lines.append(f"Training with {kind} noise at the same clean cost, read between its levels: " + ", ".join(shown) + ".")
        return lines

    def lines(self):
        count = len(self.results.change(self.setting, "clean"))
        if not count:
            return ["There are no paired figures to compare yet."]
        title = self.results.title(self.setting)
        first = f"<b>{escape(title[0].upper() + title[1:])}</b>, {count} paired seed{'s' if count > 1 else ''}."
        return [first + " " + self.clean(), *self.gains(), *self.against_best(), *self.against_rival(), *self.at_equal_cost(), *self.geometry()]


def control_lines(section, results, setting, told=(), measure=CHOOSING_MEASURE):
    """(first lines, later lines): a control that buys as much is said before anything else. `told`: those that are not to be told again."""
    first, later = [], []
    for control in results.names("control"):
        if control in told:
            continue
        mine, other = results.change(setting, measure), results.change(control, measure)
        apart = interval({seed: other[seed] - mine[seed] for seed in mine if seed in other})
        its = interval(other)
        if not apart.n:
            continue
        title = escape(results.title(control))
        figures = (keyed(f"change-paired/{section}/{control}/{measure}", its, interval_text(its)) + " at " + measure_name(measure)
                   + ", " + keyed(f"apart/{section}/{control}/{setting}/{measure}", apart, number(apart.mean, 1))
                   + " points from the setting's")
        if apart.mean <= 0:
            first.append(f"A control buys as much as the barrier: {title}, {figures}.")
        elif apart.low is None or apart.low <= 0:
            first.append(f"A control cannot be told apart from the barrier with {apart.n} seed{'s' if apart.n > 1 else ''}: {title}, {figures}.")
        else:
            later.append(f"The control ({title}) buys less: {figures}.")
    return first, later
