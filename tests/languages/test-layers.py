# SPDX-License-Identifier: LGPL-2.1-or-later
"""Layers from Python, and one that is written in Python."""

import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc

import tap


class Only(Norpc.Layer):
    """Lets one method pass."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def do_take(self, call):
        if call.get_method_name() != self.name:
            raise GLib.Error.new_literal(Gio.io_error_quark(),
                                         f'{call.get_method_name()} is not allowed here',
                                         Gio.IOErrorEnum.PERMISSION_DENIED)
        self.pass_on(call)
        return True


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
        return True

    def do_has_capacity(self):
        return self.ready

    def go_on(self):
        self.came.acquire()
        self.pass_on(self.calls.pop(0))


class Faulty(Norpc.Layer):
    """Does what it is told to, which is a fault."""

    def __init__(self, fault):
        super().__init__()
        self.fault = fault

    def do_take(self, call):
        return self.fault(call)


def raise_exception(*args):
    raise ValueError('an exception that the function did not mean')


def raise_error(*args):
    raise GLib.Error.new_literal(Gio.io_error_quark(), 'Not you',
                                 Gio.IOErrorEnum.PERMISSION_DENIED)


replies = []


def may_pass(call):
    """A filter's function for calls: True, or the error that the client gets."""
    if call.get_method_name() == 'Flush':
        raise GLib.Error.new_literal(Gio.io_error_quark(), 'Nobody may delete everything',
                                     Gio.IOErrorEnum.PERMISSION_DENIED)
    return True


def note_reply(reply):
    """A filter's function for replies: the error is None if there are results."""
    error = reply.get_error()
    replies.append((reply.get_method_name(), error.message if error else reply.get_values()))


def get_database(call):
    """A key function: True and the key, a number from 0 to 2**32 - 1."""
    return True, call.get_args()[0]


def is_worth_another_attempt(call, error, n_attempts):
    """A retry function: the error is that of the last attempt."""
    return error.matches(Norpc.error_quark(), Norpc.Error.BUSY) and n_attempts < 3


def make_server(service):
    """Makes a strict actor whose clients wait when eight calls are pending."""
    channel = Norpc.Channel.new(8, Norpc.FullPolicy.WAIT)
    return Norpc.Server(service=service, channel=channel, max_open_calls=1)


def make_proxy(servers, *layers):
    """Makes a client of several servers."""
    filter = Norpc.Filter.new()
    filter.set_call_func(may_pass)
    filter.set_reply_func(note_reply)
    retry = Norpc.Retry(max_attempts=5, delay=10)
    retry.set_func(is_worth_another_attempt)
    balance = Norpc.Balance.new(Norpc.BalancePolicy.BY_KEY)
    balance.set_key_func(get_database)
    for server in servers:
        balance.add_endpoint(server.get_channel())
    return Kv.StoreProxy.new(Norpc.stack_new([
        filter, Norpc.TimeLimit.new(5000), retry, Norpc.ConcurrencyLimit.new(4), *layers, balance]))


def data(text):
    return GLib.Bytes.new(text.encode())


