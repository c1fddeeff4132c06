# SPDX-License-Identifier: LGPL-2.1-or-later
"""File descriptors that are results: whoever gets one closes it, and norpc-glib closes one that nobody gets."""

import asyncio
import gc
import io
import itertools
import os
import sys
import threading
import time
import unittest

import gi

gi.require_version('Norpc', '1')
gi.require_version('People', '1')
from gi.repository import GLib, Norpc, People

import tap
from runners import RUNNERS

N = 20

DESCRIPTION = '''
<node>
  <record name="File"><field name="fd" type="h"/><field name="name" type="s"/><field name="options" type="a{sv}"/></record>
  <record name="Pair"><field name="first" type="File"/><field name="second" type="File" nullable="true"/></record>
  <interface name="org.example.Files">
    <method name="Open"><arg name="file" type="h" direction="out"/></method>
    <method name="OpenPair">
      <arg name="name" type="s" direction="out"/>
      <arg name="first" type="h" direction="out"/>
      <arg name="second" type="h" direction="out"/>
    </method>
    <method name="OpenArray"><arg name="files" type="ah" direction="out"/></method>
    <method name="OpenNamed"><arg name="file" type="(hs)" direction="out"/></method>
    <method name="OpenOptions"><arg name="options" type="a{sv}" direction="out"/></method>
    <method name="OpenAny"><arg name="value" type="v" direction="out"/></method>
    <method name="OpenRecords">
      <arg name="file" type="File" direction="out"/>
      <arg name="pair" type="Pair" nullable="true" direction="out"/>
      <arg name="others" type="File[]" direction="out"/>
    </method>
    <method name="OpenBoth">
      <arg name="files" type="ah" direction="out"/>
      <arg name="options" type="a{sv}" direction="out"/>
      <arg name="pair" type="(hs)" direction="out"/>
      <arg name="name" type="s" direction="out"/>
    </method>
    <stream name="LogFiles"><arg name="line" type="s" direction="out"/><result name="files" type="ah"/></stream>
    <stream name="LogRecord"><arg name="line" type="s" direction="out"/><result name="file" type="File"/></stream>
    <stream name="Log"><arg name="line" type="s" direction="out"/><result name="file" type="h"/></stream>
  </interface>
</node>
'''

# The methods that return files within other values, and functions that get these files.
WITHIN = {
    'open_array': lambda files: files,
    'open_named': lambda pair: [pair[0]],
    'open_options': lambda options: [options['file'], *options['files']],
    'open_any': lambda file: [file],
    'open_records': lambda results: get_files_of_records(*results),
}


def get_files_of_records(file, pair, others):
    """Gets the files in records; only those of a description that was loaded have some in their options."""
    records = [file, *others, *([pair.first, pair.second] if pair else [])]
    return [*(record.fd for record in records), *(fd for record in records if isinstance(record.options, dict)
                                                  for fd in record.options.values())]


description = Norpc.load(io.StringIO(DESCRIPTION))


def make_service(interface, module):
    class Files(Norpc.Service, interface):
        """Opens /dev/null, and tells the test."""

        def __init__(self):
            super().__init__()
            self.answered = threading.Semaphore(0)
            self.name = 'pair'
            self.change = lambda results: results

        def _open(self):
            return os.open('/dev/null', os.O_RDONLY)

        def open(self):
            self.answered.release()
            return self._open()

        def open_even(self):
            return self.open()

        def open_pair(self):
            return self.name, self._open(), self._open()

        def open_array(self):
            self.answered.release()
            return [self._open(), self._open()]

        def open_named(self):
            self.answered.release()
            return self._open(), 'name'

        def open_options(self):
            self.answered.release()
            return {'file': GLib.Variant('h', self._open()), 'files': GLib.Variant('ah', [self._open()])}

        def open_any(self):
            self.answered.release()
            return GLib.Variant('h', self._open())

        def _open_record(self):
            options = {'file': GLib.Variant('h', self._open())} if module is description else GLib.Variant('a{sv}', {})
            return module.File(fd=self._open(), name='file', options=options)

        def open_records(self):
            self.answered.release()
            pair = module.Pair(first=self._open_record(), second=self._open_record())
            return self.change((self._open_record(), pair, [self._open_record(), self._open_record()]))

        def open_both(self):
            options = {'file': GLib.Variant('h', self._open()), 'list': [GLib.Variant('(h)', (self._open(),))]}
            return self.change(([self._open()], options, (self._open(), 'pair'), 'both'))

        async def log_files(self, stream):
            await stream.send('line')
            return GLib.Variant('ah', [self._open()])

        async def log_record(self, stream):
            await stream.send('line')
            return self._open_record()

        async def log(self, stream):
            await stream.send('line')
            return self._open()

    return Files


