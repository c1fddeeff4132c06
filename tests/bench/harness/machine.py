# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine of a run."""

import datetime
import os
import pathlib
import platform
import shutil
import subprocess
import sys

from . import build


def choose_cores(wanted):
    """The processors that all rows are pinned to: as many of those that may be used as are wanted, or two at most."""
    usable = sorted(os.sched_getaffinity(0))
    if wanted == 2 and len(usable) < 2:
        raise SystemExit('run: there is one processor')
    return usable[:wanted or 2]


def get_processor():
    for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.split(':', 1)[1].strip()
    return platform.machine()


def get_version(module):
    return subprocess.run(['pkg-config', '--modversion', module], capture_output=True, text=True).stdout.strip()


def get_commit(root):
    if shutil.which('git') is None:
        return 'unknown'
    done = subprocess.run(['git', '-C', root, 'log', '-1', '--format=%h'], capture_output=True, text=True)
    return done.stdout.strip() or 'unknown'


def get_load():
    """How busy the machine is. Says so if others would disturb a run."""
    load = os.getloadavg()[0]
    if load > os.cpu_count() / 2:
        print(f'The machine is busy (load {load:.1f}): compare processor times and instructions only.', file=sys.stderr)
    return load


def describe(root, directory, cores, load, arguments):
    """Lines “# name: value”."""
    facts = {
        'date': datetime.date.today().isoformat(),
        'commit': get_commit(root),
        'processor': get_processor(),
        'kernel': f'{platform.system()} {platform.release()}',
        'glib': get_version('glib-2.0'),
        'compiler': build.get_compiler(directory),
        'cores': len(cores),
        'rounds': arguments.rounds,
        'seconds': arguments.seconds,
        'load': f'{load:.1f}',
    }
    if arguments.filter:
        facts['filter'] = ' '.join(arguments.filter)
    return ''.join(f'# {name}: {value}\n' for name, value in facts.items())
