# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects as arguments and results, from and to a service in another thread."""

import gc
import threading
import unittest

import gi

gi.require_version('Test', '1')
gi.require_version('Norpc', '1')
from gi.repository import GLib, GObject, Norpc, Test

import tap


class Listener(GObject.Object, Test.Listener):
    """An object of the client."""

    def __init__(self):
        super().__init__()
        self.thread = None

    def do_hear(self, text):
        self.thread = threading.current_thread()
        if text == 'fail':
            raise GLib.Error('deaf', 'test-quark', 7)
        return text.upper()


class Room(GObject.Object, Test.Room, Norpc.Lifecycle):
    """A service that opens others of its kind, which are in its thread."""

    host = GObject.Property(type=Test.Listener)

    def __init__(self, stopped):
        super().__init__()
        self.stopped = stopped
        self.joined_listeners = []
        self.room = None

    def do_stop(self):
        self.stopped.append((self, threading.current_thread()))

    def do_join(self, listener):
        self.joined_listeners.append(listener)
        self.emit_joined(listener)
        return True

    def do_handle_say(self, call, text):
        def heard(listener, result):
            try:
                self.complete_say(call, listener.call_hear_finish(result))
            except GLib.Error as error:
                call.return_gerror(error)

        self.joined_listeners[-1].call_hear(text, None, heard)
        return True

    def do_listeners(self):
        return self.joined_listeners

    def do_open(self):
        self.room = Room(self.stopped)
        return self.room


class Objects:
    """The same with a room in C and in Python."""

    def setUp(self):
        self.service = self.make_room()
        self.server = Norpc.Server.new(self.service)
        self.service = None
        self.server.start(None)
        self.proxy = Test.RoomProxy.new_sync(self.server.get_channel(), None)

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)
        while GLib.MainContext.default().iteration(False):
            pass

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)

    def say(self, text):
        answers = []
        self.proxy.call_say(text, None, lambda proxy, result: answers.append(result))
        self.wait_until(lambda: answers)
        return self.proxy.call_say_finish(answers[0])

    def test_listener(self):
        listener = Listener()
        joined = []
        self.proxy.connect('joined', lambda _proxy, joining: joined.append(joining))
        self.proxy.call_join_sync(listener, None)
        self.assertEqual(self.say('hello'), 'HELLO')
        self.assertIs(listener.thread, threading.main_thread())
        self.assertEqual(joined, [listener])
        self.assertEqual(self.proxy.call_listeners_sync(None), [listener])
        with self.assertRaises(GLib.Error) as caught:
            self.say('fail')
        self.assertEqual(caught.exception.message, 'deaf')

    def test_closed(self):
        listener = Listener()
        self.proxy.call_join_sync(listener, None)
        Norpc.object_close(listener)
        with self.assertRaises(GLib.Error) as caught:
            self.say('hello')
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

    def test_property(self):
        listener = Listener()
        self.assertIsNone(self.proxy.props.host)
        self.proxy.props.host = listener
        self.assertIs(self.proxy.props.host, listener)
        self.proxy.load_sync(None)
        self.assertIs(self.proxy.get_host(), listener)
        self.proxy.props.host = None

    def test_result(self):
        room = self.proxy.call_open_sync(None)
        self.assertIsInstance(room, Test.RoomProxy)
        self.assertTrue(room.is_connected())
        self.assertFalse(room.is_ready())
        self.assertTrue(room.load_sync(None))
        self.assertTrue(room.is_ready())
        room.call_join_sync(Listener(), None)
        self.assertEqual(len(room.call_listeners_sync(None)), 1)


class InC(Objects, unittest.TestCase):
    def make_room(self):
        return Test.caller_new_room()

    def test_release(self):
        before = Test.caller_get_n_tracked()
        room = self.proxy.call_open_sync(None)
        self.assertEqual(Test.caller_get_n_tracked(), before + 1)
        room = None
        gc.collect()
        while Test.caller_get_n_tracked() > before:
            self.proxy.call_listeners_sync(None)


class InPython(Objects, unittest.TestCase):
    def make_room(self):
        self.stopped = []
        return Room(self.stopped)

    def test_release(self):
        room = self.proxy.call_open_sync(None)
        room.call_listeners_sync(None)
        self.assertEqual(self.stopped, [])
        room = None
        gc.collect()
        while not self.stopped:
            self.proxy.call_listeners_sync(None)
        self.assertIsNot(self.stopped[0][1], threading.main_thread())
        self.stopped.clear()


tap.main()
