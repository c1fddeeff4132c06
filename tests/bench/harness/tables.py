# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tables of doc/performance.md: functions that make Markdown of results."""

from . import report
from .goals import GOALS
from .items import ITEMS

NONE = '–'

PEERS = [
    ('**norpc-glib**, GTask', 'norpc.async'),
    ('**norpc-glib**, reply function', 'norpc.reply'),
    ('**norpc-glib**, synchronous', 'norpc.sync'),
    ('by hand: GAsyncQueue, GMainContext and GTask', 'hand.async'),
    ('by hand: g_main_context_invoke ()', 'hand.reply'),
    ('by hand, synchronous', 'hand.sync'),
    ('g_task_run_in_thread ()', 'task.async'),
    ('GThreadPool and GTask', 'pool.async'),
    ('GDBus, peer to peer', 'gdbus.async'),
    ('GDBus, through dbus-daemon', 'gdbus-daemon.async'),
    ('Tokio: mpsc (32) and oneshot', 'tokio-bounded.call'),
    ('Tokio: unbounded mpsc and oneshot', 'tokio-unbounded.call'),
    ('Tokio: a spawned task a request', 'tokio-spawn.call'),
    ('Go: channels', 'go.call'),
    ('Erlang: gen_server', 'erlang.call'),
    ('C++ Actor Framework, actors with threads', 'caf.call'),
    ('C++ Actor Framework, scheduled', 'caf-scheduled.call'),
    ('floor: sleeping ping-pong', 'floor.sleep'),
    ('floor: spinning ping-pong', 'floor.spin'),
]

PLACES = [
    ('own thread, asynchronous', 'norpc.async.noop.w64'),
    ('own thread, synchronous', 'norpc.sync.noop.seq'),
    ('caller\'s context, asynchronous', 'norpc-context.async.noop.w64'),
    ('caller\'s context, reply function', 'norpc-context.reply.noop.w64'),
    ('service to service on one thread', 'norpc-together.async.noop.w64'),
    ('direct, asynchronous', 'norpc-direct.async.noop.seq'),
    ('direct, synchronous', 'norpc-direct.sync.noop.seq'),
    ('reply function, no layer', 'norpc.reply.noop.w64'),
    ('reply function, 1 layer', 'norpc-layer1.reply.noop.w64'),
    ('reply function, 5 layers', 'norpc-layer5.reply.noop.w64'),
    ('reply function, statistics on', 'norpc-stats.reply.noop.w64'),
    ('100,000 in flight, reply function', 'norpc-many.reply.noop.w100000'),
    ('1,000,000 in flight, reply function', 'norpc-many.reply.noop.w1000000'),
    ('floor: a GTask alone', 'floor.task.w64'),
]

REMOTE = [
    ('**norpc-glib**, D-Bus, peer to peer', 'norpc-dbus', 'async.noop.w64'),
    ('GDBus, peer to peer', 'gdbus', 'async.noop.w64'),
    ('**norpc-glib**, D-Bus, through dbus-daemon', 'norpc-dbus-daemon', 'async.noop.w64'),
    ('GDBus, through dbus-daemon', 'gdbus-daemon', 'async.noop.w64'),
    ('**norpc-glib**, NATS', 'norpc-nats', 'async.noop.w64'),
    ('**norpc-glib**, NATS, 64 threads', 'norpc-nats', 'sync.noop.c64'),
    ('libnats, 64 threads', 'nats', 'sync.noop.c64'),
]

WORKS = [
    ('nothing', 'noop'),
    ('a value for a key, of 1000', 'get'),
    ('26 arguments', 'args26'),
    ('a GBytes of a mebibyte', 'bytes1mib'),
    ('a GObject, and back', 'object'),
]

EVENTS = [
    ('an emission to 1 proxy', 'norpc.signal.p1'),
    ('an emission to 100 proxies', 'norpc.signal.p100'),
    ('floor: 100 GSignals alone', 'floor.signal.p100'),
    ('an item of a stream', 'norpc.stream.item'),
    ('an item added to a list model', 'norpc.list.item'),
]


def format_value(line):
    """A value as people read it."""
    if line is None:
        return NONE
    if line.unit == 'calls/s':
        return f'{line.value / 1e6:.2f} M' if line.value >= 1e6 else f'{line.value / 1e3:.3g} k'
    if line.unit == 'ns':
        return f'{line.value:,.0f}' if line.value >= 100 else f'{line.value:.3g}'
    return report.format_number(line.value)


