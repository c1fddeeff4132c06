# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a row under callgrind, and reads its output."""

import collections
import pathlib
import re
import shutil
import subprocess
import tempfile

TIMEOUT = 300


def is_installed():
    return shutil.which('valgrind') is not None


def read_functions(path):
    """The instructions of each function itself, without those that it calls."""
    functions = collections.Counter()
    function, library, skips = None, '', False
    with path.open() as lines:
        for line in lines:
            if line[0].isdigit():
                if not skips:
                    functions[function] += int(line.split()[1])
                skips = False
            elif line.startswith('ob='):
                library = pathlib.PurePath(line[3:].strip()).name
            elif line.startswith('fn='):
                function = get_name(line[3:].strip(), library)
            elif line.startswith('calls='):
                skips = True  # the next line has what the called function has cost altogether
    return functions


def get_name(name, library):
    """The name of a function; one without a symbol gets that of its library."""
    name = re.sub(r"'\d+$", '', name)
    return f'[{re.sub(r"[.]so.*", "", library)}]' if name.startswith('0x') or name == '???' else name


def count(row, n_calls, core):
    """The instructions of each function in a run with @n_calls calls, on one processor: norpc-glib does not spin there."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / 'out'
        command = ['taskset', '--cpu-list', str(core), 'valgrind', '--tool=callgrind', '--compress-strings=no',
                   '--compress-pos=no', f'--callgrind-out-file={output}', row.program, row.name, str(n_calls), '0']
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
        if done.returncode != 0:
            raise RuntimeError(f'{row.name}: {done.stderr}')
        return read_functions(output)


def count_for_call(row, few, many, core):
    """The same for one call: the difference between a long run and a short one, without what happens once."""
    short, long = count(row, few, core), count(row, many, core)
    return {name: (long[name] - short[name]) / (many - few) for name in long if long[name] != short[name]}
