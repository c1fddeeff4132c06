# SPDX-License-Identifier: LGPL-2.1-or-later
"""A proxy of an object that is disposed while calls are in flight, as a window is."""

import threading
import unittest

import gi

gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import GLib, GObject, Norpc, Test

import tap


class Room(GObject.Object, Test.Room):
    """Keeps the questions, to answer them when it is told to."""

    host = GObject.Property(type=Test.Listener)

    def __init__(self):
        super().__init__()
        self.asked = threading.Event()

    def do_handle_say(self, call, text):
        self.call = call
        self.asked.set()
        return True


class Panel(GObject.Object):
    """Shows what a room answers."""

    def __init__(self, channel):
        super().__init__()
        self.text = None
        self.proxy = Test.RoomProxy.new(channel)
        self.proxy.set_owner(self)

    def ask(self, question):
        self.proxy.call_say(question, None, self.show)

    def show(self, proxy, result):
        self.text = proxy.call_say_finish(result)


class Owner(unittest.TestCase):
    def setUp(self):
        self.service = Room()
        self.server = Norpc.Server.new(self.service)
        self.server.start(None)
        self.panel = Panel(self.server.get_channel())
        self.panel.ask('how are you')
        self.service.asked.wait()

    def tearDown(self):
        self.server.stop(Norpc.StopMode.ABANDON, None)

    def test_answered(self):
        self.service.complete_say(self.service.call, 'well')
        while self.panel.text is None:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(self.panel.text, 'well')

    def test_disposed(self):
        self.service.complete_say(self.service.call, 'well')
        self.panel.run_dispose()
        while GLib.MainContext.default().iteration(False):
            pass
        self.assertIsNone(self.panel.text)

    def test_cancelled(self):
        self.panel.run_dispose()
        self.assertTrue(self.service.call.is_cancelled())


tap.main()
