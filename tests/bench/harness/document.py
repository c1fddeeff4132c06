# SPDX-License-Identifier: LGPL-2.1-or-later
"""Fills doc/performance.md and its plots from kept results.

A table stands between `<!-- results: NAME -->` and `<!-- end -->`. The results are kept in the tree,
without the lines that the page does not need, so that a test can compare the page with them.
"""

import re
import sys

from . import figures, items, plot, report, tables

BLOCK = re.compile(r'(?P<begin><!-- results: (?P<name>[\w-]+) -->\n).*?(?P<end><!-- end -->)', re.S)


class Results:
    """The lines of a run, and which of them were asked for."""

    def __init__(self, text):
        self.lines, self.facts = report.parse(text)
        self.used = set()

    def get(self, name):
        self.used.add(name)
        return self.lines.get(name)

    def add(self, other):
        """Takes over the lines of a run of some rows only."""
        self.lines.update(other.lines)

    def format(self):
        """The facts, and the lines that were asked for."""
        text = ''.join(f'# {name}: {value}\n' for name, value in self.facts.items())
        return text + ''.join(line.format() + '\n' for name, line in self.lines.items() if name in self.used)


def get_path(root, n_cores):
    return root / 'tests' / 'bench' / f'results-{n_cores}.txt'


def read_kept(root):
    """The kept results, by the number of processors."""
    return {n: Results(get_path(root, n).read_text() if get_path(root, n).exists() else '') for n in (1, 2)}


def make_tables(root, runs):
    _, kept = items.read_table(root / 'tests' / 'bench' / 'instructions.txt')
    return {
        'machine': tables.make_machine(runs),
        'calls': tables.make_calls(runs[2]),
        'calls-one-core': tables.make_calls(runs[1]),
        'costs': tables.make_costs(runs[2]),
        'places': tables.make_places(runs[2]),
        'remote': tables.make_remote(runs[2]),
        'works': tables.make_works(runs[2]),
        'events': tables.make_events(runs[2]),
        'idle': tables.make_idle(runs[2]),
        'instructions': tables.make_instructions(kept),
        'profile-async': tables.make_profile(kept, 'async'),
        'profile-reply': tables.make_profile(kept, 'reply'),
        'goals': tables.make_goals(runs, kept),
    }


def render(root, runs):
    """The contents of the page and of its plots, by path."""
    page = root / 'doc' / 'performance.md'
    made = make_tables(root, runs)

    def replace(block):
        return f'{block["begin"]}{made.pop(block["name"])}\n{block["end"]}'

    contents = {page: BLOCK.sub(replace, page.read_text())}
    if made:
        sys.exit(f'{page.name} has no place for {" ".join(made)}')
    for name, make in figures.FIGURES.items():
        contents[root / 'doc' / name] = plot.draw(make(runs[2]))
    return contents


def fill(root, files):
    """Takes over the results of runs, and writes the page. Returns the exit status."""
    runs = read_kept(root)
    for path in files:
        results = Results(path.read_text())
        if results.facts.get('cores') not in ('1', '2'):
            sys.exit(f'{path} does not say how many processors it was measured on')
        if 'filter' in results.facts:
            runs[int(results.facts['cores'])].add(results)
        else:
            runs[int(results.facts['cores'])] = results
    for path, text in render(root, runs).items():
        path.write_text(text)
    for n_cores, results in runs.items():
        if results.lines:
            get_path(root, n_cores).write_text(results.format())
    return 0


def check(root):
    """Yields the files that are not what the kept results give."""
    for path, text in render(root, read_kept(root)).items():
        if not path.exists() or path.read_text() != text:
            yield path
