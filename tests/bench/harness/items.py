# SPDX-License-Identifier: LGPL-2.1-or-later
"""The kinds of calls whose instructions are counted, and the kept table of them."""

import dataclasses

# Functions with a smaller share of the whole are not in the table.
SHARE_SHOWN = 0.01


@dataclasses.dataclass(frozen=True)
class Item:
    title: str
    row: str
    base: str = None  # what is subtracted
    parts: int = 1    # what the rest is divided by
    n_calls: int = 2048
    repeats: int = 1  # two threads do not always alternate in the same way: the median counts


ITEMS = {
    'async': Item('asynchronous call', 'norpc.async.noop.b1024', repeats=3),
    'reply': Item('reply function', 'norpc.reply.noop.w1024', n_calls=4096, repeats=3),
    'sync': Item('synchronous call', 'norpc.sync.noop.seq', n_calls=1000, repeats=3),
    'direct': Item('direct, synchronous', 'norpc-direct.sync.noop.seq'),
    'together': Item('service to service on one thread', 'norpc-together.async.noop.w64'),
    'layer': Item('a layer', 'norpc-direct-layer5.sync.noop.seq', base='norpc-direct.sync.noop.seq', parts=5),
    'statistics': Item('statistics on', 'norpc-context-stats.reply.noop.w64', base='norpc-context.reply.noop.w64'),
    'signal': Item('signal to 100 proxies, for each', 'norpc.signal.p100', parts=100, n_calls=100),
    'gsignal': Item('a GSignal alone, for each of 100 objects', 'floor.signal.p100', parts=100, n_calls=100),
    'task': Item('a GTask alone', 'floor.task.w64'),
}


def format_lines(counts):
    """Lines “NAME VALUE instructions”, and “NAME/FUNCTION VALUE instructions” for those that count."""
    for name, functions in counts.items():
        total = sum(functions.values())
        yield f'{name} {total:.0f} instructions'
        for function, n in sorted(functions.items(), key=lambda pair: -abs(pair[1])):
            if abs(n) >= SHARE_SHOWN * total:
                yield f'{name}/{function} {n:.0f} instructions'


def read_table(path):
    facts, values = {}, {}
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith('# '):
            name, _, value = line[2:].partition(': ')
            facts[name] = value
        elif line:
            name, value, _ = line.rsplit(' ', 2)
            values[name] = int(value)
    return facts, values


def write_table(path, facts, counts):
    head = ''.join(f'# {name}: {value}\n' for name, value in facts.items())
    path.write_text(head + '\n'.join(format_lines(counts)) + '\n')
