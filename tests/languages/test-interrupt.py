# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ctrl-C and other signals in synchronous functions."""

import asyncio
import pathlib
import signal
import threading
import time
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Streams', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc, Streams, Test

import tap

MAIN = threading.main_thread().ident


class Store(Norpc.Service, Kv.Store):
    """Interrupts its client, which waits."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.n_interrupts = 0
        self.counts = threading.Semaphore(0)

    def do_handle_get(self, call, database, key):
        self.calls.append(call)
        signal.pthread_kill(MAIN, signal.SIGINT)
        self.n_interrupts += 1
        return True

    def answer(self, value):
        self.complete_get(self.calls.pop(), GLib.Bytes.new(value))

    async def take(self, database, key):
        signal.pthread_kill(MAIN, signal.SIGUSR1)
        await asyncio.sleep(1000)

    def get_size(self, database):
        signal.pthread_kill(MAIN, signal.SIGUSR1)
        return 7

    async def count(self, database, keys):
        self.counts.release()
        await asyncio.sleep(1000)

    def flush(self):
        pass


class Stubborn(Norpc.Service, Kv.Store):
    """Does not start at once."""

    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def do_start(self):
        signal.pthread_kill(MAIN, signal.SIGINT)
        self.gate.wait()


class Mixer(Norpc.Service, Test.Mixer):
    """Is busy for as long as its client sets a property."""

    def __init__(self, on_set):
        super().__init__(title='', tags=[], options=GLib.Variant('a{sv}', {}))
        self.on_set = on_set
        self.gate = threading.Event()
        self.is_late = False

    @GObject.Property(type=float, default=0.5, minimum=-1e308, maximum=1e308)
    def volume(self):
        return 0.5

    @volume.setter
    def volume(self, value):
        self.on_set()
        self.is_late = not self.gate.wait(5)

    title = GObject.Property(type=str)
    tags = GObject.Property(type=GObject.TYPE_STRV)
    mode = GObject.Property(type=Test.Mode, default=Test.Mode.SLOW)
    entry = GObject.Property(type=Test.Entry)
    file = GObject.Property(type=Gio.File)
    options = GObject.Property(type=GObject.TYPE_VARIANT)


loaded = Norpc.load(pathlib.Path(__file__).parent.parent / 'generated' / 'language.xml', interface_prefix='org.example.Test')


class Interrupt(unittest.TestCase):
    def setUp(self):
        self.service = Store()
        self.server = Norpc.serve(self.service)
        self.proxy = self.server.make_proxy()

    def tearDown(self):
        self.server.stop(Norpc.StopMode.ABANDON)
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)
        self.assertEqual(signal.set_wakeup_fd(-1), -1)

    def test_call(self):
        for options in {}, {'cancellable': Gio.Cancellable()}, {'timeout': float('inf')}:
            with self.assertRaises(KeyboardInterrupt):
                self.proxy.get_sync(0, b'', **options)
            self.assertTrue(self.service.calls.pop().is_cancelled())
        self.assertEqual(self.proxy.flush_sync(), None)

    def test_plain_call(self):
        """The functions that PyGObject makes end, too."""
        key = GLib.Bytes.new(b'')
        for function in (lambda: self.proxy.call_get_sync(0, key), lambda: self.proxy.call_get_sync(0, key, None),
                         lambda: self.proxy.call_get_sync(0, key, Gio.Cancellable()),
                         lambda: self.proxy.call_get_sync(0, key=key, cancellable=Gio.Cancellable())):
            with self.assertRaises(KeyboardInterrupt):
                function()
            self.assertTrue(self.service.calls.pop().is_cancelled())
        with self.assertRaises(TypeError):
            self.proxy.call_get_sync(0)

    def set_handler(self, number, handler):
        self.addCleanup(signal.signal, number, signal.signal(number, handler))

    def test_handler_that_raises(self):
        def fail(number, frame):
            raise ZeroDivisionError

        self.set_handler(signal.SIGINT, fail)
        with self.assertRaises(ZeroDivisionError):
            self.proxy.get_sync(0, b'')
        self.assertTrue(self.service.calls.pop().is_cancelled())
        self.set_handler(signal.SIGUSR1, fail)
        with self.assertRaises(ZeroDivisionError):
            self.proxy.take_sync(0, b'')
        self.doCleanups()

    def test_handler_that_returns(self):
        """The call goes on: only the handler has it answered."""
        self.set_handler(signal.SIGINT, lambda *args: self.service.answer(b'value'))
        for _ in range(100):
            self.assertEqual(self.proxy.get_sync(0, b''), b'value')
        self.doCleanups()

    def test_handler_that_raises_the_second_time(self):
        def interrupt(number, frame):
            seen.append(number)
            if len(seen) == 2:
                raise ZeroDivisionError
            signal.pthread_kill(MAIN, signal.SIGINT)

        seen = []
        self.set_handler(signal.SIGINT, interrupt)
        with self.assertRaises(ZeroDivisionError):
            self.proxy.get_sync(0, b'')
        self.assertEqual(seen, [signal.SIGINT, signal.SIGINT])
        self.doCleanups()

    def test_handler_that_calls(self):
        """A handler may wait, and be interrupted."""
        def call(number, frame):
            if len(self.service.calls) == 2:  # it interrupts itself
                self.service.answer(b'inner')
                return
            values.append(self.proxy.get_sync(0, b''))
            self.assertEqual(self.proxy.flush_sync(), None)
            self.service.answer(b'outer')

        values = []
        self.set_handler(signal.SIGINT, call)
        self.assertEqual(self.proxy.get_sync(0, b''), b'outer')
        self.assertEqual(values, [b'inner'])
        self.doCleanups()

    def test_handler_that_sets_another_one(self):
        """As that of a program which the second Ctrl-C ends."""
        def first(number, frame):
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self.service.answer(b'value')

        self.set_handler(signal.SIGINT, first)
        self.assertEqual(self.proxy.get_sync(0, b''), b'value')
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)
        with self.assertRaises(KeyboardInterrupt):
            self.proxy.get_sync(0, b'')
        self.doCleanups()

    def test_ignored(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGINT, signal.default_int_handler)
        timeout = 20
        while self.service.n_interrupts == 0:
            with self.assertRaises(GLib.Error) as caught:
                self.proxy.get_sync(0, b'', timeout=timeout)
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))
            self.proxy.flush_sync()  # the service is done with the call, unless it has timed out before its turn
            timeout *= 2
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def test_other_thread(self):
        """Ctrl-C is for the main thread alone."""
        outcomes = []

        def call():
            outcomes.append(self.proxy.get_sync(0, b''))
            done.release()

        done = threading.Semaphore(0)
        with self.assertRaises(KeyboardInterrupt):
            threading.Thread(target=call).start()
            done.acquire()
        self.service.answer(b'value')
        done.acquire()
        self.assertEqual(outcomes, [b'value'])

    def test_in_event_loop(self):
        async def main():
            self.proxy.get_sync(0, b'')

        for run in Norpc.run, asyncio.run:
            with self.assertRaises(KeyboardInterrupt):
                run(main())

    def test_twice(self):
        """The second Ctrl-C raises its exception even when nothing runs."""
        def interrupt():
            for waited in self.service.counts, cancelled:
                waited.acquire()
                time.sleep(0.05)
                signal.pthread_kill(MAIN, signal.SIGINT)

        async def main():
            try:
                await self.proxy.count(0, [])
            except asyncio.CancelledError:
                ends.append('cancelled')
                cancelled.release()
                await asyncio.sleep(10)
                ends.append('awake')

        ends, cancelled = [], threading.Semaphore(0)
        thread = threading.Thread(target=interrupt)
        thread.start()
        with self.assertRaises(KeyboardInterrupt):
            Norpc.run(main())
        thread.join()
        self.assertEqual(ends, ['cancelled'])

    def test_other_signals(self):
        """They reach the event loop, although the call has got them."""
        async def main():
            loop = asyncio.get_running_loop()
            seen = loop.create_future()
            loop.add_signal_handler(signal.SIGUSR1, seen.set_result, True)
            self.assertEqual(self.proxy.get_size_sync(0), 7)
            self.assertTrue(await asyncio.wait_for(seen, 10))
            loop.remove_signal_handler(signal.SIGUSR1)

        for run in Norpc.run, asyncio.run:
            run(main())

    def test_cancelled(self):
        """The cancellable of the caller works as ever."""
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.get_sync(0, b'', cancellable=cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        self.assertEqual(self.service.calls, [])

        cancellable.reset()
        threading.Thread(target=lambda: self.service.counts.acquire() and cancellable.cancel()).start()
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.count_sync(0, [], cancellable=cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_streams(self):
        """Ctrl-C ends the functions of streams that wait."""
        class Feed(Norpc.Service, Streams.Feed):
            async def count(self, stream, upto):
                signal.pthread_kill(MAIN, signal.SIGINT)
                await asyncio.sleep(1000)

        feed_server = Norpc.serve(Feed())
        self.addCleanup(feed_server.stop, Norpc.StopMode.ABANDON)
        feed = feed_server.make_proxy()
        for function in (lambda stream: stream.outcome_sync(), lambda stream: stream.next_sync(), lambda stream: list(stream)):
            with self.assertRaises(KeyboardInterrupt):
                function(feed.count(1))

    def test_streams_go_on(self):
        class Feed(Norpc.Service, Streams.Feed):
            async def count(self, stream, upto):
                signal.pthread_kill(MAIN, signal.SIGUSR1)
                while not seen:
                    await asyncio.sleep(0.001)
                await stream.send(1, 'one')
                return 1

        seen = []
        self.set_handler(signal.SIGUSR1, lambda *args: seen.append(args))
        with Norpc.serve(Feed()) as feed:
            self.assertEqual(list(feed.count(1)), [(1, 'one')])
        self.doCleanups()

    def assert_interrupted(self, function, on_set):
        """The function ends before its service does."""
        service = Mixer(on_set)
        server = Norpc.serve(service)
        with self.assertRaises(KeyboardInterrupt):
            function(server.get_endpoint())
        self.assertFalse(service.is_late)
        service.gate.set()
        server.stop(Norpc.StopMode.ABANDON)

    def test_properties(self):
        for module in Test, loaded:
            def make(endpoint):
                return module.MixerProxy(endpoint=endpoint, load_properties=False)

            for name, function in {
                    'set': lambda endpoint: make(endpoint).set_volume_sync(0.25),
                    'cancellable': lambda endpoint: make(endpoint).set_volume_sync(0.25, Gio.Cancellable()),
                    'write': lambda endpoint: make(endpoint).write_value_sync('volume', 0.25)}.items():
                with self.subTest(module=module.__name__, function=name):
                    self.assert_interrupted(function, lambda: signal.pthread_kill(MAIN, signal.SIGINT))

    def test_load(self):
        """The service is busy with another client."""
        def block(endpoint):
            Test.MixerProxy(endpoint=endpoint, load_properties=False).set_volume_async(0.25, None, lambda *args: None)
            busy.acquire()
            threading.Timer(0.05, signal.pthread_kill, [MAIN, signal.SIGINT]).start()
            return endpoint

        busy = threading.Semaphore(0)
        for module in Test, loaded:
            cls = module.MixerProxy
            for name, function in {
                    'load': lambda endpoint: cls(endpoint=block(endpoint), load_properties=False).load_sync(),
                    'cancellable': lambda endpoint: cls(endpoint=block(endpoint), load_properties=False).load_sync(Gio.Cancellable()),
                    'new': lambda endpoint: cls.new_sync(block(endpoint))}.items():
                with self.subTest(module=module.__name__, function=name):
                    self.assert_interrupted(function, busy.release)

    def test_start(self):
        gate = threading.Event()
        with self.assertRaises(KeyboardInterrupt):
            Norpc.serve(Stubborn(gate))
        gate.set()

    def test_stop(self):
        """A server that waits for its last call."""
        def interrupt():
            while self.server.is_running():
                time.sleep(0.001)
            signal.pthread_kill(MAIN, signal.SIGINT)

        self.proxy.call_count(0, [], None, lambda *args: None)
        self.proxy.flush_sync()  # arrives after the other call
        threading.Thread(target=interrupt).start()
        with self.assertRaises(KeyboardInterrupt):
            self.server.stop(Norpc.StopMode.FINISH)

    def test_stop_supervisor(self):
        """A supervisor that waits for its function."""
        begun, gate = threading.Event(), threading.Event()

        def make():
            begun.set()
            while supervisor.get_state() != Norpc.SupervisorState.STOPPED:
                time.sleep(0.001)
            signal.pthread_kill(MAIN, signal.SIGINT)
            gate.wait()
            return Store()

        supervisor = Norpc.Supervisor.new(make)
        supervisor.start()
        begun.wait()
        with self.assertRaises(KeyboardInterrupt):
            supervisor.stop(Norpc.StopMode.FINISH)
        gate.set()
        supervisor.stop(Norpc.StopMode.FINISH)


tap.main()
