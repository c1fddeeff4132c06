# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams and signals as iterators, and records."""

import asyncio
import contextlib
import datetime
import gc
import io
import itertools
import threading
import time
import unittest
import unittest.mock
import weakref

import gi

gi.require_version('Norpc', '1')
gi.require_version('Streams', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, Norpc, Streams, Test

from gi.overrides._norpc import replies  # after Norpc, whose part it is

import tap
from runners import RUNNERS


class Feed(Norpc.Service, Streams.Feed):
    """Sends numbers, and joins texts."""

    def __init__(self):
        super().__init__()
        self.sent = 0

    async def count(self, stream, upto):
        for number in range(1, upto + 1):
            await stream.send(number, str(number))
            self.sent += 1
            if number == 500:
                raise ValueError('too many')
        return upto * (upto + 1) // 2

    async def collect(self, stream):
        return ' '.join([text async for text in stream])


class WrongFeed(Norpc.Service, Streams.Feed):
    """Uses the wrong end of each stream."""

    async def count(self, stream, upto):
        if upto == 0:
            return await stream.outcome()
        return len([item async for item in stream])

    async def collect(self, stream):
        await stream.send('text')


class Language(Norpc.Service, Test.Language):
    """Emits a signal, and returns what it gets."""

    def note(self, entry):
        self.emit_noted(entry, [], Test.Mode.SLOW, None)

    def one_entry(self, entry):
        return entry


async def sum_up(feed, upto):
    """Reads a stream to its end."""
    total = 0
    with feed.count(upto) as stream:
        async for number, _text in stream:
            total += number
        return total, await stream.outcome()


async def join(feed, texts):
    """Writes a stream."""
    with feed.collect() as stream:
        for text in texts:
            await stream.send(text)
        stream.end()
        return await stream.outcome()


async def try_to_join(feed, texts):
    """As join(), with the error of the service even if that has failed before the end."""
    with feed.collect() as stream:
        try:
            for text in texts:
                await stream.send(text)
            stream.end()
        except GLib.Error as error:
            if not error.matches(Norpc.error_quark(), Norpc.Error.CLOSED):
                raise
        return await stream.outcome()


def make_entry(**fields):
    entry = {'key': 'k', 'size': 3, 'mode': Test.Mode.FAST, 'parts': Test.Parts.HEAD, 'bytes': b'\0', 'tags': ['a']}
    return Test.Entry(**{**entry, **fields})


class Case(unittest.TestCase):
    def serve(self, service):
        self.server = Norpc.serve(service)
        self.addCleanup(self.server.stop, Norpc.StopMode.ABANDON)
        return self.server.make_proxy()

    def run_everywhere(self, main):
        for run in RUNNERS:
            with self.subTest(run.__name__):
                run(main())


class Iterators(Case):
    def setUp(self):
        self.service = Feed()
        self.feed = self.serve(self.service)

    def test_read(self):
        async def main():
            self.assertEqual(await sum_up(self.feed, 20), (210, 210))
            self.assertEqual(await asyncio.gather(*(sum_up(self.feed, upto=upto) for upto in (1, 30, 0))),
                             [(1, 1), (465, 465), (0, 0)])

        self.run_everywhere(main)

    def test_write(self):
        async def main():
            self.assertEqual(await join(self.feed, ['a'] * 200), ' '.join(['a'] * 200))

        self.run_everywhere(main)

    def test_sync(self):
        stream = self.feed.count(10)
        self.assertEqual([number for number, _text in stream], list(range(1, 11)))
        self.assertEqual(stream.outcome_sync(), 55)

    def test_wrong_end(self):
        """An end that writes cannot read, and the other way round."""
        async def read():
            return [item async for item in self.feed.collect()]

        async def write():
            await self.feed.count(1).send(1, 'text')

        async def main():
            for function in read, write:
                with self.assertRaises(TypeError):
                    await asyncio.wait_for(function(), 10)
            with self.assertRaises(TypeError):
                list(self.feed.collect())
            with self.assertRaises(TypeError):
                self.feed.count(1).end()
            for open_stream, text in ((lambda: wrong.count(1), 'it cannot read items'),
                                      (lambda: wrong.count(0), "the service's end of a stream has no outcome"),
                                      (lambda: wrong.collect(), 'it cannot write items')):
                with self.assertRaisesRegex(GLib.Error, text):
                    await asyncio.wait_for(open_stream().outcome(), 10)

        wrong = self.serve(WrongFeed())
        with contextlib.redirect_stderr(io.StringIO()):
            self.run_everywhere(main)

    def test_failed(self):
        async def main():
            with self.assertRaises(GLib.Error) as caught:
                await sum_up(self.feed, 1000)
            self.assertEqual(caught.exception.message, 'ValueError: too many')

        self.run_everywhere(main)

    def test_nothing_kept(self):
        """Neither a wait that fails nor one that is cancelled keeps the stream, and the locals of the coroutine.

        assertRaises() is not used, because it clears the frames of a traceback.
        """
        class Local:
            pass

        async def sum_up_with_local():
            local = Local()
            locals_.add(local)
            await sum_up(self.feed, 501)

        async def fail():
            with contextlib.suppress(GLib.Error):
                await sum_up_with_local()

        async def read_to_the_error():
            with self.feed.count(501) as stream:
                local = Local()
                locals_.add(local)
                with contextlib.suppress(GLib.Error):
                    await stream.outcome()

        async def cancel():
            with self.feed.collect() as stream:
                stream.local = Local()
                locals_.add(stream.local)
                task = asyncio.ensure_future(stream.outcome())
                await asyncio.sleep(0)
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

        async def write():
            with contextlib.suppress(GLib.Error):
                with self.feed.collect(timeout=10) as stream:
                    stream.local = Local()
                    locals_.add(stream.local)
                    while True:
                        await stream.send('text')
                        await asyncio.sleep(.001)

        with contextlib.redirect_stderr(io.StringIO()):
            for function, run in itertools.product((fail, read_to_the_error, cancel, write), RUNNERS):
                with self.subTest(function.__name__, runner=run.__name__):
                    locals_ = weakref.WeakSet()
                    run(function())
                    deadline = time.monotonic() + 2
                    while len(locals_) > 0 and time.monotonic() < deadline:  # a thread may be about to end the last wait
                        gc.collect()
                        time.sleep(.001)
                    self.assertEqual(len(locals_), 0)

    def test_left(self):
        """Leaving the statement closes the stream, for the service as well."""
        async def main():
            with self.feed.count(400) as stream:
                async for number, _text in stream:
                    if number == 5:
                        break
            with self.assertRaises(GLib.Error) as caught:
                await stream.outcome()
            self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

        self.run_everywhere(main)
        self.server.stop(Norpc.StopMode.FINISH)
        self.assertLess(self.service.sent, 50 * len(RUNNERS))

    def test_items_not_lost(self):
        """The next task reads the item that a cancelled one has waited for."""
        async def main():
            numbers = []
            with self.feed.count(100) as stream:
                for ticks in [0, 1, 2, 3, 5] * 10:
                    task = asyncio.ensure_future(stream.__anext__())
                    for _ in range(ticks):
                        await asyncio.sleep(0)
                    task.cancel()
                    try:
                        numbers.append((await task)[0])
                    except asyncio.CancelledError:
                        pass
                numbers += [number async for number, _text in stream]
            self.assertEqual(numbers, list(range(1, 101)))

        self.run_everywhere(main)

    def test_late_item(self):
        """A task is cancelled after its item has arrived, and before the event loop knows."""
        arrived = threading.Event()
        deliver = replies._Reply._on_reply_in_thread

        def note(self, source, result):
            deliver(self, source, result)
            arrived.set()

        async def main():
            with self.feed.count(3) as stream:
                task = asyncio.ensure_future(stream.__anext__())
                await asyncio.sleep(0)
                arrived.wait()
                task.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await task
                self.assertEqual([number async for number, _text in stream], [1, 2, 3])

        with unittest.mock.patch.object(replies._Reply, '_on_reply_in_thread', note):
            asyncio.run(main())

    def test_task_cancelled(self):
        """The next task waits as if the cancelled one had not."""
        async def main():
            with self.feed.collect() as stream:
                waiting = asyncio.ensure_future(stream.outcome())
                await asyncio.sleep(0)
                waiting.cancel()
                with self.assertRaises(asyncio.CancelledError):
                    await waiting
                await stream.send('a')
                stream.end()
                self.assertEqual(await stream.outcome(), 'a')

        self.run_everywhere(main)

    def test_wrong_type(self):
        with self.assertRaises(TypeError) as caught:
            self.feed.count('1')
        self.assertEqual(str(caught.exception), "argument 'upto': expected int, got str")

        async def main():
            with self.feed.collect() as stream:
                with self.assertRaises(TypeError) as caught:
                    await stream.send(1)
            self.assertEqual(str(caught.exception), "argument 'text': expected str, got int")

        Norpc.run(main())

    def test_timeout(self):
        stream = self.feed.collect(timeout=20)
        with self.assertRaises(GLib.Error) as caught:
            stream.outcome_sync()
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))


