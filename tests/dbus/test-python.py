# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service in Python on a bus, and its client in Python. Both are this file, with norpc-glib and no generated code."""

import asyncio
import io
import os
import signal
import sys
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import tap
from buses import Bus, wait_until

NAME = 'org.example.Desk'
PATH = '/org/example/Desk'
DESCRIPTION = '''
<node>
  <error-domain name="DeskError"><error name="Closed"/><error name="Busy"/></error-domain>
  <record name="Item"><field name="name" type="s"/><field name="size" type="t"/></record>
  <interface name="org.example.Desk">
    <method name="Identify">
      <arg name="name" type="s" direction="out"/>
      <arg name="user" type="u" direction="out"/>
      <arg name="process" type="i" direction="out"/>
    </method>
    <method name="GetTimeLeft"><arg name="milliseconds" type="x" direction="out"/></method>
    <method name="Wait"/>
    <method name="CountWaiting"><arg name="number" type="u" direction="out"/></method>
    <method name="CountCancelled"><arg name="number" type="u" direction="out"/></method>
    <method name="WaitForTheEnd"><arg name="text" type="s" direction="out"/></method>
    <method name="Fail"/>
    <method name="Sort">
      <arg name="items" type="Item[]"/>
      <arg name="sorted" type="Item[]" direction="out"/>
    </method>
    <method name="ReadAll"><arg name="file" type="h"/><arg name="text" type="s" direction="out"/></method>
    <stream name="Count">
      <arg name="upto" type="u"/>
      <arg name="number" type="u" direction="out"/>
      <result name="sum" type="u"/>
    </stream>
    <stream name="Join" direction="in">
      <arg name="text" type="s" direction="out"/>
      <result name="text" type="s"/>
    </stream>
    <signal name="Sorted"><arg name="number" type="u"/></signal>
    <property name="Title" type="s" access="readwrite"/>
  </interface>
</node>
'''

desk = Norpc.load(io.StringIO(DESCRIPTION), interface_prefix='org.example.')
DeskError = Norpc.error_class(desk.DeskError)


class Desk(Norpc.Service, desk.Desk):
    def __init__(self):
        super().__init__(title='first')
        self.n_cancelled = self.n_waiting = 0
        self.is_ending = False

    def identify(self):
        sender = Norpc.get_current_call().get_sender()
        credentials = sender.get_credentials()
        return sender.get_name(), credentials.get_unix_user(), credentials.get_unix_pid()

    def get_time_left(self):
        deadline = Norpc.get_current_call().get_deadline()
        return (deadline - GLib.get_monotonic_time()) // 1000 if deadline else -1

    async def wait(self):
        self.n_waiting += 1
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise

    async def wait_for_the_end(self):
        while not self.is_ending:
            await asyncio.sleep(0.001)
        return 'the last call'

    def count_waiting(self):
        return self.n_waiting

    def count_cancelled(self):
        return self.n_cancelled

    def fail(self):
        raise DeskError.BUSY('busy')

    def sort(self, items):
        self.emit_sorted(len(items))
        return sorted(items, key=lambda item: item.size)

    def read_all(self, file):
        return os.read(file, 100).decode()

    async def count(self, stream, upto):
        for number in range(1, upto + 1):
            await stream.send(number)
        return upto * (upto + 1) // 2

    async def join(self, stream):
        return ' '.join([text async for text in stream])


