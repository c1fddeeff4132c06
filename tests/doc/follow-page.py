#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""follow-page.py PAGE: follows a page of the documentation in an empty folder.

Writes each file that the page shows as a whole, and runs each command: an indented line that begins
with `$ `. The indented lines below a command are what it must print. A command that fails is a failure,
unless it must print something.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

STEP = re.compile(r'^<!-- (?P<file>[^\s>]+) -->\n```\w*\n(?P<text>(?s:.*?))^```$'
                  r'|^    \$ (?P<command>.*)\n(?P<output>(?:    (?!\$ ).*\n)*)', re.M)


def run(command, expected, folder):
    """Runs a command, and gets the problem with it, or None."""
    done = subprocess.run(['bash', '-c', command], cwd=folder, text=True, errors='replace', timeout=300,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if expected and done.stdout != expected:
        return f'printed:\n{done.stdout}and not:\n{expected}'
    if not expected and done.returncode != 0:
        return f'failed with {done.returncode}:\n{done.stdout}'
    return None


def main():
    page = pathlib.Path(sys.argv[1])
    n_files = n_commands = 0
    # Debian's own Python: another one has no PyGObject.
    os.environ['PATH'] = '/usr/bin:' + os.environ['PATH']
    os.environ['LC_ALL'] = 'C.UTF-8'

    with tempfile.TemporaryDirectory() as folder:
        for step in STEP.finditer(page.read_text()):
            if step['file']:
                (pathlib.Path(folder) / pathlib.Path(step['file']).name).write_text(step['text'])
                n_files += 1
                continue
            problem = run(step['command'], re.sub(r'^    ', '', step['output'], flags=re.M), folder)
            if problem:
                sys.exit(f'{page.name}: {step["command"]}: {problem}')
            n_commands += 1

    if n_files == 0 or n_commands == 0:
        sys.exit(f'{page.name} has {n_files} files and {n_commands} commands')
    print(f'{page.name}: {n_files} files, {n_commands} commands')


if __name__ == '__main__':
    main()
