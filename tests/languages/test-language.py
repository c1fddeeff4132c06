# SPDX-License-Identifier: LGPL-2.1-or-later
"""Types that have names, from Python: a service in C, and one in Python."""

import threading
import unittest

import gi

gi.require_version('Test', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Norpc, Test

import tap


def entry(key, place=None, when=None, count=None):
    return Test.Entry.new(key, 7, Test.Mode.READ_ONLY, Test.Parts.HEAD | Test.Parts.TAIL,
                          GLib.Bytes.new(b'bytes'), place, when, ['one', 'two'], count)


made, freed = [], []  # files that the service emits


class Service(GObject.Object, Test.Language):
    """Answers with what it is given."""

    def __init__(self):
        super().__init__()
        self.noted = None

    def do_objects(self, file, cancellable, regex, data):
        return True, file, cancellable, regex, data

    def do_numbers(self, mode, parts, kind, flags):
        return True, mode, parts, kind, flags

    def do_arrays(self, files, entries, modes, dates):
        return True, files, entries, modes, dates

    def do_records(self, an_entry, tree):
        return True, an_entry, tree

    def do_one_file(self, file):
        return file

    def do_one_array(self, files):
        return files

    def do_one_entry(self, an_entry):
        return an_entry

    def do_moved(self, cancellable, text, an_entry, files):
        return True, cancellable, text, an_entry, files

    def do_refuse(self, code):
        raise GLib.Error.new_literal(Test.store_error_quark(), 'as told', code)

    def do_options(self, options):
        return options

    def do_note(self, an_entry):
        previous, self.noted = self.noted, an_entry.copy()
        file = Gio.File.new_for_path('/a')
        made.append(an_entry.key)
        file.weak_ref(lambda key=an_entry.key: freed.append(key))
        self.emit_noted(self.noted, [file], Test.Mode.FAST, previous)
        return True

    def do_last_note(self):
        return True, self.noted


class Calls:
    """The tests that both services pass."""

    def setUp(self):
        self.server = Norpc.Server.new(self.make_service())
        self.server.start(None)
        self.proxy = Test.LanguageProxy.new(self.server.get_channel())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def test_objects(self):
        file = Gio.File.new_for_path('/a')
        cancellable = Gio.Cancellable()
        regex = GLib.Regex.new('a', 0, 0)
        values = self.proxy.call_objects_sync(file, cancellable, regex, GLib.Bytes.new(b'x'), None)
        self.assertEqual(values[:2], (file, cancellable))
        self.assertEqual(values[2].get_pattern(), 'a')
        self.assertEqual(values[3].get_data(), b'x')
        values = self.proxy.call_objects_sync(file, None, regex, GLib.Bytes.new(b'x'), None)
        self.assertIsNone(values[1])

    def test_numbers(self):
        self.assertEqual(
            self.proxy.call_numbers_sync(Test.Mode.SLOW, Test.Parts.BOTH, Gio.FileType.SPECIAL,
                                         Gio.FileCopyFlags.BACKUP, None),
            (Test.Mode.SLOW, Test.Parts.BOTH, Gio.FileType.SPECIAL, Gio.FileCopyFlags.BACKUP))

    def test_arrays(self):
        files = [Gio.File.new_for_path('/a'), Gio.File.new_for_path('/b')]
        entries = [entry('a'), entry('b')]
        dates = [GLib.DateTime.new_utc(2020, 2, 29, 1, 2, 3)]
        files_back, entries_back, modes, dates_back = self.proxy.call_arrays_sync(
            files, entries, [Test.Mode.FAST, Test.Mode.SLOW], dates, None)
        self.assertEqual(files_back, files)
        self.assertEqual([each.key for each in entries_back], ['a', 'b'])
        self.assertEqual(modes, [Test.Mode.FAST, Test.Mode.SLOW])
        self.assertEqual([date.format('%F') for date in dates_back], ['2020-02-29'])
        self.assertEqual(self.proxy.call_one_array_sync(files, None), files)

    def test_lent_array(self):
        """The array that Python makes is gone before the call arrives."""
        results = []
        files = [Gio.File.new_for_path(f'/{i}') for i in range(100)]
        for _ in range(10):
            self.proxy.call_one_array(list(files), None, lambda source, result, data: results.append(
                source.call_one_array_finish(result)), None)
        while len(results) < 10:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(results, [files] * 10)

    def test_records(self):
        sent = entry('key', Gio.File.new_for_path('/a'), GLib.DateTime.new_utc(2020, 2, 29, 1, 2, 3),
                     GLib.Variant('i', 4))
        tree = Test.Tree.new('root', [Test.Tree.new('leaf', [], None)], None)
        values = self.proxy.call_records_sync(sent, tree, None)
        self.assertTrue(values[0].equal(sent))
        self.assertTrue(values[1].equal(tree))
        self.assertEqual(values[1].branches[0].name, 'leaf')
        self.assertIsNone(self.proxy.call_records_sync(sent, None, None)[1])
        # PyGObject lets a caller leave out what may be None.
        self.assertIsNone(self.proxy.call_records_sync(sent)[1])
        self.assertIsNone(self.proxy.call_records_sync(sent, cancellable=Gio.Cancellable())[1])
        self.assertTrue(self.proxy.call_one_entry_sync(sent, None).equal(sent))

    def test_signal(self):
        """A proxy emits in its own thread what the service emits in another one."""
        seen = []

        def noted(proxy, an_entry, files, mode, previous):
            self.assertEqual(threading.current_thread(), threading.main_thread())
            self.assertEqual(proxy, self.proxy)
            paths = [file.get_path() for file in files]
            seen.append((an_entry.key, paths, mode, previous and previous.key))

        handler = self.proxy.connect('noted', noted)
        self.proxy.call_note(entry('a'))
        self.proxy.call_note(entry('b'))
        while len(seen) < 2:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(seen, [('a', ['/a'], Test.Mode.FAST, None), ('b', ['/a'], Test.Mode.FAST, 'a')])

        self.proxy.disconnect(handler)
        self.proxy.call_note(entry('c'))
        self.proxy.call_last_note_sync(None)
        while GLib.MainContext.default().iteration(False):
            pass
        self.assertEqual(len(seen), 2)
        self.assertEqual(set(freed), set(made))

    def test_watch(self):
        """A watch returns emissions, whose arguments are plain values in Python."""
        seen = []

        def next_cb(watch, result):
            emission = watch.next_finish(result)
            seen.append((emission.get_arg(0).key, emission.get_arg(2), emission.get_n_args()))

        watch = Norpc.SignalWatch.new(self.proxy, 'noted')
        watch.next_async(None, next_cb)
        self.proxy.call_note(entry('a'))
        while not seen:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(seen, [('a', Test.Mode.FAST, 4)])

    def test_moved(self):
        cancellable = Gio.Cancellable()
        files = [Gio.File.new_for_path('/a')]
        values = self.proxy.call_moved_sync(cancellable, 'text', entry('moved'), files, None)
        self.assertEqual(values[:2], (cancellable, 'text'))
        self.assertEqual(values[2].key, 'moved')
        self.assertEqual(values[3], files)

    def test_refuse(self):
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.call_refuse_sync(Test.StoreError.FULL, None)
        self.assertTrue(caught.exception.matches(Test.store_error_quark(), Test.StoreError.FULL))
        self.assertEqual(caught.exception.message, 'as told')

    def test_one_way(self):
        self.assertIsNone(self.proxy.call_note(entry('noted')))
        self.assertEqual(self.proxy.call_last_note_sync(None).key, 'noted')


    def assert_refused(self, call, *args, message):
        """Calls in both ways: neither returns without a word."""
        def finished(source, result, _data):
            try:
                getattr(source, f'call_{call}_finish')(result)
                outcomes.append(None)
            except GLib.Error as error:
                outcomes.append(error)

        outcomes = []
        getattr(self.proxy, f'call_{call}')(*args, None, finished, None)
        self.assertEqual(outcomes, [])
        while not outcomes:
            GLib.MainContext.default().iteration(True)
        with self.assertRaises(GLib.Error) as caught:
            getattr(self.proxy, f'call_{call}_sync')(*args, None)
        for error in (outcomes[0], caught.exception):
            self.assertTrue(error.matches(Norpc.error_quark(), Norpc.Error.INVALID_ARGUMENT))
            self.assertEqual(error.message, f'org.example.Test.Language.{message}')

    def test_wrong_variant(self):
        self.assert_refused('options', GLib.Variant('a{ss}', {}), message=(
            "Options: argument 'options': expected a GVariant of type 'a{sv}', got one of type 'a{ss}'"))

    def test_none_in_array(self):
        files = [Gio.File.new_for_path('/a'), None]
        self.assert_refused('one_array', files, message=(
            "OneArray: argument 'files': element 1: expected a value of type GFile, got NULL"))
        self.assert_refused('moved', Gio.Cancellable(), 'text', entry('moved'), files, message=(
            "Moved: argument 'files': element 1: expected a value of type GFile, got NULL"))

    def test_empty_record(self):
        """A record that Python makes without its constructor."""
        self.assert_refused('one_entry', Test.Entry(), message=(
            "OneEntry: argument 'entry': field 'key' of TestEntry: expected a value of type gchararray, got NULL"))

    def test_without_endpoint(self):
        self.proxy = Test.LanguageProxy()
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.call_one_array_sync([], None)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))


