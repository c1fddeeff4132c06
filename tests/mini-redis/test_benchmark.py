# SPDX-License-Identifier: LGPL-2.1-or-later
"""redis-benchmark against mini-redis and against a real Redis, side by side.

NORPC_BENCHMARK_REQUESTS is how many requests each test sends (20000), and
NORPC_BENCHMARK_RUNS how many runs the median is of (1)."""

import csv
import os
import statistics
import subprocess
import unittest

from mini_redis import MiniRedis, RealRedis, require

REQUESTS = os.environ.get('NORPC_BENCHMARK_REQUESTS', '20000')
RUNS = int(os.environ.get('NORPC_BENCHMARK_RUNS', '1'))


class Benchmark(unittest.TestCase):
    def run_benchmark(self, server, pipeline):
        """Requests per second, by test. It exits with an error on any error reply."""
        result = subprocess.run(['redis-benchmark', '-p', str(server.port), '-t', 'ping,set,get,incr,mset',
                                 '-n', REQUESTS, '-c', '50', '-P', str(pipeline), '--csv'],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=100)
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertNotIn('rror', result.stdout)
        self.assertNotIn('WARNING', result.stdout)
        lines = [line for line in result.stdout.splitlines() if line.startswith('"')]
        rates = {row['test']: float(row['rps']) for row in csv.DictReader(lines)}
        self.assertEqual(len(rates), 6, result.stdout)
        return rates

    def test_benchmark(self):
        require('redis-benchmark')
        require('redis-server')
        servers = {'mini-redis': MiniRedis(), 'redis-server': RealRedis()}
        try:
            for pipeline in 1, 16:
                runs = {name: [] for name in servers}
                for _ in range(RUNS):
                    for name, server in servers.items():
                        runs[name].append(self.run_benchmark(server, pipeline))
                self.print_rates(pipeline, runs)
        finally:
            for server in servers.values():
                self.assertEqual(server.stop(), 0)

    def print_rates(self, pipeline, runs):
        print('\n%-24s %14s %14s %8s' % ('-P %d, requests/s' % pipeline, *runs, 'ratio'))
        for test in runs['mini-redis'][0]:
            mini, real = (statistics.median(run[test] for run in of_server) for of_server in runs.values())
            print('%-24s %14.0f %14.0f %8.2f' % (test, mini, real, mini / real))


if __name__ == '__main__':
    unittest.main()