def serve(name):
    """Serves until it is terminated, and answers the calls that it has got by then."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    service = Desk()
    server = Norpc.serve(service)
    export = Norpc.DBusExport.new(bus, PATH, server.get_endpoint(), service.get_interface_info())
    loop = GLib.MainLoop()

    def stopped(_server, result):
        server.stop_finish(result)
        GLib.idle_add(loop.quit)

    def terminate():
        server.stop_async(Norpc.StopMode.FINISH, None, stopped)
        service.is_ending = True
        server.stop(Norpc.StopMode.FINISH)  # so that all replies have to be sent from now on

    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, terminate)
    Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
    loop.run()
    export.unexport()
    bus.flush_sync()


class Desks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bus = Bus()
        cls.bus.start(NAME, sys.executable, __file__, 'serve', NAME)

    @classmethod
    def tearDownClass(cls):
        cls.bus.close()

    def setUp(self):
        self.proxy = desk.DeskProxy.new(Norpc.DBusEndpoint.new(self.bus.connection, NAME, PATH))

    def test_sender(self):
        self.assertEqual(self.proxy.identify_sync(), (self.bus.connection.get_unique_name(), os.getuid(), os.getpid()))

    def test_deadline(self):
        self.assertEqual(Norpc.run(self.without_deadline()), -1)
        left = self.proxy.get_time_left_sync(timeout=600000)
        self.assertTrue(500000 < left <= 600000, left)
        self.assertEqual(self.proxy.get_time_left_sync(timeout=Norpc.NO_TIMEOUT), -1)
        self.proxy.set_timeout(Norpc.NO_TIMEOUT)
        self.assertEqual(self.proxy.get_time_left_sync(), -1)

    async def without_deadline(self):
        return await self.proxy.get_time_left()

    def test_cancelled(self):
        """The coroutine of the service is cancelled, whether the task of the client is or its call times out."""
        async def main():
            before = await self.proxy.count_cancelled()
            n_waiting = await self.proxy.count_waiting()
            timeout = 50
            while await self.proxy.count_waiting() == n_waiting:  # on a slow machine, a call may time out on its way
                with self.assertRaises(GLib.Error) as context:
                    await self.proxy.wait(timeout=timeout)
                self.assertTrue(context.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))
                timeout *= 2
            task = asyncio.ensure_future(self.proxy.wait())
            await self.proxy.count_cancelled()  # so the other call has arrived
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            async with asyncio.timeout(20):
                while await self.proxy.count_cancelled() < before + 2:
                    await asyncio.sleep(0.001)

        Norpc.run(main())

    def test_error(self):
        with self.assertRaises(DeskError.BUSY) as context:
            self.proxy.fail_sync()
        self.assertEqual(context.exception.message, 'busy')

    def test_records_and_signal(self):
        async def main():
            watch = Norpc.SignalWatch.new(self.proxy, 'sorted')
            items = await self.proxy.sort([desk.Item('large', 2**40), {'name': 'small', 'size': 1}])
            self.assertEqual([item.name for item in items], ['small', 'large'])
            self.assertEqual(await watch.__anext__(), 2)

        Norpc.run(main())

    def test_property(self):
        self.assertTrue(self.proxy.load_sync())
        self.assertEqual(self.proxy.props.title, 'first')
        other = desk.DeskProxy.new(Norpc.DBusEndpoint.new(self.bus.connection, NAME, PATH))
        self.proxy.set_title_sync('second')
        self.assertTrue(other.load_sync())
        self.assertEqual(other.props.title, 'second')
        self.proxy.set_title_sync('first')

    def test_descriptor(self):
        out, into = os.pipe()
        os.write(into, b'through a pipe')
        os.close(into)
        self.assertEqual(self.proxy.read_all_sync(out), 'through a pipe')
        os.close(out)

    def test_streams(self):
        async def main():
            with self.proxy.count(1000) as stream:
                self.assertEqual([number async for number in stream], list(range(1, 1001)))
                self.assertEqual(await stream.outcome(), 500500)
            with self.proxy.count(1000000) as stream:
                self.assertEqual(await stream.__anext__(), 1)
            with self.proxy.join() as stream:
                for text in 'one', 'two', 'three':
                    await stream.send(text)
                stream.end()
                self.assertEqual(await stream.outcome(), 'one two three')

        Norpc.run(main())

    def test_end(self):
        """A service that is terminated answers the calls that it has, and rejects others."""
        name = NAME + '.Short'
        self.bus.start(name, sys.executable, __file__, 'serve', name)
        # A bus allows each client 128 calls.
        connections = [self.bus.connection, self.bus.connect(), self.bus.connect()]
        proxies = [desk.DeskProxy.new(Norpc.DBusEndpoint.new(bus, name, PATH)) for bus in connections]
        proxy = proxies[0]

        async def main():
            calls = [proxy.wait_for_the_end() for proxy in proxies for _ in range(100)]
            for proxy in proxies:
                await proxy.count_cancelled()  # so the others have arrived
            self.bus.programs[-1].terminate()
            self.assertEqual(await asyncio.gather(*calls), ['the last call'] * 300)

        Norpc.run(main())
        for connection in connections[1:]:
            connection.close_sync()
        self.assertEqual(self.bus.programs[-1].wait(20), 0)
        with self.assertRaises(GLib.Error) as context:
            proxy.count_cancelled_sync()
        self.assertTrue(context.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

    def test_released(self):
        """A call fails, although it was handled, if nothing runs the context of its export when that is released."""
        service = Desk()
        server = Norpc.serve(service)
        connection = self.bus.connect()
        export = Norpc.DBusExport.new(connection, PATH, server.get_endpoint(), service.get_interface_info())
        proxy = desk.DeskProxy.new(Norpc.DBusEndpoint.new(self.bus.connection, connection.get_unique_name(), PATH))
        messages = []

        def waited(proxy, result):
            with self.assertRaises(GLib.Error) as context:
                proxy.call_wait_finish(result)
            messages.append(context.exception.message)

        proxy.call_wait(None, waited)
        wait_until(lambda: service.n_waiting)
        export.unexport()
        wait_until(lambda: messages and service.n_cancelled)
        self.assertEqual(messages, ['org.example.Desk.Wait failed: the object is no longer exported'])
        server.stop(Norpc.StopMode.FINISH)
        connection.close_sync()

    def test_nobody(self):
        proxy = desk.DeskProxy.new(Norpc.DBusEndpoint.new(self.bus.connection, 'org.example.Nobody', PATH))
        with self.assertRaises(GLib.Error) as context:
            proxy.fail_sync()
        self.assertTrue(context.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))


if sys.argv[1:2] == ['serve']:
    serve(sys.argv[2])
else:
    tap.main()
