#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-nats-python.py DESCRIPTION: serves and calls a greeter over NATS, from Python.

It is skipped where nats-server is missing.
"""

import asyncio
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import gi

gi.require_version('Norpc', '1')
gi.require_version('NorpcNats', '1')
from gi.repository import GLib, Norpc, NorpcNats  # noqa: E402

from raw_nats import find_server, reserve_port  # noqa: E402

SERVER = find_server()
DESCRIPTION = pathlib.Path(sys.argv.pop()).read_text()
TIMEOUT = 30


def connect(url):
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            return NorpcNats.Connection.new_sync(url, None)
        except GLib.Error as error:
            if not error.matches(Norpc.error_quark(), Norpc.Error.CLOSED) or time.monotonic() > end:
                raise
            time.sleep(0.01)


LAMP = """
<node>
  <error-domain name="LampError">
    <error name="Hot"/>
  </error-domain>
  <interface name="org.example.Lamp">
    <method name="Dim">
      <arg name="to" type="d"/>
    </method>
    <signal name="Flickered">
      <arg name="times" type="i"/>
    </signal>
    <property name="Brightness" type="d" access="readwrite"/>
  </interface>
</node>
"""


def greet(_service, call, _method, args):
    call.return_variant(GLib.Variant('(s)', (f'Hello, {args.unpack()[0]}!',)))
    return True


def load_lamp():
    with tempfile.NamedTemporaryFile('w', suffix='.xml') as file:
        file.write(LAMP)
        file.flush()
        return Norpc.load(file.name, interface_prefix='org.example.')


@unittest.skipIf(SERVER is None, 'nats-server is not installed')
class TestNats(unittest.TestCase):
    def setUp(self):
        reserved = reserve_port()
        self.addCleanup(reserved.close)
        port = reserved.getsockname()[1]
        process = subprocess.Popen([SERVER, '-a', '127.0.0.1', '-p', str(port)], stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.connection = connect(f'nats://127.0.0.1:{port}')
        self.info = Norpc.InterfaceInfo.new_for_xml(DESCRIPTION, 'org.example.Greeter')
        endpoint = NorpcNats.Endpoint.new(self.connection, 'python.greeter')
        self.proxy = Norpc.DynamicProxy.new(endpoint, self.info)

    def call(self, name):
        """Calls the greeter, and runs the main loop until it has answered."""
        loop = GLib.MainLoop()
        results = []

        def finish(_proxy, result):
            results.append(result)
            loop.quit()

        self.proxy.call_method('Greet', GLib.Variant('(s)', (name,)), None, finish)
        loop.run()
        return self.proxy.call_method_finish(results[0])

    def flush(self):
        """Flushes, and runs the main loop until the server has got everything."""
        loop = GLib.MainLoop()
        results = []

        def finish(_connection, result):
            results.append(result)
            loop.quit()

        self.connection.flush(TIMEOUT * 1000, None, finish)
        loop.run()
        self.assertTrue(self.connection.flush_finish(results[0]))

    def test_greeter(self):
        server = Norpc.Server.new(Norpc.DynamicService.new(self.info, greet))
        server.start(None)
        export = NorpcNats.Export.new(self.connection, 'python.greeter', server.get_endpoint(), self.info)
        export.announce('greeter', '1.0.0', None)
        self.assertEqual(len(export.get_id()), 36)
        self.flush()
        self.assertEqual(self.call('Ada').unpack(), ('Hello, Ada!',))
        export.unexport()
        server.stop(Norpc.StopMode.FINISH, None)

    def test_prefix(self):
        self.assertTrue(NorpcNats.Endpoint.check_prefix('python.greeter'))
        with self.assertRaises(GLib.Error) as raised:
            NorpcNats.Endpoint.check_prefix('python greeter')
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.INVALID_ARGUMENT))

    def test_signals_and_properties(self):
        lamp = load_lamp()

        class Lamp(Norpc.Service, lamp.Lamp):
            def dim(self, to):
                self.emit_flickered(1)
                self.props.brightness = to
                self.emit_flickered(2)

        service = Lamp()
        service.props.brightness = 1.0
        seen = []
        with Norpc.serve(service) as local:
            info = Norpc.interface_info_for_type(lamp.Lamp)
            export = NorpcNats.Export.new(self.connection, 'python.lamp', local.get_endpoint(), info)
            proxy = lamp.LampProxy.new(NorpcNats.Endpoint.new(self.connection, 'python.lamp'))
            self.wait_until(lambda: proxy.props.ready)
            self.assertEqual(proxy.props.brightness, 1.0)
            proxy.connect('flickered', lambda _, times: seen.append(times))
            proxy.connect('notify::brightness', lambda *_: seen.append(proxy.props.brightness))
            proxy.call_dim(0.25, None, None)
            self.wait_until(lambda: len(seen) == 3)
            proxy.props.brightness = 0.5
            self.wait_until(lambda: not proxy.props.busy)
            self.assertEqual(service.props.brightness, 0.5)
            proxy.connect('notify::connected', lambda *_: seen.append(proxy.props.connected))
            export.unexport()
            self.wait_until(lambda: len(seen) == 5)
            self.assertEqual(seen, [1, 0.25, 2, 0.5, False])

    def test_rejected_write(self):
        """A declared error arrives as itself, also in the answer to the write of a property."""
        lamp = load_lamp()
        hot = Norpc.error_class(lamp.LampError)

        class Lamp(Norpc.Service, lamp.Lamp):
            def dim(self, to):
                raise hot.HOT('it dims')

            def do_write_property(self, name, value):
                raise hot.HOT('it writes')

        errors = []
        with Norpc.serve(Lamp()) as local:
            info = Norpc.interface_info_for_type(lamp.Lamp)
            export = NorpcNats.Export.new(self.connection, 'python.hot', local.get_endpoint(), info)
            proxy = lamp.LampProxy.new(NorpcNats.Endpoint.new(self.connection, 'python.hot'))
            self.wait_until(lambda: proxy.props.ready)
            proxy.connect('write-failed', lambda _proxy, _name, error: errors.append(error))
            proxy.props.brightness = 0.5
            self.wait_until(lambda: errors)
            proxy.call_dim(0.25, None, lambda proxy, result: errors.append(finish(proxy, result)))

            def finish(proxy, result):
                with self.assertRaises(GLib.Error) as caught:
                    proxy.call_dim_finish(result)
                return caught.exception

            self.wait_until(lambda: len(errors) == 2)
            export.unexport()
        for error, message in zip(errors, ['it writes', 'it dims']):
            self.assertEqual(info.dup_error_name(error), 'LampError.Hot')
            self.assertIn(message, error.message)

    def test_drain(self):
        """A call that the service has is answered, one that comes later fails."""
        lamp = load_lamp()
        begun, ends = threading.Event(), threading.Event()

        class Lamp(Norpc.Service, lamp.Lamp):
            async def dim(self, to):
                begun.set()
                while not ends.is_set():
                    await asyncio.sleep(0.001)

        server = Norpc.serve(Lamp())
        info = Norpc.interface_info_for_type(lamp.Lamp)
        export = NorpcNats.Export.new(self.connection, 'python.drained', server.get_endpoint(), info)
        proxy = lamp.LampProxy.new(NorpcNats.Endpoint.new(self.connection, 'python.drained'))
        loop = GLib.MainLoop()
        answers = []
        proxy.call_dim(0.25, None, lambda proxy, result: answers.append(proxy.call_dim_finish(result)))
        self.wait_until(begun.is_set)

        def drained(export, result):
            export.drain_finish(result)
            loop.quit()

        export.drain(drained)
        ends.set()
        loop.run()
        server.stop(Norpc.StopMode.FINISH)
        self.wait_until(lambda: answers)
        self.assertEqual(answers, [True])
        with self.assertRaises(GLib.Error) as caught:
            proxy.dim_sync(1)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

    def wait_until(self, check):
        end = time.monotonic() + TIMEOUT
        context = GLib.MainContext.default()
        while not check():
            self.assertLess(time.monotonic(), end)
            context.iteration(False)
            time.sleep(0.001)

    def test_no_service(self):
        with self.assertRaises(GLib.Error) as caught:
            self.call('Ada')
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))


unittest.main()
