#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares what the generator writes with what it shall write.

For each golden/NAME.xml, with the options in golden/NAME.options, the output
must be golden/NAME.SUFFIX.expected for the suffixes h, c, dbus.xml, dex.h,
md, metadata and pyi, and nothing may be said but what is in golden/NAME.stderr. For each errors/NAME.xml (with errors/NAME.options, if there), the whole
of stderr must be errors/NAME.stderr; where that has an error, nothing may be
written.

usage: test-golden.py GENERATOR [--update]
"""

import ast
import difflib
import pathlib
import subprocess
import sys
import tempfile

OTHERS = {'--dbus-xml': '.dbus.xml', '--dex-futures': '.dex.h', '--markdown': '.md', '--generate-python-stubs': '.pyi',
          '--vala-metadata': '.metadata'}
HERE = pathlib.Path(__file__).resolve().parent


def options_of(case):
    path = case.with_suffix('.options')
    return path.read_text().split() if path.exists() else ['--c-namespace', 'Demo']


def run(generator, case, directory):
    """Runs in the folder of the case, so that messages have no path in them."""
    others = [f'{option}={directory}/{case.stem}{suffix}' for option, suffix in OTHERS.items()]
    result = subprocess.run(
        [generator, *options_of(case), '--generate-c-code', case.stem,
         '--output-directory', directory, *others, case.name],
        cwd=case.parent, capture_output=True, timeout=60)
    return result.returncode, result.stderr.decode('utf-8')


def compare(path, actual, update):
    """Says whether actual is what the file says."""
    expected = path.read_text(encoding='utf-8') if path.exists() else ''
    if actual == expected:
        return True
    if update:
        path.write_text(actual, encoding='utf-8')
        print(f'updated {path.name}')
        return True
    sys.stdout.writelines(difflib.unified_diff(
        expected.splitlines(True), actual.splitlines(True), str(path.name), 'actual'))
    return False


def check_golden(generator, case, update):
    with tempfile.TemporaryDirectory() as directory:
        status, stderr = run(generator, case, directory)
        if status != 0:
            print(f'{case.name}: exit status {status}\n{stderr}')
            return False
        outcome = compare(case.with_suffix('.stderr'), stderr, update) if stderr else True
        for suffix in ('.h', '.c', *OTHERS.values()):
            text = (pathlib.Path(directory) / (case.stem + suffix)).read_text(encoding='utf-8')
            outcome &= compare(case.with_suffix(suffix + '.expected'), text, update)
            if suffix == '.pyi':
                ast.parse(text)
        return outcome


def check_error(generator, case, update):
    with tempfile.TemporaryDirectory() as directory:
        status, stderr = run(generator, case, directory)
        if status not in (0, 1):
            print(f'{case.name}: ended with {status}\n{stderr}')
            return False
        outcome = compare(case.with_suffix('.stderr'), stderr, update)
        wanted = 1 if ': error: ' in stderr else 0
        if status != wanted:
            print(f'{case.name}: exit status {status}, not {wanted}')
            outcome = False
        if wanted == 1 and list(pathlib.Path(directory).iterdir()):
            print(f'{case.name}: something was written')
            outcome = False
        return outcome


def main():
    generator = str(pathlib.Path(sys.argv[1]).resolve())
    update = '--update' in sys.argv[2:]
    outcomes = [check_golden(generator, case, update)
                for case in sorted((HERE / 'golden').glob('*.xml'))]
    outcomes += [check_error(generator, case, update)
                 for case in sorted((HERE / 'errors').glob('*.xml'))]
    print(f'{outcomes.count(True)} of {len(outcomes)} cases are right')
    return 0 if outcomes and all(outcomes) else 1


if __name__ == '__main__':
    sys.exit(main())
