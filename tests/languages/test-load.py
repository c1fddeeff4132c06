# SPDX-License-Identifier: LGPL-2.1-or-later
"""Classes of descriptions that are loaded at run time, beside those of typelibs of the same descriptions."""

import asyncio
import datetime
import functools
import inspect
import io
import os
import pathlib
import tempfile
import threading
import unittest
import unittest.mock

import gi

gi.require_version('Kv', '1')
gi.require_version('Names', '1')
gi.require_version('Norpc', '1')
gi.require_version('Streams', '1')
from gi.repository import Gio, GLib, GObject, Kv, Names, Norpc, Streams

import tap
from runners import RUNNERS

HERE = pathlib.Path(__file__).parent
KV_XML = os.environ['NORPC_TEST_KV_XML']

DESCRIPTION = '''
<node>
  <error-domain name="LampError"><error name="TooDark"/><error name="Broken" value="7"/></error-domain>
  <record name="Bulb" object="true"><field name="watts" type="u"/></record>
  <interface name="org.example.Lamp">
    <method name="Dim">
      <arg name="by" type="d"/>
      <arg name="brightness" type="d" direction="out"/>
    </method>
    <method name="Echo">
      <arg name="data" type="ay"/>
      <arg name="tags" type="as"/>
      <arg name="level" type="y"/>
      <arg name="offset" type="n"/>
      <arg name="options" type="a{sv}"/>
      <arg name="file" type="Gio.File" nullable="true"/>
      <arg name="time" type="GLib.DateTime" nullable="true"/>
      <arg name="data" type="ay" direction="out"/>
      <arg name="tags" type="as" direction="out"/>
      <arg name="level" type="y" direction="out"/>
      <arg name="offset" type="n" direction="out"/>
      <arg name="options" type="a{sv}" direction="out"/>
      <arg name="file" type="Gio.File" nullable="true" direction="out"/>
      <arg name="time" type="GLib.DateTime" nullable="true" direction="out"/>
    </method>
    <method name="Replace"><arg name="bulb" type="Bulb"/></method>
    <method name="Wait"/>
    <method name="Fail"><arg name="how" type="s"/></method>
    <method name="Note" oneway="true"><arg name="text" type="s"/></method>
    <stream name="Shine"><arg name="uri" type="GLib.Uri" direction="out"/><arg name="data" type="ay" direction="out"/></stream>
    <stream name="Stack"><arg type="s" direction="out"/></stream>
    <signal name="Flickered"><arg name="times" type="y"/><arg name="tags" type="as"/><arg name="data" type="ay"/></signal>
    <signal name="Replaced"><arg name="bulb" type="Bulb"/></signal>
    <property name="Brightness" type="d" access="readwrite"/>
    <property name="Tags" type="as" access="readwrite"/>
    <property name="Data" type="ay" access="readwrite"/>
    <property name="Options" type="a{sv}" access="readwrite"/>
  </interface>
  <interface name="org.example.Mirror">
    <method name="Show"><arg name="v" type="v"/><arg name="out" type="v" direction="out"/></method>
    <method name="Counts"><arg name="v" type="au"/><arg name="out" type="au" direction="out"/></method>
    <method name="Switches"><arg name="v" type="ab"/><arg name="out" type="ab" direction="out"/></method>
    <method name="Ratios"><arg name="v" type="ad"/><arg name="out" type="ad" direction="out"/></method>
    <method name="Pair"><arg name="v" type="(si)"/><arg name="out" type="(si)" direction="out"/></method>
    <method name="Texts"><arg name="v" type="a{ss}"/><arg name="out" type="a{ss}" direction="out"/></method>
    <method name="Lists"><arg name="v" type="aas"/><arg name="out" type="aas" direction="out"/></method>
    <method name="Blobs"><arg name="v" type="a(ayo)"/><arg name="out" type="a(ayo)" direction="out"/></method>
    <method name="Maybe"><arg name="v" type="mi"/><arg name="out" type="mi" direction="out"/></method>
  </interface>
</node>
'''

lamp = Norpc.load(io.StringIO(DESCRIPTION))
LampError = Norpc.error_class(lamp.LampError)


