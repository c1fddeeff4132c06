# SPDX-License-Identifier: LGPL-2.1-or-later
"""Interfaces of real services, on a bus, against programs without norpc-glib.

NORPC_TEST_DESCRIPTIONS has folders of descriptions, with colons between them; without it, those of the system are
used. Each method is called with generated values, each property is read and written, and each signal is emitted: what
arrives has to be what the other side has sent.

NORPC_TEST_ALL=1 tests all interfaces instead of a sample, NORPC_TEST_SEED=N others values and another sample.
"""

import collections
import glob
import os
import random
import re
import sys
import time
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import buses
import clients
import tap
import values

SEED = int(os.environ.get('NORPC_TEST_SEED', '1'))

# How long one kind of client may take, in seconds, before it leaves out the rest of the interfaces.
BUDGET = float('inf') if os.environ.get('NORPC_TEST_ALL') else 15

STANDARD = ['org.freedesktop.DBus.' + name for name in ('Introspectable', 'ObjectManager', 'Peer', 'Properties')]

# An interface and the text that describes it.
Description = collections.namedtuple('Description', 'file xml info')


def find_files():
    folders = os.environ.get('NORPC_TEST_DESCRIPTIONS', '/usr/share/dbus-1/interfaces').split(':')
    return sorted(file for folder in folders for file in glob.glob(os.path.join(folder, '**', '*.xml'), recursive=True))


def is_exportable(info, file, xml):
    """Whether both GDBus and norpc-glib have a use for an interface that GDBus has read."""
    if not Gio.dbus_is_interface_name(info.name) or info.name in STANDARD:
        return False
    try:
        Norpc.InterfaceInfo.new_for_xml(xml, info.name)
    except GLib.Error as error:
        print('#', os.path.basename(file), info.name, error.message)
        return False
    return True


def read_descriptions():
    """Lists the interfaces that can be exported, one of each name, in a random order."""
    found = {}
    for file in find_files():
        with open(file, encoding='utf-8', errors='replace') as stream:
            xml = stream.read()
        try:
            node = Gio.DBusNodeInfo.new_for_xml(xml)
        except GLib.Error:
            continue
        for info in node.interfaces:
            if info.name not in found and is_exportable(info, file, xml):
                found[info.name] = Description(file, xml, info)
    listed = [found[name] for name in sorted(found)]
    random.Random(SEED).shuffle(listed)
    return listed


def is_portable(type_):
    """Whether a signal or a property can have a type: there are no descriptors in them."""
    return 'h' not in type_


def is_readable(property_):
    return bool(property_.flags & Gio.DBusPropertyInfoFlags.READABLE)


def describe(info):
    """Returns the members of an interface that can leave the process, as text."""
    def args(args):
        # GDBus and norpc-glib have names of their own for arguments without one.
        return [('' if re.fullmatch('(unnamed_)?arg_?[0-9]+', arg.name) else arg.name, arg.signature) for arg in args]

    methods = {m.name: (args(m.in_args), args(m.out_args)) for m in info.methods}
    signals = {s.name: args(s.args) for s in info.signals if is_portable(clients.tuple_type(s.args))}
    properties = {p.name: (p.signature, int(p.flags)) for p in info.properties if is_portable(p.signature)}
    return methods, signals, properties


def is_oneway(method):
    return any(a.key == 'org.freedesktop.DBus.Method.NoReply' and a.value == 'true' for a in method.annotations or [])


def get_updates(info, property_):
    """Returns what a service tells of a change: true, invalidates, const or false."""
    annotations = (property_.annotations or []) + (info.annotations or [])
    return next((a.value for a in annotations if a.key.endswith('.EmitsChangedSignal')), 'true')


class Session(buses.Bus):
    """A service of a kind on a bus."""

    def __init__(self, kind):
        super().__init__()
        self.start(clients.NAME, sys.executable, os.path.join(os.path.dirname(__file__), 'echo-service.py'), kind,
                   G_DEBUG='fatal-warnings')

    def control(self, method, type_='()', *args):
        return self.call(clients.NAME, '/control', 'org.example.Control', method, type_, *args)


