# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest cases of a program as a TAP test."""

import sys
import unittest


class _TapResult(unittest.TestResult):
    def _point(self, verdict, test, details=''):
        print(verdict, self.testsRun, test.id(), flush=True)
        sys.stderr.write(details)  # where Meson shows it

    def addSuccess(self, test):
        self._point('ok', test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._point('not ok', test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self._point('not ok', test, self.errors[-1][1])


def main():
    suite = unittest.defaultTestLoader.loadTestsFromName('__main__')
    print(f'1..{suite.countTestCases()}', flush=True)
    suite.run(_TapResult())
