# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions that C calls: each exception and each wrong result reaches the caller with its text."""

import sys
import unittest
import unittest.mock

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc

import tap


class Store(GObject.Object, Kv.Store):
    """Does in each handler what the test wants."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.do = None

    def do_set(self, database, key, value, ttl, flags):
        return self.do()

    def do_get_size(self, database):
        return self.do()

    def do_list_keys(self, database, pattern):
        return self.do()

    def do_handle_get(self, call, database, key):
        self.calls.append(call)
        self.do()
        return True


class Prefixed(GObject.Object, Kv.Store):
    """Has a handler with the name of the type in front."""

    def do_kv_store_set(self, database, key, value, ttl, flags):
        return self.do()


class Exits(GObject.Object, Kv.Store, Norpc.Lifecycle):
    """Ends the program where it starts and stops."""

    def do_start(self):
        return self.start()

    def do_stop(self):
        sys.exit(4)


def exit_in_function(*args):
    sys.exit(5)


class Guards(unittest.TestCase):
    def setUp(self):
        self.service = Store()
        self.server = Norpc.Server.new(self.service)
        self.server.start(None)
        self.proxy = Kv.StoreProxy.new(self.server.get_channel())

    def tearDown(self):
        self.server.stop(Norpc.StopMode.ABANDON, None)

    def set(self):
        key = GLib.Bytes.new(b'key')
        return self.proxy.call_set_sync(0, key, key, 0, 0, None)

    def assert_message(self, message, function, *args):
        with self.assertRaises(GLib.Error) as caught:
            function(*args)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.FAILED))
        self.assertEqual(caught.exception.message, message)

    def test_results(self):
        self.service.do = lambda: (True, True, None)
        self.assertEqual(tuple(self.set()), (True, None))
        self.service.do = lambda: (True, 7)
        self.assertEqual(self.proxy.call_get_size_sync(0, None), 7)
        self.service.do = lambda: [GLib.Bytes.new(b'a')]
        keys = self.proxy.call_list_keys_sync(0, GLib.Bytes.new(b'*'), None)
        self.assertEqual([key.get_data() for key in keys], [b'a'])

    def test_wrong_number(self):
        for results in ((True, True), (True,), (), True, None, [True, True, None],
                        (True, True, None, None)):
            self.service.do = lambda: results
            self.assert_message(f'TypeError: do_set() returned {results!r}, '
                                'expected a tuple of 3 values', self.set)
        self.service.do = lambda: 7
        self.assert_message('TypeError: do_get_size() returned 7, expected a tuple of 2 values',
                            self.proxy.call_get_size_sync, 0, None)

    def test_no_value(self):
        self.service.do = lambda: ()
        self.assert_message('TypeError: do_list_keys() returned (), expected one value',
                            self.proxy.call_list_keys_sync, 0, GLib.Bytes.new(b'*'))

    def test_not_run(self):
        async def coroutine():
            return True, True, None

        def generator():
            yield True

        for function in coroutine, generator:
            self.service.do = function
            self.assert_message('TypeError: do_set() did not run: it is a coroutine or a generator',
                                self.set)

    def test_prefixed(self):
        service = Prefixed()
        server = Norpc.Server.new(service)
        server.start(None)
        proxy = Kv.StoreProxy.new(server.get_channel())
        key = GLib.Bytes.new(b'key')
        arguments = 0, key, key, 0, 0, None
        service.do = lambda: (True, True, None)
        self.assertEqual(tuple(proxy.call_set_sync(*arguments)), (True, None))
        service.do = lambda: (True,)
        self.assert_message('TypeError: do_kv_store_set() returned (True,), '
                            'expected a tuple of 3 values', proxy.call_set_sync, *arguments)
        server.stop(Norpc.StopMode.FINISH, None)

    def test_lifecycle(self):
        service = Exits()
        service.start = lambda: sys.exit(3)
        self.assert_message('SystemExit: 3', Norpc.Server.new(service).start, None)
        service = Exits()
        service.start = lambda: True
        server = Norpc.Server.new(service)
        server.start(None)
        server.stop(Norpc.StopMode.FINISH, None)

    def put(self, *layers):
        return Kv.StoreProxy.new(Norpc.stack_new([*layers, self.server.get_channel()]))

    def put_filter(self, function, *data):
        look = Norpc.Filter.new()
        look.set_call_func(function, *data)
        return self.put(look)

    def put_balance(self, function, *data):
        balance = Norpc.Balance.new(Norpc.BalancePolicy.BY_KEY)
        balance.set_key_func(function, *data)
        balance.add_endpoint(self.server.get_channel())
        return Kv.StoreProxy.new(balance)

    def test_filter(self):
        self.service.do = lambda: (True, 7)
        seen = []

        def pass_on(call, *data):
            seen.append(data)
            return True

        self.assertEqual(self.put_filter(pass_on, 'user').call_get_size_sync(0, None), 7)
        self.assertEqual(seen, [('user',)])

        async def coroutine(call):
            return True

        def generator(call):
            yield True

        def text(call):
            return 'no'

        def nothing(call):
            pass

        not_run = 'TypeError: {}() did not run: it is a coroutine or a generator'
        returned = 'TypeError: {}() returned {!r}, expected True or False'
        for function, message in ((exit_in_function, 'SystemExit: 5'), (coroutine, not_run.format('coroutine')),
                                  (generator, not_run.format('generator')), (text, returned.format('text', 'no')),
                                  (nothing, returned.format('nothing', None))):
            self.assert_message(message, self.put_filter(function).call_get_size_sync, 0, None)

    @unittest.mock.patch('traceback.print_exception')
    def test_filter_answers(self, report):
        def answer(call):
            call.return_error_literal(Norpc.error_quark(), Norpc.Error.FAILED, 'answered')

        self.assert_message('answered', self.put_filter(answer).call_get_size_sync, 0, None)
        self.assertFalse(report.called)

    def test_reply_function(self):
        self.service.do = lambda: (True, 7)
        look = Norpc.Filter.new()
        look.set_reply_func(exit_in_function)
        self.assertEqual(self.put(look).call_get_size_sync(0, None), 7)

    def test_key_function(self):
        self.service.do = lambda: (True, 7)
        self.assertEqual(self.put_balance(lambda call, key: (True, key), 3).call_get_size_sync(0, None), 7)

        def key(call):
            return results

        for results, message in ((7, 'returned 7, expected a tuple of 2 values'),
                                 ((True,), 'returned (True,), expected a tuple of 2 values'),
                                 ((7, 7), 'returned (7, 7), expected True and the key'),
                                 ((True, -1), 'returned -1, expected a number from 0 to 4294967295'),
                                 ((True, 'a'), "returned 'a', expected a number from 0 to 4294967295")):
            self.assert_message(f'TypeError: key() {message}', self.put_balance(key).call_get_size_sync, 0, None)
        self.assert_message('SystemExit: 5', self.put_balance(exit_in_function).call_get_size_sync, 0, None)

    def test_retry_function(self):
        async def coroutine(*args):
            return True

        for function, n_attempts in ((lambda *args: True, 3), (lambda *args: False, 1), (coroutine, 1),
                                     (exit_in_function, 1), (lambda *args: 'yes', 1)):
            attempts = []

            def refuse(call):
                attempts.append(function)
                raise GLib.Error.new_literal(Norpc.error_quark(), 'not now', Norpc.Error.FAILED)

            look = Norpc.Filter.new()
            look.set_call_func(refuse)
            retry = Norpc.Retry(max_attempts=3, delay=1)
            retry.set_func(function)
            self.assert_message('not now', self.put(retry, look).call_get_size_sync, 0, None)
            self.assertEqual(len(attempts), n_attempts)

    def test_no_function(self):
        for set_function in (Norpc.Filter.new().set_call_func, Norpc.Filter.new().set_reply_func,
                             Norpc.Balance.new(Norpc.BalancePolicy.BY_KEY).set_key_func, Norpc.Retry.new(2).set_func):
            for function, got in (None, 'None'), (5, 'int'):
                with self.assertRaises(TypeError) as caught:
                    set_function(function)
                self.assertEqual(str(caught.exception), f"argument 'func': expected a function, got {got}")

    def test_layer(self):
        class Faulty(Norpc.Layer):
            def do_take(self, call):
                self.calls = [*getattr(self, 'calls', []), call]
                return function(call)

        async def coroutine(call):
            pass

        for function, message in ((exit_in_function, 'SystemExit: 5'),
                                  (lambda call: None, 'TypeError: do_take() returned None, expected True or False'),
                                  (coroutine, 'TypeError: do_take() did not run: it is a coroutine or a generator')):
            self.assert_message(message, self.put(Faulty()).call_get_size_sync, 0, None)

    def test_undecodable(self):
        def fail():
            raise ValueError('caf\udce9')

        self.service.do = fail
        self.assert_message('ValueError: caf\\udce9', self.set)

    def test_exceptions(self):
        def divide():
            return 1 // 0

        self.service.do = divide
        self.assert_message('ZeroDivisionError: integer division or modulo by zero', self.set)
        self.service.do = lambda: sys.exit(3)
        self.assert_message('SystemExit: 3', self.set)

    def test_errors(self):
        def refuse():
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'No such luck',
                                         Gio.IOErrorEnum.PERMISSION_DENIED)

        self.service.do = refuse
        with self.assertRaises(GLib.Error) as caught:
            self.set()
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(),
                                                 Gio.IOErrorEnum.PERMISSION_DENIED))


tap.main()