class Layers(unittest.TestCase):
    def setUp(self):
        self.server = Norpc.Server.new(Kv.caller_new_store())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def start(self):
        if not self.server.is_running():
            self.server.start(None)

    def put(self, *layers):
        self.start()
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

    def assert_fails_closed(self, put):
        """put(function) gives a proxy, whose calls must not reach the service."""
        failed = Norpc.error_quark(), Norpc.Error.FAILED
        denied = Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED
        for function, expected in ((raise_error, denied), (raise_exception, failed),
                                   (lambda: True, failed), (lambda *args: None, failed)):
            self.assert_refused(expected, put(function).call_append_sync,
                                0, data('key'), data('x'), None)
        self.assertIsNone(self.put().call_get_sync(0, data('key'), None))

    def test_functions(self):
        names = []
        ends = []

        def look(call, first, second):
            names.append((call.get_method_name(), first, second))
            return True

        filter = Norpc.Filter.new()
        filter.set_call_func(look, 'one', 2)
        filter.set_reply_func(lambda reply: ends.append((reply.get_method_name(),
                                                         reply.get_error())))
        retry = Norpc.Retry.new(3)
        retry.set_func(lambda call, error, n_attempts: False)
        meter = Norpc.Meter.new()
        proxy = self.put(filter, retry, meter)
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assertEqual(names, [('GetSize', 'one', 2)])
        self.assertEqual(ends, [('GetSize', None)])
        self.assertEqual(meter.get_stats().get_total().get_n_calls(), 1)

    def test_filter_fails_closed(self):
        def put(function):
            filter = Norpc.Filter.new()
            filter.set_call_func(function)
            return self.put(filter)

        self.assert_fails_closed(put)

    def test_filter_sets_arguments(self):
        problems = []

        def prefix_key(call):
            if call.get_method_name() == 'Append':
                for index, value in ((1, 'text'), (3, data('x'))):
                    try:
                        call.set_arg(index, value)
                    except GLib.Error as error:
                        problems.append(error)
                call.set_arg(0, GObject.Value(GObject.TYPE_UINT, 1))
                call.set_arg(1, data('my ' + call.get_args()[1].get_data().decode()))
            return True

        filter = Norpc.Filter.new()
        filter.set_call_func(prefix_key)
        proxy = self.put(filter)
        self.assertEqual(proxy.call_append_sync(0, data('key'), data('x'), None), 1)
        self.assertEqual(proxy.call_get_sync(1, data('my key'), None).get_data(), b'x')
        self.assertIsNone(proxy.call_get_sync(0, data('key'), None))
        for error, part in zip(problems, ("argument 'key': expected a value of type GBytes, "
                                          'got one of type gchararray',
                                          'no argument has the index 3'), strict=True):
            self.assertTrue(error.matches(Norpc.error_quark(), Norpc.Error.INVALID_ARGUMENT))
            self.assertIn(part, error.message)

    def test_balance(self):
        keys = []

        def get_key(call):
            keys.append(call.get_method_name())
            return True, 7

        proxy = self.put_balance(get_key)
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assertEqual(keys, ['GetSize'])

    def put_balance(self, function):
        self.start()
        balance = Norpc.Balance.new(Norpc.BalancePolicy.BY_KEY)
        balance.set_key_func(function)
        balance.add_endpoint(self.server.get_channel())
        self.assertEqual(balance.get_n_endpoints(), 1)
        return Kv.StoreProxy.new(balance)

    def test_key_function_fails_closed(self):
        self.assert_fails_closed(self.put_balance)

    def test_retry_function_fails_closed(self):
        """Without an answer of the function there is no other attempt."""
        for function in (raise_exception, lambda: True, lambda *args: None):
            attempts = []

            def refuse(call):
                attempts.append(call.get_method_name())
                raise_error()

            filter = Norpc.Filter.new()
            filter.set_call_func(refuse)
            retry = Norpc.Retry.new(3)
            retry.set_func(function)
            self.assert_refused((Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED),
                                self.put(retry, filter).call_get_size_sync, 0, None)
            self.assertEqual(attempts, ['GetSize'])

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
        for _ in range(500):  # the call may end before take returns, or after
            self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assert_refused((Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED),
                            proxy.call_get_sync, 0, data('key'), None)

    def test_own_at_server(self):
        self.server.add_layer(Only('GetSize'))
        proxy = self.put()
        self.assertEqual(proxy.call_get_size_sync(0, None), 0)
        self.assert_refused((Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED),
                            proxy.call_get_sync, 0, data('key'), None)

    def test_own_fails_closed(self):
        """A call that a layer loses is answered at once, though Python keeps the frame."""
        self.assert_fails_closed(lambda function: self.put(Faulty(function)))
        self.assert_refused((Norpc.error_quark(), Norpc.Error.NO_REPLY),
                            self.put(Faulty(lambda call: True)).call_get_size_sync, 0, None)

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


class Documented(unittest.TestCase):
    """The functions that the documentation shows."""

    def setUp(self):
        self.servers = [make_server(Kv.caller_new_store()) for _ in range(2)]
        for server in self.servers:
            server.start(None)
            self.addCleanup(server.stop, Norpc.StopMode.FINISH, None)
        replies.clear()

    def test_server(self):
        channel = self.servers[0].get_channel()
        self.assertEqual((channel.get_capacity(), channel.get_when_full()), (8, Norpc.FullPolicy.WAIT))
        self.assertEqual(self.servers[0].get_max_open_calls(), 1)

    def test_client(self):
        proxy = make_proxy(self.servers)
        for length in (1, 2, 3):
            self.assertEqual(proxy.call_append_sync(7, data('key'), data('x'), None), length)
        with self.assertRaises(GLib.Error) as caught:
            proxy.call_flush_sync(None)
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED))
        self.assertEqual(replies, [('Append', [1]), ('Append', [2]), ('Append', [3]),
                                   ('Flush', 'Nobody may delete everything')])

    def test_retry(self):
        for n_failures, code, n_attempts in ((2, Norpc.Error.BUSY, 3), (9, Norpc.Error.BUSY, 3),
                                             (9, Norpc.Error.CLOSED, 1)):
            attempts = []

            def fail(call):
                attempts.append(call)
                if len(attempts) <= n_failures:
                    raise GLib.Error.new_literal(Norpc.error_quark(), 'No', code)
                return True

            failing = Norpc.Filter.new()
            failing.set_call_func(fail)
            proxy = make_proxy(self.servers, failing)
            if n_failures < n_attempts:
                self.assertEqual(proxy.call_get_size_sync(0, None), 0)
            else:
                with self.assertRaises(GLib.Error) as caught:
                    proxy.call_get_size_sync(0, None)
                self.assertTrue(caught.exception.matches(Norpc.error_quark(), code))
            self.assertEqual(len(attempts), n_attempts)


tap.main()
