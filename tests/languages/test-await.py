# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client in Python that awaits its calls, and the checks of its arguments."""

import asyncio
import datetime
import inspect
import os
import signal
import sys
import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Names', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, GObject, Kv, Names, Norpc, Test

import tap
from runners import RUNNERS, end, run_in_thread


async def read_all(store, keys):
    """Reads several values at once."""
    return await asyncio.gather(*(store.get(0, key) for key in keys))


async def read_quickly(store, key):
    """Reads a value unless that takes too long."""
    try:
        return await store.get(0, key, timeout=100, priority=Norpc.Priority.URGENT)
    except GLib.Error as error:
        if error.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT):
            return None
        raise


class Store(GObject.Object, Kv.Store):
    """Keeps the calls of Get, and can be blocked while others arrive."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.sizes = []
        self.blocked = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)

    def do_handle_get(self, call, database, key):
        self.calls.append(call)
        return True

    def do_get_size(self, database):
        self.sizes.append(database)
        return True, database

    def do_count(self, database, keys):
        self.blocked.release()
        self.gate.acquire()
        return True, 0


class Echo(GObject.Object, Test.Language):
    """Returns what it gets, and remembers it."""

    def __init__(self):
        super().__init__()
        self.got = []

    def do_options(self, options):
        self.got.append(options)
        return options

    def do_arrays(self, files, entries, modes, dates):
        self.got.append((files, entries, modes, dates))
        return True, files, entries, modes, dates

    def do_numbers(self, mode, parts, type_, flags):
        self.got.append((mode, parts, type_, flags))
        return True, mode, parts, type_, flags

    def do_note(self, entry):
        self.got.append(entry.copy())
        return True


class Clashes(GObject.Object, Names.Clashes):
    def do_import__(self, text):
        return text.upper()

    def do_notify_(self, text):
        return text.upper()


class Case(unittest.TestCase):
    def serve(self, service):
        server = Norpc.Server.new(service)
        server.start(None)
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON, None)
        return server.get_channel()

    def assert_error(self, domain, code, function, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            function(*args, **kwargs)
        self.assertTrue(caught.exception.matches(domain, code), caught.exception)

    def assert_exception(self, kind, message, function, *args, **kwargs):
        with self.assertRaises(kind) as caught:
            function(*args, **kwargs)
        self.assertEqual(str(caught.exception), message)

    def run_everywhere(self, main):
        for run in RUNNERS:
            with self.subTest(run.__name__):
                run(main())


class Values(Case):
    def setUp(self):
        self.proxy = Kv.StoreProxy.new(self.serve(Kv.caller_new_store()))

    def test_sync(self):
        self.assertEqual(self.proxy.set_sync(0, b'key', b'one', 0, 0), (True, None))
        self.assertEqual(self.proxy.get_sync(0, b'key'), b'one')
        self.assertEqual(self.proxy.get_sync(key=b'key', database=0), b'one')
        self.assertIsNone(self.proxy.get_sync(0, b'none'))
        self.assertEqual(self.proxy.append_sync(0, bytearray(b'key'), b''), 3)
        self.assertEqual(self.proxy.list_keys_sync(0, b'*'), [b'key'])
        self.assertEqual(self.proxy.list_databases_sync(), [(0, 1, 0)])
        self.assertIsNone(self.proxy.set_many_sync(0, []))

    def test_await(self):
        async def main():
            await self.proxy.set(0, b'a', b'1', 0, 0)
            await self.proxy.set(0, key=b'b', value=b'2', ttl=0, flags=0)
            self.assertEqual(await read_all(self.proxy, [b'a', b'x', b'b']), [b'1', None, b'2'])
            self.assertEqual(await read_quickly(self.proxy, b'a'), b'1')
            self.assertIsNone(await self.proxy.set_many(0, []))
            self.assertEqual(await self.proxy.increment(0, b'b', 1), 3)
            with self.assertRaises(GLib.Error) as caught:
                await self.proxy.set(0, b'text', b'text', 0, 0)
                await self.proxy.increment(0, b'text', 1)
            self.assertEqual(caught.exception.domain, 'kv-store-error-quark')
            with self.assertRaises(TypeError):
                await self.proxy.get(0, 'text')

        self.run_everywhere(main)

    def test_without_event_loop(self):
        self.assert_exception(RuntimeError, 'get() has to be awaited in an event loop, such as that of '
                              'Norpc.run(); get_sync() waits without one', self.proxy.get, 0, b'key')

    def test_callbacks(self):
        """The functions of PyGObject remain."""
        loop = GLib.MainLoop()
        values = []

        def got(proxy, result):
            values.append(proxy.call_get_finish(result))
            loop.quit()

        self.proxy.call_set_sync(0, GLib.Bytes.new(b'key'), GLib.Bytes.new(b'1'), 0, 0, None)
        self.proxy.call_get(0, GLib.Bytes.new(b'key'), None, got)
        loop.run()
        self.assertEqual(values[0].get_data(), b'1')

    def test_signature(self):
        self.assertEqual(str(inspect.signature(self.proxy.set)),
                         '(database, key, value, ttl, flags, *, timeout=None, priority=None, cancellable=None)')


class Arguments(Case):
    """None of the wrong ones reaches the service."""

    def setUp(self):
        self.service = Echo()
        self.proxy = Test.LanguageProxy.new(self.serve(self.service))
        self.store = Kv.StoreProxy.new(self.serve(Store()))

    def tearDown(self):
        self.assertEqual(self.service.got, [])

    def test_numbers(self):
        call = self.store.get_size_sync
        for value, name in ('1', 'str'), (1.0, 'float'), (None, 'None'), (True, 'bool'):
            self.assert_exception(TypeError, f"argument 'database': expected int, got {name}", call, value)
        self.assert_exception(OverflowError, "argument 'database': expected a number from 0 to 4294967295, got -1",
                              call, -1)
        self.assert_exception(TypeError, "missing a required argument: 'database'", call)
        self.assert_exception(TypeError, 'too many positional arguments', call, 1, 2)
        self.assert_exception(TypeError, "got an unexpected keyword argument 'db'", call, 1, db=1)

    def test_enums(self):
        call = self.proxy.numbers_sync
        rest = Test.Parts.HEAD, Gio.FileType.REGULAR, Gio.FileCopyFlags.NONE
        self.assert_exception(TypeError, "argument 'mode': expected Mode, got FileType",
                              call, Gio.FileType.REGULAR, *rest)
        self.assert_exception(TypeError, "argument 'mode': expected Mode, got str", call, 'fast', *rest)
        self.assert_exception(OverflowError, "argument 'mode': expected a number from -2147483648 to 2147483647, "
                              'got 2147483648', call, 2**31, *rest)
        for number in 2**32, -1, 2**70:
            self.assert_exception(OverflowError, f"argument 'parts': expected a number from 0 to 4294967295, got {number}",
                                  call, Test.Mode.FAST, number, *rest[1:])

    def test_arrays(self):
        call = self.proxy.arrays_sync
        file = Gio.File.new_for_path('/')
        self.assert_exception(TypeError, f"argument 'files': expected list, got {type(file).__name__}",
                              call, file, [], [])
        self.assert_exception(TypeError, "argument 'files'[1]: expected Gio.File, got str", call, [file, '/'], [], [])
        self.assert_exception(TypeError, "argument 'entries'[0]: expected Test.Entry, got None", call, [], [None], [])
        self.assert_exception(TypeError, "argument 'dates'[0]: expected datetime, got int", call, [], [], [], [3])

    def test_variants(self):
        call = self.proxy.options_sync
        self.assert_exception(TypeError, "argument 'options': expected a GLib.Variant of type 'a{sv}', got 'a{ss}'",
                              call, GLib.Variant('a{ss}', {}))
        self.assert_exception(TypeError, "argument 'options': expected dict, got list", call, [])
        self.assert_exception(TypeError, "argument 'options'['a']: expected a value that a GLib.Variant can have, "
                              'got object', call, {'a': object()})
        self.assert_exception(TypeError, "argument 'options': key 3: expected str, got int", call, {3: 'a'})
        self.assert_exception(OverflowError, "argument 'options'['a']: expected a number from -9223372036854775808 to "
                              '9223372036854775807, got 9223372036854775808', call, {'a': 2**63})
        self.assert_exception(ValueError, "argument 'options'['a'][1]: the text contains a NUL character",
                              call, {'a': ['b', 'c\0']})

    def test_options(self):
        call = self.store.get_size_sync
        self.assert_exception(TypeError, "argument 'timeout': expected a number of milliseconds, got str", call, 1, timeout='1')
        for timeout in 0, -1, 2**32, float('nan'):
            self.assert_exception(ValueError, "argument 'timeout': expected a number of milliseconds greater than 0 and less "
                                  f"than 2**32, or Norpc.NO_TIMEOUT, got {timeout}", call, 1, timeout=timeout)
        self.assert_exception(TypeError, "argument 'priority': expected Norpc.Priority, got int", call, 1, priority=5)
        self.assert_exception(TypeError, "argument 'cancellable': expected Gio.Cancellable, got Error",
                              call, 1, cancellable=GLib.Error())


class Conversions(Case):
    def setUp(self):
        self.service = Echo()
        self.proxy = Test.LanguageProxy.new(self.serve(self.service))

    def test_enums(self):
        results = self.proxy.numbers_sync(Test.Mode.SLOW, Test.Parts.BOTH, 1, 0)
        self.assertEqual(results, (Test.Mode.SLOW, Test.Parts.BOTH, Gio.FileType.REGULAR, Gio.FileCopyFlags.NONE))

    def test_numbers_without_a_name(self):
        """An enumeration can have any number."""
        for number in 77, -2**31:
            results = self.proxy.numbers_sync(number, 128, number, 128)
            self.assertEqual(results, (number, 128, number, 128))
            self.assertIsInstance(results[0], Test.Mode)
            self.assertEqual(self.proxy.numbers_sync(*results), results)
        self.assertEqual(self.proxy.arrays_sync([], [], [77, Test.Mode.SLOW], [])[2], [77, Test.Mode.SLOW])
        fields = {'key': 'k', 'size': 3, 'mode': 77, 'parts': 128, 'bytes': b'', 'tags': []}
        self.assertEqual(self.proxy.arrays_sync([], [fields], [], [])[1][0].mode, 77)

        class Service(Norpc.Service, Test.Language):
            def numbers(self, *numbers):
                return numbers

        service = Test.LanguageProxy.new(self.serve(Service()))
        self.assertEqual(service.numbers_sync(77, 128, -5, 0), (77, 128, -5, 0))

    def test_variants(self):
        options = {'flag': True, 'number': -3, 'float': 1.5, 'text': 'x', 'bytes': GLib.Variant('ay', b'z'),
                   'texts': ['a', 'b'], 'list': [1, 'x'], 'dict': {'a': 1}}
        expected = dict(options, bytes=list(b'z'))
        self.assertEqual(self.proxy.options_sync(options), expected)
        self.assertEqual(self.proxy.options_sync(GLib.Variant('a{sv}', {})), {})

    def test_dates(self):
        zone = datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))
        dates = [datetime.datetime(2024, 2, 29, 23, 59, 58, 123456, zone),
                 datetime.datetime(1999, 12, 31, tzinfo=datetime.timezone.utc)]
        *_, results = self.proxy.arrays_sync([], [], [], dates)
        self.assertEqual(results, dates)
        self.assertEqual([date.utcoffset() for date in results], [date.utcoffset() for date in dates])

    def test_one_way(self):
        entry = Test.Entry.new('key', 1, Test.Mode.FAST, Test.Parts.HEAD, GLib.Bytes.new(b''), None, None, [], None)

        async def main():
            await self.proxy.note(entry)
            with self.assertRaises(GLib.Error):
                await self.proxy.last_note()

        self.run_everywhere(main)
        self.assertEqual([noted.key for noted in self.service.got], ['key'] * len(RUNNERS))

    def test_names(self):
        """Names that Python or GObject has itself get a suffix."""
        proxy = Names.ClashesProxy.new(self.serve(Clashes()))
        self.assertEqual(proxy.import_sync__(from_='text'), 'TEXT')
        self.assertEqual(proxy.notify_sync_('text'), 'TEXT')


class InFlight(Case):
    def setUp(self):
        self.service = Store()
        self.proxy = Kv.StoreProxy.new(self.serve(self.service))

    def test_timeout(self):
        async def main():
            self.assertIsNone(await read_quickly(self.proxy, b'key'))

        self.run_everywhere(main)
        timed_out = Norpc.error_quark(), Norpc.Error.TIMED_OUT
        self.assert_error(*timed_out, self.proxy.get_sync, 0, b'key', timeout=1)
        for timeout in float('inf'), Norpc.NO_TIMEOUT:
            self.assertEqual(self.proxy.get_size_sync(1, timeout=timeout), 1)

    def test_priority(self):
        """It is that of one call."""
        async def main():
            blocked = self.proxy.count(0, [])
            await asyncio.get_running_loop().run_in_executor(None, self.service.blocked.acquire)
            calls = [self.proxy.get_size(number, priority=priority) for number, priority in
                     ((1, Norpc.Priority.LOW), (2, None), (3, Norpc.Priority.URGENT), (4, None))]
            if asyncio.get_running_loop().__class__.__module__.startswith('asyncio'):
                while self.proxy.get_endpoint().get_length() < len(calls):
                    await asyncio.sleep(0.001)  # another thread sends them
            self.service.gate.release()
            await asyncio.gather(blocked, *calls)
            self.assertEqual(self.service.sizes, [3, 2, 4, 1])
            self.service.sizes.clear()

        self.run_everywhere(main)

    def test_task_cancelled(self):
        """The service sees it at once."""
        async def main():
            task = asyncio.get_running_loop().create_task(read_all(self.proxy, [b'a', b'b']))
            while len(self.service.calls) < 2:
                await self.proxy.get_size(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertEqual([call.is_cancelled() for call in self.service.calls], [True, True])
            self.service.calls.clear()

        self.run_everywhere(main)

    def test_cancellable(self):
        async def main():
            cancellable = Gio.Cancellable()
            call = self.proxy.get(0, b'key', cancellable=cancellable)
            while not self.service.calls:
                await self.proxy.get_size(0)
            cancellable.cancel()
            with self.assertRaises(GLib.Error) as caught:
                await call
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
            self.assertTrue(self.service.calls.pop().is_cancelled())
            with self.assertRaises(GLib.Error) as caught:
                await self.proxy.get(0, b'key', cancellable=cancellable)
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
            self.assertEqual(self.service.calls, [])

        self.run_everywhere(main)

    def test_event_loop_closed(self):
        """The reply to a call that is left behind does no harm."""
        async def main():
            call = self.proxy.get(0, b'key')
            while not self.service.calls:
                await self.proxy.get_size(0)
            return call

        async def call_later():
            await self.proxy.get_size(0)

        printed = []
        hook, sys.excepthook = sys.excepthook, lambda *error: printed.append(error)
        self.addCleanup(setattr, sys, 'excepthook', hook)
        for run in RUNNERS:
            with self.subTest(run.__name__):
                call = run(main())
                self.service.complete_get(self.service.calls.pop(), GLib.Bytes.new(b'late'))
                run(call_later())  # its reply arrives after the other one
                del call
                self.assertEqual(printed, [])

    def test_left_behind(self):
        """An event loop that is closed cancels the calls whose replies nobody can get any more."""
        async def leave():
            self.proxy.get(0, b'key')
            await self.proxy.get_size(0)

        async def gather():
            with self.assertRaises(TypeError):
                await asyncio.gather(self.proxy.get(0, b'key'), asyncio.to_thread(lambda: None + 1))
            await self.proxy.get_size(0)

        def run_by_hand(coroutine):
            loop = Norpc.EventLoop()
            loop.run_until_complete(coroutine)
            loop.close()

        for run in Norpc.run, asyncio.run, run_in_thread, run_by_hand:
            for main in leave, gather:
                with self.subTest(run=run.__name__, main=main.__name__):
                    run(main())
                    call, = self.service.calls
                    self.service.calls.clear()
                    self.assertTrue(call.is_cancelled())

    def test_interrupted(self):
        """The service interrupts the client, whose event loop waits for it."""
        main_thread = threading.main_thread().ident

        async def main():
            call = self.proxy.get(0, b'key')
            while not self.service.calls:
                await self.proxy.get_size(0)
            signal.pthread_kill(main_thread, signal.SIGINT)
            await call

        with self.assertRaises(KeyboardInterrupt):
            Norpc.run(main())
        self.assertTrue(self.service.calls.pop().is_cancelled())
        loop = Norpc.EventLoop()
        loop.call_soon(threading.Timer(0.05, signal.pthread_kill, (main_thread, signal.SIGINT)).start)
        with self.assertRaises(KeyboardInterrupt):
            loop.run_forever()
        loop.close()
        self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)


class Loop(Case):
    """Features of asyncio in each event loop."""

    def test_end_of_an_application(self):
        """Its tasks end before its main loop does."""
        ended = []

        async def wait(store):
            try:
                await store.get(0, b'key')
            except asyncio.CancelledError:
                await asyncio.sleep(0)  # it may clean up
                ended.append(True)
                raise

        service = Store()
        store = Kv.StoreProxy.new(self.serve(service))
        loop = GLib.MainLoop()
        tasks = [Norpc.create_task(wait(store)) for _ in range(2)]
        GLib.timeout_add(10, lambda: len(service.calls) < len(tasks) or (end(loop, tasks) and False))
        loop.run()
        self.assertEqual(ended, [True, True])
        self.assertTrue(all(task.cancelled() for task in tasks))

    def test_context_of_another_thread(self):
        """An event loop does not wait until another thread has left its main context."""
        def run():
            loop = Norpc.EventLoop()
            coroutine = asyncio.sleep(0)
            try:
                loop.run_until_complete(coroutine)
            except RuntimeError as error:
                errors.append(str(error))
            coroutine.close()
            loop.close()

        errors = []
        thread = threading.Thread(target=run, daemon=True)
        context = GLib.MainContext.default()
        self.assertTrue(context.acquire())
        try:
            thread.start()
            thread.join(10)
        finally:
            context.release()
        self.assertEqual(len(errors), 1)
        self.assertIn('another thread runs the main context', errors[0])

    def test_options(self):
        async def main():
            task = Norpc.create_task(asyncio.sleep(0), name='sleeper')
            await task
            return asyncio.get_running_loop().get_debug(), task.get_name()

        self.assertEqual(Norpc.run(main(), debug=True), (True, 'sleeper'))
        self.assertEqual(Norpc.run(main()), (False, 'sleeper'))

    def test_timers(self):
        async def main():
            loop = asyncio.get_running_loop()
            start = loop.time()
            seen = []
            loop.call_later(0.02, seen.append, 2)
            loop.call_later(0.01, seen.append, 1)
            await asyncio.sleep(0.03)
            self.assertEqual(seen, [1, 2])
            self.assertGreaterEqual(loop.time() - start, 0.028)  # PyGObject rounds down
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(loop.create_future(), 0.01)

        self.run_everywhere(main)

    def test_threads_and_files(self):
        async def main():
            loop = asyncio.get_running_loop()
            self.assertEqual(await loop.run_in_executor(None, threading.active_count), threading.active_count())
            end, other_end = os.pipe()
            readable = loop.create_future()
            loop.add_reader(end, lambda: readable.done() or readable.set_result(os.read(end, 10)))
            loop.call_soon(os.write, other_end, b'x')
            self.assertEqual(await readable, b'x')
            loop.remove_reader(end)
            os.close(end)
            os.close(other_end)

        self.run_everywhere(main)

    def test_sources(self):
        """Sources of the main context run between the tasks, also while these are always ready."""
        async def main():
            seen = []
            GLib.idle_add(seen.append, 1, priority=GLib.PRIORITY_DEFAULT)
            while not seen:
                await asyncio.sleep(0)

        for run in Norpc.run, *(run for run in RUNNERS if run.__name__ in ('run_embedded', 'run_natively')):
            with self.subTest(run.__name__):
                run(main())

    def test_exceptions(self):
        async def main():
            raise SystemExit(3)

        with self.assertRaises(SystemExit):
            Norpc.run(main())

    def test_from_callbacks(self):
        """A callback of GLib starts tasks."""
        loop = GLib.MainLoop()
        seen = []

        async def work():
            await asyncio.sleep(0)
            seen.append(1)
            loop.quit()

        GLib.idle_add(lambda: Norpc.create_task(work()) and False)
        loop.run()
        self.assertEqual(seen, [1])


tap.main()
