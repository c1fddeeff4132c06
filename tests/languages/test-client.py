# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client in Python of a service in C."""

import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Kv, Norpc

import tap


def data(text):
    return GLib.Bytes.new(text.encode())


class Client(unittest.TestCase):
    def setUp(self):
        self.server = Norpc.Server.new(Kv.caller_new_store())
        self.server.start(None)
        self.proxy = Kv.StoreProxy.new(self.server.get_channel())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def wait(self, call, *arguments):
        """Makes an asynchronous call, runs the loop, returns what it gave."""
        loop = GLib.MainLoop()
        outcome = []

        def answered(source, result, user_data):
            self.assertEqual(threading.current_thread(), threading.main_thread())
            self.assertEqual(user_data, 'data')
            outcome.append((source, result))
            loop.quit()

        call(*arguments, answered, 'data')
        self.assertEqual(outcome, [])
        loop.run()
        self.assertEqual(len(outcome), 1)
        self.assertEqual(outcome[0][0], self.proxy)
        return outcome[0][1]

    def test_sync(self):
        self.assertEqual(self.proxy.call_set_sync(0, data('key'), data('one'), 0, 0, None),
                         (True, None))
        self.assertEqual(self.proxy.call_get_sync(0, data('key'), None).get_data(), b'one')
        self.assertIsNone(self.proxy.call_get_sync(0, data('none'), None))
        self.assertEqual(self.proxy.call_append_sync(0, data('key'), data('two'), None), 6)

    def test_stats(self):
        self.server.set_property('collect-stats', True)
        for _ in range(3):
            self.proxy.call_get_sync(0, data('key'), None)

        stats = self.server.get_stats()
        get = stats.get_method('Get')
        self.assertEqual(get.get_n_calls(), 3)
        self.assertEqual(get.get_n_ended(Norpc.Outcome.ANSWERED), 3)
        self.assertGreater(get.get_percentile(Norpc.Latency.TOTAL, 99), 0)

        self.assertEqual([method.get_method_name() for method in stats.get_methods()], ['Get'])
        self.assertIsNone(stats.get_method('Set'))
        del stats
        self.assertEqual(get.get_n_in_flight(), 0)

    def test_callback(self):
        result = self.wait(self.proxy.call_set, 0, data('key'), data('one'), 0, 0, None)
        self.assertEqual(self.proxy.call_set_finish(result), (True, None))
        result = self.wait(self.proxy.call_get, 0, data('key'), None)
        self.assertEqual(self.proxy.call_get_finish(result).get_data(), b'one')

    def test_many(self):
        pairs = [Kv.Pair.new(data('a'), data('1')), Kv.Pair.new(data('b'), data('2'))]
        self.proxy.call_set_many_sync(0, pairs, None)
        keys = [data('a'), data('x'), data('b')]
        values = self.proxy.call_get_many_sync(0, keys, None)
        self.assertEqual([found.value and found.value.get_data() for found in values],
                         [b'1', None, b'2'])
        self.assertEqual(self.proxy.call_list_databases_sync(None).unpack(), [(0, 2, 0)])

    def test_error(self):
        self.proxy.call_set_sync(0, data('key'), data('word'), 0, 0, None)
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.call_increment_sync(0, data('key'), 1, None)
        self.assertEqual(caught.exception.domain, 'kv-store-error-quark')
        result = self.wait(self.proxy.call_increment, 0, data('key'), 1, None)
        with self.assertRaises(GLib.Error):
            self.proxy.call_increment_finish(result)

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        cancellable.cancel()
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.call_get_sync(0, data('key'), cancellable)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))
        result = self.wait(self.proxy.call_get, 0, data('key'), cancellable)
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.call_get_finish(result)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_closed(self):
        self.server.stop(Norpc.StopMode.FINISH, None)
        with self.assertRaises(GLib.Error) as caught:
            self.proxy.call_get_sync(0, data('key'), None)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

    def test_readiness(self):
        channel = self.server.get_channel()
        self.assertEqual(channel.props.when_full, Norpc.FullPolicy.BUSY)
        self.assertTrue(channel.is_ready())
        loop = GLib.MainLoop()
        outcome = []

        def ready(source, result, user_data):
            outcome.append(source.ready_finish(result))
            loop.quit()

        channel.ready_async(None, ready, None)
        self.assertEqual(outcome, [])
        loop.run()
        self.assertEqual(outcome, [True])

        self.server.stop(Norpc.StopMode.FINISH, None)
        self.assertFalse(channel.is_ready())

        def closed(source, result, user_data):
            with self.assertRaises(GLib.Error) as caught:
                source.ready_finish(result)
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))
            loop.quit()

        channel.ready_async(None, closed, None)
        loop.run()

    def test_priority(self):
        self.assertEqual(self.proxy.props.priority, Norpc.Priority.NORMAL)
        self.proxy.set_priority(Norpc.Priority.URGENT)
        self.assertEqual(self.proxy.props.priority, Norpc.Priority.URGENT)
        self.assertIsNone(self.proxy.call_get_sync(0, data('none'), None))

    def test_no_endpoint(self):
        proxy = Kv.StoreProxy()
        self.assertFalse(proxy.is_connected())
        with self.assertRaises(GLib.Error) as caught:
            proxy.call_get_size_sync(0, None)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))

    def test_channel(self):
        channel = Norpc.Channel.new(2, Norpc.FullPolicy.WAIT)
        self.assertEqual(channel.get_when_full(), Norpc.FullPolicy.WAIT)
        server = Norpc.Server(service=Kv.caller_new_store(), channel=channel)
        server.start(None)
        proxy = Kv.StoreProxy.new(channel)
        answered = []
        loop = GLib.MainLoop()

        def appended(source, result, user_data):
            answered.append(source.call_append_finish(result))
            if len(answered) == 100:
                loop.quit()

        for _ in range(100):
            proxy.call_append(0, data('key'), data('x'), None, appended, None)
        loop.run()
        self.assertEqual(answered, list(range(1, 101)))
        server.stop(Norpc.StopMode.FINISH, None)

    def test_many_threads(self):
        def count():
            proxy = Kv.StoreProxy.new(self.server.get_channel())
            for _ in range(100):
                proxy.call_increment_sync(0, data('number'), 1, None)

        threads = [threading.Thread(target=count) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.proxy.call_get_sync(0, data('number'), None).get_data(), b'400')


tap.main()
