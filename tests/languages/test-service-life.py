# SPDX-License-Identifier: LGPL-2.1-or-later
"""The start and the end of services that are classes of Python."""

import asyncio
import gc
import os
import threading
import time
import unittest
import weakref

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc, Test

import tap
from stores import Case, Store, StoreError


class Life(Norpc.Service, Kv.Store):
    """Notes its beginning and its end."""

    def __init__(self):
        super().__init__()
        self.lives = []
        self.error = None

    def do_start(self):
        self.lives.append(('start', threading.get_ident()))
        if self.error is not None:
            raise self.error

    def do_stop(self):
        self.lives.append(('stop', threading.get_ident()))

    def get_size(self, database):
        return 1


class AsyncLife(Life):
    async def do_start(self):
        await asyncio.sleep(0)
        super().do_start()

    async def do_stop(self):
        await asyncio.sleep(0)
        super().do_stop()

    async def get_size(self, database):
        await asyncio.sleep(0)
        return 2


class Ticker(Life):
    """Starts tasks that go on."""

    def do_start(self):
        self.start('plain start')

    def start(self, name):
        self.task = Norpc.create_task(self.tick(name), name=name)

    async def tick(self, name):
        started = False
        try:
            while True:
                await asyncio.sleep(0)
                if not started:
                    self.lives.append(f'{name} ticks')
                started = True
        except asyncio.CancelledError:
            self.lives.append(f'{name} is cancelled')
            raise

    def do_stop(self):
        self.lives.append('stop')

    def get_size(self, database):
        self.start('plain method')
        return 1

    async def count(self, database, keys):
        self.later = asyncio.create_task(self.tick('coroutine'))
        return 1

    async def get(self, database, key):
        while len(self.lives) < 3:
            await asyncio.sleep(0)


class AsyncTicker(Ticker):
    async def do_start(self):
        await asyncio.sleep(0)
        self.start('async start')

    async def do_stop(self):
        await asyncio.sleep(0)
        super().do_stop()


class Closer(Life):
    """Has tasks whose `finally` clauses take time, as those that close a connection."""

    def do_start(self):
        self.start('plain start')

    def start(self, name):
        self.task = Norpc.create_task(self.work(name))

    async def work(self, name):
        self.lives.append(f'{name} works')
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.01)
            self.later = asyncio.create_task(self.end_late(name))
            await asyncio.sleep(0)  # otherwise it does not begin

    async def end_late(self, name):
        try:
            await asyncio.sleep(1000)
        finally:
            await asyncio.sleep(0.001)
            self.lives.append(f'{name} has ended')

    def do_stop(self):
        self.lives.append('stop')

    def get_size(self, database):
        self.start('plain method')
        return 1

    async def count(self, database, keys):
        self.other = asyncio.create_task(self.work('coroutine'))
        return 1

    async def get(self, database, key):
        await self.work('call')

    async def take(self, database, key):
        while len(self.lives) < 4:
            await asyncio.sleep(0)


class Patient(Life):
    """Does again what takes too long."""

    def do_start(self):
        self.ending = threading.Event()
        self.ended = threading.Event()
        Norpc.create_task(self.work())

    async def work(self):
        try:
            async with asyncio.timeout(0):
                try:
                    await asyncio.sleep(1000)
                finally:
                    self.ending.set()
                    await asyncio.sleep(5)
        except TimeoutError:
            self.lives.append('goes on')

    async def get(self, database, key):
        try:
            await self.work()
        finally:
            self.ended.set()

    def do_stop(self):
        self.lives.append('stop')


