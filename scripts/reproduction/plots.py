"""Small plots as inline SVG: axes, dots, lines, whiskers. Colours are classes of the page, so that both themes read well."""
import math

from .tables import escape

SMALL, LARGE = (280, 215), (560, 380)  # (width, height): four or two in a row
LEFT, RIGHT, TOP, BOTTOM = 50, 18, 26, 40


def nice_ticks(low, high, about=5):
    """Round numbers that cover [low, high]."""
    if high - low < 1e-12:
        low, high = (0.0, 1.0) if low == 0.0 else (low - 0.5, high + 0.5)
    raw = (high - low) / about
    unit = 10.0 ** math.floor(math.log10(raw))
    step = unit * next(factor for factor in (1, 2, 5, 10) if factor * unit >= raw)
    first = math.floor(low / step)
    return [k * step for k in range(first, math.ceil(high / step) + 1)]


def tick_text(value):
    text = f"{value:.10g}"
    return ("0" if text == "-0" else text).replace("-", "\u2212")


LETTER = 6.2  # pixels that a digit of a label takes


class Plot:
    """One pair of axes. `x_names` makes the abscissa a list of names at 0, 1, 2 …"""

    def __init__(self, title, x_label, y_label, xs, ys, x_names=None, zero=True, size=SMALL):
        self.width, self.height = size
        self.title, self.x_label, self.y_label, self.x_names = title, x_label, y_label, x_names
        ys = [*ys, 0.0] if zero else list(ys)
        self.y_ticks = nice_ticks(min(ys), max(ys))
        self.x_ticks = list(range(len(x_names))) if x_names else nice_ticks(min(xs), max(xs))
        margin = 0.4 if x_names else 0.0
        self.x_range = (self.x_ticks[0] - margin, self.x_ticks[-1] + margin)
        self.parts = []
        self.taken = []  # boxes of labels

    def x(self, value):
        low, high = self.x_range
        return LEFT + (value - low) / (high - low) * (self.width - LEFT - RIGHT)

    def y(self, value):
        low, high = self.y_ticks[0], self.y_ticks[-1]
        return self.height - BOTTOM - (value - low) / (high - low) * (self.height - TOP - BOTTOM)

    def dot(self, x, y, css, tip, radius=3.0):
        self.parts.append(f'<circle class="{css}" cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="{radius}"><title>{escape(tip)}</title></circle>')

    def line(self, points, css):
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        self.parts.append(f'<polyline class="{css}" fill="none" points="{path}"/>')

    def whisker(self, x, low, high, css):
        self.parts.append(f'<line class="{css}" x1="{self.x(x):.1f}" x2="{self.x(x):.1f}" y1="{self.y(low):.1f}" y2="{self.y(high):.1f}"/>')

    def bar(self, y, low, high, css):
        self.parts.append(f'<line class="{css}" y1="{self.y(y):.1f}" y2="{self.y(y):.1f}" x1="{self.x(low):.1f}" x2="{self.x(high):.1f}"/>')

    def label(self, x, y, text, css="mark"):
        """Beside its point, on the side where it touches no label before it; left out where there is none."""
        width, height = LETTER * len(text), 10
        for dx, dy in ((5, -5), (5, 11), (-5 - width, -5), (-5 - width, 11)):
            left, base = self.x(x) + dx, self.y(y) + dy
            box = (left, base - height, left + width, base)
            if any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in self.taken):
                continue
            self.taken.append(box)
            self.parts.append(f'<text class="{css}" x="{left:.1f}" y="{base:.1f}">{escape(text)}</text>')
            return

    def svg(self):
        css = "large" if (self.width, self.height) == LARGE else "small"
        out = [f'<svg class="{css}" viewBox="0 0 {self.width} {self.height}" role="img" aria-label="{escape(self.title)}">',
               f'<text class="title" x="{LEFT}" y="16">{escape(self.title)}</text>']
        for value in self.y_ticks:
            css = "zero" if abs(value) < 1e-12 else "grid"
            out.append(f'<line class="{css}" x1="{LEFT}" x2="{self.width - RIGHT}" y1="{self.y(value):.1f}" y2="{self.y(value):.1f}"/>')
            out.append(f'<text class="tick" text-anchor="end" x="{LEFT - 6}" y="{self.y(value) + 4:.1f}">{tick_text(value)}</text>')
        for k, value in enumerate(self.x_ticks):
            name = self.x_names[k] if self.x_names else tick_text(value)
            out.append(f'<text class="tick" text-anchor="middle" x="{self.x(value):.1f}" y="{self.height - BOTTOM + 15}">{escape(name)}</text>')
        center = (LEFT + self.width - RIGHT) / 2
        out.append(f'<text class="tick" text-anchor="middle" x="{center}" y="{self.height - 6}">{escape(self.x_label)}</text>')
        middle = (TOP + self.height - BOTTOM) / 2
        out.append(f'<text class="tick" text-anchor="middle" transform="rotate(-90 12 {middle})" x="12" y="{middle}">{escape(self.y_label)}</text>')
        return "".join([*out, *self.parts, "</svg>"])