class Lamp(Norpc.Service, lamp.Lamp):
    """A service without generated code."""

    def __init__(self):
        super().__init__(brightness=1.0)
        self.lives = []
        self.noted = []
        self.waits = threading.Event()

    def do_start(self):
        self.lives.append(('start', threading.get_ident()))

    def do_stop(self):
        self.lives.append(('stop', threading.get_ident()))

    def dim(self, by):
        brightness = self.props.brightness - by
        if brightness < 0:
            raise LampError.TOO_DARK('It is darker than that')
        self.props.brightness = brightness
        self.emit_flickered(200, ['a', 'b'], b'\0')
        return brightness

    def echo(self, data, tags, level, offset, options, file, time):
        self.got = data, tags, level, offset, options, file, time
        return self.got

    async def wait(self):
        self.waits.set()
        await asyncio.sleep(60)

    def fail(self, how):
        if how == 'exit':
            raise SystemExit
        if how == 'result':
            return 3
        raise ValueError(how)

    def note(self, text):
        self.noted.append(text)

    async def shine(self, stream):
        for number in range(3):
            await stream.send(GLib.Uri.parse(f'http://{number}', 0), bytes([number]))


class Mirror(Norpc.Service, lamp.Mirror):
    """Returns what it gets."""

    show = counts = switches = ratios = pair = texts = lists = blobs = maybe = lambda self, value: value


class Case(unittest.TestCase):
    def serve(self, service):
        self.server = Norpc.serve(service)
        self.addCleanup(self.server.stop, Norpc.StopMode.ABANDON)
        return self.server.make_proxy()

    def run_everywhere(self, main):
        for run in RUNNERS:
            with self.subTest(run.__name__):
                run(main())

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)