class Answering(make_service(description.Files, description)):
    """Answers twice."""

    def open(self):
        Norpc.get_current_call().return_error_literal(Norpc.error_quark(), Norpc.Error.FAILED, 'no')
        return self._open()


class TestDescriptors(unittest.TestCase):
    """With a description that was loaded."""

    interface = description.Files
    module = description
    records_own_files = True  # while they are on their way

    def setUp(self):
        self.service = make_service(self.interface, self.module)()
        self.server = Norpc.serve(self.service)
        self.proxy = self.server.make_proxy()

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH)

    def count(self):
        gc.collect()
        return len(os.listdir('/proc/self/fd'))

    async def check(self, use):
        """Runs a coroutine, which leaves no descriptor open."""
        os.close(await self.proxy.open())  # now what is made with the first call is there, and with the first stream
        with self.proxy.log() as stream:
            os.close(await stream.outcome())
        before = self.count()
        await use()
        for _ in range(200):
            if self.count() <= before:
                break
            await asyncio.sleep(0.02)
        self.assertEqual(self.count(), before)

    def run_everywhere(self, use):
        for run in RUNNERS:
            with self.subTest(run.__name__):
                run(self.check(use))

    async def wait_for_answers(self, n):
        for _ in range(n):
            while not self.service.answered.acquire(blocking=False):
                await asyncio.sleep(0.001)

    def test_future_that_is_dropped(self):
        async def use():
            await self.wait_for_answers(1)
            for _ in range(N):
                self.proxy.open()
                self.proxy.open_pair()
            await self.wait_for_answers(N)

        self.run_everywhere(use)

    def test_future_that_is_cancelled(self):
        async def use():
            await self.wait_for_answers(1)
            for _ in range(N):
                future = self.proxy.open()
                await asyncio.sleep(0)
                future.cancel()

        self.run_everywhere(use)

    def test_task_that_is_cancelled_when_the_reply_is_there(self):
        async def get():
            return await self.proxy.open()

        async def use():
            await self.wait_for_answers(1)
            for _ in range(N):
                task = asyncio.create_task(get())
                await asyncio.sleep(0)
                self.service.answered.acquire()
                time.sleep(0.01)  # while the loop does not run, the reply arrives
                await asyncio.sleep(0)
                task.cancel()
                try:
                    os.close(await task)
                except asyncio.CancelledError:
                    pass

        self.run_everywhere(use)

    def test_those_that_are_taken(self):
        """They stay open until the program closes them, however it waits."""
        async def take():
            future = self.proxy.open()
            await asyncio.wait([future])
            yield future.result()
            yield await self.proxy.open()
            yield await asyncio.wait_for(self.proxy.open(), 5)
            yield await asyncio.shield(self.proxy.open())
            for file in await asyncio.gather(self.proxy.open(), self.proxy.open()):
                yield file
            name, first, second = await self.proxy.open_pair()
            self.assertEqual(name, 'pair')
            yield first
            yield second
            yield self.proxy.open_sync()

        async def use():
            n_before = self.count()
            files = [file async for file in take()]
            self.assertEqual(self.count(), n_before + len(files))
            for file in files:
                os.close(file)

        self.run_everywhere(use)

    def test_within_other_values(self):
        """The results own the descriptors until someone takes them; then they are the program's."""
        async def get(name):
            return await getattr(self.proxy, name)()

        async def use():
            await self.wait_for_answers(1)
            for name, get_files in WITHIN.items():
                for _ in range(N):
                    getattr(self.proxy, name)()
                await self.wait_for_answers(N)
                for _ in range(N):
                    task = asyncio.create_task(get(name))
                    await asyncio.sleep(0)
                    self.service.answered.acquire()
                    time.sleep(0.01)  # while the loop does not run, the reply arrives
                    await asyncio.sleep(0)
                    if self.records_own_files or name != 'open_records':
                        task.cancel()
                    try:
                        self.close(get_files(await task))
                    except asyncio.CancelledError:
                        pass
                future = getattr(self.proxy, name)()
                self.assertEqual(await future, await future)
                files = get_files(await future)
                del future
                self.close(files)
                self.close(get_files(getattr(self.proxy, f'{name}_sync')()))
                await self.wait_for_answers(2)

        self.run_everywhere(use)

    def close(self, files):
        """Closes files, which the program has."""
        gc.collect()
        for file in files:
            self.assertEqual(os.readlink(f'/proc/self/fd/{file}'), '/dev/null')
            os.close(file)

    def test_group_of_which_a_call_fails(self):
        """The descriptors in other results are closed, whether these arrive before or after the failure."""
        async def fail(delay):
            await asyncio.sleep(delay)
            raise ValueError('on purpose')

        async def use():
            for name in 'open', *WITHIN:
                for delay in 0, 0.05:
                    with self.assertRaisesRegex(ValueError, 'on purpose'):
                        await asyncio.gather(getattr(self.proxy, name)(), fail(delay), getattr(self.proxy, name)())

        self.run_everywhere(use)

    def test_two_tasks_that_wait_for_one_future(self):
        async def get(future):
            return await future

        async def use():
            future = self.proxy.open()
            tasks = [asyncio.create_task(get(future)) for _ in range(2)]
            await asyncio.wait([future])
            tasks[0].cancel()
            file = await tasks[1]
            del future
            gc.collect()
            os.fstat(file)
            os.close(file)
            await asyncio.gather(*tasks, return_exceptions=True)

        self.run_everywhere(use)

    def test_cancelling_while_it_is_open(self):
        """A task that waits can be cancelled, as one that waits for another call."""
        async def get():
            return await self.proxy.open()

        async def use():
            task = asyncio.create_task(get())
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        self.run_everywhere(use)

    def test_results_that_are_wrong(self):
        async def use():
            self.service.name = 5
            for _ in range(2):
                with self.assertRaisesRegex(GLib.Error, "result 'name' of open_pair"):
                    await self.proxy.open_pair()

        self.run_everywhere(use)

    def test_results_that_are_wrong_with_files_within(self):
        """However wrong they are, the descriptors are closed once."""
        def answer_first(results):
            Norpc.get_current_call().return_error_literal(Norpc.error_quark(), Norpc.Error.FAILED, 'answered')
            return results

        changes = {
            'tuple of 4 results, got 3': lambda results: results[:3],
            'tuple of 4 results, got 5': lambda results: (*results, None),
            "result 'name'": lambda results: (*results[:3], 5),
            "result 'pair'": lambda results: (*results[:2], results[2][:1], 'both'),
            'answered': answer_first,
        }

        async def use():
            for message, self.service.change in changes.items():
                for _ in range(2):
                    with self.assertRaisesRegex(GLib.Error, message):
                        await self.proxy.open_both()
            self.service.change = lambda results: results
            files, options, pair, _name = await self.proxy.open_both()
            self.close([*files, options['file'], options['list'][0][0], pair[0]])

        # With one way to run them: the service is the same for all.
        Norpc.run(self.check(use))

    def test_records_that_are_wrong(self):
        """The descriptors in the right ones around them are closed."""
        async def use():
            for wrong in 5, {}, None:
                self.service.change = lambda results, wrong=wrong: (*results[:2], [*results[2], wrong])
                for _ in range(2):
                    with self.assertRaisesRegex(GLib.Error, "result 'others'"):
                        await self.proxy.open_records()
            self.service.change = lambda results: (*results, 5)
            with self.assertRaisesRegex(GLib.Error, 'tuple of 3 results, got 4'):
                await self.proxy.open_records()

        Norpc.run(self.check(use))

    def test_outcome_with_a_record(self):
        """It is the program's if it was taken, and closed otherwise."""
        async def use():
            for is_taken in False, True:
                with self.proxy.log_record() as stream:
                    self.assertEqual([line async for line in stream], ['line'])
                    task = asyncio.create_task(stream.outcome())
                    await asyncio.sleep(0)
                    time.sleep(0.01)
                    await asyncio.sleep(0)
                    if not is_taken and self.records_own_files:
                        task.cancel()
                    try:
                        record = await task
                    except asyncio.CancelledError:
                        self.assertFalse(is_taken)
                    else:
                        self.close(get_files_of_records(record, None, []))
                del stream, task

        self.run_everywhere(use)

    def test_outcome_that_is_dropped(self):
        """As that of a method; one that is taken stays open."""
        async def use():
            for _ in range(N):
                with self.proxy.log() as stream:
                    self.assertEqual([line async for line in stream], ['line'])
                    task = asyncio.create_task(stream.outcome())
                    await asyncio.sleep(0)
                    time.sleep(0.01)
                    await asyncio.sleep(0)
                    task.cancel()
                    try:
                        os.close(await task)
                    except asyncio.CancelledError:
                        pass
            with self.proxy.log_files() as stream:
                files = await stream.outcome()
            del stream
            self.close(files)
            with self.proxy.log() as stream:
                self.assertEqual([line async for line in stream], ['line'])
                file = await stream.outcome()
            del stream
            gc.collect()
            os.fstat(file)
            os.close(file)

        self.run_everywhere(use)


