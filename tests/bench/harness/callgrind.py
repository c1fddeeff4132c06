# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a row under callgrind, and reads its output."""

import collections
import os
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
    """The instructions of a call, by function, on one processor: norpc-glib does not spin there.

    The program tells callgrind when the calls begin, after it has warmed up, and when they end.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / 'out'
        command = ['taskset', '--cpu-list', str(core), 'valgrind', '--tool=callgrind', '--instr-atstart=no',
                   '--compress-strings=no', '--compress-pos=no', f'--callgrind-out-file={output}',
                   row.program, row.name, str(n_calls), str(n_calls // 2)]
        # Meson lets malloc () fill memory in tests, which takes instructions, too.
        environment = {name: value for name, value in os.environ.items() if name != 'MALLOC_PERTURB_'}
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, env=environment)
        if done.returncode != 0:
            raise RuntimeError(f'{row.name}: {done.stderr}')
        return {name: n / n_calls for name, n in read_functions(output).items()}
