# SPDX-License-Identifier: LGPL-2.1-or-later
"""The start and the end of services that are classes of Python."""

import asyncio
import gc
import os
import threading
import weakref

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GObject, Kv, Norpc, Test

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