class Corpus(unittest.TestCase):
    def setUp(self):
        if not DESCRIPTIONS:
            self.skipTest('there are no descriptions')
        self.rng = random.Random(SEED)
        self.n = collections.Counter()

    def expect_same(self, what, expected, got):
        self.assertEqual(values.to_text(expected), values.to_text(got), what)

    def check_description(self, description, path):
        xml, = self.session.call(clients.NAME, path, 'org.freedesktop.DBus.Introspectable', 'Introspect')
        exported = Gio.DBusNodeInfo.new_for_xml(xml).lookup_interface(description.info.name)
        self.assertEqual(describe(description.info), describe(exported))

    def await_received(self, method):
        """Returns the method and its arguments. It may not have been called yet, if there is no reply."""
        received = self.session.control('Received')
        while received[0] != method.name and is_oneway(method):
            received = self.session.control('Received')
        return received

    def check_method(self, client, method):
        results = values.make_tuple([arg.signature for arg in method.out_args], self.rng)
        args = values.make_tuple([arg.signature for arg in method.in_args], self.rng)
        self.session.control('Expect', '(s)', values.to_text(results))
        got = client.call(method, args)
        self.assertEqual((method.name, values.to_text(args)), self.await_received(method))
        self.expect_same(method.name, results, got)
        self.n['methods'] += 1

    def check_signal(self, client, signal):
        args = values.make_tuple([arg.signature for arg in signal.args], self.rng)
        if hasattr(client, 'watch'):
            client.watch(signal)
        self.session.control('Emit', '(ss)', signal.name, values.to_text(args))
        self.expect_same(signal.name, args, client.wait_for_signal(signal))
        self.n['signals'] += 1

    def make_other(self, property_):
        """Makes another value than that of the service, of which it tells."""
        old, = self.session.control('Peek', '(s)', property_.name)
        while True:
            value = GLib.Variant(property_.signature, values.make(property_.signature, self.rng))
            if values.to_text(value) != old:
                return value

    def check_property(self, client, property_):
        updates = get_updates(client.info, property_)
        readable = is_readable(property_)
        if readable:
            value = self.make_other(property_)
            self.session.control('Put', '(ss)', property_.name, values.to_text(value))
            if client.follows_properties and updates in ('true', 'invalidates'):
                client.wait_for_change(property_.name, value if updates == 'true' else None)
            self.expect_same(property_.name, value, client.get(property_.name))
            if hasattr(client, 'get_all'):
                self.expect_same(property_.name, value, client.get_all()[property_.name])
        if property_.flags & Gio.DBusPropertyInfoFlags.WRITABLE:
            value = self.make_other(property_)
            client.set(property_.name, value)
            self.assertEqual(values.to_text(value), self.session.control('Peek', '(s)', property_.name)[0])
            if readable and hasattr(client, 'changes') and updates in ('true', 'invalidates'):
                client.wait_for_change(property_.name, value if updates == 'true' else None)
        self.n['properties'] += 1

    def check_members(self, client, info):
        methods, signals, properties = [{member.name: member for member in members}
                                        for members in (info.methods, info.signals, info.properties)]
        if not client.distinguishes:
            names = collections.Counter([*methods, *signals, *properties])
            methods, signals, properties = [{name: member for name, member in members.items() if names[name] == 1}
                                            for members in (methods, signals, properties)]
        if hasattr(client, 'get_all'):
            # Before the service has set any.
            self.assertEqual(set(client.get_all()), {property_.name for property_ in properties.values() if
                                                     is_portable(property_.signature) and is_readable(property_)})
        for method in methods.values():
            self.check_method(client, method)
        for signal in signals.values():
            if is_portable(clients.tuple_type(signal.args)):
                self.check_signal(client, signal)
        for property_ in properties.values():
            if is_portable(property_.signature):
                self.check_property(client, property_)

    def check_interface(self, kind, description):
        path, = self.session.control('Export', '(ss)', description.xml, description.info.name)
        self.check_description(description, path)
        client = kind(self.session, path, description)
        self.check_members(client, description.info)
        client.close()
        self.session.control('Unexport')

    def check_all(self, service, kind):
        self.session = Session(service)
        self.addCleanup(self.session.close)
        end = time.monotonic() + BUDGET
        for description in DESCRIPTIONS:
            if time.monotonic() > end:
                break
            with self.subTest(interface=description.info.name, file=description.file):
                self.check_interface(kind, description)
            self.n['interfaces'] += 1
        print('#', self.id(), ', '.join(f'{n} {what}' for what, n in sorted(self.n.items())), flush=True)

    def test_gdbus_client(self):
        self.check_all('norpc', clients.GDBusClient)

    def test_dasbus_client(self):
        try:
            import dasbus.unix  # noqa: F401
        except ImportError:
            self.skipTest('there is no dasbus')
        self.check_all('norpc', clients.DasbusClient)

    def test_gdbus_service(self):
        self.check_all('plain', clients.NorpcClient)


if __name__ == '__main__':
    DESCRIPTIONS = read_descriptions()
    tap.main()
