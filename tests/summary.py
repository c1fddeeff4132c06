#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""summary.py TESTLOG.json: counts what a run of `meson test` really ran.

Prints "PASSED FAILED SKIPPED", and after that each test that failed, with the end of its
output. A test that speaks TAP counts as many as it has
test points, one of Python's unittest as many as it ran; any other counts as one.
One that ended badly without a failed point (a crash, a time-out) counts as one
failure more.
"""

import json
import re
import sys

POINT = re.compile(r'^(not )?ok\b([^#\n]*)(?:#\s*(\w+))?', re.M)
UNITTEST = re.compile(r'^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(.*)$', re.M)
NOISE = re.compile(r'# GLib-|dbus-daemon\[')
NOT_OK = re.compile(r'^not ok\b.*', re.M)
GOOD = ('OK', 'EXPECTEDFAIL', 'SKIP')
LINES_OF_OUTPUT = 15


def count(test):
    """Passed, failed and skipped test points of one test."""
    passed = failed = skipped = 0
    for not_ok, _, directive in POINT.findall(test.get('stdout') or ''):
        directive = (directive or '').lower()
        if directive.startswith('skip'):
            skipped += 1
        elif not_ok and directive != 'todo':
            failed += 1
        else:
            passed += 1

    for ran, outcome in UNITTEST.findall(test.get('stderr') or ''):
        bad = sum(map(int, re.findall(r'(?:failures|errors)=(\d+)', outcome)))
        left_out = sum(map(int, re.findall(r'skipped=(\d+)', outcome)))
        passed += int(ran) - bad - left_out
        failed += bad
        skipped += left_out

    if test['result'] not in GOOD:
        failed = max(failed, 1)
    elif passed + failed + skipped == 0:
        if test['result'] == 'SKIP':
            skipped = 1
        else:
            passed = 1
    return passed, failed, skipped


def describe_failure(test):
    """The lines that say how a test failed."""
    stdout = test.get('stdout') or ''
    output = []
    for text in (stdout, test.get('stderr') or ''):
        output += [line for line in text.splitlines() if not NOISE.match(line)][-LINES_OF_OUTPUT:]
    yield f"{test['name']}: {test['result']}, {test['duration']:.1f} s"
    for line in NOT_OK.findall(stdout) + output:
        yield '  ' + line


def main():
    try:
        with open(sys.argv[1], encoding='utf-8') as log:
            tests = [json.loads(line) for line in log]
    except FileNotFoundError:  # Meson writes none when it knows no test
        tests = []
    print(*(sum(column) for column in zip((0, 0, 0), *map(count, tests))))
    for test in tests:
        if test['result'] not in GOOD:
            print(*describe_failure(test), sep='\n')


if __name__ == '__main__':
    main()
