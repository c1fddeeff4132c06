#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The store of the example in a process of its own, on a bus of its own.

Other programs use it: gdbus and busctl, and redis-cli through mini-redis. Each is skipped where it is missing.
KVSTORE_DBUS and MINI_REDIS are the programs of the example.
"""

import os
import shutil
import signal
import subprocess
import sys

NAME = 'org.example.Kv'
PATH = '/org/example/Kv'
TIMEOUT = 30


class Bus:
    """A message bus, for as long as the test runs."""

    def __init__(self):
        self.process = subprocess.Popen(['dbus-daemon', '--session', '--nofork', '--print-address'],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        os.environ['DBUS_SESSION_BUS_ADDRESS'] = self.process.stdout.readline().strip()

    def close(self):
        self.process.terminate()
        self.process.wait()


def start(*command):
    """Starts a program, and returns it and its first line."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return process, process.stdout.readline().strip()


def start_store():
    process, line = start(os.environ['KVSTORE_DBUS'])
    assert line == f'{NAME} is on the bus', line

    return process


def stop(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(TIMEOUT) == 0, process.returncode


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)

    return (result.stdout + result.stderr).strip()


def gdbus(method, *args):
    return run('gdbus', 'call', '--session', '-d', NAME, '-o', PATH, '-m', method, *args)


def busctl(*args):
    return run('busctl', f'--address={os.environ["DBUS_SESSION_BUS_ADDRESS"]}', *args)


def expect(actual, *parts):
    for part in parts:
        assert part in actual, f'expected {part!r} in {actual!r}'


def test_name():
    """A second store cannot own the name, and says so."""
    second = subprocess.run([os.environ['KVSTORE_DBUS']], capture_output=True, text=True, timeout=TIMEOUT)
    expect(second.stderr, f"cannot own the name '{NAME}'")
    assert second.returncode == 1, second.returncode


