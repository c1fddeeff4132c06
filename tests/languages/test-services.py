# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that are classes of Python."""

import asyncio
import contextlib
import gc
import io
import os
import subprocess
import sys
import threading
import unittest
import weakref

import gi

gi.require_version('Kv', '1')
gi.require_version('Names', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, GObject, Kv, Names, Norpc, Test

import tap

StoreError = Norpc.error_class(Test.StoreError)


class Store(Norpc.Service, Kv.Store):
    """A service with state that only its thread uses."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self.threads = set()

    def get(self, database, key):
        self.threads.add(threading.get_ident())
        return self.values.get(key)

    def set(self, database, key, value, ttl, flags):
        previous = self.values.get(key)
        self.values[key] = value
        return True, previous

    async def take(self, database, key):
        self.threads.add(threading.get_ident())
        while key not in self.values:
            await asyncio.sleep(0.001)
        return self.values.pop(key)

    def increment(self, database, key, delta):
        try:
            number = int(self.values.get(key, b'0')) + delta
        except ValueError:
            raise StoreError.NOT_FOUND('there is no number') from None
        self.values[key] = str(number).encode()
        return number

    def flush(self):
        self.values.clear()


class LoudStore(Store):
    """Overrides a method, and names no interface."""

    def get(self, database, key):
        return (super().get(database, key) or b'').upper()


class Any(Norpc.Service, Kv.Store):
    """Does what the test wants."""

    def get_size(self, database):
        return self.do()

    def set(self, database, key, value, ttl, flags):
        return self.do()

    def flush(self):
        return self.do()

    def get(self, database, key):
        return self.do()


class Waiting(Norpc.Service, Kv.Store):
    """Has coroutines that wait, and notes how they end."""

    def __init__(self):
        super().__init__()
        self.ends = []
        self.started = threading.Semaphore(0)
        self.ended = threading.Semaphore(0)
        self.deadlines = []
        self.other = None

    async def get(self, database, key):
        self.started.release()
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            self.ends.append('cancelled')
            raise
        finally:
            self.ended.release()

    async def get_size(self, database):
        await asyncio.sleep(0)
        self.deadlines.append(Norpc.get_current_call().get_deadline())
        return await self.other.get_size(database)


class Deadline(Norpc.Service, Kv.Store):
    """Notes the deadline of its calls."""

    def __init__(self):
        super().__init__()
        self.deadlines = []

    def get_size(self, database):
        self.deadlines.append(Norpc.get_current_call().get_deadline())
        return 7


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


class Clashes(Norpc.Service, Names.Clashes):
    def do_start(self):
        """Not the handler of the method Start."""

    def start(self, text):
        return text + '!'

    def import__(self, text):
        return text.upper()

    def notify_(self, text):
        return text.lower()


class Both(Norpc.Service, Kv.Store, Test.Listener):
    def get_size(self, database):
        return 3

    def hear(self, text):
        return text


class Case(unittest.TestCase):
    def serve(self, service):
        server = Norpc.serve(service)
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON, None)
        return server.make_proxy()

    def assert_error(self, domain, code, function, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            function(*args, **kwargs)
        self.assertTrue(caught.exception.matches(domain, code), caught.exception)
        return caught.exception.message

    def settle(self):
        """Waits until the service has printed a traceback, which it does after its answer."""

    def assert_failed(self, message, function, *args):
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            got = self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED, function, *args)
            self.settle()
        self.assertEqual(got, message)
        return printed.getvalue()


class Methods(Case):
    def test_plain(self):
        service = Store()
        with Norpc.serve(service) as store:
            self.assertIsInstance(store, Kv.StoreProxy)
            self.assertEqual(store.set_sync(0, b'a', b'1', 0, 0), (True, None))
            self.assertEqual(store.set_sync(0, b'a', b'2', 0, 0), (True, b'1'))
            self.assertEqual(store.get_sync(0, b'a'), b'2')
            self.assertIsNone(store.get_sync(0, b'none'))
            self.assertIsNone(store.flush_sync())
        self.assertEqual(len(service.threads), 1)
        self.assertNotIn(threading.get_ident(), service.threads)
        self.assert_error(Norpc.error_quark(), Norpc.Error.CLOSED, store.get_sync, 0, b'a')

    def test_async(self):
        """The service handles other calls meanwhile, in the same thread."""
        service = Store()

        async def main(store):
            taken = [asyncio.ensure_future(store.take(0, key)) for key in (b'a', b'b')]
            await store.set(0, b'b', b'2', 0, 0)
            self.assertEqual(await taken[1], b'2')
            self.assertFalse(taken[0].done())
            await store.set(0, b'a', b'1', 0, 0)
            self.assertEqual(await taken[0], b'1')
            await store.get(0, b'a')

        with Norpc.serve(service) as store:
            Norpc.run(main(store))
        self.assertEqual(len(service.threads), 1)

    def test_inherited(self):
        loud = self.serve(LoudStore())
        store = self.serve(Store())
        for proxy in loud, store:
            proxy.set_sync(0, b'key', b'text', 0, 0)
        self.assertEqual(loud.get_sync(0, b'key'), b'TEXT')
        self.assertEqual(store.get_sync(0, b'key'), b'text')

    def test_not_implemented(self):
        self.assert_error(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED, self.serve(Store()).persist_sync, 0, b'a')

    def test_names(self):
        """They are those that proxies have."""
        proxy = self.serve(Clashes())
        self.assertEqual(proxy.start_sync('a'), 'a!')
        self.assertEqual(proxy.import_sync__('a'), 'A')
        self.assertEqual(proxy.notify_sync_('A'), 'a')

    def test_name_of_property(self):
        """A method with the name of a property has another one, for the class can have both."""
        class Members(Norpc.Service, Names.Members):
            level = GObject.Property(type=GObject.TYPE_UINT, default=5)
            call_go_property = GObject.Property(type=str, default='a')
            complete_go_property = GObject.Property(type=str, default='b')
            get_level_property = GObject.Property(type=str, default='c')

            def level_(self, text):
                return text + '!'

        proxy = self.serve(Members())
        self.assertEqual(proxy.level_sync_('a'), 'a!')

    def test_several_interfaces(self):
        store, listener = self.serve(Both())
        self.assertEqual(store.get_size_sync(0), 3)
        self.assertEqual(listener.hear_sync('a'), 'a')

    def test_as_of_pygobject(self):
        """Handlers that are virtual functions remain."""
        class Mixed(Norpc.Service, Kv.Store):
            def do_get_size(self, database):
                return True, 5

            def count(self, database, keys):
                return len(keys)

        proxy = self.serve(Mixed())
        self.assertEqual(proxy.get_size_sync(0), 5)
        self.assertEqual(proxy.count_sync(0, [b'a', b'b']), 2)

    def test_main_context(self):
        service = Store()
        server = Norpc.Server.new_in_context(service, None)
        server.start()
        store = Kv.StoreProxy.new(server.get_endpoint())

        async def main():
            taken = store.take(0, b'a')
            await store.set(0, b'a', b'1', 0, 0)
            self.assertEqual(await taken, b'1')

        Norpc.run(main())
        self.assertEqual(service.threads, {threading.get_ident()})
        server.stop(Norpc.StopMode.FINISH)

    def test_shared_thread(self):
        thread = Norpc.Thread.new('shared')
        services = [Store(), Store()]
        servers = [Norpc.Server.new_on_thread(service, thread) for service in services]
        for server in servers:
            server.start()
            store = Kv.StoreProxy.new(server.get_endpoint())
            store.set_sync(0, b'a', b'1', 0, 0)
            self.assertEqual(store.take_sync(0, b'a'), b'1')
        servers[0].stop(Norpc.StopMode.FINISH)
        store.set_sync(0, b'a', b'1', 0, 0)
        self.assertEqual(store.take_sync(0, b'a'), b'1')
        servers[1].stop(Norpc.StopMode.FINISH)
        self.assertEqual(services[0].threads, services[1].threads)
        thread.stop()


class Results(Case):
    def setUp(self):
        self.service = Any()
        self.proxy = self.serve(self.service)

    def settle(self):
        self.service.do = lambda: 0
        self.proxy.get_size_sync(0)

    def set(self):
        return self.proxy.set_sync(0, b'', b'', 0, 0)

    def test_wrong_number(self):
        for results, got in (((True,), '1 values'), ((), '0 values'), ((True, b'', 3), '3 values'), (True, 'bool'),
                             (None, 'NoneType'), ([True, b''], 'list')):
            self.service.do = lambda: results
            self.assert_failed(f'TypeError: set(): expected a tuple of 2 results, got {got}', self.set)
        self.service.do = lambda: 3
        self.assert_failed('TypeError: flush(): expected no result, got int', self.proxy.flush_sync)

    def test_wrong_type(self):
        self.service.do = lambda: (1, None)
        self.assert_failed("TypeError: result 'stored' of set(): expected bool, got int", self.set)
        self.service.do = lambda: None
        self.assert_failed("TypeError: result 'keys' of get_size(): expected int, got None",
                           self.proxy.get_size_sync, 0)
        self.service.do = lambda: -1
        self.assert_failed("OverflowError: result 'keys' of get_size(): expected a number from 0 to "
                           f'{2**64 - 1}, got -1', self.proxy.get_size_sync, 0)
        self.service.do = lambda: 'text'
        self.assert_failed("TypeError: result 'value' of get(): expected bytes, got str", self.proxy.get_sync, 0, b'')

    def test_generators(self):
        def generator():
            yield 1

        async def asynchronous():
            yield 1

        for function, name in (generator, 'generator'), (asynchronous, 'async_generator'):
            self.service.do = function
            self.assert_failed(f'TypeError: get_size() returned a {name} instead of results',
                               self.proxy.get_size_sync, 0)

    def test_coroutine(self):
        """A plain method may return one."""
        async def result():
            return 4

        self.service.do = result
        self.assertEqual(self.proxy.get_size_sync(0), 4)

    def test_exceptions(self):
        def divide():
            return 1 // 0

        async def divide_later():
            await asyncio.sleep(0)
            return 1 // 0

        for function in divide, divide_later:
            self.service.do = function
            printed = self.assert_failed('ZeroDivisionError: integer division or modulo by zero',
                                         self.proxy.get_size_sync, 0)
            self.assertIn('return 1 // 0', printed)
        for error, message in ((SystemExit(3), 'SystemExit: 3'), (KeyboardInterrupt(), 'KeyboardInterrupt'),
                               (ValueError('caf\udce9\0'), 'ValueError: caf\\udce9\\0')):
            def fail():
                raise error

            async def fail_later():
                await asyncio.sleep(0)
                raise error

            for function in fail, fail_later:
                self.service.do = function
                self.assert_failed(message, self.proxy.get_size_sync, 0)

        def not_implemented():
            raise NotImplementedError('later')

        self.service.do = not_implemented
        with contextlib.redirect_stderr(io.StringIO()):
            self.assert_error(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED, self.proxy.get_size_sync, 0)

    def test_not_printed(self):
        """The client gets an exception that cannot be printed."""
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError

        class Broken:
            def write(self, text):
                raise RuntimeError

            def flush(self):
                raise RuntimeError

        async def fail_later():
            fail()

        for error, text, stderr in ((Mute(), 'Mute: <exception str() failed>', io.StringIO()), (KeyError(1), 'KeyError: 1', None),
                                    (KeyError(1), 'KeyError: 1', Broken())):
            def fail():
                raise error

            for function in fail, fail_later:
                self.service.do = function
                with contextlib.redirect_stderr(stderr):
                    got = self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED,
                                            lambda: self.proxy.get_size_sync(0, timeout=10000))
                    self.settle()
                self.assertEqual(got, text)

    def test_answered_first(self):
        """The client does not wait for the traceback."""
        class Slow(io.StringIO):
            def write(self, text):
                answered.acquire()
                answered.release()

        answered = threading.Semaphore(0)
        self.service.do = lambda: 1 // 0
        with contextlib.redirect_stderr(Slow()):
            self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED, lambda: self.proxy.get_size_sync(0, timeout=10000))
            answered.release()
            self.settle()

    def test_errors(self):
        """They arrive as they are, and in the class of their domain, if one was made."""
        def fail():
            raise StoreError.FULL('no space')

        self.service.do = fail
        with self.assertRaises(StoreError.FULL) as caught:
            self.proxy.get_size_sync(0)
        self.assertEqual(caught.exception.message, 'no space')
        self.assertIsInstance(caught.exception, StoreError)
        self.assertIsInstance(caught.exception, GLib.Error)
        self.assertTrue(caught.exception.matches(Test.StoreError.quark(), Test.StoreError.FULL))

        async def main():
            with self.assertRaises(StoreError.FULL):
                await self.proxy.get_size(0)

        Norpc.run(main())

        def fail_quietly():
            raise GLib.Error('no', 'test-quark', 7)

        self.service.do = fail_quietly
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed), self.assertRaises(GLib.Error) as caught:
            self.proxy.get_size_sync(0)
        self.assertEqual((caught.exception.domain, caught.exception.code), ('test-quark', 7))
        self.assertEqual(printed.getvalue(), '')

    def test_error_class(self):
        self.assertIs(Norpc.error_class(Test.StoreError), StoreError)
        self.assertTrue(Norpc.error_class(Gio.IOErrorEnum).NOT_FOUND('x').matches(Gio.io_error_quark(),
                                                                                 Gio.IOErrorEnum.NOT_FOUND))
        with self.assertRaises(TypeError):
            Norpc.error_class(Gio.FileType)

    def test_answered(self):
        """A method may answer by itself."""
        def answer():
            Norpc.get_current_call().return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS, 'no')

        self.service.do = answer
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            self.assert_error(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS, self.proxy.get_size_sync, 0)
        self.assertEqual(printed.getvalue(), '')


class Coroutines(Case):
    def setUp(self):
        self.service = Waiting()

    def start(self, store, **options):
        outcomes = []
        thread = threading.Thread(target=lambda: outcomes.append(self.assert_error(
            *self.expected, store.get_sync, 0, b'key', **options)))
        thread.start()
        self.service.started.acquire()
        return thread, outcomes

    def test_cancelled(self):
        """The coroutine is cancelled with its call."""
        self.expected = Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED
        store = self.serve(self.service)
        cancellable = Gio.Cancellable()
        thread, outcomes = self.start(store, cancellable=cancellable)
        cancellable.cancel()
        self.service.ended.acquire()
        thread.join()
        self.assertEqual((self.service.ends, len(outcomes)), (['cancelled'], 1))

    def test_timed_out(self):
        self.expected = Norpc.error_quark(), Norpc.Error.TIMED_OUT
        store = self.serve(self.service)
        thread, outcomes = self.start(store, timeout=30)
        self.service.ended.acquire()
        thread.join()
        self.assertEqual((self.service.ends, len(outcomes)), (['cancelled'], 1))

    def test_stopped(self):
        """A server that is left with an exception does not wait."""
        self.expected = Norpc.error_quark(), Norpc.Error.CLOSED
        with self.assertRaises(ZeroDivisionError), Norpc.serve(self.service) as store:
            thread, outcomes = self.start(store)
            1 / 0
        thread.join()
        self.assertEqual((self.service.ends, len(outcomes)), (['cancelled'], 1))

    def test_deadline(self):
        """Calls of a coroutine inherit the deadline of its call."""
        deadline = Deadline()
        self.service.other = self.serve(deadline)
        self.assertEqual(self.serve(self.service).get_size_sync(0, timeout=20000), 7)
        self.assertEqual(deadline.deadlines, self.service.deadlines)
        self.assertGreater(deadline.deadlines[0], 0)

    def test_event_loop_closed(self):
        files = len(os.listdir('/proc/self/fd'))
        for _ in range(20):
            with Norpc.serve(AsyncLife()) as store:
                self.assertEqual(store.get_size_sync(0), 2)
        gc.collect()
        self.assertLess(len(os.listdir('/proc/self/fd')), files + 20)


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

        with self.assertRaises(TypeError), Norpc.serve(Nothing()):
            pass

    def test_collected(self):
        service = Store()
        reference = weakref.ref(service)
        with Norpc.serve(service) as store:
            store.set_sync(0, b'a', b'1', 0, 0)
            store.take_sync(0, b'a')
        del service, store
        gc.collect()
        self.assertIsNone(reference())


tap.main()
