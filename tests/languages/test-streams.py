# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams of a service in Python, and its clients."""

import unittest

import gi

gi.require_version('Norpc', '1')
gi.require_version('Streams', '1')
from gi.repository import Gio, GLib, GObject, Norpc, Streams

import tap


class Feed(GObject.Object, Streams.Feed):
    def do_handle_count(self, call, stream, upto):
        if upto > 1000:
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'too many',
                                         Gio.IOErrorEnum.INVALID_ARGUMENT)
        self.count(call, stream, 1, upto)
        return True

    def count(self, call, stream, number, upto):
        while number <= upto:
            if not stream.is_ready():
                stream.ready_async(None, self.ready, call, number, upto)
                return
            stream.write(number, str(number))
            number += 1
        self.complete_count(call, upto * (upto + 1) // 2)

    def ready(self, stream, result, call, number, upto):
        try:
            stream.ready_finish(result)
        except GLib.Error:
            return  # the client has closed its end
        self.count(call, stream, number, upto)

    def do_handle_collect(self, call, stream):
        texts = []
        stream.next_async(None, self.collected, call, texts)
        return True

    def collected(self, stream, result, call, texts):
        there, text = stream.next_finish(result)
        if there:
            texts.append(text)
            stream.next_async(None, self.collected, call, texts)
        else:
            self.complete_collect(call, ' '.join(texts))


class Misnamed(GObject.Object, Streams.Feed):
    def do_count(self, call, stream, upto):
        return True


def read_all(stream):
    """Reads the items, and blocks until the stream has ended."""
    items = []
    there, number, text = stream.next_sync(None)
    while there:
        items.append((number, text))
        there, number, text = stream.next_sync(None)
    return items, stream.outcome_sync(None)


def read(stream, item_cb, ended_cb):
    """Reads the items in the main loop."""
    def next_cb(stream, result):
        there, number, text = stream.next_finish(result)
        if there:
            item_cb(number, text)
            stream.next_async(None, next_cb)
        else:
            stream.outcome_async(None, lambda stream, result: ended_cb(stream.outcome_finish(result)))

    stream.next_async(None, next_cb)


class Client(unittest.TestCase):
    def setUp(self):
        self.server = Norpc.Server.new(Feed())
        self.server.start(None)
        self.proxy = Streams.FeedProxy.new(self.server.get_channel())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.ABANDON, None)

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)

    def test_async(self):
        items = []
        ended = []
        read(self.proxy.open_count(20, None), lambda *item: items.append(item), ended.append)
        self.wait_until(lambda: ended)
        self.assertEqual(items, [(i, str(i)) for i in range(1, 21)])
        self.assertEqual(ended, [210])

    def test_sync(self):
        self.assertEqual(read_all(self.proxy.open_count(10, None)), ([(i, str(i)) for i in range(1, 11)], 55))

    def test_failed(self):
        stream = self.proxy.open_count(1001, None)
        with self.assertRaises(GLib.Error) as raised:
            stream.next_sync(None)
        self.assertTrue(raised.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT))

    def test_misnamed(self):
        """The error names the handler that is missing."""
        server = Norpc.Server.new(Misnamed())
        server.start(None)
        proxy = Streams.FeedProxy.new(server.get_channel())
        with self.assertRaises(GLib.Error) as raised:
            proxy.open_count(1, None).outcome_sync(None)
        server.stop(Norpc.StopMode.ABANDON, None)
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))
        self.assertIn('org.example.Streams.Feed.Count; its virtual function is handle_count',
                      raised.exception.message)

    def test_closed(self):
        stream = self.proxy.open_count(1000, None)
        self.assertEqual(stream.next_sync(None), (True, 1, '1'))
        stream.close()
        with self.assertRaises(GLib.Error) as raised:
            stream.outcome_sync(None)
        self.assertTrue(raised.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_in(self):
        stream = self.proxy.open_collect(None)
        for text in ('a', 'b', 'c'):
            self.assertTrue(stream.write(text))
        stream.end()
        self.assertEqual(stream.outcome_sync(None), 'a b c')
        with self.assertRaises(GLib.Error) as raised:
            stream.write('d')
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))


tap.main()