# Middle tones, which read on white and on dark, since a page that shows a file does not say which it has.
SHEET_STYLE = """
text { font: 11px system-ui, sans-serif; fill: #6e7781; } .title { font-weight: 600; font-size: 12px; } .mark { font-size: 10px; }
.grid { stroke: #8b949e; stroke-opacity: 0.3; } .zero { stroke: #8b949e; }
.c-recipe { fill: #d9534f; } .c-path { fill: #3d85c6; } .c-factor { fill: #3f9c5f; } .c-rival { fill: #c28416; } .c-control { fill: #9b62c4; }
.l-recipe { stroke: #d9534f; } .l-path { stroke: #3d85c6; } .l-factor { stroke: #3f9c5f; } .l-rival { stroke: #c28416; }
circle { fill-opacity: 0.85; } .faint { fill-opacity: 0.45; } polyline, line { stroke-width: 1.2; }
"""
LINE = 16  # pixels between lines of a legend


def sheet(plots, columns, items, names=()):
    """A file of its own: the plots, the legend [(class, words)], and names in columns below."""
    width = columns * plots[0].width
    height = -(-len(plots) // columns) * plots[0].height
    body, x = [], LEFT
    for k, plot in enumerate(plots):
        place = f'x="{k % columns * plot.width}" y="{k // columns * plot.height}" width="{plot.width}" height="{plot.height}" '
        body.append(plot.svg().replace("<svg ", "<svg " + place, 1))
    if items:
        height += LINE
    for css, words in items:
        if x > LEFT and x + 9 + 6.5 * len(words) > width:  # no room left on this line
            x, height = LEFT, height + LINE
        body.append(f'<circle class="{css}" cx="{x}" cy="{height - 4}" r="4"/><text x="{x + 9}" y="{height}">{escape(words)}</text>')
        x += 30 + 6.5 * len(words)
    wide = max((len(name) for name in names), default=1) * 6.5
    across = max(int((width - LEFT) / wide), 1)
    for k, name in enumerate(names):
        body.append(f'<text x="{LEFT + k % across * wide:.0f}" y="{height + 8 + (k // across + 1) * LINE}">{escape(name)}</text>')
    height += 8 + -(-len(names) // across) * LINE + 8
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
            f"<style>{SHEET_STYLE}</style>{''.join(body)}</svg>\n")


def side_by_side(plots):
    return '<div class="plots">' + "".join(plot.svg() for plot in plots) + "</div>"


def legend(items):
    """[(class, words)]"""
    return '<p class="legend">' + "".join(f'<span><svg viewBox="0 0 12 12" width="12" height="12"><circle class="{css}" cx="6" cy="6" r="4"/></svg> '
                                          f"{escape(words)}</span>" for css, words in items) + "</p>"
