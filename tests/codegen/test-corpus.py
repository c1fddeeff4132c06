#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Generates code from folders of descriptions, and compiles all of it.

A description must either give C that compiles as C and as C++ without a
warning, with clang, too, if there is one, and that the scanner of GObject
Introspection has nothing to say to; or be refused with an error that has a
place and writes nothing. A generator that crashes or hangs fails the test.

The folder world, which is of our own making, has the odd things of the world;
what begins with "no-" in it is to be refused. There are besides:

NORPC_TEST_DESCRIPTIONS  folders of descriptions, with colons between them;
                         by default those that the system has in the
                         dbus-1/interfaces folders of XDG_DATA_DIRS
NORPC_TEST_MALFORMED     folders of bad descriptions, the same way. Where
                         FOLDER.tsv stands beside one (columns file, expected:
                         accept, warn or error, and expected_line), its
                         verdicts must be the generator's

usage: test-corpus.py GENERATOR SOURCE_ROOT BUILD_ROOT [GIR]
"""

import concurrent.futures
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import compilation

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 20
PLACE = re.compile(r'^(\S.*?):(?:(\d+):(\d+):)? (error|warning|note): ', re.MULTILINE)


class Result:
    def __init__(self, path, status, stderr, sources):
        self.path = path
        self.status = status
        self.stderr = stderr
        self.sources = sources

    def problem(self):
        if self.status not in (0, 1):
            return f'ended with {self.status}'
        if self.status == 0 and not self.sources:
            return 'wrote nothing'
        if self.status == 1 and self.sources:
            return 'wrote something in spite of an error'
        kinds = [match[3] for match in PLACE.findall(self.stderr)]
        if self.status == 1 and 'error' not in kinds:
            return 'refused without an error that has a place'
        return None

    def verdict(self):
        if self.status == 1:
            return 'error'
        return 'warn' if ': warning: ' in self.stderr else 'accept'

    def lines(self, kind):
        return {match[1] for match in PLACE.findall(self.stderr) if match[3] == kind}


def generate(generator, path, directory, namespace):
    directory.mkdir()
    try:
        run = subprocess.run([generator, '--c-namespace', namespace, '--generate-c-code', namespace.lower(),
                              '--output-directory', directory, path],
                             capture_output=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return Result(path, 'a time-out', '', [])
    return Result(path, run.returncode, run.stderr.decode('utf-8', 'replace'),
                  sorted(directory.glob('*.c')))


def generate_all(generator, paths, directory):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(generate, generator, path, pathlib.Path(directory) / str(i),
                            f'{compilation.PREFIX}F{i}')
                for i, path in enumerate(paths)]
        return [job.result() for job in jobs]


def wrong_verdicts(folder, results):
    table = folder.with_name(folder.name + '.tsv')
    if not table.exists():
        return []
    by_name = {result.path.name: result for result in results}
    wrong = []
    with open(table, encoding='utf-8', newline='') as file:
        for row in csv.DictReader(file, delimiter='\t', quoting=csv.QUOTE_NONE):
            result = by_name.get(row['file'])
            if result is None:
                continue
            kind = {'error': 'error', 'warn': 'warning'}.get(row['expected'])
            line = row['expected_line']
            if (result.verdict() != row['expected'] or
                    (kind and line.isdigit() and line not in result.lines(kind))):
                wrong.append(f'{result.path.name}: wanted {row["expected"]} at line {line}, '
                             f'got {result.verdict()}\n{result.stderr}')
    return wrong


def wrong_refusals(results):
    return [f'{result.path.name}: {result.verdict()}\n{result.stderr}' for result in results
            if (result.status == 1) != result.path.name.startswith('no-')]


def check_folder(generator, folder, tools, kind):
    with tempfile.TemporaryDirectory() as directory:
        paths = sorted(path for path in folder.iterdir() if path.is_file())
        begin = time.monotonic()
        results = generate_all(generator, paths, directory)
        elapsed = time.monotonic() - begin
        problems = [f'{result.path.name}: {result.problem()}\n{result.stderr}'
                    for result in results if result.problem()]
        owners = {str(source): result.path.name for result in results for source in result.sources}
        problems += [f'{name}: {what}:\n{messages}' for name, what, messages in
                     compilation.compile_all(tools, owners, directory, optimise=kind == 'world')]
    if kind == 'malformed':
        problems += wrong_verdicts(folder, results)
    elif kind == 'world':
        problems += wrong_refusals(results)
    accepted = sum(result.status == 0 for result in results)
    refused = sum(result.status == 1 for result in results)
    print(f'{folder.name}: {len(results)} descriptions, {accepted} accepted and compiled, '
          f'{refused} refused, {len(problems)} problems, '
          f'{elapsed * 1000 / max(len(results), 1):.1f} ms each')
    for problem in problems:
        print(problem)
    return not problems


def folders(variable):
    return [pathlib.Path(path) for path in os.environ.get(variable, '').split(':') if path]


def system_folders():
    data = os.environ.get('XDG_DATA_DIRS') or '/usr/local/share:/usr/share'
    found = [pathlib.Path(path) / 'dbus-1' / 'interfaces' for path in data.split(':') if path]
    return [path for path in found if path.is_dir()]


def main():
    generator = str(pathlib.Path(sys.argv[1]).resolve())
    library_dir = str(pathlib.Path(sys.argv[3]) / 'norpc-glib')
    tools = compilation.Tools(sys.argv[2:4], library_dir, *sys.argv[4:])
    print('compiled as', ', '.join(language for language, _ in tools.checkers),
          'and scanned' if tools.can_scan() else 'and not scanned')
    good = folders('NORPC_TEST_DESCRIPTIONS') or system_folders()
    outcomes = [check_folder(generator, HERE / 'world', tools, 'world')]
    outcomes += [check_folder(generator, folder, tools, 'good') for folder in good]
    outcomes += [check_folder(generator, folder, tools, 'malformed')
                 for folder in folders('NORPC_TEST_MALFORMED')]
    return 0 if all(outcomes) else 1


if __name__ == '__main__':
    sys.exit(main())