class Garbage(Case):
    """Nothing waits for the garbage collector."""

    def setUp(self):
        self.feed = self.serve(Feed())
        gc.collect()
        gc.disable()
        self.addCleanup(gc.enable)

    def test_cancelled_iteration(self):
        """A stream that a cancelled task has read is closed, also without a with statement."""
        ended = threading.Event()

        async def count(stream, upto):
            try:
                await stream.send(1, '1')
                await asyncio.sleep(1000)
            finally:
                ended.set()

        streams = []

        async def read():
            stream = self.feed.count(3)
            streams.append(weakref.ref(stream))
            async for _item in stream:
                read_one.set()

        async def main():
            task = asyncio.create_task(read())
            await read_one.wait()
            await asyncio.sleep(0)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            del task
            while streams[0]() is not None:
                await asyncio.sleep(0.001)
            await asyncio.to_thread(ended.wait)

        service = Feed()
        service.count = count
        self.feed = self.serve(service)
        read_one = asyncio.Event()
        Norpc.run(asyncio.wait_for(main(), 20))

    def test_errors(self):
        """They are gone after their handlers, whether their domain has a class or not."""
        class Failing(Norpc.Service, Streams.Feed):
            async def collect(self, stream):
                raise error

        store_error = Norpc.error_class(Test.StoreError)
        feed = self.serve(Failing())
        references = []

        async def fail():
            try:
                with feed.collect() as stream:
                    await stream.outcome()
            except GLib.Error as caught:
                references.append(weakref.ref(caught))

        for error in store_error.FULL(), GLib.Error('no', 'test-quark', 7):
            Norpc.run(fail())
            try:
                with feed.collect() as stream:
                    stream.outcome_sync()
            except GLib.Error as caught:
                references.append(weakref.ref(caught))
            del stream
        self.assertEqual([reference() for reference in references], [None] * 4)


