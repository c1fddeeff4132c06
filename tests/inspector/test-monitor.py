#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks into a process with norpc-monitor, and checks the command line of norpc-inspector, if that was built.

usage: test-monitor.py MONITOR INSPECTED [INSPECTOR]
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

MONITOR, INSPECTED, *INSPECTORS = sys.argv[1:]
TIMEOUT = 60
TREE = '''\
thread stores
├── service 1: StoreStore\\+Funcs1, running, 0 of 4096 waiting, 1 open
│   ├── org.example.Store
│   │   ├── Get \\(s\\)
│   │   ├── Put \\(suas\\)
│   │   ├── Clear \\(\\)
│   │   ├── Unlock \\(ss\\)
(?:│   │   [├└]── \\w+(?: [\\w()]+)?
)+│   └── calls
│       └── #\\d+ Unlock \\(user='ada', password=<sensitive>\\)  open for [\\d.]+ (?:µs|ms|s)
└── service 2: StoreStore\\+Funcs1, running, \\d of 4096 waiting, 0 open
'''


class Failure(Exception):
    pass


@contextlib.contextmanager
def inspected(place, *arguments):
    """Runs a process that can be inspected at a place."""
    process = subprocess.Popen([INSPECTED, *arguments], env={**os.environ, 'NORPC_INSPECT': place},
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding='utf-8')
    try:
        if process.stdout.readline() != 'ready\n':
            raise Failure('the process has not started')
        yield process
    finally:
        process.stdin.close()
        process.wait(TIMEOUT)
        process.stdout.close()


def monitor(place, *arguments):
    """Returns the exit status, the output and the errors."""
    options = ['--address', place] if place else []
    return run(MONITOR, *options, *arguments)


def run(*command, runtime_dir='/nonexistent'):
    environment = {**os.environ, 'LC_ALL': 'C.UTF-8', 'XDG_RUNTIME_DIR': runtime_dir}
    for name in ('NORPC_INSPECT', 'DISPLAY', 'WAYLAND_DISPLAY'):
        environment.pop(name, None)
    result = subprocess.run(command, env=environment, capture_output=True, encoding='utf-8', timeout=TIMEOUT)
    return result.returncode, result.stdout, result.stderr


def expect(actual, status, output='', errors=''):
    """Compares with regular expressions."""
    for kind, expected, text in (('output', output, actual[1]), ('errors', errors, actual[2])):
        if not re.match(expected, text) if expected else text:
            raise Failure(f'the {kind} are\n{text}\ninstead of\n{expected}')
    if actual[0] != status:
        raise Failure(f'the status is {actual[0]} instead of {status}: {actual[2]}')


def expect_in_a_try(look, *expected):
    """The same for the output of one of a few tries, as what is seen depends on what just happens."""
    for tries_left in reversed(range(10)):
        try:
            expect(look(), *expected)
            return
        except Failure:
            if tries_left == 0:
                raise


# On a busy machine, the thread of a handler may not run for a while.
BLOCKED = r'(?:blocking-handler: [^\n]*\n)*'

EVENTS = [
    r"^[\d.]+ #\d+ service 1  sent  org.example.Store.Unlock \(user='ada', password=<sensitive>\), from main$",
    r'^[\d.]+ #\d+ service 2  handled  org.example.Store.Get$',
    r'^[\d.]+ #\d+ service 2  completed  org.example.Store.Get: answered$',
]


def test_lists(folder):
    with inspected(folder):
        expect(monitor(folder), 0, TREE)
        expect(monitor(folder, 'tree', '-s', '2'), 0, 'thread stores\n└── service 2')
        expect(monitor(folder, 'tree', '-s', '7'), 1, '', "norpc-monitor: there is no service 7; the command 'tree' ")
        expect(monitor(folder, 'calls'), 0,
               r"#\d+ service 1  org.example.Store.Unlock \(user='ada', password=<sensitive>\)  "
               r"open for [\d.]+ \w+, from main\n")
        expect_in_a_try(lambda: monitor(folder, 'rates', '-n', '2', '-i', '0.2'), 0,
                        r'service +calls/s[^\n]*\n(?:.*\n)*2 +[1-9][\d.]+ +\d+ +0 +[01](?: +[\d.]+ (?:µs|ms|s)){4}  '
                        r'org.example.Store.Get\n(?:.*\n)*\nservice +calls/s')
        expect(monitor(folder, 'lints'), 0,
               BLOCKED + r'no-deadline: service 1: org.example.Store.Unlock: [^\n]* \[1 times\]\n')
        # On a machine that is very slow, the first events are lost before they are read: each try records anew.
        for tries_left in reversed(range(5)):
            status, events, errors = monitor(folder, 'events', '-n', '1')
            missing = [line for line in EVENTS if not re.search(line, events, re.MULTILINE)]
            if missing and tries_left == 0:
                raise Failure(f'no event is\n{missing[0]}\nbut\n{events[-10000:]}{errors}')
            if not missing:
                break
        if 'lovelace' in events:
            raise Failure('a sensitive argument is shown')