class Loaded(Case):
    def setUp(self):
        self.service = Lamp()
        self.lamp = self.serve(self.service)

    def test_classes(self):
        self.assertIsInstance(self.lamp, lamp.LampProxy)
        self.assertIsInstance(self.lamp, lamp.Lamp)
        self.assertIsInstance(self.service, lamp.Lamp)
        self.assertIsInstance(self.service, Norpc.Service)
        self.assertEqual(str(inspect.signature(lamp.LampProxy.echo)),
                         '(self, /, data, tags, level, offset, options, file=None, time=None, *, '
                         'timeout=None, priority=None, cancellable=None)')
        again = Norpc.load(io.StringIO(DESCRIPTION))
        self.assertIs(again.LampProxy, lamp.LampProxy)
        self.assertIs(again.LampError, lamp.LampError)

    def test_calls(self):
        self.assertEqual(self.lamp.dim_sync(0.25), 0.75)
        self.assertEqual(self.lamp.dim_sync(by=0.25), 0.5)

        async def main():
            self.assertEqual(await self.lamp.dim(0, timeout=1000), 0.5)
            self.assertEqual(await asyncio.gather(self.lamp.dim(0), self.lamp.dim(0)), [0.5, 0.5])
            await self.lamp.note('seen')

        self.run_everywhere(main)
        self.lamp.dim_sync(0)
        self.assertEqual(self.service.noted, ['seen'] * len(RUNNERS))
        (_, start_thread), = self.service.lives
        self.assertNotEqual(start_thread, threading.get_ident())
        self.server.stop(Norpc.StopMode.FINISH)
        self.assertEqual(self.service.lives, [('start', start_thread), ('stop', start_thread)])

    def test_callbacks(self):
        results = []
        self.lamp.call_echo(b'\0', ('a',), 255, -1, {}, None, None, None,
                            lambda proxy, result, *data: results.append((proxy.call_echo_finish(result), data)), 'more')
        self.assertEqual(results, [])
        self.wait_until(lambda: results)
        (values, data), = results
        self.assertEqual(data, ('more',))
        self.assertIsInstance(values[0], GLib.Bytes)  # as those of a typelib
        self.assertEqual((values[0].get_data(), *values[1:4]), (b'\0', ['a'], 255, -1))
        self.assertEqual(self.lamp.call_dim_sync(0.5, None), 0.5)
        with self.assertRaises(TypeError):
            self.lamp.call_dim_sync()

    def test_values(self):
        file = Gio.File.new_for_path('/a')
        time = datetime.datetime(2020, 2, 3, 4, 5, 6, 789000, datetime.timezone(datetime.timedelta(hours=1)))
        values = b'\0a', ['a', 'ä'], 255, -2**15, {'a': 1, 'b': [True, 'x']}, file, time
        got = self.lamp.echo_sync(*values)
        self.assertTrue(got[5].equal(file))
        self.assertEqual(got[:5] + got[6:], values[:5] + values[6:])
        self.assertEqual(self.service.got[:5] + self.service.got[6:], values[:5] + values[6:])
        self.assertEqual(self.lamp.echo_sync(b'', [], 0, 0, {}), (b'', [], 0, 0, {}, None, None))

    def test_wrong_arguments(self):
        right = {'data': b'', 'tags': [], 'level': 0, 'offset': 0, 'options': {}}
        for name, value, kind, message in (
                ('data', 'a', TypeError, "argument 'data': expected bytes, got str"),
                ('data', None, TypeError, "argument 'data': expected bytes, got None"),
                ('tags', 'a', TypeError, "argument 'tags': expected list, got str"),
                ('tags', ['a', 1], TypeError, "argument 'tags'[1]: expected str, got int"),
                ('level', 256, OverflowError, "argument 'level': expected a number from 0 to 255, got 256"),
                ('level', 1.5, TypeError, "argument 'level': expected int, got float"),
                ('offset', 2**15, OverflowError,
                 "argument 'offset': expected a number from -32768 to 32767, got 32768"),
                ('options', [], TypeError, "argument 'options': expected dict, got list"),
                ('options', GLib.Variant('a{ss}', {}), TypeError,
                 "argument 'options': expected a GLib.Variant of type 'a{sv}', got 'a{ss}'"),
                ('file', '/a', TypeError, "argument 'file': expected Gio.File, got str"),
                ('time', 1, TypeError, "argument 'time': expected datetime, got int")):
            for function in self.lamp.echo_sync, self.lamp.echo:
                with self.subTest(name, value=value), self.assertRaises(kind) as caught:
                    function(**{**right, name: value})
                self.assertEqual(str(caught.exception), message)
        self.assertFalse(hasattr(self.service, 'got'))

    def test_declared_errors(self):
        self.assertEqual((lamp.LampError.TOO_DARK, lamp.LampError.BROKEN), (0, 7))
        with self.assertRaises(LampError.TOO_DARK) as caught:
            self.lamp.dim_sync(2)
        self.assertEqual(caught.exception.message, 'It is darker than that')
        self.assertTrue(caught.exception.matches(lamp.LampError.quark(), lamp.LampError.TOO_DARK))

        async def main():
            with self.assertRaises(LampError):
                await self.lamp.dim(2)

        self.run_everywhere(main)

    @unittest.mock.patch('traceback.print_exception')
    def test_failures(self, _report):
        for how, message in (('x', 'ValueError: x'), ('exit', 'SystemExit'),
                             ('result', 'TypeError: fail(): expected no result, got int')):
            with self.assertRaises(GLib.Error) as caught:
                self.lamp.fail_sync(how)
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.FAILED))
            self.assertEqual(caught.exception.message, message)

    def test_dropped(self):
        """A call that a layer drops ends at once, whichever function has made it."""
        class Drop(Norpc.Layer):
            def do_take(self, call):
                return True

        proxy = lamp.LampProxy.new(Drop())
        for function in (proxy.wait_sync, lambda: proxy.call_wait_sync(None), lambda: Norpc.run(self.await_it(proxy))):
            with self.assertRaises(GLib.Error) as caught:
                function()
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.NO_REPLY), caught.exception)

    @staticmethod
    async def await_it(proxy):
        await proxy.wait()

    def test_cancelled(self):
        async def main():
            self.service.waits.clear()
            task = asyncio.ensure_future(self.lamp.wait())
            while not self.service.waits.is_set():
                await asyncio.sleep(0.001)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task

        self.run_everywhere(main)
        with self.assertRaises(GLib.Error) as caught:
            self.lamp.wait_sync(timeout=5)
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))

    def test_needs_generated_code(self):
        message = ("org.example.Lamp: the method 'Replace' needs code that norpc-codegen generates: "
                   "its argument 'bulb' has the type 'Bulb', a <record> that is an object")
        for function in self.lamp.replace, self.lamp.replace_sync, self.lamp.call_replace_sync:
            with self.assertRaises(GLib.Error) as caught:
                function({'watts': 3})
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))
            self.assertEqual(caught.exception.message, message)
        with self.assertRaises(TypeError) as caught:
            type(Norpc.Service)('Other', (Norpc.Service, lamp.Lamp), {'replace': lambda self, bulb: None})
        self.assertEqual(str(caught.exception), f'Other.replace(): {message}')

    def test_not_defined(self):
        with self.assertRaises(GLib.Error) as caught:
            self.lamp.stack().outcome_sync()
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))
        self.assertIn('does not implement org.example.Lamp.Stack', caught.exception.message)

    def test_signals_and_properties(self):
        seen = []
        self.lamp.load_sync(None)
        self.lamp.connect('flickered', lambda _, times, tags, data: seen.append((tags, data.get_data())))
        self.lamp.connect('notify::brightness', lambda *_: seen.append(self.lamp.props.brightness))
        self.lamp.dim_sync(0.5)
        self.wait_until(lambda: len(seen) == 3)
        self.assertEqual(seen, [1.0, 0.5, (['a', 'b'], b'\0')])

        self.lamp.set_tags_sync(['x'])
        self.assertEqual(self.lamp.get_tags(), ['x'])
        self.assertEqual(self.service.props.tags, ['x'])
        with self.assertRaises(TypeError):
            self.lamp.set_brightness_sync('bright')
        written = []
        self.lamp.set_brightness_async(0.25, None, lambda proxy, result: written.append(proxy.set_brightness_finish(result)))
        self.wait_until(lambda: written)
        self.assertEqual(lamp.LampProxy.new_sync(self.server.get_endpoint()).props.brightness, 0.25)

        proxies = []
        lamp.LampProxy.new_async(self.server.get_endpoint(), None,
                                 lambda _, result: proxies.append(lamp.LampProxy.new_finish(result)))
        self.wait_until(lambda: proxies)
        self.assertEqual(proxies[0].get_brightness(), 0.25)

    def test_values_of_properties(self):
        """They are checked and converted as arguments are, for proxies and services."""
        for instance in self.lamp, self.service:
            for name, value, kind in (('tags', 'ab', TypeError), ('tags', ['a\0'], ValueError), ('tags', None, TypeError),
                                      ('brightness', True, TypeError), ('data', 'text', TypeError),
                                      ('options', {1: 2}, TypeError), ('options', GLib.Variant('s', ''), TypeError)):
                with self.subTest(name, value=value):
                    with self.assertRaisesRegex(kind, f"property '{name}'"):
                        setattr(instance.props, name, value)
                    with self.assertRaisesRegex(kind, f"property '{name}'"):
                        instance.set_property(name, value)
            instance.props.data = b'\0a'
            instance.props.options = {'a': 1}
            instance.set_property('tags', ('x',))
        self.lamp.load_sync(None)
        self.wait_until(lambda: self.lamp.props.tags == ['x'])
        for instance in self.lamp, self.service:
            self.assertEqual(instance.props.data.get_data(), b'\0a')
            self.assertEqual(instance.get_property('options').unpack(), {'a': 1})
            self.assertEqual({'data', 'tags'} & set(dir(instance.props)), {'data', 'tags'})
        self.assertEqual({spec.name for spec in self.lamp.props} & {'data', 'tags'}, {'data', 'tags'})
        self.assertEqual(lamp.LampProxy.props.data.name, 'data')

    def test_fake(self):
        """The service of a fake has the functions of the interface."""
        fake = Norpc.Fake.new(Norpc.InterfaceInfo.list_for_xml(DESCRIPTION)[0])
        seen = []
        proxy = lamp.LampProxy.new(fake)
        proxy.connect('flickered', lambda proxy, times, tags, data: seen.append((times, tags, data.get_data())))
        fake.get_service().emit_flickered(3, ['a'], b'b')
        self.wait_until(lambda: seen)
        self.assertEqual(seen, [(b'\3', ['a'], b'b')])  # PyGObject has bytes for a byte
        with self.assertRaises(TypeError):
            fake.get_service().emit_flickered(3, 'a', b'b')

    def test_errors_of_streams(self):
        """A declared error that ends a stream is an exception of its class, however the client reads."""
        class Dark(Norpc.Service, lamp.Lamp):
            async def shine(self, stream):
                raise LampError.TOO_DARK('night')

        async def read():
            return [item async for item in dark.shine()]

        async def get_outcome():
            await dark.shine().outcome()

        dark = self.serve(Dark())
        for function in (lambda: list(dark.shine()), lambda: dark.shine().outcome_sync(), lambda: dark.shine().next_sync(),
                         *(functools.partial(run, main()) for main in (read, get_outcome) for run in [Norpc.run])):
            with self.assertRaises(LampError.TOO_DARK):
                function()

    def test_signal_watch(self):
        async def main():
            watch = Norpc.SignalWatch.new(self.lamp, 'flickered')
            self.lamp.call_dim_sync(0)
            async for _times, tags, data in watch:
                self.assertEqual((tags, data), (['a', 'b'], b'\0'))
                break

        Norpc.run(main())

    def test_items_without_variants(self):
        """GLib.Uri has one, but not as the value of PyGObject that an item has here."""
        self.assertEqual([(uri.to_string(), data) for uri, data in self.lamp.shine()],
                         [(f'http://{number}', bytes([number])) for number in range(3)])

        async def main():
            stream = self.lamp.shine()
            self.assertEqual([data async for _, data in stream], [b'\0', b'\1', b'\2'])
            self.assertIsNone(await stream.outcome())

        self.run_everywhere(main)

    def test_one_interface(self):
        with self.assertRaises(TypeError) as caught:
            type(Norpc.Service)('Both', (Norpc.Service, lamp.Lamp, streams.Feed), {})
        self.assertEqual(str(caught.exception),
                         'Both: a service can have only one interface of a description that was loaded')

    def test_subclass(self):
        class Louder(Lamp):
            def dim(self, by):
                return super().dim(by) + 1

        self.assertEqual(self.serve(Louder()).dim_sync(0.5), 1.5)

    def test_beside_generated(self):
        """A class has one interface that was loaded, and others of typelibs."""
        class Both(Norpc.Service, lamp.Lamp, Kv.Store):
            def dim(self, by):
                return by

            def get(self, database, key):
                return key

        first, second = sorted(self.serve(Both()), key=lambda proxy: isinstance(proxy, Kv.StoreProxy))
        self.assertEqual((first.dim_sync(2), second.get_sync(0, b'x')), (2, b'x'))


