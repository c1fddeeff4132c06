# SPDX-License-Identifier: LGPL-2.1-or-later
"""Code in Python that calls a service is tested without it, and without waiting."""

import io
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('People', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc, People, Test

import tap


PLACES = '''
<node>
  <record name="Point"><field name="x" type="i"/></record>
  <enum name="Kind"><value name="town"/><value name="hill"/><value name="lake"/></enum>
  <interface name="org.example.Places">
    <method name="Where"><arg name="p" type="Point" direction="out"/></method>
    <method name="WhereAll"><arg name="all" type="Point[]" direction="out"/></method>
    <method name="Values">
      <arg name="n" type="u" direction="out"/><arg name="data" type="ay" direction="out"/>
      <arg name="tags" type="as" direction="out"/><arg name="level" type="d" direction="out"/>
      <arg name="kind" type="Kind" direction="out"/>
    </method>
    <stream name="Walk"><arg name="p" type="Point" direction="out"/></stream>
  </interface>
</node>
'''


class Finder:
    """The code under test: it shows the names that the last search has found."""

    def __init__(self, directory):
        self.directory = directory
        self.directory.set_timeout(2000)
        self.text = None
        self.shown = None
        self.directory.connect('changed', lambda directory, name: self.search(self.text))

    def search(self, text):
        self.text = text
        self.directory.call_find(text, 10, None, self.found)

    def found(self, directory, result):
        try:
            self.shown = directory.call_find_finish(result)
        except GLib.Error as error:
            self.shown = error.message


class Watcher:
    """The code under test: it shows the names of a stream, as they come."""

    def __init__(self, directory):
        self.shown = []
        self.ended = False
        self.stream = directory.open_follow(None)
        self.stream.next_async(None, self.read)

    def read(self, stream, result):
        more, name = stream.next_finish(result)
        if more:
            self.shown.append(name)
            stream.next_async(None, self.read)
        else:
            self.ended = True


class FinderTest(unittest.TestCase):
    def setUp(self):
        self.clock = Norpc.ManualClock.new()
        self.fake = Norpc.Fake.new(People.directory_interface_info())
        self.finder = Finder(People.DirectoryProxy.new(self.fake))

    def test_found(self):
        self.fake.answer_variant('Find', GLib.Variant('(as)', [['Ada']]))
        self.finder.search('a')
        self.clock.run(0)
        self.assertEqual(self.finder.shown, ['Ada'])

        call = self.fake.get_call('Find', 0)
        self.assertEqual(call.get_arg(0), 'a')
        self.assertEqual(call.dup_args().unpack(), ('a', 10))

    def test_late(self):
        rule = self.fake.answer_variant('Find', GLib.Variant('(as)', [['Ada']]))
        rule.set_delay(5000)
        self.finder.search('a')
        self.clock.run(1999)
        self.assertIsNone(self.finder.shown)
        self.clock.run(1)
        self.assertIn('timed out', self.finder.shown)

    def test_error(self):
        failure = GLib.Error.new_literal(Gio.io_error_quark(), 'No network', Gio.IOErrorEnum.NOT_CONNECTED)
        self.fake.answer_error('Find', failure)
        self.finder.search('a')
        self.clock.run(0)
        self.assertEqual(self.finder.shown, 'No network')

    def test_signal(self):
        self.fake.answer_variant('Find', GLib.Variant('(as)', [[]]))
        self.fake.answer_variant('Find', GLib.Variant('(as)', [['Ada']]))
        self.finder.search('a')
        self.fake.emit_variant('Changed', GLib.Variant('(s)', ['Ada']))
        self.clock.run(0)
        self.assertEqual(self.finder.shown, ['Ada'])
        self.assertTrue(self.fake.verify())

    def test_property(self):
        self.fake.get_service().props.size = 7
        proxy = People.DirectoryProxy.new_sync(self.fake, None)
        self.assertEqual(proxy.props.size, 7)

    def test_by_hand(self):
        self.fake.never_answer('Find').set_times(Norpc.FAKE_ALWAYS)
        self.finder.search('a')
        self.clock.run(1000)
        call = self.fake.get_call(None, 0)
        self.assertTrue(call.is_pending())
        call.answer_variant(GLib.Variant('(as)', [['Late']]))
        self.clock.run(0)
        self.assertEqual(self.finder.shown, ['Late'])

    def test_values(self):
        rule = self.fake.answer_values('Find', [GObject.Value(GObject.TYPE_STRV, ['Ada'])])
        rule.match('text', 'x')
        self.finder.search('x')
        self.clock.run(0)
        self.assertEqual(self.finder.shown, ['Ada'])

    def test_values_of_python(self):
        """They are those that a service returns."""
        Norpc.extend_records(Test)
        entry = Test.Entry(key='a', size=1, mode=0, parts=0, bytes=b'', tags=[])
        fake = Norpc.Fake.new(Test.language_interface_info())
        proxy = Test.LanguageProxy.new(fake)
        fake.answer_values('OneEntry', [{'key': 'a', 'size': 1, 'mode': 0, 'parts': 0, 'bytes': b'', 'tags': []}])
        self.assertEqual(proxy.one_entry_sync(entry), entry)
        fake.answer_values('Numbers', [Test.Mode.SLOW, 0, 1, 0])
        self.assertEqual(proxy.numbers_sync(0, 0, 0, 0)[0], Test.Mode.SLOW)
        fake.answer_values('OneFile', [Gio.File.new_for_path('/a')])
        self.assertEqual(proxy.one_file_sync(Gio.File.new_for_path('/')).get_path(), '/a')
        fake.answer_values('Options', [{'a': 5}])
        self.assertEqual(proxy.options_sync({}), {'a': 5})
        with self.assertRaisesRegex(TypeError, r"result '.*' of answer_values\(\): argument 'key': expected str, got int"):
            fake.answer_values('OneEntry', [{'key': 5, 'size': 1, 'mode': 0, 'parts': 0, 'bytes': b'', 'tags': []}])

        self.fake.never_answer('Find')
        self.finder.search('a')
        self.fake.get_call('Find', 0).answer_values([['Ada']])
        self.clock.run(0)
        self.assertEqual(self.finder.shown, ['Ada'])
        self.fake.answer_values('Follow', []).write_values(['Eve'])
        with self.assertRaisesRegex(TypeError, r"value 'name' of write_values\(\): expected str, got int"):
            self.fake.answer_values('Follow', []).write_values([5])

        files = Norpc.Fake.new(People.files_interface_info())
        files.answer_values('OpenOdd', [-1])  # which has another name in C
        self.assertEqual(People.FilesProxy.new(files).open_even_sync(), -1)
        with self.assertRaisesRegex(TypeError, r"result 'file' of answer_values\(\): expected int, got str"):
            files.answer_values('OpenOdd', ['x'])

        store = Norpc.Fake.new(Kv.store_interface_info())
        store.answer_values('GetSize', [5])
        store.answer_values('Get', [b'x'])
        self.assertEqual(Kv.StoreProxy.new(store).get_size_sync(0), 5)
        self.assertEqual(Kv.StoreProxy.new(store).get_sync(0, b'key'), b'x')
        with self.assertRaisesRegex(OverflowError, r'of answer_values\(\): expected a number from 0 to .*, got -1'):
            store.answer_values('GetSize', [-1])

    def test_values_of_a_loaded_description(self):
        places = Norpc.load(io.StringIO(PLACES))
        fake = Norpc.Fake.new(Norpc.interface_info_for_type(places.Places))
        proxy = places.PlacesProxy.new(fake)
        for name, values in {'Where': [places.Point(1)], 'WhereAll': [[places.Point(1)]], 'Values': [5, b'x', ['a'], 1, 2]}.items():
            fake.answer_values(name, values)
            function = {'Where': proxy.where_sync, 'WhereAll': proxy.where_all_sync, 'Values': proxy.values_sync}[name]
            self.assertEqual(function(), values[0] if len(values) == 1 else tuple(values))
        fake.answer_values('Where', [{'x': 2}])
        self.assertEqual(proxy.where_sync(), places.Point(2))
        fake.answer_values('Where', [GLib.Variant('(i)', (3,))])
        self.assertEqual(proxy.where_sync(), places.Point(3))
        fake.answer_variant('Where', GLib.Variant('((i))', ((4,),)))
        self.assertEqual(proxy.where_sync(), places.Point(4))
        fake.answer_values('Walk', []).write_values([places.Point(5)])
        self.assertEqual(list(proxy.walk()), [places.Point(5)])
        with self.assertRaisesRegex(TypeError, r"result 'p' of answer_values\(\): expected description.Point, got int"):
            fake.answer_values('Where', [5])

    def test_missing_values(self):
        """None is the value of a result that may be NULL, and an error elsewhere."""
        with self.assertRaisesRegex(TypeError, r"answer_values\(\): value 0: expected a value of type 'as', got None"):
            self.fake.answer_values('Find', [None])
        with self.assertRaisesRegex(GLib.Error, 'expected 1 result, got 2'):
            self.fake.answer_values('Find', [GObject.Value(GObject.TYPE_STRV, []), 5])
        message = r'answer_values\(\): value 0 is None, which has no type; GObject.Value\(type, None\) has one'
        for values in [None, None], (None, 5):
            with self.assertRaisesRegex(TypeError, message):
                self.fake.answer_values('Find', values)
        with self.assertRaisesRegex(TypeError, message):
            self.fake.answer_values('None', [None])
        self.fake.never_answer('Find')
        self.finder.search('x')
        with self.assertRaisesRegex(TypeError, r"answer_values\(\): value 0: expected a value of type 'as', got None"):
            self.fake.get_call('Find', 0).answer_values([None])

        store = Norpc.Fake.new(Kv.store_interface_info())
        store.answer_values('Get', [None])
        self.assertIsNone(Kv.StoreProxy.new(store).get_sync(0, b'key'))
        language = Norpc.Fake.new(Test.language_interface_info())
        with self.assertRaisesRegex(TypeError, "expected a value of type 'TestEntry', got None"):
            language.answer_values('OneEntry', [None])
        Norpc.extend_records(Test)
        entry = Test.Entry(key='a', size=1, mode=0, parts=0, bytes=b'', tags=[])
        language.answer_values('Records', [entry, None])
        self.assertEqual(Test.LanguageProxy.new(language).records_sync(entry, None), (entry, None))

    def test_missing_results(self):
        """The same for a service."""
        class Store(Norpc.Service, Kv.Store):
            def do_handle_get(self, call, database, key):
                call.return_values([None])
                return True

            def do_handle_get_size(self, call, database):
                call.return_values([None])
                return True

        with Norpc.serve(Store()) as store:
            self.assertIsNone(store.get_sync(0, b'key'))
            with self.assertRaisesRegex(GLib.Error, "return_values\\(\\): value 0: expected a value of type 't', got None"):
                store.get_size_sync(0)

    def test_wrong(self):
        with self.assertRaisesRegex(GLib.Error, "result 'names': expected a GVariant of type 'as', got one of type 's'"):
            self.fake.answer_variant('Find', GLib.Variant('(s)', ['Ada']))
        with self.assertRaisesRegex(GLib.Error, "has no method 'find'"):
            self.fake.never_answer('find')
        self.finder.search('x')
        self.clock.run(0)
        self.assertIn("no rule of the NorpcFake fits the call org.example.People.Directory.Find ('x', 10)",
                      self.finder.shown)
        with self.assertRaisesRegex(GLib.Error, 'no rule fitted the call'):
            self.fake.verify()

    def test_stream(self):
        self.fake.never_answer('Follow')
        watcher = Watcher(People.DirectoryProxy.new(self.fake))
        call = self.fake.get_call('Follow', 0)
        call.write_variant(GLib.Variant('(s)', ('Ada',)))
        self.clock.run(0)
        self.assertEqual(watcher.shown, ['Ada'])

        call.answer_variant(None)
        self.clock.run(0)
        self.assertTrue(watcher.ended)
        with self.assertRaisesRegex(GLib.Error, 'has been answered already'):
            call.write_variant(GLib.Variant('(s)', ('Eve',)))

    def test_stream_by_rule(self):
        rule = self.fake.answer_variant('Follow', None)
        for name in ('Ada', 'Eve'):
            rule.write_variant(GLib.Variant('(s)', (name,)))
        watcher = Watcher(People.DirectoryProxy.new(self.fake))
        self.clock.run(0)
        self.assertEqual(watcher.shown, ['Ada', 'Eve'])
        self.assertTrue(watcher.ended)

    def test_stream_in(self):
        self.fake.never_answer('Import')
        stream = People.DirectoryProxy.new(self.fake).open_import(None)
        call = self.fake.get_call('Import', 0)
        stream.write('Ada')
        stream.end()
        self.assertFalse(call.is_at_end())
        self.assertEqual(call.read().dup_variant().unpack(), ('Ada',))
        self.assertTrue(call.is_at_end())
        self.assertIsNone(call.read())
        call.answer_variant(GLib.Variant('(u)', (1,)))
        self.assertEqual(stream.outcome_sync(None), 1)

    def test_closed(self):
        self.fake.never_answer('Find')
        self.finder.search('a')
        self.fake.close()
        self.clock.run(0)
        self.assertIn('NorpcFake is closed', self.finder.shown)


tap.main()
