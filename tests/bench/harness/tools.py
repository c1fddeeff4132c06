# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs beside others of their kind: norpc-codegen beside gdbus-codegen, mini-redis beside redis-server."""

import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from . import report

TARGETS = ['codegen/norpc-codegen', 'examples/kvstore/mini-redis']
INSTALLED = pathlib.Path('/usr/share/dbus-1/interfaces')
MAX_DESCRIPTIONS = 20
N_REQUESTS = 100_000
PIPELINE = 16


def run_generator(generator, description, folder):
    """Whether it succeeds."""
    command = [generator, '--c-namespace', 'Sample', '--output-directory', folder, '--generate-c-code', 'sample', description]
    return subprocess.run(command, capture_output=True).returncode == 0


def find_descriptions(generators, folder, own):
    """Descriptions that all generators accept: those of the system, or one of ours."""
    found = sorted(INSTALLED.glob('*.xml'))[:MAX_DESCRIPTIONS]
    return [path for path in [*found, own] if all(run_generator(generator, path, folder) for generator in generators.values())]


def measure_generators(root, directory, n_rounds):
    """Milliseconds for a description."""
    generators = {'codegen.norpc': directory / 'codegen' / 'norpc-codegen', 'codegen.gdbus': shutil.which('gdbus-codegen')}
    if generators['codegen.gdbus'] is None:
        print('missing: gdbus-codegen', file=sys.stderr)
        return {}
    times = {name: [] for name in generators}
    with tempfile.TemporaryDirectory() as folder:
        descriptions = find_descriptions(generators, folder, root / 'tests' / 'bench' / 'bench-bus.xml')
        for _ in range(n_rounds):
            for name, generator in generators.items():
                begin = time.monotonic()
                for path in descriptions:
                    run_generator(generator, path, folder)
                times[name].append((time.monotonic() - begin) * 1e3 / len(descriptions))
    return times


def run_redis_benchmark(server):
    """Requests per second, by command. An error reply ends it."""
    command = ['redis-benchmark', '-p', str(server.port), '-t', 'get,set', '-n', str(N_REQUESTS), '-P', str(PIPELINE), '--csv']
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line for line in output.splitlines() if line.startswith('"')]
    return {row['test'].lower(): float(row['rps']) for row in csv.DictReader(lines)}


def measure_servers(root, directory, n_rounds):
    """Requests per second, with several in a pipeline."""
    if not shutil.which('redis-benchmark') or not shutil.which('redis-server'):
        print('missing: redis-server and redis-benchmark', file=sys.stderr)
        return {}
    sys.path.insert(0, str(root / 'tests' / 'mini-redis'))
    import mini_redis  # which starts both servers for the tests, too

    os.environ['MINI_REDIS'] = str(directory / 'examples' / 'kvstore' / 'mini-redis')
    servers = {'mini-redis': mini_redis.MiniRedis(), 'redis-server': mini_redis.RealRedis()}
    rates = {}
    try:
        for _ in range(n_rounds):
            for name, server in servers.items():
                for command, rate in run_redis_benchmark(server).items():
                    rates.setdefault(f'{name}.{command}.p{PIPELINE}', []).append(rate)
    finally:
        for server in servers.values():
            server.stop()
    return rates


def measure(root, directory, n_rounds):
    """Lines of both comparisons. A ratio above 1 means that ours is faster."""
    times = measure_generators(root, directory, n_rounds)
    rates = measure_servers(root, directory, n_rounds)
    for name, values in times.items():
        yield report.summarise(name, values, 'ms')
    for name, values in rates.items():
        yield report.summarise(name, values, 'requests/s')
    if times:
        ratios = [theirs / ours for ours, theirs in zip(times['codegen.norpc'], times['codegen.gdbus'])]
        yield report.summarise('ratio.codegen.norpc/codegen.gdbus', ratios, 'x')
    for name in [name for name in rates if name.startswith('mini-redis.')]:
        other = name.replace('mini-redis', 'redis-server')
        ratios = [ours / theirs for ours, theirs in zip(rates[name], rates[other])]
        yield report.summarise(f'ratio.{name}/{other}', ratios, 'x')
