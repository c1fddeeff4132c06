# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams of a service in another process, for a client that only has GDBus, and for one with norpc-glib."""

import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import tap

NAME = 'org.example.Importer'
PATH = '/org/example/Importer'
IMPORT_STREAM = 'org.example.Importer.ImportStream'
ADD_STREAM = 'org.example.Importer.AddStream'
FOLDER = pathlib.Path(__file__).parent

# A part of what the object says of itself.
IMPORT_METHOD = """
<method name="Import">
  <annotation name="org.norpc.Stream" value="out"/>
  <annotation name="org.norpc.Stream.Items" value="u done, u total"/>
  <annotation name="org.norpc.Stream.Results" value="t bytes"/>
  <annotation name="org.norpc.Stream.Backlog" value="8"/>
  <arg type="s" name="folder" direction="in"/>
  <arg type="o" name="stream" direction="out"/>
</method>
"""


def call(bus, path, interface, member, args=None):
    return bus.call_sync(NAME, path, interface, member, args, None, Gio.DBusCallFlags.NONE, -1).unpack()


def read_import(bus, folder):
    """Returns the items of a stream, and its outcome."""
    items, outcome = [], []

    def signalled(connection, sender, path, interface, member, args):
        if member == 'Item':
            items.append(args.unpack())
            # Nobody waits for the reply: the stream may have ended meanwhile.
            bus.call(NAME, path, interface, 'Credit', GLib.Variant('(u)', (1,)), None, Gio.DBusCallFlags.NONE, -1)
        else:
            outcome.append((member, args.unpack()))

    bus.signal_subscribe(NAME, IMPORT_STREAM, None, None, None, Gio.DBusSignalFlags.NO_MATCH_RULE, signalled)
    path, = call(bus, PATH, 'org.example.Importer', 'Import', GLib.Variant('(s)', (folder,)))
    call(bus, path, IMPORT_STREAM, 'Credit', GLib.Variant('(u)', (4,)))
    while not outcome:
        GLib.MainContext.default().iteration(True)
    return items, outcome[0]


def write_add(bus, names):
    """Writes the items of a stream as its credit allows, and returns the outcome."""
    credit, outcome = [0], []

    def signalled(connection, sender, path, interface, member, args):
        if member == 'Credit':
            credit[0] += args.unpack()[0]
        else:
            outcome.append((member, args.unpack()))

    bus.signal_subscribe(NAME, ADD_STREAM, None, None, None, Gio.DBusSignalFlags.NO_MATCH_RULE, signalled)
    path, = call(bus, PATH, 'org.example.Importer', 'Add')
    call(bus, path, ADD_STREAM, 'Start')
    for name in names:
        while credit[0] == 0:
            GLib.MainContext.default().iteration(True)
        credit[0] -= 1
        call(bus, path, ADD_STREAM, 'Write', GLib.Variant('(s)', (name,)))
    call(bus, path, ADD_STREAM, 'Finish')
    while not outcome:
        GLib.MainContext.default().iteration(True)
    return outcome[0]


def wait_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


class Streams(unittest.TestCase):
    def setUp(self):
        self.daemon = Gio.TestDBus.new(Gio.TestDBusFlags.NONE)
        self.daemon.up()
        address = self.daemon.get_bus_address()
        self.service = subprocess.Popen([sys.executable, str(FOLDER / 'importer-service.py')], stdin=subprocess.PIPE,
                                        env=os.environ | {'DBUS_SESSION_BUS_ADDRESS': address})
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        owners = []
        watch = Gio.bus_watch_name_on_connection(self.bus, NAME, Gio.BusNameWatcherFlags.NONE,
                                                 lambda *args: owners.append(args), None)
        wait_until(lambda: owners or self.service.poll() is not None)
        Gio.bus_unwatch_name(watch)
        self.assertIsNone(self.service.poll())

    def tearDown(self):
        self.bus.close_sync()
        self.service.stdin.close()
        self.assertEqual(self.service.wait(), 0)
        self.daemon.down()

    def test_plain_client(self):
        items, outcome = read_import(self.bus, '/photos')
        self.assertEqual(items, [(n, 20) for n in range(1, 21)])
        self.assertEqual(outcome, ('End', (140,)))

    def test_plain_client_of_a_failing_stream(self):
        items, outcome = read_import(self.bus, '')
        self.assertEqual(items, [])
        self.assertEqual(outcome, ('Failed', ('org.gtk.GDBus.UnmappedGError.Quark._g_2dio_2derror_2dquark.Code1',
                                              'There is no such folder')))

    def test_plain_client_that_writes(self):
        self.assertEqual(write_add(self.bus, [f'file {n}' for n in range(200)]), ('End', (200,)))

    def test_proxy_of_the_introspected_description(self):
        """The description that the object gives of itself has the streams."""
        xml, = call(self.bus, PATH, 'org.freedesktop.DBus.Introspectable', 'Introspect')
        self.assertIn(textwrap.indent(IMPORT_METHOD, '    '), xml)
        with tempfile.NamedTemporaryFile('w', suffix='.xml') as file:
            file.write(xml)
            file.flush()
            demo = Norpc.load(file.name, interface_prefix='org.example.')
        importer = demo.ImporterProxy.new(Norpc.DBusEndpoint.new(self.bus, NAME, PATH))

        async def read():
            with importer.import_('/photos') as stream:
                items = [item async for item in stream]
                return items, await stream.outcome()

        async def write():
            with importer.add() as stream:
                for n in range(200):
                    await stream.send(f'file {n}')
                stream.end()
                return await stream.outcome()

        items, outcome = Norpc.run(read())
        self.assertEqual([tuple(item) for item in items], [(n, 20) for n in range(1, 21)])
        self.assertEqual(outcome, 140)
        self.assertEqual(Norpc.run(write()), 200)


tap.main()