class WrongResults(unittest.TestCase):
    """A service that does not keep to the description."""

    class Service(GObject.Object, Test.Language):
        def do_arrays(self, files, _entries, modes, dates):
            return True, files + [None], [], modes, dates

        def do_records(self, _entry, tree):
            return True, Test.Entry(), tree

        def do_handle_options(self, call, _options):
            self.complete_options(call, GLib.Variant('s', 'no'))
            return True

    def setUp(self):
        self.server = Norpc.Server.new(self.Service())
        self.server.start(None)
        self.proxy = Test.LanguageProxy.new(self.server.get_channel())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def assert_broken(self, call, *args, message):
        with self.assertRaises(GLib.Error) as caught:
            getattr(self.proxy, f'call_{call}_sync')(*args, None)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.INVALID_ARGUMENT))
        self.assertEqual(caught.exception.message, f'org.example.Test.Language.{message}')

    def test_array(self):
        self.assert_broken('arrays', [], [], [], None, message=(
            "Arrays: result 'files': element 0: expected a value of type GFile, got NULL"))

    def test_record(self):
        self.assert_broken('records', entry('key'), None, message=(
            "Records: result 'entry': field 'key' of TestEntry: expected a value of type gchararray, got NULL"))

    def test_variant(self):
        self.assert_broken('options', GLib.Variant('a{sv}', {}), message=(
            "Options: result 'options': expected a GVariant of type 'a{sv}', got one of type 's'"))


