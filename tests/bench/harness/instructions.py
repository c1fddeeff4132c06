# SPDX-License-Identifier: LGPL-2.1-or-later
"""The instructions of a call, by function, and the kept table of them.

They do not depend on how busy the machine is, so a test can see that a change makes calls slower.
They depend on GLib and on the compiler; the table says for which versions it holds.
"""

import collections
import concurrent.futures
import os
import platform
import sys

from . import build, callgrind, document, machine, programs
from .items import ITEMS, SHARE_SHOWN, format_lines, read_table, write_table

SKIPPED = 77
TOLERANCE = 0.05


def get_median(counts):
    """The count whose sum is the median one."""
    return sorted(counts, key=lambda functions: sum(functions.values()))[len(counts) // 2]


def count_item(item, rows, cores):
    """The instructions by function."""
    core = cores.pop()
    try:
        counts = [callgrind.count(rows[item.row], item.n_calls, core) for _ in range(item.repeats)]
        functions = collections.Counter(get_median(counts))
        if item.base is not None:
            functions.subtract(callgrind.count(rows[item.base], item.n_calls, core))
    finally:
        cores.append(core)
    return {name: n / item.parts for name, n in functions.items()}


def count_all(directory, filters):
    rows = {row.name: row for row in programs.list_rows(directory / 'tests' / 'bench' / 'bench')}
    chosen = {name: item for name, item in ITEMS.items() if not filters or name.startswith(tuple(filters))}
    if not chosen:
        sys.exit(f'run: with --instructions, the rows are {" ".join(ITEMS)}')
    cores = sorted(os.sched_getaffinity(0))
    with concurrent.futures.ThreadPoolExecutor(len(cores)) as executor:
        counts = executor.map(lambda item: count_item(item, rows, cores), chosen.values())
        return dict(zip(chosen, counts))


def describe(directory):
    """The facts that the instructions depend on."""
    options = build.get_options(directory)
    return {
        'glib': machine.get_version('glib-2.0'),
        'compiler': build.get_compiler(directory),
        'processor': platform.machine(),
        'sysprof': machine.get_version('sysprof-capture-4') if options['sysprof'] != 'disabled' else '',
        'options': ' '.join(f'{name}={options[name]}' for name in ('optimization', 'debug', 'b_sanitize', 'b_coverage', 'b_lto', 'c_args')),
    }


def print_table(counts):
    for name, functions in counts.items():
        total = sum(functions.values())
        print(f'\n{ITEMS[name].title}: {total:.0f}', file=sys.stderr)
        rest = total
        for function, n in sorted(functions.items(), key=lambda pair: -abs(pair[1])):
            if abs(n) >= SHARE_SHOWN * total:
                print(f'  {n:8.0f} {n / total:6.1%}  {function}', file=sys.stderr)
                rest -= n
        print(f'  {rest:8.0f} {rest / total:6.1%}  others', file=sys.stderr)


def compare(counts, kept):
    """The items that differ by more than the tolerance, and the functions that have changed."""
    for name, functions in counts.items():
        total, before = sum(functions.values()), kept.get(name)
        if before is None:
            yield f'{name}: {total:.0f} instructions, which the kept table does not have'
        elif abs(total - before) > TOLERANCE * before:
            changes = {function: n - kept.get(f'{name}/{function}', 0) for function, n in functions.items()
                       if abs(n - kept.get(f'{name}/{function}', 0)) > SHARE_SHOWN * before}
            most = sorted(changes.items(), key=lambda pair: -abs(pair[1]))[:5]
            yield (f'{name}: {total:.0f} instructions, before {before} ({total / before - 1:+.1%}): '
                   + ', '.join(f'{function} {change:+.0f}' for function, change in most))


def run(root, directory, arguments):
    """Counts, prints, and compares with the kept table, or updates it and the page that shows it. Returns the exit status."""
    path = root / 'tests' / 'bench' / 'instructions.txt'
    if not callgrind.is_installed():
        print('there is no valgrind')
        return SKIPPED
    facts, (kept_facts, kept) = describe(directory), read_table(path)
    other = [name for name in facts if kept_facts.get(name) != facts[name]]
    if arguments.check and other:
        print('the kept table is for another machine: '
              + ', '.join(f'{name} {kept_facts.get(name)}, here {facts[name]}' for name in other))
        return SKIPPED

    counts = count_all(directory, arguments.filter)
    if not all(sum(functions.values()) > 0 for functions in counts.values()):
        print('the benchmark was built without valgrind/callgrind.h')
        return SKIPPED
    print('\n'.join(format_lines(counts)))
    print_table(counts)
    if arguments.update:
        write_table(path, facts, counts)
        return document.fill(root, [])
    problems = [] if other else list(compare(counts, kept))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print('If that is meant, run tests/bench/run --instructions --update.', file=sys.stderr)
    return 1 if problems else 0
