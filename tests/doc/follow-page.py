#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""follow-page.py PAGE: follows a page of the documentation in an empty folder.

Writes each file that the page shows as a whole, and runs each command: an indented line that begins
with `$ `. The indented lines below a command are what it must print. A command that fails is a failure,
unless it must print something.

A command that ends in `&` has a window, which gets a display of its own. The text that the page says to
type into the window, as in "Type `some words`", is typed there. A command after it is tried again for a
while until it prints what it must. Where windows are not possible, the page is followed up to the first one.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import window  # noqa: E402: beside this file

STEP = re.compile(r'^<!-- (?P<file>[^\s>]+) -->\n```\w*\n(?P<text>(?s:.*?))^```$'
                  r'|^    \$ (?P<command>.*)\n(?P<output>(?:    (?!\$ ).*\n)*)'
                  r'|^Type `(?P<typed>[^`]+)`', re.M)


class Reader:
    """Does what a page says."""

    def __init__(self, folder):
        self.folder = folder
        self.display = None
        self.program = None  # with a window
        self.n_files = self.n_commands = 0

    def run(self, command, expected):
        """Runs a command, and gets the problem with it, or None."""
        done = subprocess.run(['bash', '-c', command], cwd=self.folder, text=True, errors='replace', timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if expected and done.stdout != expected:
            return f'printed:\n{done.stdout}and not:\n{expected}'
        if not expected and done.returncode != 0:
            return f'failed with {done.returncode}:\n{done.stdout}'
        return None

    def run_and_wait(self, command, expected):
        """The same for a command whose output may take a while, because a window is open."""
        end = time.monotonic() + 30
        while problem := self.run(command, expected):
            if time.monotonic() > end or self.program.poll() is not None:
                return f'{problem}(the window: {self.program.poll()})'
            time.sleep(0.2)
        return None

    def open_window(self, command):
        self.display = self.display or window.Display()
        self.close_window()
        self.program = subprocess.Popen(['bash', '-c', 'exec ' + command.rstrip(' &')], cwd=self.folder,
                                        env=self.display.get_environment(), stdin=subprocess.DEVNULL)

    def close_window(self):
        if self.program:
            self.program.kill()
            self.program.wait()
            self.program = None

    def do(self, step):
        """Does one step, and gets the problem with it, or None."""
        if step['file']:
            (self.folder / pathlib.Path(step['file']).name).write_text(step['text'])
            self.n_files += 1
            return None
        if step['typed']:
            try:
                return self.display.type(step['typed'])
            except TimeoutError as error:
                return str(error)

        self.n_commands += 1
        if step['command'].endswith('&'):
            return self.open_window(step['command'])
        run = self.run_and_wait if self.program else self.run
        return run(step['command'], re.sub(r'^    ', '', step['output'], flags=re.M))

    def close(self):
        self.close_window()
        if self.display:
            self.display.close()


def follow(page, reader):
    for step in STEP.finditer(page.read_text()):
        if (step['command'] or '').endswith('&') and not window.is_possible():
            print(f'{page.name}: no windows here')
            break
        problem = reader.do(step)
        if problem:
            sys.exit(f'{page.name}: {step["command"] or step[0]}: {problem}')

    if reader.n_files == 0 or reader.n_commands == 0:
        sys.exit(f'{page.name} has {reader.n_files} files and {reader.n_commands} commands')
    print(f'{page.name}: {reader.n_files} files, {reader.n_commands} commands')


def main():
    # Debian's own Python: another one has no PyGObject.
    os.environ['PATH'] = '/usr/bin:' + os.environ['PATH']
    os.environ['LC_ALL'] = 'C.UTF-8'

    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(pathlib.Path(folder))
        try:
            follow(pathlib.Path(sys.argv[1]), reader)
        finally:
            reader.close()


if __name__ == '__main__':
    main()