class EarlyFeed(Norpc.Service, Streams.Feed):
    """Ends a stream after its second item."""

    async def collect(self, stream):
        texts = []
        async for text in stream:
            texts.append(text)
            if text == 'fail':
                raise LookupError('on purpose')
            if len(texts) == 2:
                return ' '.join(texts)
        return ''


class EarlyEnds(Case):
    def test_send(self):
        feed = self.serve(EarlyFeed())

        async def main():
            self.assertEqual(await try_to_join(feed, ['a', 'b']), 'a b')
            self.assertEqual(await try_to_join(feed, ['a', *'b' * 100]), 'a b')
            with contextlib.redirect_stderr(io.StringIO()):
                with self.assertRaisesRegex(GLib.Error, 'LookupError: on purpose'):
                    await try_to_join(feed, ['fail'] * 100)
                with self.assertRaises(GLib.Error) as caught:
                    await join(feed, ['fail'] * 100)
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

        Norpc.run(main())


class Signals(Case):
    def test_no_such_signal(self):
        proxy = self.serve(Language())
        for name in 'nothing', 'notify', 'not_ed':
            with self.assertRaisesRegex(TypeError, f"org.example.Test.Language has no signal '{name}'"):
                Norpc.SignalWatch.new(proxy, name)
        for name in 'noted', 'Noted':
            self.assertIsInstance(Norpc.SignalWatch.new(proxy, name), Norpc.SignalWatch)

    def test_watch(self):
        proxy = self.serve(Language())

        async def main():
            watch = Norpc.SignalWatch.new(proxy, 'noted')
            for key in 'a', 'b':
                await proxy.note(make_entry(key=key))
            entries = []
            async for entry, _files, mode, previous in watch:
                entries.append(entry)
                self.assertEqual((mode, previous), (Test.Mode.SLOW, None))
                if len(entries) == 2:
                    break
            self.assertEqual([entry.key for entry in entries], ['a', 'b'])

        for run in RUNNERS:
            if run.__name__ in ('run', 'run_embedded', 'run_natively') and run is not asyncio.run:
                with self.subTest(run.__name__):
                    run(main())
        with self.assertRaises(RuntimeError):
            asyncio.run(main())


    def test_lost(self):
        """A loss of emissions is reported once."""
        description = Norpc.load(io.StringIO("""<node><interface name="org.example.Tick">
            <method name="Tick"><arg name="n" type="u"/></method>
            <signal name="Ticked" backlog="10"><arg name="n" type="u"/></signal></interface></node>"""),
            interface_prefix='org.example.')

        class Ticker(Norpc.Service, description.Tick):
            def tick(self, n):
                for number in range(n):
                    self.emit_ticked(number)

        async def main():
            watch = Norpc.SignalWatch.new(proxy, 'ticked')
            for _ in range(2):
                proxy.tick_sync(15)
                with self.assertRaises(GLib.Error) as caught:
                    await watch.__anext__()
                self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.BUSY))
                self.assertEqual([await watch.__anext__() for _ in range(10)], list(range(5, 15)))

        proxy = self.serve(Ticker())
        Norpc.run(main())