def test_invoke(folder):
    with inspected(folder):
        expect(monitor(folder, 'invoke', 'org.example.Store.Get', "'ab'"), 0, "value='abab'\n$")
        expect(monitor(folder, 'invoke', 'org.example.Store.Clear'), 0)
        expect(monitor(folder, 'invoke', 'org.example.Store.Clear', '-s', '2'), 1, '', 'norpc-monitor: nobody has asked\n')
        expect(monitor(folder, 'calls', '-s', '1', '-w', '0.25'), 0,
               r'no calls in flight, among the calls of the last 250\.0 ms; --watch=SECONDS records them for longer\n$')
        expect(monitor(folder, 'calls', '-s', '1', '-w', '0'), 0,
               'no calls in flight; calls are recorded from now on, and --watch=SECONDS waits for some\n$')
        expect(monitor(folder, 'invoke', 'org.example.Store.Place', "(1, 2), 'a'"), 0)
        expect(monitor(folder, 'invoke', 'org.example.Store.Place', '(1, 2)'), 1, '',
               r"norpc-monitor: org.example.Store.Place takes arguments of the type '\(\(ii\)s\)': 1-2:can not parse")
        expect(monitor(folder, 'invoke', 'org.example.Store.Get', '3'), 1, '',
               r"norpc-monitor: org.example.Store.Get takes arguments of the type '\(s\)': 1-2:can not parse")
        expect(monitor(folder, 'invoke', 'org.example.Store.None'), 1, '',
               'norpc-monitor: no service has a method org.example.Store.None\n')
        expect(monitor(folder, 'invoke', 'org.example.Store.Get', "'ab'", '-s', '7'), 1, '',
               "norpc-monitor: there is no service 7; the command 'tree' shows their numbers\n")
        expect(monitor(folder, 'invoke', 'Get'), 1, '', 'norpc-monitor: expected an interface, a dot and a method')


def wait_for_call(folder, user, wanted):
    """Waits until there is a call of a user, or none."""
    end = time.monotonic() + TIMEOUT
    while (f"user='{user}'" in monitor(folder, 'calls', '-w', '0')[1]) != wanted:
        if time.monotonic() > end:
            raise Failure(f'the call of {user} is there: {not wanted}')


def test_stopped(folder):
    """A call that nobody waits for any more is cancelled."""
    with inspected(folder):
        calling = subprocess.Popen([MONITOR, '-a', folder, 'invoke', 'org.example.Store.Unlock', "'bob', 'secret'"])
        wait_for_call(folder, 'bob', True)
        calling.terminate()
        calling.wait(TIMEOUT)
        wait_for_call(folder, 'bob', False)
        wait_for_call(folder, 'ada', True)


def test_watch(folder):
    """Calls are recorded for a while, if nobody has done so before."""
    with inspected(folder, 'alone'):
        expect(monitor(folder, 'lints', '-w', '0', '-s', '1'), 0, 'no lints; calls are recorded from now on')
        expect(monitor(folder, 'lints', '-s', '2'), 0, BLOCKED + 'no-deadline: service 2: org.example.Store.Clear: ')
        expect_in_a_try(lambda: monitor(folder, 'calls', '-s', '2'), 0, 'no calls in flight, among the calls of the last 1.0 s')


def listen(lines):
    """Returns how many events of the burst were listed before some were lost, and how many were lost."""
    listed = 0
    for line in lines:
        if match := re.match(r'(\d+) events were lost, because', line):
            return listed, int(match[1])
        listed += '.Get' in line
    raise Failure('no event was lost')


def test_lost(folder):
    """The monitor is too slow for 6,000 events, of which the process keeps 4,096."""
    with inspected(folder) as process:
        watching = subprocess.Popen([MONITOR, '-a', folder, 'events', '-i', '0.01'], stdout=subprocess.PIPE,
                                    stderr=subprocess.DEVNULL, encoding='utf-8')
        watching.stdout.readline()
        watching.send_signal(signal.SIGSTOP)
        process.stdin.write('burst\n')
        process.stdin.flush()
        if process.stdout.readline() != 'burst\n':
            raise Failure('there is no burst')
        watching.send_signal(signal.SIGCONT)
        listed, lost = listen(watching.stdout)
        watching.terminate()
        watching.communicate()
    # A request that was under way when the monitor stopped may have been answered during the burst.
    if not 6000 - 4096 <= listed + lost < 6000:
        raise Failure(f'{lost} events were lost, after {listed} had been listed')


def test_killed(folder):
    """A process that ends removes its socket; the next one does if it was killed."""
    path = pathlib.Path(folder) / 'one'
    with inspected(f'unix:path={path}') as process:
        process.kill()
        process.wait(TIMEOUT)
        if not path.exists():
            raise Failure('there is no socket')
    with inspected(f'unix:path={path}'):
        expect(monitor(folder), 0, 'thread')
    if path.exists():
        raise Failure('there is a socket')


