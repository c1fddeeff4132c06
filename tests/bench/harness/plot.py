# SPDX-License-Identifier: LGPL-2.1-or-later
"""Line charts in SVG."""

import dataclasses
import html
import math

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 80, 200, 44, 56
COLOURS = ['#1c71d8', '#26a269', '#c01c28', '#e5a50a', '#813d9c', '#986a44', '#5e5c64', '#2190a4', '#e66100', '#241f31']

STYLE = '''    text { font-family: sans-serif; font-size: 12px; fill: #241f31; }
    .title { font-size: 15px; font-weight: bold; }
    .grid { stroke: #deddda; }
    .axis { stroke: #77767b; }
    .line { fill: none; stroke-width: 2; }
    .other { stroke-dasharray: 5 3; }'''


@dataclasses.dataclass
class Series:
    label: str
    points: list         # of (x, y); y is None where there is no value
    is_ours: bool = True  # others are dashed


@dataclasses.dataclass
class Chart:
    title: str
    x_label: str
    y_label: str
    x_ticks: list        # of (x, text); the x axis is logarithmic, unless x is an index
    series: list
    is_x_logarithmic: bool = True


def format_tick(value):
    for factor, suffix in ((1e9, 'G'), (1e6, 'M'), (1e3, 'k')):
        if value >= factor:
            return f'{value / factor:g} {suffix}'
    return f'{value:g}'


class Scale:
    """Maps values to pixels."""

    def __init__(self, low, high, first, last, is_logarithmic):
        self.function = math.log10 if is_logarithmic else float
        self.low, self.high = self.function(low), self.function(high)
        self.first, self.last = first, last

    def __call__(self, value):
        part = (self.function(value) - self.low) / ((self.high - self.low) or 1)
        return round(self.first + part * (self.last - self.first), 1)


def make_y_ticks(values):
    """Powers of ten around the values."""
    low = math.floor(math.log10(min(values)))
    high = max(math.ceil(math.log10(max(values))), low + 1)
    return [10.0 ** power for power in range(low, high + 1)]


def draw_axes(chart, x_scale, y_scale, y_ticks):
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    for value in y_ticks:
        y = y_scale(value)
        yield f'  <line class="grid" x1="{LEFT}" y1="{y}" x2="{right}" y2="{y}"/>'
        yield f'  <text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{format_tick(value)}</text>'
    for value, text in chart.x_ticks:
        x = x_scale(value)
        yield f'  <line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}"/>'
        yield f'  <text x="{x}" y="{bottom + 18}" text-anchor="middle">{html.escape(text)}</text>'
    yield f'  <path class="axis" fill="none" d="M {LEFT} {TOP} V {bottom} H {right}"/>'
    middle = (LEFT + right) / 2
    yield f'  <text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">{html.escape(chart.x_label)}</text>'
    middle = (TOP + bottom) / 2
    yield (f'  <text x="18" y="{middle}" text-anchor="middle" transform="rotate(-90 18 {middle})">'
           f'{html.escape(chart.y_label)}</text>')


def draw_series(series, colour, x_scale, y_scale):
    points = [(x_scale(x), y_scale(y)) for x, y in series.points if y is not None]
    kind = 'line' if series.is_ours else 'line other'
    yield f'  <polyline class="{kind}" stroke="{colour}" points="{" ".join(f"{x},{y}" for x, y in points)}"/>'
    for x, y in points:
        yield f'  <circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'


def draw_legend(number, series, colour):
    x, y = WIDTH - RIGHT + 16, TOP + 10 + 20 * number
    kind = 'line' if series.is_ours else 'line other'
    yield f'  <line class="{kind}" stroke="{colour}" x1="{x}" y1="{y}" x2="{x + 24}" y2="{y}"/>'
    yield f'  <text x="{x + 30}" y="{y + 4}">{html.escape(series.label)}</text>'


def draw(chart):
    """The SVG of a chart. Series without values are left out; without any, the chart says so."""
    drawn = [series for series in chart.series if any(y for _, y in series.points)]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<!-- SPDX-License-Identifier: LGPL-2.1-or-later -->',
             f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">',
             f'  <title>{html.escape(chart.title)}</title>', f'  <style>\n{STYLE}\n  </style>',
             f'  <rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
             f'  <text class="title" x="{LEFT}" y="26">{html.escape(chart.title)}</text>']
    values = [y for series in drawn for _, y in series.points if y]
    y_ticks = make_y_ticks(values or [1, 10])
    xs = [x for x, _ in chart.x_ticks]
    x_scale = Scale(min(xs), max(xs), LEFT + 20, WIDTH - RIGHT - 20, chart.is_x_logarithmic)
    y_scale = Scale(y_ticks[0], y_ticks[-1], HEIGHT - BOTTOM, TOP, True)
    lines += draw_axes(chart, x_scale, y_scale, y_ticks)
    for number, series in enumerate(drawn):
        colour = COLOURS[number % len(COLOURS)]
        lines += draw_series(series, colour, x_scale, y_scale)
        lines += draw_legend(number, series, colour)
    if not drawn:
        lines.append(f'  <text x="{LEFT + 30}" y="{HEIGHT / 2}">not measured</text>')
    return '\n'.join(lines) + '\n</svg>\n'
