# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the optimised tree."""

import json
import subprocess
import sys

OPTIONS = ['--buildtype=debugoptimized', '-Dintrospection=false', '-Dvapi=false', '-Ddocumentation=false',
           '-Dgtk=disabled']
TARGETS = ['bench-programs']
COUNT_ALLOCATIONS = 'tests/bench/count-allocations.so'  # where the C library is glibc


def make(root, targets):
    """Configures and compiles _build/bench, and returns it. Ends the program if that fails."""
    directory = root / '_build' / 'bench'
    log = root / '_build' / 'bench.log'
    directory.parent.mkdir(exist_ok=True)
    commands = [['ninja', '-C', directory, *TARGETS, *targets]]
    if not is_configured(directory):
        again = ['--reconfigure'] if (directory / 'build.ninja').exists() else []
        commands.insert(0, ['meson', 'setup', *again, directory, root, *OPTIONS])
    with log.open('w') as output:
        for command in commands:
            if subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode != 0:
                sys.exit(f'run: the build failed; see {log}')
    return directory


def is_configured(directory):
    """Whether the tree has the present options. Ninja itself sees other changes."""
    if not (directory / 'build.ninja').exists():
        return False
    values = get_options(directory)
    wanted = dict(option.split('=', 1) for option in OPTIONS)
    return all(str(values[name.lstrip('-').removeprefix('D')]).lower() == value for name, value in wanted.items())


def get_options(directory):
    """The options of a build by name."""
    command = ['meson', 'introspect', '--buildoptions', directory]
    output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return {option['name']: option['value'] for option in json.loads(output)}


def get_compiler(directory):
    """The compiler of a build, with its version."""
    command = ['meson', 'introspect', '--compilers', directory]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        compiler = json.loads(done.stdout)['host']['c']
        return f'{compiler["id"]} {compiler["version"]}'
    return get_compiler_from_log(directory)


def get_compiler_from_log(directory):
    """The same, for Meson before 1.2."""
    for line in (directory / 'meson-logs' / 'meson-log.txt').read_text().splitlines():
        if line.startswith('C compiler for the host machine:'):
            return line.split('(', 1)[1].split('"')[0].strip()
    return 'unknown'