class ServiceInC(Calls, unittest.TestCase):
    def make_service(self):
        return Test.caller_new_service()


class ServiceInPython(Calls, unittest.TestCase):
    def make_service(self):
        return Service()


class Types(unittest.TestCase):
    def test_enum(self):
        self.assertEqual(Test.Mode.READ_ONLY.value_nick, 'read-only')
        self.assertEqual(Test.Mode.SLOW, 10)
        self.assertEqual(Test.Parts.BOTH, Test.Parts.HEAD | Test.Parts.TAIL)

    def test_fields(self):
        one = entry('key', Gio.File.new_for_path('/a'))
        self.assertEqual((one.key, one.size, one.mode), ('key', 7, Test.Mode.READ_ONLY))
        self.assertEqual(one.place.get_path(), '/a')
        self.assertEqual(one.tags, ['one', 'two'])
        self.assertIsNone(one.when)

    def test_variant(self):
        one = entry('key', Gio.File.new_for_path('/a'), None, GLib.Variant('i', 4))
        variant = one.to_variant()
        self.assertEqual(variant.unpack(), ('key', 7, 1, 3, list(b'bytes'), 'file:///a', None, ['one', 'two'], 4))
        self.assertTrue(Test.Entry.new_from_variant(variant).equal(one))
        with self.assertRaises(GLib.Error) as caught:
            Test.Entry.new_from_variant(GLib.Variant('s', 'no'))
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_DATA))

    def test_hash(self):
        self.assertEqual(Test.Point.new(1, 2, 'a').hash(), Test.Point.new(1, 2, 'a').hash())

    def test_dbus_error(self):
        Test.store_error_quark()
        error = Gio.dbus_error_new_for_dbus_error('org.example.Full', 'full')
        self.assertTrue(error.matches(Test.store_error_quark(), Test.StoreError.FULL))


tap.main()
