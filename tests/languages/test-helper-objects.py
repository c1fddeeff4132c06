# SPDX-License-Identifier: LGPL-2.1-or-later
"""Objects in Python that a program passes to its helper, and gets from it. Both are this file."""

import asyncio
import os
import sys
import unittest

import gi

gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import GLib, GObject, Norpc, Test

OBJECT_PATH = '/org/example/Room'


class Listener(Norpc.Service, Test.Listener):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def hear(self, text):
        return f'{self.name} hears {text}'


class Room(Norpc.Service, Test.Room):
    host = GObject.Property(type=Test.Listener)

    def __init__(self):
        super().__init__()
        self.joined_listeners = []

    def join(self, listener):
        self.joined_listeners.append(listener)
        self.host = listener
        self.emit_joined(listener)

    def listeners(self):
        return self.joined_listeners

    async def say(self, text):
        if text == 'crash':
            os._exit(1)
        return ', '.join([await listener.hear(text) for listener in self.joined_listeners])

    def open(self):
        return Room()


def serve():
    connection = Norpc.Helper.connect()
    server = Norpc.serve(Room())
    info = Norpc.interface_info_for_type(Test.Room)
    export = Norpc.DBusExport.new(connection, OBJECT_PATH, server.get_endpoint(), info)
    connection.start_message_processing()
    GLib.MainLoop().run()
    del export


class Objects(unittest.TestCase):
    def setUp(self):
        self.helper = Norpc.Helper(argv=[sys.executable, __file__, 'serve'], object_path=OBJECT_PATH, min_delay=1)
        self.addCleanup(self.helper.stop)
        self.room = Test.RoomProxy.new(self.helper)
        self.seen = asyncio.Queue()
        self.room.connect('joined', lambda room, listener: self.seen.put_nowait(listener))
        self.room.connect('notify::host', lambda room, _: self.seen.put_nowait(room.props.host))

    def assert_closed(self, error):
        self.assertTrue(error.matches(Norpc.error_quark(), Norpc.Error.CLOSED), error.message)

    async def join(self, listener):
        """The signal and the property have the object itself."""
        await self.room.join(listener)
        self.assertEqual([await self.seen.get(), await self.seen.get()], [listener] * 2)

    def test_listeners(self):
        async def main():
            listeners = [Listener('Ada'), Listener('Alan')]
            for listener in listeners:
                await self.join(listener)
            self.assertEqual(await self.room.say('that'), 'Ada hears that, Alan hears that')
            self.assertEqual(await self.room.listeners(), listeners)

        Norpc.run(main())

    def test_crash(self):
        """The next process knows no object of the last one."""
        async def main():
            listener = Listener('Ada')
            await self.join(listener)
            room = await self.room.open()
            await room.join(listener)
            self.assertEqual(await room.say('this'), 'Ada hears this')
            with self.assertRaises(GLib.Error) as context:
                await self.room.say('crash')
            self.assert_closed(context.exception)
            self.assertIsNone(await self.seen.get())  # the host in the next process
            self.assertEqual(await self.room.say('that'), '')
            with self.assertRaises(GLib.Error) as context:
                await room.say('this')
            self.assert_closed(context.exception)
            await self.join(listener)
            self.assertEqual(await self.room.say('that'), 'Ada hears that')

        Norpc.run(main())


if sys.argv[1:] == ['serve']:
    serve()
else:
    import tap

    tap.main()
