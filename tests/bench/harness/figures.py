# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plots of doc/performance.md."""

from .plot import Chart, Series

PERCENTILES = [('', '50 %'), ('p90.', '90 %'), ('p99.', '99 %'), ('p99.9.', '99.9 %')]
SIZES = [(1000, '1k'), (100_000, '100k'), (1024 * 1024, '1mib')]

CALLERS = [
    ('norpc-glib, GTask', 'norpc.async', True),
    ('norpc-glib, reply function', 'norpc.reply', True),
    ('by hand, GTask', 'hand.async', False),
    ('Tokio, mpsc (32)', 'tokio-bounded.call', False),
    ('Tokio, unbounded', 'tokio-unbounded.call', False),
    ('Tokio, a task a request', 'tokio-spawn.call', False),
    ('Go, channels', 'go.call', False),
    ('Erlang, gen_server', 'erlang.call', False),
    ('C++ Actor Framework', 'caf.call', False),
    ('GDBus', 'gdbus.async', False),
]


def get_rate(results, name):
    line = results.get(name)
    if line is None:
        return None
    return line.value if line.unit == 'calls/s' else 1e9 / line.value


def make_in_flight(results):
    loads = [(1, 'seq'), (8, 'w8'), (64, 'w64'), (1024, 'w1024')]
    series = [Series(label, [(n, get_rate(results, f'{name}.noop.{load}')) for n, load in loads], ours)
              for label, name, ours in CALLERS]
    return Chart('Calls per second, by calls in flight', 'calls in flight', 'calls per second',
                 [(n, str(n)) for n, _ in loads], series)


def make_clients(results):
    numbers = [1, 4, 16, 64]
    callers = [('norpc-glib, synchronous', 'norpc.sync', True)] + CALLERS
    series = [Series(label, [(n, get_rate(results, f'{name}.noop.c{n}')) for n in numbers], ours)
              for label, name, ours in callers]
    return Chart('Calls per second, by clients', 'clients, each with one call at a time', 'calls per second',
                 [(n, str(n)) for n in numbers], series)


def make_services(results):
    numbers = [1, 10, 100, 1000]
    series = []
    for n_threads in (1, 2, 4):
        rows = [(n, f'norpc-s{n}-t{n_threads}.reply.noop.w1024') for n in numbers]
        label = f'on {n_threads} thread{"s" if n_threads > 1 else ""}'
        series.append(Series(label, [(n, get_rate(results, name)) for n, name in rows]))
    return Chart('Calls per second, by services', 'services', 'calls per second',
                 [(n, str(n)) for n in numbers], series)


def make_latency(results):
    rows = [
        ('asynchronous', 'norpc.async.noop.timed', True),
        ('reply function', 'norpc.reply.noop.timed', True),
        ('synchronous', 'norpc.sync.noop.timed', True),
        ('synchronous, after a rest', 'norpc.sync.noop.rested', True),
        ('by hand, GTask', 'hand.async.noop.timed', False),
        ('by hand, after a rest', 'hand.sync.noop.rested', False),
        ('GDBus, synchronous', 'gdbus.sync.noop.timed', False),
        ('sleeping ping-pong', 'floor.sleep.timed', False),
        ('the same, after a rest', 'floor.sleep.rested', False),
        ('spinning ping-pong', 'floor.spin.timed', False),
    ]
    series = []
    for label, name, ours in rows:
        lines = [results.get(prefix + name) for prefix, _ in PERCENTILES]
        series.append(Series(label, [(i, line and line.value) for i, line in enumerate(lines)], ours))
    return Chart('Latency of a call', 'percentile', 'nanoseconds',
                 [(i, text) for i, (_, text) in enumerate(PERCENTILES)], series, is_x_logarithmic=False)


def make_size(results):
    def get_times(work):
        lines = [(size, results.get(f'norpc.sync.{work}{suffix}.seq')) for size, suffix in SIZES]
        return [(size, line and line.value) for size, line in lines]

    copy = results.get('floor.memcpy1mib.seq')
    series = [Series('string, copied', get_times('string')), Series('GBytes, by reference', get_times('bytes')),
              Series('memcpy of a mebibyte', [(SIZES[-1][0], copy and copy.value)], False)]
    return Chart('Synchronous call, by the size of its argument', 'bytes', 'nanoseconds',
                 [(1000, '1 k'), (100_000, '100 k'), (1024 * 1024, '1 Mi')], series)


FIGURES = {
    'performance-in-flight.svg': make_in_flight,
    'performance-latency.svg': make_latency,
    'performance-clients.svg': make_clients,
    'performance-services.svg': make_services,
    'performance-size.svg': make_size,
}
