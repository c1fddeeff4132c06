# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs rows in turn, several times over."""

import dataclasses
import sys

from . import build, programs

FIRST_CALLS = 200
MAX_CALLS = 50_000_000
MIN_TIMED_CALLS = 400
MAX_COUNTED_AT_ONCE = 1024


@dataclasses.dataclass
class Result:
    row: programs.Row
    n_calls: int = 0
    runs: list = dataclasses.field(default_factory=list)  # values by name, one for each round
    allocations: float = None
    missing: str = None
    failure: str = None

    @property
    def is_good(self):
        return bool(self.runs) and self.failure is None and self.missing is None

    def get_values(self):
        """The main value in each round, in seconds for one call."""
        if self.row.is_timed:
            return [run['p50'] for run in self.runs]
        return [max(run['seconds'], 1e-9) / run['calls'] for run in self.runs]


def get_least_calls(row, seconds):
    if row.is_timed and seconds >= 0.1:
        return MIN_TIMED_CALLS
    return 2 * row.n_at_once


def calibrate(row, seconds, cores):
    """How many calls take so many seconds."""
    n_calls = max(FIRST_CALLS, get_least_calls(row, seconds)) if row.name.count('idle') == 0 else 10
    for _ in range(3):
        took = programs.run(row, n_calls, n_calls // 10, cores)['seconds']
        wanted = int(n_calls * seconds / max(took, 1e-7))
        if took > seconds / 10:
            break
        n_calls = min(max(wanted, 1), n_calls * 100)
    return min(max(wanted, get_least_calls(row, seconds), 1), MAX_CALLS)


def run_once(result, seconds, cores):
    """One round of a row, or its calibration before the first one."""
    try:
        if result.n_calls == 0:
            result.n_calls = calibrate(result.row, seconds, cores)
        else:
            result.runs.append(programs.run(result.row, result.n_calls, result.n_calls // 10 + 1, cores))
    except programs.RowSkipped as skipped:
        result.missing = str(skipped)
    except programs.RowFailure as failure:
        result.failure = str(failure)


def tell(text):
    if sys.stderr.isatty():
        print(f'\r\033[K{text}', end='', file=sys.stderr, flush=True)


def get_kind(row):
    """The part of a name that comparable rows have in common."""
    parts = row.name.split('.')
    return '.'.join(parts[2:] if len(parts) == 4 else ['noop', parts[-1]])


def put_together(results):
    """Orders the results such that comparable rows run one after the other, and meet the same disturbances."""
    kinds = {}
    for result in results:
        kinds.setdefault(get_kind(result.row), []).append(result)
    return [result for kind in kinds.values() for result in kind]


def run(rows, n_rounds, seconds, cores):
    """Runs all rows so often, after a run that finds out how many calls fit the time. Returns the results."""
    results = [Result(row) for row in rows]
    ordered = put_together(results)
    for number in range(n_rounds + 1):
        for result in ordered:
            if result.failure is None and result.missing is None:
                tell(f'round {number} of {n_rounds}: {result.row.name}' if number else f'calibrating {result.row.name}')
                run_once(result, seconds, cores)
    tell('')
    return results


def count_allocations(results, directory, cores):
    """Counts the allocations of a call, as the difference between a long run and a short one."""
    library = directory / build.COUNT_ALLOCATIONS
    environment = {'LD_PRELOAD': str(library), 'G_SLICE': 'always-malloc'}
    for result in results:
        row = result.row
        if not result.is_good or row.is_timed or row.n_at_once > MAX_COUNTED_AT_ONCE or 'idle' in row.name:
            continue
        tell(f'allocations: {row.name}')
        few, many = (max(factor * 500, row.n_at_once * 2 * factor) for factor in (1, 3))
        counts = [programs.run(row, n_calls, 10, cores, environment).get('allocations') for n_calls in (few, many)]
        if None not in counts:
            result.allocations = max(counts[1] - counts[0], 0) / (many - few)
    tell('')