class TestDescriptorsOfTypelib(TestDescriptors):
    """With generated code."""

    interface = People.Files
    module = People
    records_own_files = False

    def test_method_with_another_name_in_c(self):
        async def use():
            await self.wait_for_answers(1)
            for _ in range(N):
                self.proxy.open_even()
            await self.wait_for_answers(N)

        self.run_everywhere(use)


records_description = Norpc.load(io.StringIO('''
<node>
  <record name="File"><field name="fd" type="h"/><field name="name" type="s"/></record>
  <interface name="org.example.Records">
    <method name="Open">
      <arg name="first" type="File" direction="out"/>
      <arg name="others" type="File[]" direction="out"/>
    </method>
    <method name="Count"><arg name="n" type="u" direction="out"/></method>
  </interface>
</node>
'''), interface_prefix='org.example.')


class Records(Norpc.Service, records_description.Records):
    """Returns descriptors in records."""

    def open(self):
        first, *others = [records_description.File(fd=os.open('/dev/null', os.O_RDONLY), name='null') for _ in range(3)]
        return first, others

    def count(self):
        gc.collect()
        return len(os.listdir('/proc/self/fd'))


def serve_records():
    """Runs the service in a helper."""
    connection = Norpc.Helper.connect()
    server = Norpc.serve(Records())
    export = Norpc.DBusExport.new(connection, '/records', server.get_endpoint(),
                                  Norpc.interface_info_for_type(records_description.Records))
    connection.start_message_processing()
    GLib.MainLoop().run()
    del export


