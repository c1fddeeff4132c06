# SPDX-License-Identifier: LGPL-2.1-or-later
"""Properties of a service in Python, and of its proxies."""

import threading
import unittest

import gi

gi.require_version('Test', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Norpc, Test

import tap


class Mixer(GObject.Object, Test.Mixer):
    """Keeps what is written to its properties."""

    title = GObject.Property(type=str, default='first')
    tags = GObject.Property(type=GObject.TYPE_STRV)
    mode = GObject.Property(type=Test.Mode, default=Test.Mode.FAST)
    entry = GObject.Property(type=Test.Entry)
    file = GObject.Property(type=Gio.File)

    def __init__(self):
        super().__init__(tags=['one'])
        self.threads = set()
        self._volume = 0.5

    @GObject.Property(type=float)
    def volume(self):
        self.threads.add(threading.current_thread())
        return self._volume

    @volume.setter
    def volume(self, value):
        if value < 0:
            Norpc.Call.get_current().return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT,
                                                          'less than 0')
        else:
            self._volume = min(value, 1.0)

    @GObject.Property(type=GObject.TYPE_VARIANT, flags=GObject.ParamFlags.READABLE)
    def options(self):
        return GLib.Variant('a{sv}', {'a': GLib.Variant('i', 1)})


class Properties(unittest.TestCase):
    def setUp(self):
        self.service = Mixer()
        self.server = Norpc.Server.new(self.service)
        self.server.start(None)
        self.proxy = Test.MixerProxy.new_sync(self.server.get_channel(), None)

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)

    def test_values(self):
        self.assertTrue(self.proxy.is_ready())
        self.assertEqual(self.proxy.props.volume, 0.5)
        self.assertEqual(self.proxy.get_title(), 'first')
        self.assertEqual(self.proxy.props.tags, ['one'])
        self.assertEqual(self.proxy.props.mode, Test.Mode.FAST)
        self.assertIsNone(self.proxy.props.entry)
        self.assertEqual(self.proxy.get_options().unpack(), {'a': 1})

    def test_written(self):
        seen = []
        self.proxy.connect('notify::volume', lambda proxy, _pspec: seen.append(
            (proxy.props.volume, threading.current_thread() is threading.main_thread())))
        file = Gio.File.new_for_path('/a')
        self.proxy.props.volume = 7
        self.proxy.props.tags = ['two', 'three']
        self.proxy.props.mode = Test.Mode.SLOW
        self.proxy.props.file = file
        self.proxy.set_entry(Test.Entry.new('key', 1, Test.Mode.FAST, Test.Parts.HEAD, GLib.Bytes.new(b'b'),
                                            None, None, [], None))
        self.assertEqual(self.proxy.props.volume, 7)
        self.assertTrue(self.proxy.load_sync(None))
        self.wait_until(lambda: len(seen) == 2)
        self.assertEqual(seen, [(7, True), (1, True)])
        self.assertEqual(self.service.tags, ['two', 'three'])
        self.assertEqual(self.service.mode, Test.Mode.SLOW)
        self.assertEqual(self.service.file, file)
        self.assertEqual(self.proxy.get_entry().key, 'key')
        self.assertNotIn(threading.main_thread(), self.service.threads)

    def test_number_without_a_name(self):
        """Other numbers of an enumeration would be replaced by GObject."""
        with self.assertRaisesRegex(ValueError, "property 'mode': 77 is not a valid Mode"):
            self.proxy.props.mode = 77
        self.assertEqual(self.proxy.props.mode, Test.Mode.FAST)

    def test_notified(self):
        """The service notifies in the thread of the test: the proxy emits in the main context."""
        other = Mixer()
        self.proxy.bind_property('title', other, 'title', GObject.BindingFlags.DEFAULT)
        self.service.title = 'second'
        self.wait_until(lambda: other.title == 'second')

    def test_refused(self):
        failures = []
        self.proxy.connect('write-failed', lambda proxy, name, error: failures.append((name, error.message)))
        for value, kind in (True, TypeError), ('1', TypeError), (10**400, OverflowError):
            with self.assertRaisesRegex(kind, "property 'volume'"):
                self.proxy.props.volume = value
            with self.assertRaisesRegex(kind, "property 'volume'"):
                self.proxy.set_property('volume', value)
        self.proxy.props.volume = -1
        self.wait_until(lambda: failures)
        self.assertEqual(failures, [('volume', 'less than 0')])
        self.assertEqual(self.proxy.props.volume, 0.5)
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.set_volume_sync(-1, None)
        self.assertEqual(caught.exception.message, 'less than 0')

    def test_asynchronous(self):
        results = []
        Test.MixerProxy.new_async(self.server.get_channel(), None, lambda _source, result: results.append(
            Test.MixerProxy.new_finish(result)))
        self.wait_until(lambda: results)
        proxy = results.pop()
        self.assertEqual(proxy.props.title, 'first')
        proxy.set_title_async('second', None, lambda source, result: results.append(
            source.set_title_finish(result)))
        self.wait_until(lambda: results)
        self.assertEqual((results, proxy.props.title, self.service.title), ([True], 'second', 'second'))


tap.main()
