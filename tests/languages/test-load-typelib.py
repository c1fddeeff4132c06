# SPDX-License-Identifier: LGPL-2.1-or-later
"""Classes of descriptions that are loaded at run time, beside those of typelibs of the same descriptions."""

import asyncio
import inspect
import os
import pathlib

import gi

gi.require_version('Kv', '1')
gi.require_version('Names', '1')
gi.require_version('Norpc', '1')
gi.require_version('Streams', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, GObject, Kv, Names, Norpc, Streams, Test

import tap
from lamps import Case

HERE = pathlib.Path(__file__).parent
KV_XML = os.environ['NORPC_TEST_KV_XML']

kv = Norpc.load(KV_XML)
streams = Norpc.load(HERE / 'streams.xml')


def make_store(module):
    class Store(Norpc.Service, module.Store):
        def __init__(self):
            super().__init__()
            self.values = {}

        def get(self, database, key):
            return self.values.get(key)

        def append(self, database, key, value):
            self.values[key] = self.values.get(key, b'') + value
            return len(self.values[key])

        async def take(self, database, key):
            while key not in self.values:
                await asyncio.sleep(0.001)
            return self.values.pop(key)

    return Store()


def make_feed(module):
    class Feed(Norpc.Service, module.Feed):
        async def count(self, stream, upto):
            for number in range(1, upto + 1):
                await stream.send(number, str(number))
            return upto * (upto + 1) // 2

        async def collect(self, stream):
            return ' '.join([text async for text in stream])

    return Feed()


class Both(Case):
    """Programs whose classes are those of a typelib, loaded ones, or one of each."""

    def test_store(self):
        for service_module in Kv, kv:
            self.serve(make_store(service_module))
            for client_module in Kv, kv:
                store = client_module.StoreProxy.new(self.server.get_endpoint())
                with self.subTest(service=service_module.__name__, client=client_module.__name__):
                    self.run_everywhere(lambda: self.use_store(store))

    async def use_store(self, store):
        taken = asyncio.ensure_future(store.take(0, b'k'))
        self.assertEqual(await store.append(0, b'k', suffix=b'v'), 1)
        self.assertEqual(await taken, b'v')
        self.assertIsNone(await store.get(0, key=b'k'))
        with self.assertRaises(TypeError) as caught:
            store.get(0, 'k')
        self.assertEqual(str(caught.exception), "argument 'key': expected bytes, got str")
        with self.assertRaises(GLib.Error) as error:
            await store.get_size(0)
        self.assertTrue(error.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))

    def test_feed(self):
        for service_module in Streams, streams:
            self.serve(make_feed(service_module))
            for client_module in Streams, streams:
                feed = client_module.FeedProxy.new(self.server.get_endpoint())
                with self.subTest(service=service_module.__name__, client=client_module.__name__):
                    self.run_everywhere(lambda: self.use_feed(feed))
                    with feed.count(2) as stream:
                        self.assertEqual(stream.next_sync(None), (True, 1, '1'))
                        self.assertEqual(list(stream), [(2, '2')])
                        self.assertFalse(stream.next_sync(None)[0])
                        self.assertEqual(stream.outcome_sync(None), 3)
                    self.read_with_callbacks(feed)

    async def use_feed(self, feed):
        with feed.count(20) as stream:
            self.assertEqual([number async for number, _text in stream], list(range(1, 21)))
            self.assertEqual(await stream.outcome(), 210)
        with feed.collect() as stream:
            for _ in range(100):
                await stream.send('a')
            with self.assertRaises(TypeError) as caught:
                await stream.send(1)
            self.assertEqual(str(caught.exception), "argument 'text': expected str, got int")
            stream.end()
            self.assertEqual(await stream.outcome(), ' '.join(['a'] * 100))

    def read_with_callbacks(self, feed):
        items = []

        def next_cb(stream, result):
            items.append(stream.next_finish(result))

        stream = feed.open_count(1, None)
        stream.next_async(None, next_cb)
        self.wait_until(lambda: items)
        self.assertEqual(items, [(True, 1, '1')])

    def test_names(self):
        """The functions that Python adds have the same names and arguments."""
        names = Norpc.load(HERE / 'names.xml', interface_prefix='org.example.Names')
        for generated, loaded in ((Kv.StoreProxy, kv.StoreProxy), (Streams.FeedProxy, streams.FeedProxy),
                                  (Names.ClashesProxy, names.ClashesProxy),
                                  (Names.MembersProxy, names.MembersProxy),
                                  (Names.SettersProxy, names.SettersProxy)):
            with self.subTest(generated.__name__):
                # Some functions differ from others only for C.
                expected = {name for name in dir(generated) if not name.startswith(('return_', 'dup_'))}
                self.assertEqual({name for name in expected - set(dir(loaded)) if not self.is_left_out(loaded, name)},
                                 set())
                for name in expected:
                    function = getattr(generated, name)
                    if type(function).__name__ == '_Function' and hasattr(getattr(loaded, name), '__signature__'):
                        signature = inspect.signature(function)
                        # Typelibs say that a cancellable may be missing, whatever the description says.
                        if 'stop' not in signature.parameters:
                            self.assertEqual(signature, inspect.signature(getattr(loaded, name)))

    @staticmethod
    def is_left_out(loaded, name):
        """Some functions of a method that is left out are missing, as those of its results."""
        refused = getattr(loaded, name.removeprefix('complete_').removesuffix('_finish'), None)
        return refused is not None and refused.__name__ == 'fail'

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)

    def check_mixer(self, proxy, service, modes, make_entry):
        """Properties of declared types, which have other values in a typelib than in a loaded description."""
        proxy.load_sync(None)
        self.assertEqual((proxy.props.volume, proxy.props.mode), (0.5, modes.SLOW))
        self.assertIsNone(proxy.props.entry)
        proxy.set_entry_sync(make_entry(), None)
        self.assertEqual(proxy.props.entry.key, 'k')
        self.assertEqual((service.props.entry.key, list(service.props.entry.tags)), ('k', ['a']))
        proxy.set_mode_sync(modes.FAST, None)
        self.assertEqual(int(service.props.mode), 0)
        service.props.mode = 1
        self.wait_until(lambda: proxy.props.mode == modes.READ_ONLY)

    def test_properties_of_declared_types(self):
        fields = {'key': 'k', 'size': 1, 'mode': 0, 'parts': 0, 'bytes': b'', 'tags': ['a']}
        module = Norpc.load(HERE.parent / 'generated' / 'language.xml', interface_prefix='org.example.Test')
        Norpc.extend_records(Test)

        class Mixer(Norpc.Service, Test.Mixer):
            volume = GObject.Property(type=float, default=0.5, minimum=-1e308, maximum=1e308)
            title = GObject.Property(type=str)
            tags = GObject.Property(type=GObject.TYPE_STRV)
            mode = GObject.Property(type=Test.Mode, default=Test.Mode.SLOW)
            entry = GObject.Property(type=Test.Entry)
            file = GObject.Property(type=Gio.File)
            options = GObject.Property(type=GObject.TYPE_VARIANT)

            def __init__(self):
                super().__init__(title='', tags=[], options=GLib.Variant('a{sv}', {}))

        class LoadedMixer(Norpc.Service, module.Mixer):
            def __init__(self):
                super().__init__(volume=0.5, mode=module.Mode.SLOW)

        service = Mixer()
        self.serve(service)
        self.check_mixer(module.MixerProxy.new(self.server.get_endpoint()), service, module.Mode,
                         lambda: module.Entry(**fields))
        service = LoadedMixer()
        self.serve(service)
        self.check_mixer(Test.MixerProxy.new(self.server.get_endpoint()), service, Test.Mode,
                         lambda: Test.Entry(**fields))


tap.main()