class Lives(Case):
    def test_start_and_stop(self):
        for kind in Life, AsyncLife:
            service = kind()
            with Norpc.serve(service) as store:
                store.get_size_sync(0)
            (first, first_thread), (second, second_thread) = service.lives
            self.assertEqual((first, second), ('start', 'stop'))
            self.assertEqual(first_thread, second_thread)
            self.assertNotEqual(first_thread, threading.get_ident())

    def test_tasks(self):
        """Tasks that a service has started are cancelled before it stops."""
        for kind, start in (Ticker, 'plain start'), (AsyncTicker, 'async start'):
            service = kind()
            with Norpc.serve(service) as store:
                store.get_size_sync(0)
                store.count_sync(0, [])
                store.get_sync(0, b'', timeout=10000)
            names = {start, 'plain method', 'coroutine'}
            self.assertEqual(set(service.lives[:3]), {f'{name} ticks' for name in names})
            self.assertEqual(set(service.lives[3:6]), {f'{name} is cancelled' for name in names})
            self.assertEqual(service.lives[6:], ['stop'])

    def check_closer(self, service, stop):
        names = {'plain start', 'plain method', 'coroutine', 'call'}
        self.assertEqual(set(service.lives[:4]), {f'{name} works' for name in names})
        stop()
        self.assertEqual(set(service.lives[4:8]), {f'{name} has ended' for name in names})
        self.assertEqual(service.lives[8:], ['stop'])

    def test_finally_clauses(self):
        """Tasks end before do_stop() runs, however long that takes, with those that they start in the end."""
        service = Closer()
        server = Norpc.serve(service)
        store = server.make_proxy()
        store.get_size_sync(0)
        store.count_sync(0, [])
        store.call_get(0, GLib.Bytes.new(b''), None, None)
        store.take_sync(0, b'', timeout=10000)
        self.check_closer(service, lambda: server.stop(Norpc.StopMode.ABANDON))

    @unittest.skipUnless(hasattr(asyncio, 'timeout'), 'Python is older than 3.11')
    def test_cancelled_by_asyncio(self):
        """A task that asyncio has cancelled for a timeout of its own is cancelled nevertheless, as it would go on."""
        service = Patient()
        with Norpc.serve(service):
            self.assertTrue(service.ending.wait(30))
        self.assertEqual(service.lives, ['stop'])

    @unittest.skipUnless(hasattr(asyncio, 'timeout'), 'Python is older than 3.11')
    def test_call_cancelled_by_asyncio(self):
        """The same for a call that is cancelled."""
        service = Patient()
        cancellable = Gio.Cancellable()
        with Norpc.serve(service) as store:
            self.assertTrue(service.ending.wait(30))
            service.ending.clear()
            store.call_get(0, GLib.Bytes.new(b''), cancellable, None)
            self.assertTrue(service.ending.wait(30))
            cancellable.cancel()
            self.assertTrue(service.ended.wait(30))
        self.assertEqual(service.lives, ['stop'])

    async def stop_in_event_loop(self, stop):
        service = Closer()
        server = Norpc.Server.new_in_context(service, GLib.MainContext.ref_thread_default())
        server.start()
        store = Kv.StoreProxy.new(server.get_endpoint())
        call = store.get(0, b'')
        await asyncio.gather(store.get_size(0), store.count(0, []), store.take(0, b''))
        await stop(service, server)
        with self.assertRaises(GLib.Error) as caught:
            await call
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

    def test_finally_clauses_in_event_loop(self):
        """The same for a service in the thread of an event loop, which is stopped in a task, or in a callback."""
        async def in_task(service, server):
            loop = asyncio.get_running_loop()
            resumed = loop.create_future()
            others = []

            def resume():
                resumed.set_result(None)
                others.extend(asyncio.create_task(asyncio.sleep(0)) for _ in range(100))  # those of the same iteration

            loop.call_soon(resume)
            await resumed
            self.check_closer(service, lambda: server.stop(Norpc.StopMode.ABANDON))
            await asyncio.sleep(0)
            self.assertTrue(all(other.done() for other in others))

        async def in_callback(service, server):
            stopped = asyncio.get_running_loop().create_future()

            def stop():
                try:
                    self.check_closer(service, lambda: server.stop(Norpc.StopMode.ABANDON))
                except BaseException as error:
                    stopped.set_exception(error)
                else:
                    stopped.set_result(None)
                return GLib.SOURCE_REMOVE

            GLib.idle_add(stop)
            await stopped

        Norpc.run(self.stop_in_event_loop(in_task))
        Norpc.run(self.stop_in_event_loop(in_callback))

    def test_finally_clause_of_call(self):
        """The end of the server does not cut off what a coroutine does after its call was cancelled."""
        class Slow(Life):
            async def get(self, database, key):
                self.lives.append('begins')
                try:
                    await asyncio.sleep(1000)
                finally:
                    self.lives.append('ends')
                    await self.pause(2)
                    self.lives.append('has ended')

            async def pause(self, depth):
                if depth > 0:
                    await asyncio.gather(self.pause(depth - 1))  # in a task of its own
                else:
                    cancelled.set()
                    await asyncio.sleep(0.05)

        for mode in Norpc.StopMode.FINISH, Norpc.StopMode.ABANDON:
            service = Slow()
            cancelled = threading.Event()
            cancellable = Gio.Cancellable()
            server = Norpc.serve(service)
            server.make_proxy().call_get(0, GLib.Bytes.new(b''), cancellable, None)
            while len(service.lives) < 2:
                time.sleep(0.001)
            cancellable.cancel()
            cancelled.wait()
            server.stop(mode)
            self.assertEqual([life if isinstance(life, str) else life[0] for life in service.lives],
                             ['start', 'begins', 'ends', 'has ended', 'stop'])

    def test_stopped_by_its_task(self):
        """A task that stops its own service ends afterwards, and the others before."""
        service = Closer()
        server = Norpc.Server.new_in_context(service, GLib.MainContext.default())

        async def stop():
            try:
                server.stop(Norpc.StopMode.ABANDON)
                await asyncio.sleep(1000)
            finally:
                service.lives.append('the task ends')

        async def take(database, key):
            service.task = asyncio.create_task(stop())

        async def main():
            server.start()
            await Kv.StoreProxy.new(server.get_endpoint()).take(0, b'')
            await asyncio.wait([service.task])

        service.take = take
        Norpc.run(main())
        self.assertEqual(service.lives, ['plain start works', 'plain start has ended', 'stop', 'the task ends'])

    def test_tasks_of_others(self):
        """A service that stops leaves the tasks of another one in its thread alone."""
        thread = Norpc.Thread.new('services')
        services = [AsyncTicker(), AsyncTicker()]
        servers = [Norpc.Server.new_on_thread(service, thread) for service in services]
        for server in servers:
            server.start()
        servers[0].stop(Norpc.StopMode.FINISH)
        store = Kv.StoreProxy.new(servers[1].get_endpoint())
        store.get_size_sync(0)
        store.count_sync(0, [])
        store.get_sync(0, b'', timeout=10000)
        self.assertEqual(services[0].lives[-1], 'stop')
        self.assertEqual(len(services[1].lives), 3)
        servers[1].stop(Norpc.StopMode.FINISH)
        thread.stop()

    def test_does_not_start(self):
        for kind in Life, AsyncLife:
            service = kind()
            service.error = ValueError('not today')
            self.assert_failed('ValueError: not today', Norpc.serve, service)
            service = kind()
            service.error = StoreError.FULL('full')
            self.assert_error(Test.StoreError.quark(), Test.StoreError.FULL, Norpc.serve, service)

    def test_no_interface(self):
        class Nothing(Norpc.Service):
            pass

        for service in Nothing(), GObject.Object(), Gio.SimpleAction.new('a', None):
            with self.assertRaisesRegex(TypeError, 'implements no interface of a description, so it cannot be called'):
                Norpc.serve(service)

    def test_collected(self):
        service = Store()
        reference = weakref.ref(service)
        with Norpc.serve(service) as store:
            store.set_sync(0, b'a', b'1', 0, 0)
            store.take_sync(0, b'a')
        del service, store
        gc.collect()
        self.assertIsNone(reference())

    def test_event_loop_closed(self):
        files = len(os.listdir('/proc/self/fd'))
        for _ in range(20):
            with Norpc.serve(AsyncLife()) as store:
                self.assertEqual(store.get_size_sync(0), 2)
        gc.collect()
        self.assertLess(len(os.listdir('/proc/self/fd')), files + 20)


tap.main()