class TestRecords(unittest.TestCase):
    """The descriptors belong to the client, and the service loses none."""

    def check(self, records):
        async def get():
            return await records.open()

        for call in records.open_sync, lambda: Norpc.run(get()):
            self.check_call(records, call, 1)
            before = records.count_sync()
            self.check_call(records, call, N)
            self.assertLess(records.count_sync(), before + N)

    def check_call(self, records, call, n_calls):
        results = [call() for _ in range(n_calls)]
        gc.collect()
        for first, others in results:
            for file in first, *others:
                self.assertEqual(os.readlink(f'/proc/self/fd/{file.fd}'), '/dev/null')
                os.close(file.fd)

    def test_in_process(self):
        with Norpc.serve(Records()) as records:
            self.check(records)

    def test_in_helper(self):
        helper = Norpc.Helper(argv=[sys.executable, __file__, 'serve-records'], object_path='/records')
        self.addCleanup(helper.stop)
        self.check(records_description.RecordsProxy.new(helper))


class TestAnsweredCall(unittest.TestCase):
    def test_result_after_an_answer(self):
        with Norpc.serve(Answering()) as proxy:
            before = len(os.listdir('/proc/self/fd'))
            for _ in range(N):
                with self.assertRaisesRegex(GLib.Error, 'no'):
                    proxy.open_sync()
            end = time.monotonic() + 30  # the service closes a descriptor after its client has the answer
            while len(os.listdir('/proc/self/fd')) > before and time.monotonic() < end:
                time.sleep(0.001)
            self.assertEqual(len(os.listdir('/proc/self/fd')), before)


def load_tests(loader, tests, pattern):
    """Gets the tests with generated code, or all others: each kind takes its time."""
    wants_generated = 'generated' in sys.argv
    return unittest.TestSuite(suite for suite in tests for test in itertools.islice(suite, 1)
                              if isinstance(test, TestDescriptorsOfTypelib) == wants_generated)


if 'serve-records' in sys.argv:
    serve_records()
else:
    tap.main()