class Variants(Case):
    """Values within variants are checked as others are."""

    def setUp(self):
        self.mirror = self.serve(Mirror())

    def test_values(self):
        for function, value, expected in (
                ('show', b'\0a', [0, 97]), ('show', GLib.Variant('i', 1), 1), ('show', 'caf\xe9', 'caf\xe9'),
                ('counts', (1, 2), [1, 2]), ('ratios', [1, 1.5], [1.0, 1.5]), ('pair', ['a', 1], ('a', 1)),
                ('texts', {'a': 'b'}, {'a': 'b'}), ('lists', [['a'], ()], [['a'], []]), ('maybe', None, None),
                ('blobs', [(b'\0', '/a'), ([1, 2], '/')], [([0], '/a'), ([1, 2], '/')]), ('maybe', 3, 3)):
            with self.subTest(function, value=value):
                self.assertEqual(getattr(self.mirror, f'{function}_sync')(value), expected)

    def test_wrong_values(self):
        for function, value, kind, message in (
                ('show', 'a\0', ValueError, "argument 'v': the text contains a NUL character"),
                ('show', {'a\0': 1}, ValueError, "argument 'v': key 'a\\x00': the text contains a NUL character"),
                ('show', {'a': '\ud800'}, ValueError, "argument 'v'['a']: the text contains a surrogate, '\\ud800'"),
                ('counts', [1.9], TypeError, "argument 'v'[0]: expected int, got float"),
                ('counts', [True], TypeError, "argument 'v'[0]: expected int, got bool"),
                ('counts', {1, 2}, TypeError, "argument 'v': expected list, got set"),
                ('counts', [2**32], OverflowError, "argument 'v'[0]: expected a number from 0 to 4294967295, got 4294967296"),
                ('switches', ['x'], TypeError, "argument 'v'[0]: expected bool, got str"),
                ('ratios', [True], TypeError, "argument 'v'[0]: expected float, got bool"),
                ('ratios', [10**400], OverflowError, "argument 'v'[0]: the number is too large for a float"),
                ('pair', ('a', 1.7), TypeError, "argument 'v'[1]: expected int, got float"),
                ('pair', ('a',), TypeError, "argument 'v': expected a tuple of 2 values, got 1"),
                ('pair', 'ab', TypeError, "argument 'v': expected tuple, got str"),
                ('texts', [('a', 'b')], TypeError, "argument 'v': expected dict, got list"),
                ('lists', ['ab'], TypeError, "argument 'v'[0]: expected list, got str"),
                ('blobs', [(b'', 'a')], ValueError, "argument 'v'[0][1]: expected an object path, got 'a'"),
                ('maybe', 1.5, TypeError, "argument 'v': expected int, got float")):
            with self.subTest(function, value=value), self.assertRaises(kind) as caught:
                getattr(self.mirror, f'{function}_sync')(value)
            self.assertEqual(str(caught.exception), message)


