# SPDX-License-Identifier: LGPL-2.1-or-later
"""Lines for scripts, and a table for people."""

import dataclasses
import statistics

OURS = ('norpc.async.', 'norpc.reply.', 'norpc.sync.')

# How many times as long a call takes as what nobody can do without.
FLOORS = [
    ('norpc.async.noop.seq', 'floor.spin.seq'),
    ('norpc.sync.noop.seq', 'floor.spin.seq'),
    ('norpc.async.noop.rested', 'floor.sleep.rested'),
    ('norpc.sync.noop.rested', 'floor.sleep.rested'),
    ('norpc-together.async.noop.w64', 'floor.task.w64'),
    ('norpc-s1000-t2.reply.noop.w1024', 'norpc-s1-t1.reply.noop.w1024'),
    ('norpc-many.reply.noop.w1000000', 'norpc.reply.noop.w1024'),
    ('norpc-many.reply.noop.w100000', 'norpc.reply.noop.w1024'),
]


@dataclasses.dataclass
class Line:
    name: str
    value: float
    unit: str
    minimum: float
    maximum: float

    def format(self):
        return ' '.join([self.name, format_number(self.value), self.unit,
                         format_number(self.minimum), format_number(self.maximum)])


def parse(text):
    """The lines of a file by name, and its facts."""
    lines, facts = {}, {}
    for line in text.splitlines():
        if line.startswith('# '):
            name, value = line[2:].split(': ', 1)
            facts[name] = value
        elif line:
            name, value, unit, minimum, maximum = line.split()
            lines[name] = Line(name, float(value), unit, float(minimum), float(maximum))
    return lines, facts


def parse_values(text):
    """Lines “NAME VALUE UNIT” of something that is measured once."""
    for line in text.splitlines():
        name, value, unit = line.split()
        yield summarise(name, [float(value)], unit)


def format_number(value):
    return f'{value:.0f}' if abs(value) >= 100 else f'{value:.3g}'


def summarise(name, values, unit):
    return Line(name, statistics.median(values), unit, min(values), max(values))


def make_row_lines(result):
    values = result.get_values()
    if result.row.is_rate:
        yield summarise(result.row.name, [1 / value for value in values], 'calls/s')
    else:
        yield summarise(result.row.name, [value * 1e9 for value in values], 'ns')
    if result.row.is_timed:
        for part in ('p90', 'p99', 'p99.9'):
            yield summarise(f'{part}.{result.row.name}', [run[part] * 1e9 for run in result.runs], 'ns')


def make_cost_lines(result):
    """The cost of a call besides time."""
    yield summarise(f'cpu.{result.row.name}', [run['cpu'] * 1e9 / run['calls'] for run in result.runs], 'ns')
    yield summarise(f'switches.{result.row.name}', [run['switches'] / run['calls'] for run in result.runs], 'switches')
    if result.allocations is not None:
        yield summarise(f'allocations.{result.row.name}', [result.allocations], 'allocations')


def is_comparable(ours, other):
    """Whether another row is the same as one of ours, of another contender."""
    if other.startswith('norpc') or other.count('.') != 3 or not ours.startswith(OURS):
        return False
    _, our_mode, our_work, our_load = ours.split('.')
    _, mode, work, load = other.split('.')
    return (our_work, our_load) == (work, load) and mode in (our_mode, 'call')


def make_ratio_lines(results):
    """How many times as fast as others ours are, in the same round."""
    good = [result for result in results if result.is_good]
    for ours in good:
        for other in good:
            if is_comparable(ours.row.name, other.row.name):
                ratios = [b / a for a, b in zip(ours.get_values(), other.get_values())]
                yield summarise(f'ratio.{ours.row.name}/{other.row.name}', ratios, 'x')
    by_name = {result.row.name: result for result in good}
    for name, floor in FLOORS:
        if name in by_name and floor in by_name:
            times = [a / b for a, b in zip(by_name[name].get_values(), by_name[floor].get_values())]
            yield summarise(f'times.{name}/{floor}', times, 'x')
    spin, sleep = by_name.get('norpc-idle-s50.spin'), by_name.get('norpc-idle-s50.sleep')
    if spin and sleep:
        times = [a['cpu'] / a['calls'] / (b['cpu'] / b['calls']) for a, b in zip(spin.runs, sleep.runs)]
        yield summarise('times.cpu.norpc-idle-s50.spin/norpc-idle-s50.sleep', times, 'x')


def make_lines(results):
    lines = []
    for result in results:
        if result.is_good:
            lines += make_row_lines(result)
    for result in results:
        if result.is_good:
            lines += make_cost_lines(result)
    return lines + list(make_ratio_lines(results))


def format_table(results, lines):
    by_name = {line.name: line for line in lines}
    width = max(len(result.row.name) for result in results)
    rows = [f'{"":{width}} {"median":>10} {"minimum":>10} {"maximum":>10}         {"CPU, ns":>9} {"switches":>9} {"allocations":>11}']
    for result in results:
        name = result.row.name
        if not result.is_good:
            rows.append(f'{name:{width}} {"FAILED: " + result.failure if result.failure else "missing: " + (result.missing or "")}')
            continue
        line, cpu, switches = by_name[name], by_name[f'cpu.{name}'], by_name[f'switches.{name}']
        allocations = f'{result.allocations:11.2f}' if result.allocations is not None else ''
        rows.append(f'{name:{width}} {line.value:10.0f} {line.minimum:10.0f} {line.maximum:10.0f} {line.unit:7} '
                    f'{cpu.value:9.0f} {switches.value:9.3f} {allocations}')
    compared = [line for line in lines if line.unit == 'x']
    width = max([len(line.name) for line in compared], default=0)
    rows += [f'{line.name:{width}} {line.value:8.2f} x ({line.minimum:.2f} to {line.maximum:.2f})' for line in compared]
    return '\n'.join(rows) + '\n'