class Records(Case):
    def test_new(self):
        entry = make_entry()
        self.assertEqual((entry.key, entry.size, entry.bytes.get_data(), entry.tags), ('k', 3, b'\0', ['a']))
        self.assertEqual(repr(entry), f"Test.Entry(key='k', size=3, mode={Test.Mode.FAST!r}, "
                         f"parts={Test.Parts.HEAD!r}, bytes=b'\\x00', place=None, when=None, tags=['a'], count=None)")

    def test_wrong(self):
        for fields, message in (({'size': 'x'}, "argument 'size': expected int, got str"),
                                ({'nothing': 1}, "got an unexpected keyword argument 'nothing'")):
            with self.assertRaises(TypeError) as caught:
                make_entry(**fields)
            self.assertEqual(str(caught.exception), message)

    def test_equal(self):
        self.assertEqual(make_entry(), make_entry())
        self.assertNotEqual(make_entry(), make_entry(size=4))
        self.assertNotEqual(make_entry(), 'k')
        self.assertEqual({Test.Point(1, 2), Test.Point(x=1, y=2), Test.Point(1, 2, 'name')},
                         {Test.Point(1, 2), Test.Point(1, 2, 'name')})
        with self.assertRaises(TypeError):
            hash(make_entry())

    def test_set_fields(self):
        """Fields of all types, which are checked."""
        file = Gio.File.new_for_path('/a')
        fields = {'key': 'other', 'size': 9, 'mode': Test.Mode.SLOW, 'parts': Test.Parts.TAIL, 'bytes': b'new',
                  'tags': ['x', 'y'], 'count': GLib.Variant('i', 5), 'place': file, 'when': datetime.datetime(2026, 1, 2)}
        entry = make_entry(key='k')
        for name, value in fields.items():
            setattr(entry, name, value)
        self.assertEqual(entry, make_entry(**fields))
        self.assertEqual(self.serve(Language()).one_entry_sync(entry), entry)
        entry.count = entry.place = None
        self.assertEqual((entry.count, entry.place), (None, None))

        box = Test.Box(first=entry, entries=[], files=None, modes=[], dict=GLib.Variant('a{sv}', {}))
        box.entries = [entry, make_entry(key='second')]
        box.modes = [Test.Mode.SLOW, 0]
        box.files = [file]
        box.dict = GLib.Variant('a{sv}', {'a': GLib.Variant('i', 1)})
        box.first = {**fields, 'key': 'first'}
        self.assertEqual([each.key for each in box.entries], ['other', 'second'])
        self.assertEqual(([int(mode) for mode in box.modes], box.dict.unpack(), box.first.key), ([10, 0], {'a': 1}, 'first'))

        for name, value, message in (('key', 5, "field 'key': expected str, got int"),
                                     ('tags', [1], "field 'tags'[0]: expected str, got int"),
                                     ('bytes', None, "field 'bytes': expected bytes, got None")):
            with self.assertRaises(TypeError) as caught:
                setattr(entry, name, value)
            self.assertEqual(str(caught.exception), message)
        self.assertEqual(entry.tags, ['x', 'y'])

    def test_old_values_of_fields(self):
        """They last as long as the record."""
        entry = make_entry(bytes=b'first')
        old = entry.bytes
        box = Test.Box(first=entry, entries=[], files=None, modes=[], dict=GLib.Variant('a{sv}', {}))
        first = box.first
        for number in range(3):
            entry.bytes = bytes([number])
            box.first = make_entry(key=str(number))
        gc.collect()
        self.assertEqual((old.get_data(), first.bytes.get_data(), first.key, box.first.key), (b'first', b'first', first.key, '2'))

    def test_set_fields_of_empty_record(self):
        entry = Test.Entry()
        entry.key = 'k'
        entry.size = 3
        self.assertEqual((entry.key, entry.size), ('k', 3))

    def test_values(self):
        proxy = self.serve(Language())
        self.assertEqual(proxy.one_entry_sync(make_entry(key='x')), make_entry(key='x'))
        fields = {'key': 'y', 'size': 3, 'mode': 0, 'parts': 1, 'bytes': b'\0', 'tags': ['a']}
        self.assertEqual(proxy.one_entry_sync(fields), make_entry(key='y'))
        with self.assertRaises(TypeError) as caught:
            proxy.one_entry_sync({**fields, 'tags': [1]})
        self.assertEqual(str(caught.exception), "argument 'entry': argument 'tags'[0]: expected str, got int")
        with self.assertRaises(TypeError) as caught:
            proxy.one_entry_sync({})
        self.assertEqual(str(caught.exception), "argument 'entry': missing a required argument: 'key'")


Norpc.extend_records(Test)


tap.main()
