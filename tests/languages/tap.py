# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest cases of a program as a TAP test."""

import sys
import unittest


class _TapResult(unittest.TestResult):
    _failed = None  # the last test of which a part has failed
    _n_points = 0  # testsRun leaves out tests that are skipped, in some versions of Python

    def _point(self, verdict, test, details='', directive=''):
        self._n_points += 1
        print(verdict, self._n_points, test.id() + directive, flush=True)
        sys.stderr.write(details)  # where Meson shows it

    def addSuccess(self, test):
        self._point('ok', test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._point('ok', test, directive=f' # SKIP {reason}')

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._point('not ok', test, self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail_once(test, f'{subtest.id()}: {self._exc_info_to_string(err, test)}')

    def _fail_once(self, test, details):
        if self._failed is test:
            sys.stderr.write(details)
        else:
            self._failed = test
            self._point('not ok', test, details)

    def addError(self, test, err):
        super().addError(test, err)
        self._point('not ok', test, self.errors[-1][1])


def main():
    suite = unittest.defaultTestLoader.loadTestsFromName('__main__')
    print(f'1..{suite.countTestCases()}', flush=True)
    suite.run(_TapResult())