def test_places(folder):
    path = pathlib.Path(folder)
    expect(monitor(folder), 1, '', 'norpc-monitor: no process can be inspected in ')
    with inspected(f'unix:path={folder}/one'):
        expect(monitor(folder), 0, 'thread')
        expect(monitor(f'unix:path={folder}/one'), 0, 'thread')
        expect(monitor(os.path.relpath(path / 'one')), 0, 'thread')
        with inspected(folder) as other:
            expect(monitor(folder), 1, '', f'norpc-monitor: several processes can be inspected in \'{folder}\'; '
                                           f'choose one of\n  {folder}/inspected-{other.pid}\n  {folder}/one\n')
        # The socket of the other process has gone with it.
        expect(monitor(folder), 0, 'thread')
    if list(path.iterdir()):
        raise Failure('a socket was left behind')
    expect(monitor(f'{folder}/missing'), 1, '', 'norpc-monitor: Could not connect: ')
    with inspected(f'{folder}/norpc'):
        expect(run(MONITOR, runtime_dir=folder), 0, 'thread')


def test_usage(folder):
    expect(monitor(None), 2, '', 'norpc-monitor: no process is named: expected its socket, its folder ')
    expect(monitor(None, '--version'), 0, r'\d+\.\d+\.\d+\n$')
    expect(monitor(None, '--nonsense'), 2, '', 'norpc-monitor: Unknown option')
    for option, value in (('-s', '0'), ('-s', '-1'), ('--service', 'x'), ('-n', '0'), ('--count', '2147483648')):
        expect(monitor(None, option, value), 2, '',
               f"norpc-monitor: {option}: expected a whole number from 1 to 2147483647, got '{value}'\n$")
    for option, value in (('-i', '-1'), ('-i', '0'), ('--interval', 'nan'), ('-i', '1s'), ('-i', ''), ('-i', '86401')):
        expect(monitor(None, option, value), 2, '',
               f"norpc-monitor: {option}: expected seconds, from 0.001 to 86400, got '{value}'\n$")
    expect(monitor(None, '-w', '-1'), 2, '', "norpc-monitor: -w: expected seconds, from 0 to 86400, got '-1'\n$")
    with inspected(folder):
        expect(monitor(folder, 'nonsense'), 2, '', "norpc-monitor: 'nonsense' is not a command")
        expect(monitor(folder, 'calls', 'more'), 2, '', "norpc-monitor: 'calls' is not a command with these")


def test_window(folder):
    """Without a display, norpc-inspector gets as far as the process."""
    for inspector in INSPECTORS:
        expect(run(inspector), 2, '', 'norpc-inspector: no process is named: expected its socket, its folder ')
        expect(run(inspector, folder, 'more'), 2, '', f"norpc-inspector: expected one process, got '{folder}' and 'more'\n$")
        expect(run(inspector, folder), 1, '', 'norpc-inspector: no process can be inspected in ')
        expect(run(inspector, folder, '-p', 'plot'), 2, '', "norpc-inspector: there is no page 'plot'; expected services, ")
        expect(run(inspector, '--version'), 0, r'\d+\.\d+\.\d+\n$')
        expect(run(inspector, '--nonsense'), 2, '', 'norpc-inspector: Unknown option')


def test_process_ends(folder):
    """The monitor ends with the process that it looks into."""
    with inspected(folder) as process:
        watching = subprocess.Popen([MONITOR, '-a', folder, 'events', '-i', '0.01'], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, encoding='utf-8')
        watching.stdout.readline()
        process.kill()
        errors = watching.communicate(timeout=TIMEOUT)[1]
    if watching.returncode != 1 or not errors.startswith('norpc-monitor: '):
        raise Failure(f'{watching.returncode}: {errors}')


def test_output_closed(folder):
    with inspected(folder):
        watching = subprocess.Popen([MONITOR, '-a', folder, 'tree', '-i', '0.01'], stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, encoding='utf-8')
        watching.stdout.readline()
        watching.stdout.close()
        errors = watching.stderr.read()
        watching.stderr.close()
        watching.wait(TIMEOUT)
        if watching.returncode != 1 or not errors.startswith('norpc-monitor: failed to write: '):
            raise Failure(f'{watching.returncode}: {errors}')
        with open('/dev/full', 'w') as full:
            written = subprocess.run([MONITOR, '-a', folder, 'tree'], stdout=full, stderr=subprocess.DEVNULL, timeout=TIMEOUT)
        if written.returncode != 1:
            raise Failure(f'{written.returncode}')


def main():
    tests = [(name, function) for name, function in globals().items() if name.startswith('test_')]
    print(f'1..{len(tests)}')
    failed = False
    for number, (name, function) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(folder)
                print(f'ok {number} {name}')
            except (Failure, subprocess.TimeoutExpired) as failure:
                failed = True
                print(f'not ok {number} {name}')
                print('\n'.join('# ' + line for line in str(failure).splitlines()))
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
