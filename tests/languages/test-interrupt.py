# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ctrl-C in synchronous functions."""

import asyncio
import signal
import threading
import time
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Streams', '1')
from gi.repository import Gio, GLib, Kv, Norpc, Streams

import tap

MAIN = threading.main_thread().ident


class Store(Norpc.Service, Kv.Store):
    """Interrupts its client, which waits."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.counts = threading.Semaphore(0)

    def do_handle_get(self, call, database, key):
        self.calls.append(call)
        signal.pthread_kill(MAIN, signal.SIGINT)
        return True

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

    def test_own_handler(self):
        """Its exception ends the call; if it raises none, Ctrl-C does."""
        def fail(number, frame):
            raise ZeroDivisionError

        seen = []
        self.addCleanup(signal.signal, signal.SIGINT, signal.default_int_handler)
        for handler, exception in (fail, ZeroDivisionError), (lambda *args: seen.append(args), KeyboardInterrupt):
            signal.signal(signal.SIGINT, handler)
            with self.assertRaises(exception):
                self.proxy.get_sync(0, b'')
        self.assertEqual([number for number, _frame in seen], [signal.SIGINT])
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def test_ignored(self):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.get_sync(0, b'', timeout=20)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))

    def test_other_thread(self):
        """Ctrl-C is for the main thread alone."""
        outcomes = []

        def call():
            try:
                self.proxy.get_sync(0, b'', timeout=100)
            except GLib.Error as error:
                outcomes.append(error.code)

            done.release()

        done = threading.Semaphore(0)
        with self.assertRaises(KeyboardInterrupt):
            threading.Thread(target=call).start()
            done.acquire()
        done.acquire()
        self.assertEqual(outcomes, [Norpc.Error.TIMED_OUT])

    def test_in_event_loop(self):
        async def main():
            self.proxy.get_sync(0, b'')

        for run in Norpc.run, asyncio.run:
            with self.assertRaises(KeyboardInterrupt):
                run(main())

    def test_twice(self):
        """The second Ctrl-C raises its exception even when nothing runs."""
        def interrupt():
            for _ in range(2):
                time.sleep(0.05)
                signal.pthread_kill(MAIN, signal.SIGINT)

        async def main():
            try:
                await self.proxy.count(0, [])
            except asyncio.CancelledError:
                ends.append('cancelled')
                await asyncio.sleep(10)
                ends.append('awake')

        ends = []
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


tap.main()
