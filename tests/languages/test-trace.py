# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls that belong to distributed traces, in coroutines and in other processes."""

import asyncio
import io
import sys
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import GLib, Norpc

from runners import RUNNERS

DESCRIPTION = '''
<node>
  <interface name="org.example.Hop">
    <method name="Follow"><arg name="left" type="u"/><arg name="traces" type="as" direction="out"/></method>
    <method name="FollowBlocking"><arg name="left" type="u"/><arg name="traces" type="as" direction="out"/></method>
    <method name="Report"><arg name="span" type="s"/><arg name="traces" type="as" direction="out"/></method>
    <stream name="Watch"><arg name="trace" type="s" direction="out"/></stream>
  </interface>
</node>
'''
OBJECT_PATH = '/org/example/Hop'

FIRST = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
SECOND = '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
SPAN = '00-0af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01'

hops = Norpc.load(io.StringIO(DESCRIPTION), interface_prefix='org.example.')


def get_trace():
    call = Norpc.get_current_call()
    state = call.dup_trace_state()
    return (call.dup_trace_parent() or 'none') + (f' {state}' if state else '')


class Hop(Norpc.Service, hops.Hop):
    """Lists its trace, and those of the services behind it."""

    def __init__(self, next_hop=None):
        super().__init__()
        self.next_hop = next_hop

    async def follow(self, left):
        await asyncio.sleep(0)
        traces = await self.next_hop.follow(left - 1) if left > 0 else []
        return [get_trace(), *traces]

    def follow_blocking(self, left):
        return [get_trace(), *self.next_hop.follow_sync(left - 1)]

    async def report(self, span):
        """Its calls belong to a span of its own."""
        await asyncio.sleep(0)
        Norpc.get_current_call().set_trace_context(span, None)
        return await self.next_hop.follow(0)

    async def watch(self, stream):
        await stream.send(get_trace())


def serve():
    connection = Norpc.Helper.connect()
    hop = Hop()
    server = Norpc.serve(hop)
    export = Norpc.DBusExport.new(connection, OBJECT_PATH, server.get_endpoint(), hop.get_interface_info())
    connection.start_message_processing()
    GLib.MainLoop().run()
    del export


class Traces(unittest.TestCase):
    def setUp(self):
        self.servers = [Norpc.serve(Hop())]
        self.servers.append(Norpc.serve(Hop(self.servers[0].make_proxy())))
        for server in self.servers:
            self.addCleanup(server.stop, Norpc.StopMode.FINISH)

    def run_everywhere(self, main):
        for run in RUNNERS:
            with self.subTest(run.__name__):
                run(main())

    def test_coroutines(self):
        """Those that run at the same time have traces of their own."""
        async def request(hop, trace, first, other):
            with Norpc.trace_context(trace, 'rojo=1'):
                first.set()
                await other.wait()
                return await hop.follow(1)

        async def main():
            hop = self.servers[1].make_proxy()
            events = asyncio.Event(), asyncio.Event()
            self.assertEqual(await asyncio.gather(request(hop, FIRST, *events), request(hop, SECOND, *events[::-1])),
                             [[f'{FIRST} rojo=1'] * 2, [f'{SECOND} rojo=1'] * 2])
            self.assertEqual(await hop.follow(1), ['none'] * 2)

        self.run_everywhere(main)

    def test_nested(self):
        hop = self.servers[1].make_proxy()
        with Norpc.trace_context(FIRST):
            with Norpc.trace_context(SECOND):
                self.assertEqual(hop.follow_sync(1), [SECOND] * 2)
            self.assertEqual(hop.follow_blocking_sync(1), [FIRST] * 2)
            for nothing in None, 'no trace':  # as the header of a request may be; it changes nothing
                with Norpc.trace_context(nothing):
                    self.assertEqual(hop.follow_sync(0), [FIRST])
        self.assertEqual(hop.follow_sync(1), ['none'] * 2)

    def test_task(self):
        async def main():
            hop = self.servers[1].make_proxy()
            with Norpc.trace_context(FIRST):
                task = asyncio.ensure_future(hop.follow(1))
                later = asyncio.create_task(self.follow_later(hop))
            self.assertEqual(await asyncio.gather(task, later), [[FIRST] * 2] * 2)

        self.run_everywhere(main)

    async def follow_later(self, hop):
        await asyncio.sleep(0)
        return await hop.follow(1)

    def test_span(self):
        with Norpc.trace_context(FIRST, 'rojo=1'):
            self.assertEqual(self.servers[1].make_proxy().report_sync(SPAN), [SPAN])

    def test_stream(self):
        async def main():
            with Norpc.trace_context(FIRST), self.servers[0].make_proxy().watch() as stream:
                self.assertEqual([trace async for trace in stream], [FIRST])

        Norpc.run(main())

    def test_handlers_in_the_loop(self):
        """A handler belongs to the trace of its call, not to that in which the event loop of both was started."""
        server = Norpc.Server.new_in_context(Hop(self.servers[0].make_proxy()), None)
        server.start()

        async def main():
            hop = hops.HopProxy.new(server.get_endpoint())
            with Norpc.trace_context(SECOND):
                self.assertEqual(await hop.follow(1), [SECOND] * 2)
                self.assertEqual(await hop.follow_blocking(1), [SECOND] * 2)

        with Norpc.trace_context(FIRST):
            Norpc.run(main())
        server.stop(Norpc.StopMode.FINISH)

    def test_other_process(self):
        helper = Norpc.Helper(argv=[sys.executable, __file__, 'serve'], object_path=OBJECT_PATH)
        self.addCleanup(helper.stop)
        hop = hops.HopProxy.new(helper)
        with Norpc.trace_context(FIRST, 'rojo=1'):
            self.assertEqual(hop.follow_sync(0), [f'{FIRST} rojo=1'])
        self.assertEqual(hop.follow_sync(0), ['none'])

    def test_wrong_types(self):
        for arguments in (b'', None), (1, None), (FIRST, {}):
            with self.assertRaisesRegex(TypeError, "argument 'trace_.*': expected str or None"):
                with Norpc.trace_context(*arguments):
                    pass


if sys.argv[1:] == ['serve']:
    serve()
else:
    import tap

    tap.main()
