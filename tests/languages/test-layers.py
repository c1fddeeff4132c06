# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layers from Python, and one that is written in Python."""

import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Kv, Norpc

import tap


class Only(Norpc.Layer):
    """Lets one method pass."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def do_take(self, call):
        if call.get_method_name() == self.name:
            self.pass_on(call)
        else:
            call.return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED,
                                      f'{call.get_method_name()} is not allowed here')


class Later(Norpc.Layer):
    """Passes calls on in another thread, when it is told to."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.ready = False
        self.came = threading.Semaphore(0)

    def do_take(self, call):
        self.calls.append(call)
        self.came.release()

    def do_has_room(self):
        return self.ready

    def go_on(self):
        self.came.acquire()
        self.pass_on(self.calls.pop(0))


def data(text):
    return GLib.Bytes.new(text.encode())


class Layers(unittest.TestCase):
    def setUp(self):
        self.server = Norpc.Server.new(Kv.caller_new_store())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def put(self, *layers):
        self.server.start(None)
        stack = Norpc.stack_new([*layers, self.server.get_channel()])
        return Kv.StoreProxy.new(stack)

    def assert_refused(self, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(*code), str(caught.exception))

    def test_properties(self):
        limit = Norpc.ConcurrencyLimit.new(3)
        self.assertEqual(limit.props.max_calls, 3)
        limit.set_max_calls(4)
        self.assertEqual(limit.props.max_calls, 4)
        rate = Norpc.RateLimit.new(100, 1000)
        rate.props.burst = 5
        self.assertEqual((rate.get_calls(), rate.get_period(), rate.get_burst()), (100, 1000, 5))
        self.assertEqual(Norpc.Buffer.new(7).get_capacity(), 7)
        self.assertEqual(Norpc.TimeLimit.new(8).props.milliseconds, 8)

    def test_stack(self):
        proxy = self.put(Norpc.TimeLimit.new(10000), Norpc.Buffer.new(10),
                         Norpc.ConcurrencyLimit.new(1), Norpc.RateLimit.new(1000, 1))
        for i in range(10):
            self.assertEqual(proxy.call_append_sync(0, data('key'), data('x'), None), i + 1)

    def test_functions(self):
        names = []
        ends = []
        filter = Norpc.Filter.new()
        filter.set_call_func(lambda call: names.append(call.get_method_name()))
        filter.set_reply_func(lambda reply: ends.append((reply.get_method_name(),
                                                         reply.get_error())))
        retry = Norpc.Retry.new(3)
        retry.set_func(lambda call, error, n_attempts: False)
        meter = Norpc.Meter.new()
        proxy = self.put(filter, retry, meter)
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assertEqual(names, ['GetSize'])
        self.assertEqual(ends, [('GetSize', None)])
        self.assertEqual(meter.get_stats().get_total().get_n_calls(), 1)

    def test_balance(self):
        keys = []

        def get_key(call):
            keys.append(call.get_method_name())
            return 7

        balance = Norpc.Balance.new(Norpc.BalancePolicy.BY_KEY)
        balance.set_key_func(get_key)
        balance.add_endpoint(self.server.get_channel())
        self.server.start(None)
        self.assertEqual(balance.get_n_endpoints(), 1)
        self.assertEqual(Kv.StoreProxy.new(balance).call_get_size_sync(0, None), 0)
        self.assertEqual(keys, ['GetSize'])

    def test_pool(self):
        indices = []

        def make_store(index):
            indices.append(index)
            return Kv.caller_new_store()

        pool = Norpc.Pool.new(3, Norpc.BalancePolicy.ROUND_ROBIN, make_store)
        self.assertEqual(indices, [0, 1, 2])
        self.assertEqual(pool.props.n_servers, 3)
        pool.start(None)
        proxy = Kv.StoreProxy.new(pool)
        lengths = [proxy.call_append_sync(0, data('key'), data('x'), None) for i in range(6)]
        self.assertEqual(lengths, [1, 1, 1, 2, 2, 2])
        pool.stop(Norpc.StopMode.FINISH, None)

    def test_own_at_client(self):
        proxy = self.put(Only('GetSize'))
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assert_refused((Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED),
                            proxy.call_get_sync, 0, data('key'), None)

    def test_own_at_server(self):
        self.server.add_layer(Only('GetSize'))
        proxy = self.put()
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assert_refused((Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED),
                            proxy.call_get_sync, 0, data('key'), None)

    def test_own_in_threads(self):
        later = Later()
        proxy = self.put(Norpc.ConcurrencyLimit.new(1), later)
        thread = threading.Thread(target=lambda: [later.go_on() for i in range(3)])
        thread.start()
        for i in range(3):
            self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        thread.join()

    def test_own_is_not_ready(self):
        later = Later()
        proxy = self.put(Norpc.LoadShed.new(), later)
        self.assert_refused((Norpc.error_quark(), Norpc.Error.BUSY),
                            proxy.call_get_size_sync, 0, None)
        later.ready = True
        thread = threading.Thread(target=later.go_on)
        thread.start()
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        thread.join()


tap.main()
