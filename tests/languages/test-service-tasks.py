# SPDX-License-Identifier: LGPL-2.1-or-later
"""Coroutines of services that are classes of Python."""

import asyncio
import threading

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, Kv, Norpc

import tap
from stores import Case


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


tap.main()
