"""The report's plots, as lists of them: the path over lambda_m, cost against gain, the geometry, the two basins."""
from .analysis import barrier_settings, interval
from .plots import LARGE, Plot
from .words import measure_name

GROUPS = {"recipe": ("c-recipe", "the recipe"), "path": ("c-path", "another lambda_m"), "factor": ("c-factor", "one factor changed"),
          "rival": ("c-rival", "a rival without barrier"), "control": ("c-control", "a control")}
LABELLED_FIRST = ("recipe", "control", "path", "rival", "factor")  # where numbers have no room for all
FEW = ("clean", "0.05", "0.25rms", "0.5rms")


def shown_measures(results):
    return [measure for measure in FEW if measure in results.measures()] or results.measures()


def path_entries(results):
    """[(lambda_m, entry)] of the recipe's path. It begins where the recipe has no barrier: with a plain model, or with a rival
    where the recipe trains with noise as well."""
    # How lambda_m falls says nothing where it is 0.
    def trained(settings):
        return {flag: value for flag, value in settings.items() if flag != "--lambda-end"}

    without = trained({**results.entries["recipe"]["settings"], "--lambda": "0"})
    begin = next((name for name in results.names("plain", "rival", "control") if trained(results.entries[name]["settings"]) == without),
                 results.plain_of("recipe"))
    names = [name for name in (begin, "recipe", *results.names("path")) if results.has(name)]
    return sorted((float(results.entries[name]["settings"]["--lambda"]), name) for name in names)


def path_plot(results, title, y_label, read, zero=True):
    """`read(entry)` gives a value for each seed."""
    path = path_entries(results)
    values = [read(name) for _, name in path]
    every = [value for by_seed in values for value in by_seed.values()]
    if len(path) < 2 or not every:
        return None
    intervals = [interval(by_seed) for by_seed in values]
    ends = [end for at in intervals for end in (at.low, at.high) if end is not None]
    plot = Plot(title, "lambda_m", y_label, [], [*every, *ends], [f"{value:g}" for value, _ in path], zero)
    plot.line([(k, at.mean) for k, at in enumerate(intervals) if at.n], "l-path")
    for k, (at, by_seed) in enumerate(zip(intervals, values, strict=True)):
        if at.low is not None:
            plot.whisker(k, at.low, at.high, "l-path")
        for seed, value in by_seed.items():
            plot.dot(k + 0.12, value, "c-path", f"seed {seed}: {value:.4g}", 2.5)
    return plot


def path_plots(results):
    plots = [path_plot(results, measure_name(measure), "change, %", lambda name, at=measure: results.change(name, at, results.plain_of("recipe")))
             for measure in shown_measures(results)] if results.has("recipe") else []
    return [plot for plot in plots if plot]


def geometry_plots(results):
    if not results.has("recipe"):
        return []
    names = (("share_beyond", "share beyond", True), ("sigma_min_p1", "sigma_min, 1 %", True), ("sigma_min_median", "sigma_min, median", True),
             ("logdet_mean", "log|det J|, mean", True))
    plots = [path_plot(results, title, "", lambda entry, at=name: results.margins(entry, at), zero) for name, title, zero in names]
    return [plot for plot in plots if plot]


def trade_plots(results, numbers):
    """Clean cost against the change under noise: each setting a dot with its intervals and its number of the tables."""
    plots = []
    names = [name for name in results.names() if results.group(name) in GROUPS]
    for measure in shown_measures(results)[1:]:
        points = [(name, interval(results.change(name, "clean")), interval(results.change(name, measure))) for name in names]
        points = [point for point in points if point[1].n and point[2].n]
        if not points:
            continue
        plot = Plot(measure_name(measure), "clean cost, %", "change, %", [*(x for _, cost, _ in points for x in cost.values), 0.0],
                    [y for _, _, gain in points for y in gain.values], size=LARGE)
        for name, cost, gain in points:
            css = GROUPS[results.group(name)][0]
            for x, y in zip(cost.values, gain.values):
                plot.dot(x, y, f"{css} faint", results.title(name), 1.5)
            plot.dot(cost.mean, gain.mean, css, f"{results.title(name)}: clean {cost.mean:+.2f} %, {measure_name(measure)} {gain.mean:+.2f} %", 4.0)
        for name, cost, gain in sorted(points, key=lambda point: LABELLED_FIRST.index(results.group(point[0]))):
            plot.label(cost.mean, gain.mean, str(numbers.get(name, "")))
        plots.append(plot)
    return plots


def trade_legend(results):
    return [GROUPS[group] for group in GROUPS if results.names(group)]


def sigma_ratio(figures):
    """The live stage's sigma in units of RMS_u at the end of the training."""
    live = figures.get("live") or {}
    return live["stage_sigma"] / live["u_rms"] if live.get("stage_sigma") and live.get("u_rms") else None


HEADS = [("c-recipe", "head of its own"), ("c-rival", "tied head")]


def basin_plots(results, measure="0.25rms"):
    """Each cell with a barrier: where its sigma ended, and what it gained."""
    cells = []
    for name in barrier_settings(results):
        ratio, change = results.values(name, sigma_ratio), results.change(name, measure)
        own = results.plain_of(name) == "plain-own"
        cells += [(ratio[seed], change[seed], own, f"{results.title(name)}, seed {seed}") for seed in ratio if seed in change]
    if not cells:
        return []
    plot = Plot(f"sigma at the end, {measure_name(measure)}", "sigma / RMS_u", "change, %", [0.0, *(cell[0] for cell in cells)],
                [cell[1] for cell in cells])
    for ratio, change, own, tip in cells:
        plot.dot(ratio, change, "c-recipe" if own else "c-rival", f"{tip}: {ratio:.2f}, {change:+.1f} %")
    return [plot, *beyond_plots(results)]


def beyond_plots(results):
    """The same sigma against the share beyond, of the stage that trained along."""
    cells = []
    for name in barrier_settings(results):
        ratio = results.values(name, sigma_ratio)
        share = results.values(name, lambda figures: (figures.get("live") or {}).get("share_beyond"))
        own = results.plain_of(name) == "plain-own"
        cells += [(ratio[seed], 100.0 * share[seed], own, f"{results.title(name)}, seed {seed}") for seed in ratio if seed in share]
    if not cells:
        return []
    plot = Plot("sigma and the live share beyond", "sigma / RMS_u", "beyond, %", [0.0, *(cell[0] for cell in cells)],
                [cell[1] for cell in cells])
    for ratio, share, own, tip in cells:
        plot.dot(ratio, share, "c-recipe" if own else "c-rival", f"{tip}: {ratio:.2f}, {share:.1f} %")
    return [plot]


def course_plots(courses):
    """sigma / RMS_u while training; `courses`: [(entry's title, class, [(step, ratio)])], a line for each seed. Without step 0, where
    embeddings are yet to grow and every sigma is many times their RMS."""
    trained = [(css, [(step, ratio) for step, ratio in course if step > 0]) for _, css, course in courses]
    points = [point for _, course in trained for point in course]
    if not points:
        return []
    plot = Plot("sigma while training", f"step, from {min(step for step, _ in points):g} on", "sigma / RMS_u", [0.0, *(x for x, _ in points)], [y for _, y in points])
    for css, course in trained:
        plot.line(course, css.replace("c-", "l-"))
    return [plot]


def course_legend(courses):
    return list(dict.fromkeys((css, title) for title, css, _ in courses))
