# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that are classes of Python."""

import asyncio
import threading

import gi

gi.require_version('Kv', '1')
gi.require_version('Names', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import GObject, Kv, Names, Norpc, Test

import tap
from stores import Case, Store, Any


class LoudStore(Store):
    """Overrides a method, and names no interface."""

    def get(self, database, key):
        return (super().get(database, key) or b'').upper()


class Clashes(Norpc.Service, Names.Clashes):
    def do_start(self):
        """Not the handler of the method Start."""

    def start(self, text):
        return text + '!'

    def import__(self, text):
        return text.upper()

    def notify_(self, text):
        return text.lower()


class Both(Norpc.Service, Kv.Store, Test.Listener):
    def get_size(self, database):
        return 3

    def hear(self, text):
        return text


class Methods(Case):
    def test_plain(self):
        service = Store()
        with Norpc.serve(service) as store:
            self.assertIsInstance(store, Kv.StoreProxy)
            self.assertEqual(store.set_sync(0, b'a', b'1', 0, 0), (True, None))
            self.assertEqual(store.set_sync(0, b'a', b'2', 0, 0), (True, b'1'))
            self.assertEqual(store.get_sync(0, b'a'), b'2')
            self.assertIsNone(store.get_sync(0, b'none'))
            self.assertIsNone(store.flush_sync())
        self.assertEqual(len(service.threads), 1)
        self.assertNotIn(threading.get_ident(), service.threads)
        self.assert_error(Norpc.error_quark(), Norpc.Error.CLOSED, store.get_sync, 0, b'a')

    def test_async(self):
        """The service handles other calls meanwhile, in the same thread."""
        service = Store()

        async def main(store):
            taken = [asyncio.ensure_future(store.take(0, key)) for key in (b'a', b'b')]
            await store.set(0, b'b', b'2', 0, 0)
            self.assertEqual(await taken[1], b'2')
            self.assertFalse(taken[0].done())
            await store.set(0, b'a', b'1', 0, 0)
            self.assertEqual(await taken[0], b'1')
            await store.get(0, b'a')

        with Norpc.serve(service) as store:
            Norpc.run(main(store))
        self.assertEqual(len(service.threads), 1)

    def test_inherited(self):
        loud = self.serve(LoudStore())
        store = self.serve(Store())
        for proxy in loud, store:
            proxy.set_sync(0, b'key', b'text', 0, 0)
        self.assertEqual(loud.get_sync(0, b'key'), b'TEXT')
        self.assertEqual(store.get_sync(0, b'key'), b'text')

    def test_not_implemented(self):
        self.assert_error(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED, self.serve(Store()).persist_sync, 0, b'a')

    def test_names(self):
        """They are those that proxies have."""
        proxy = self.serve(Clashes())
        self.assertEqual(proxy.start_sync('a'), 'a!')
        self.assertEqual(proxy.import_sync__('a'), 'A')
        self.assertEqual(proxy.notify_sync_('A'), 'a')

    def test_name_of_property(self):
        """A method with the name of a property has another one, for the class can have both."""
        class Members(Norpc.Service, Names.Members):
            level = GObject.Property(type=GObject.TYPE_UINT, default=5)
            call_go_property = GObject.Property(type=str, default='a')
            complete_go_property = GObject.Property(type=str, default='b')
            get_level_property = GObject.Property(type=str, default='c')

            def level_(self, text):
                return text + '!'

        proxy = self.serve(Members())
        self.assertEqual(proxy.level_sync_('a'), 'a!')

    def test_several_interfaces(self):
        store, listener = self.serve(Both())
        self.assertEqual(store.get_size_sync(0), 3)
        self.assertEqual(listener.hear_sync('a'), 'a')

    def test_as_of_pygobject(self):
        """Handlers that are virtual functions remain."""
        class Mixed(Norpc.Service, Kv.Store):
            def do_get_size(self, database):
                return True, 5

            def count(self, database, keys):
                return len(keys)

        proxy = self.serve(Mixed())
        self.assertEqual(proxy.get_size_sync(0), 5)
        self.assertEqual(proxy.count_sync(0, [b'a', b'b']), 2)

    def test_main_context(self):
        service = Store()
        server = Norpc.Server.new_in_context(service, None)
        server.start()
        store = Kv.StoreProxy.new(server.get_endpoint())

        async def main():
            taken = store.take(0, b'a')
            await store.set(0, b'a', b'1', 0, 0)
            self.assertEqual(await taken, b'1')

        Norpc.run(main())
        self.assertEqual(service.threads, {threading.get_ident()})
        server.stop(Norpc.StopMode.FINISH)

    def test_shared_thread(self):
        thread = Norpc.Thread.new('shared')
        services = [Store(), Store()]
        servers = [Norpc.Server.new_on_thread(service, thread) for service in services]
        for server in servers:
            server.start()
            store = Kv.StoreProxy.new(server.get_endpoint())
            store.set_sync(0, b'a', b'1', 0, 0)
            self.assertEqual(store.take_sync(0, b'a'), b'1')
        servers[0].stop(Norpc.StopMode.FINISH)
        store.set_sync(0, b'a', b'1', 0, 0)
        self.assertEqual(store.take_sync(0, b'a'), b'1')
        servers[1].stop(Norpc.StopMode.FINISH)
        self.assertEqual(services[0].threads, services[1].threads)
        thread.stop()


class Results(Case):
    def setUp(self):
        self.service = Any()
        self.proxy = self.serve(self.service)

    def settle(self):
        self.service.do = lambda: 0
        self.proxy.get_size_sync(0)

    def set(self):
        return self.proxy.set_sync(0, b'', b'', 0, 0)

    def test_wrong_number(self):
        for results, got in (((True,), '1 values'), ((), '0 values'), ((True, b'', 3), '3 values'), (True, 'bool'),
                             (None, 'NoneType'), ([True, b''], 'list')):
            self.service.do = lambda: results
            self.assert_failed(f'TypeError: set(): expected a tuple of 2 results, got {got}', self.set)
        self.service.do = lambda: 3
        self.assert_failed('TypeError: flush(): expected no result, got int', self.proxy.flush_sync)

    def test_wrong_type(self):
        self.service.do = lambda: (1, None)
        self.assert_failed("TypeError: result 'stored' of set(): expected bool, got int", self.set)
        self.service.do = lambda: None
        self.assert_failed("TypeError: result 'keys' of get_size(): expected int, got None",
                           self.proxy.get_size_sync, 0)
        self.service.do = lambda: -1
        self.assert_failed("OverflowError: result 'keys' of get_size(): expected a number from 0 to "
                           f'{2**64 - 1}, got -1', self.proxy.get_size_sync, 0)
        self.service.do = lambda: 'text'
        self.assert_failed("TypeError: result 'value' of get(): expected bytes, got str", self.proxy.get_sync, 0, b'')

    def test_generators(self):
        def generator():
            yield 1

        async def asynchronous():
            yield 1

        for function, name in (generator, 'generator'), (asynchronous, 'async_generator'):
            self.service.do = function
            self.assert_failed(f'TypeError: get_size() returned a {name} instead of results',
                               self.proxy.get_size_sync, 0)

    def test_coroutine(self):
        """A plain method may return one."""
        async def result():
            return 4

        self.service.do = result
        self.assertEqual(self.proxy.get_size_sync(0), 4)


tap.main()