def make_table(head, rows):
    """Rows that have no value at all are left out."""
    rows = [row for row in rows if any(cell != NONE for cell in row[1:])]
    if not rows:
        return 'Not measured yet.'
    lines = ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head)]
    lines += ['| ' + ' | '.join(row) + ' |' for row in rows]
    return '\n'.join(lines)


def make_machine(runs):
    facts = runs[2].facts or runs[1].facts
    names = ['date', 'commit', 'processor', 'kernel', 'glib', 'compiler', 'rounds', 'seconds', 'load']
    return make_table(['', ''], [[name, facts.get(name) or NONE] for name in names])


def make_calls(results):
    rows = []
    for title, name in PEERS:
        if name.startswith('floor'):
            lines = [results.get(f'{name}.seq'), None, None, None]
        else:
            lines = [results.get(f'{name}.noop.{load}') for load in ('seq', 'w64', 'w1024', 'c4')]
        rows.append([title, *map(format_value, lines)])
    return make_table(['', 'one at a time, ns', '64 in flight, calls/s', '1024 in flight, calls/s', '4 clients, calls/s'], rows)


def make_costs(results):
    rows = []
    for title, name in PEERS:
        load = 'seq' if name.endswith('sync') and 'async' not in name else 'w64'
        if not name.startswith('floor'):
            lines = [results.get(f'{cost}.{name}.noop.{load}') for cost in ('cpu', 'switches', 'allocations')]
            rows.append([title, *map(format_value, lines)])
    return make_table(['', 'processor time, ns', 'context switches', 'allocations'], rows)


def make_places(results):
    rows = []
    for title, name in PLACES:
        line = results.get(name)
        time = None if line is None else line.value if line.unit == 'ns' else 1e9 / line.value
        rows.append([title, NONE if time is None else f'{time:,.0f}', format_value(results.get(f'cpu.{name}'))])
    return make_table(['', 'ns a call', 'processor time, ns'], rows)


def make_remote(results):
    rows = [[title, format_value(results.get(f'{name}.sync.noop.seq')), format_value(results.get(f'{name}.{row}')),
             format_value(results.get(f'cpu.{name}.{row}'))] for title, name, row in REMOTE]
    return make_table(['', 'synchronous, ns', '64 in flight, calls/s', 'processor time, ns'], rows)


def make_works(results):
    rows = [[title, format_value(results.get(f'norpc.sync.{work}.seq')), format_value(results.get(f'norpc.async.{work}.w64'))]
            for title, work in WORKS]
    rows.append(['floor: memcpy of a mebibyte', format_value(results.get('floor.memcpy1mib.seq')), NONE])
    return make_table(['', 'synchronous, ns', 'asynchronous, 64 in flight, calls/s'], rows)


def make_events(results):
    return make_table(['', 'ns'], [[title, format_value(results.get(name))] for title, name in EVENTS])


def make_idle(results):
    """Processor time for each 5 ms."""
    rows = [(title, results.get(f'cpu.norpc-idle-s50.{load}'))
            for title, load in (('a call, with spinning', 'spin'), ('a call, without', 'sleep'), ('no call', 'none'))]
    return make_table(['every 5 ms', 'processor time, ns'], [[title, format_value(line)] for title, line in rows])


def make_instructions(kept):
    rows = [[item.title, f'{kept[name]:,}' if name in kept else NONE] for name, item in ITEMS.items()]
    return make_table(['', 'instructions'], rows)


def make_profile(kept, name):
    """The functions that an item spends most instructions in."""
    functions = [(key.split('/', 1)[1], value) for key, value in kept.items() if key.startswith(f'{name}/')]
    rows = [[f'`{function}`', f'{value:,}'] for function, value in functions[:12]]
    rows.append(['others', f'{kept.get(name, 0) - sum(value for _, value in functions[:12]):,}'])
    return make_table([ITEMS[name].title, 'instructions'], rows)


def make_goals(runs, kept):
    rows = []
    for goal in GOALS:
        line = runs[goal.cores].get(goal.name) if goal.cores else None
        value = kept.get(goal.name) if goal.cores == 0 else line and line.value
        wanted = f'{"at least" if goal.is_least else "at most"} {goal.goal:,g}'
        if value is None:
            rows.append([goal.title, wanted, 'not measured', ''])
        else:
            rows.append([goal.title, wanted, f'{value:,.0f}' if value >= 100 else f'{value:.2g}',
                         'yes' if goal.is_reached(value) else '**no**'])
    return make_table(['', 'goal', 'measured', 'reached'], rows)