class Files(unittest.TestCase):
    """Finding descriptions, and names for their classes."""

    def test_paths(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'lamp.xml')
            path.write_text(DESCRIPTION, encoding='utf-8')
            for module in Norpc.load(path), Norpc.load(str(path)):
                self.assertEqual(module.__name__, 'lamp')
                self.assertIs(module.LampProxy, lamp.LampProxy)
            with path.open('rb') as file:
                self.assertIs(Norpc.load(file).Lamp, lamp.Lamp)
        with self.assertRaises(FileNotFoundError):
            Norpc.load(path)

    def test_wrong_arguments(self):
        """The message names the argument."""
        class Service(Norpc.Service, lamp.Lamp):
            pass

        for function, argument, message in (
                (Norpc.load, 3, "argument 'file': expected a path or an open file, got int"),
                (Norpc.load, None, "argument 'file': expected a path or an open file, got None"),
                (Norpc.error_class, 3, "argument 'codes': expected the enumeration of an error domain, got int"),
                (Norpc.extend_records, lamp, "argument 'module': expected a module of gi.repository, got module"),
                (Norpc.serve, 3, "argument 'service': expected an object of a class derived from Norpc.Service, got int"),
                (Norpc.serve, Service, "argument 'service': expected an object of a class derived from Norpc.Service, "
                                       'got the class Service')):
            with self.assertRaises(TypeError) as caught:
                function(argument)
            self.assertEqual(str(caught.exception), message)
        server = Norpc.serve(Service())
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON)
        proxy = server.make_proxy()
        for options, message in (({'timeout': 'x'}, "argument 'timeout': expected a number of milliseconds, got str"),
                                 ({'priority': 1}, "argument 'priority': expected Norpc.Priority, got int"),
                                 ({'cancellable': 1}, "argument 'cancellable': expected Gio.Cancellable, got int"),
                                 ({'txt': 'a'}, "got an unexpected keyword argument 'txt'")):
            with self.assertRaises(TypeError) as caught:
                proxy.fail_sync(*[] if 'txt' in options else ['a'], **options)
            self.assertEqual(str(caught.exception), message)

    def test_class_names(self):
        text = '''<node>
                    <interface name="org.example.one.Door"><method name="Open"/></interface>
                    <interface name="org.example.two.Door"><method name="Close"/></interface>
                  </node>'''
        with self.assertRaises(ValueError) as caught:
            Norpc.load(io.StringIO(text))
        self.assertIn("'Door'", str(caught.exception))
        module = Norpc.load(io.StringIO(text), interface_prefix='org.example')
        self.assertEqual(sorted(name for name in vars(module) if name[0] != '_'),
                         ['OneDoor', 'OneDoorProxy', 'TwoDoor', 'TwoDoorProxy'])
        self.assertTrue(hasattr(module.OneDoorProxy, 'open') and hasattr(module.TwoDoorProxy, 'close'))

    def test_wrong_description(self):
        with self.assertRaises(GLib.Error) as caught:
            Norpc.load(io.StringIO('<node>\n<interface name="a b"/></node>'))
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.INVALID_DESCRIPTION))
        self.assertEqual(caught.exception.message, "line 2, column 1: 'a b' is not a name of an interface")


# Both kinds of classes, for one program.

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
                                  (Names.MembersProxy, names.MembersProxy)):
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


if __name__ == '__main__':
    tap.main()
