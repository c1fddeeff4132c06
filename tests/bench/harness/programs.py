# SPDX-License-Identifier: LGPL-2.1-or-later
"""The programs that have rows, and one run of a row.

A program prints the names of its rows with --list; with ROW CALLS WARM-UP it makes so many calls, and
prints lines “name value” with what they have cost. Its exit status is 77 if something is missing.
"""

import dataclasses
import os
import pathlib
import re
import subprocess

TIMEOUT = 300
SKIPPED = 77


@dataclasses.dataclass(frozen=True)
class Row:
    program: pathlib.Path
    name: str

    @property
    def load(self):
        return self.name.rsplit('.', 1)[-1]

    @property
    def n_at_once(self):
        """How many calls are in flight, or how many clients there are."""
        match = re.fullmatch(r'[wc](\d+)', self.load)
        return int(match[1]) if match else 1

    @property
    def is_timed(self):
        return self.load in ('timed', 'rested')

    @property
    def is_rate(self):
        """Whether the value is a number of calls per second, rather than the time of one."""
        return self.load[0] in 'wc' and self.load[1:].isdigit()


@dataclasses.dataclass
class Programs:
    rows: list
    missing: list


class RowFailure(Exception):
    pass


class RowSkipped(Exception):
    pass


def list_rows(program):
    output = subprocess.run([program, '--list'], capture_output=True, check=True, text=True, timeout=TIMEOUT).stdout
    return [Row(program, name) for name in output.split()]


def find(root, directory, peers):
    """All rows, and the peers that are missing."""
    rows = list_rows(directory / 'tests' / 'bench' / 'bench')
    missing = []
    nats = directory / 'tests' / 'bench' / 'bench-nats'
    if nats.exists():
        rows += list_rows(nats)
    else:
        missing.append('nats (libnats-dev)')
    for folder in sorted((root / 'tests' / 'bench' / 'peers').iterdir()) if peers else ():
        program = root / '_build' / 'peers' / folder.name / 'bench'
        if program.exists():
            rows += list_rows(program)
        elif folder.is_dir():
            missing.append(f'{folder.name} (tests/bench/peers/build builds it)')
    return Programs(rows, missing)


def run(row, n_calls, n_warm_up, cores, environment=None):
    """Runs a row once, on any processor if none is said, and returns its values by name."""
    pin = ['taskset', '--cpu-list', ','.join(map(str, cores))] if cores else []
    command = [*pin, row.program, row.name, str(n_calls), str(n_warm_up)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT,
                              env={**os.environ, **(environment or {})})
    except subprocess.TimeoutExpired as error:
        raise RowFailure(f'it took more than {TIMEOUT} s') from error
    message = done.stderr.strip().splitlines()[-1:] or ['it says nothing']
    if done.returncode == SKIPPED:
        raise RowSkipped(message[0])
    if done.returncode != 0:
        raise RowFailure(f'exit status {done.returncode}: {message[0]}')
    return {name: float(value) for name, value in (line.split() for line in done.stdout.splitlines())}


def measure_memory(directory):
    """Lines “NAME VALUE bytes”: the memory of a call in flight."""
    program = directory / 'tests' / 'bench' / 'memory'
    return subprocess.run([program, '--filter', 'norpc.', '--steady', '1'], stdout=subprocess.PIPE, text=True,
                          timeout=TIMEOUT).stdout
