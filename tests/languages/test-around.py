# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways around what PyGObject does not do."""

import sys
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc

import tap
from around import handler


class Store(GObject.Object, Kv.Store):
    """Does in each handler what the test wants."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.do = None

    @handler
    def do_set(self, database, key, value, ttl, flags):
        return self.do()

    @handler
    def do_get_size(self, database):
        return self.do()

    @handler
    def do_list_keys(self, database, pattern):
        return self.do()

    @handler
    def do_handle_get(self, call, database, key):
        self.calls.append(call)
        self.do()
        return True


class Prefixed(GObject.Object, Kv.Store):
    """Has a handler with the name of the type in front."""

    @handler
    def do_kv_store_set(self, database, key, value, ttl, flags):
        return self.do()


class Exits(GObject.Object, Kv.Store, Norpc.Lifecycle):
    """Ends the program where it starts and stops."""

    @handler
    def do_start(self):
        return self.start()

    @handler
    def do_stop(self):
        sys.exit(4)


@handler
def exit_in_function(*args):
    sys.exit(5)


class Around(unittest.TestCase):
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

    def test_functions(self):
        look = Norpc.Filter.new()
        look.set_call_func(exit_in_function)
        proxy = Kv.StoreProxy.new(Norpc.stack_new([look, self.server.get_channel()]))
        self.assert_message('SystemExit: 5', proxy.call_get_size_sync, 0, None)

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