def test_bus_gone():
    """A store whose bus goes away says so."""
    address = os.environ['DBUS_SESSION_BUS_ADDRESS']
    bus = Bus()
    try:
        store = subprocess.Popen([os.environ['KVSTORE_DBUS']], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        expect(store.stdout.readline(), f'{NAME} is on the bus')
    finally:
        bus.close()
        os.environ['DBUS_SESSION_BUS_ADDRESS'] = address
    _, errors = store.communicate(timeout=TIMEOUT)
    assert errors == 'kvstore-dbus: the connection to the bus is closed\n', errors
    assert store.returncode == 1, store.returncode


def test_gdbus():
    expect(gdbus('org.example.Kv.Store.Append', '0', '[byte 107]', '[byte 104, 105]'), '(uint64 2,)')
    expect(gdbus('org.example.Kv.Store.Get', '0', '[byte 107]'), '([[byte 0x68, 0x69]],)')
    expect(gdbus('org.example.Kv.Store.Get', '0', '[byte 120]'), '(@aay [],)')
    expect(gdbus('org.example.Kv.Store.Get', '99', '[byte 120]'), 'there is no database 99')
    expect(gdbus('org.example.Kv.Store.Get', '0'), 'InvalidArgs')
    expect(gdbus('org.example.Kv.Store.Nothing'), 'UnknownMethod')
    expect(gdbus('org.freedesktop.DBus.Properties.Get', 'org.example.Kv.Notifier', 'Events'), '(<uint32 0>,)')
    expect(run('gdbus', 'introspect', '--session', '-d', NAME, '-o', PATH), 'interface org.example.Kv.Store',
           'GetMany', 'interface org.freedesktop.DBus.Properties')


def test_busctl():
    expect(busctl('introspect', NAME, PATH), 'org.example.Kv.Store', '.GetMany', '.KeyEvent', '.Events')
    expect(busctl('tree', NAME), PATH)
    expect(busctl('call', NAME, PATH, 'org.example.Kv.Store', 'Append', 'uayay', '0', '1', '98', '2', '49', '50'), 't 2')
    expect(busctl('call', NAME, PATH, 'org.example.Kv.Store', 'Increment', 'uayx', '0', '1', '98', '30'), 'x 42')
    expect(busctl('set-property', NAME, PATH, 'org.example.Kv.Notifier', 'Events', 'u', '1'))
    expect(busctl('get-property', NAME, PATH, 'org.example.Kv.Notifier', 'Events'), 'u 1')


def test_monitor():
    """A program that watches the object sees the changes of its keys and properties."""
    monitor = subprocess.Popen(['gdbus', 'monitor', '--session', '-d', NAME, '-o', PATH], stdout=subprocess.PIPE,
                               text=True)
    try:
        for line in monitor.stdout:
            if 'is owned by' in line:
                break
        gdbus('org.freedesktop.DBus.Properties.Set', 'org.example.Kv.Notifier', 'Events', '<uint32 2>')
        gdbus('org.example.Kv.Store.Append', '0', '[byte 109]', '[byte 49]')
        seen = []
        for line in monitor.stdout:
            seen.append(line)
            if 'KeyEvent' in line:
                break
        expect(''.join(seen), "PropertiesChanged ('org.example.Kv.Notifier', {'Events': <uint32 2>}, @as [])",
               'org.example.Kv.Notifier.KeyEvent (uint32 0, uint32 2, [byte 0x6d])')
    finally:
        monitor.terminate()
        monitor.wait()


def test_busctl_monitor():
    """busctl sees the messages on the bus: a call, the signal of the change, and the reply after it."""
    monitor = subprocess.Popen(['busctl', f'--address={os.environ["DBUS_SESSION_BUS_ADDRESS"]}', 'monitor', NAME],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    seen = []
    try:
        for line in monitor.stdout:
            if 'Monitoring' in line:
                break
        gdbus('org.freedesktop.DBus.Properties.Set', 'org.example.Kv.Notifier', 'Events', '<uint32 4>')
        for line in monitor.stdout:
            seen.append(line)
            if 'Type=method_return' in line and any('Member=PropertiesChanged' in line for line in seen):
                break
    finally:
        monitor.terminate()
        monitor.wait()
    expect(''.join(seen), 'Member=Set', 'UINT32 4;', 'Type=signal')


def test_mini_redis(store):
    """mini-redis works on the store, and on the next one that has the name."""
    server, line = start(os.environ['MINI_REDIS'], '--port', '0', '--dbus', NAME)
    port = line.rpartition(':')[2]

    def redis(*command):
        return run('redis-cli', '-p', port, *command)

    expect(redis('set', 'a', '41'), 'OK')
    expect(redis('incr', 'a'), '42')
    expect(redis('mget', 'a', 'none'), '42')
    expect(redis('keys', 'a*'), 'a')
    expect(redis('del', 'a'), '1')
    expect(redis('get', 'none'), '')
    stop(store.pop())
    expect(redis('get', 'a'), 'ERR')
    store.append(start_store())
    expect(redis('set', 'a', 'again'), 'OK')
    expect(redis('get', 'a'), 'again')
    stop(server)


def has_mock():
    command = ['/usr/bin/python3', '-c', 'import dbusmock']

    return subprocess.run(command, capture_output=True).returncode == 0


def test_polkit():
    """polkit, or what stands in for it, decides about each call."""
    os.environ['DBUS_SYSTEM_BUS_ADDRESS'] = os.environ['DBUS_SESSION_BUS_ADDRESS']
    name = 'org.example.Guarded'
    store, line = start(os.environ['KVSTORE_DBUS'], '--name', name, '--polkit', 'org.example.use')
    polkit = None

    def get_size():
        return busctl('call', name, PATH, 'org.example.Kv.Store', 'GetSize', 'u', '0')

    try:
        expect(line, name)
        expect(get_size(), 'Access denied')
        polkit = subprocess.Popen(['/usr/bin/python3', '-m', 'dbusmock', '--session', '--template', 'polkitd'],
                                  stdout=subprocess.DEVNULL)
        run('gdbus', 'wait', '--session', '--timeout', str(TIMEOUT), 'org.freedesktop.PolicyKit1')
        expect(get_size(), 'Access denied')
        expect(busctl('call', 'org.freedesktop.PolicyKit1', '/org/freedesktop/PolicyKit1/Authority',
                      'org.freedesktop.DBus.Mock', 'SetAllowed', 'as', '1', 'org.example.use'))
        expect(get_size(), 't 0')
    finally:
        if polkit is not None:
            polkit.terminate()
            polkit.wait()
        stop(store)


def main():
    if shutil.which('dbus-daemon') is None:
        print('1..0 # SKIP there is no dbus-daemon')
        return 0

    bus = Bus()
    store = [start_store()]
    tests = [
        ('name', 'dbus-daemon', test_name),
        ('bus-gone', 'dbus-daemon', test_bus_gone),
        ('gdbus', 'gdbus', test_gdbus),
        ('busctl', 'busctl', test_busctl),
        ('monitor', 'gdbus', test_monitor),
        ('busctl-monitor', 'busctl', test_busctl_monitor),
        ('polkit', 'busctl' if has_mock() else 'dbusmock', test_polkit),
        ('mini-redis', 'redis-cli', lambda: test_mini_redis(store)),
    ]
    failed = False
    print(f'1..{len(tests)}')
    for number, (name, tool, test) in enumerate(tests, 1):
        if shutil.which(tool) is None:
            print(f'ok {number} {name} # SKIP there is no {tool}')
            continue
        try:
            test()
            print(f'ok {number} {name}', flush=True)
        except AssertionError as error:
            failed = True
            print(f'not ok {number} {name}\n# {error}', flush=True)
    stop(store.pop())
    bus.close()

    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
