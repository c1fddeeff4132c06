# SPDX-License-Identifier: LGPL-2.1-or-later
"""Properties and signals of descriptions that are loaded at run time."""

import asyncio

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Norpc

import tap
from lamps import Case, Lamp, lamp


def start(function, finish, *args):
    """Calls a function of PyGObject that ends in a cancellable and a callback, and gets a future of its result."""
    future = asyncio.get_running_loop().create_future()

    def done(_source, result):
        try:
            value = finish(result)
        except GLib.Error as error:
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(value)

    function(*args, None, done)
    return future


class Limited(Lamp):
    @GObject.Property(type=float)
    def brightness(self):
        return self._brightness

    @brightness.setter
    def brightness(self, value):
        self._brightness = min(value, 1)


class Properties(Case):
    def setUp(self):
        self.service = Lamp()
        self.lamp = self.serve(self.service)

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

    def test_awaiting(self):
        class Careful(Lamp):
            def do_write_property(self, name, value):
                if value < 0:
                    raise GLib.Error.new_literal(Gio.io_error_quark(), 'on purpose', Gio.IOErrorEnum.INVALID_ARGUMENT)
                return True

        async def main():
            await start(proxy.load_async, proxy.load_finish)
            self.assertEqual(proxy.props.brightness, 1)
            await start(proxy.set_brightness_async, proxy.set_brightness_finish, 0.5)
            self.assertEqual(service.props.brightness, 0.5)
            with self.assertRaisesRegex(GLib.Error, 'on purpose'):
                await start(proxy.set_brightness_async, proxy.set_brightness_finish, -1)

        service = Careful()
        with Norpc.serve(service) as proxy:
            Norpc.run(main())

    def test_values_that_follow_each_other(self):
        """A value that is shown while the program waits is notified later, unless a newer one has been by then."""
        seen = []
        self.lamp.load_sync(None)
        self.wait_until(lambda: self.lamp.props.ready)
        self.lamp.set_tags_sync(['a'])
        self.wait_until(lambda: not GLib.MainContext.default().pending())
        self.lamp.connect('notify::brightness', lambda *_: seen.append(self.lamp.props.brightness))
        self.lamp.connect('notify::tags', lambda *_: seen.append(self.lamp.props.tags))
        self.lamp.set_brightness_sync(0.25)
        self.assertEqual(seen, [])
        self.lamp.props.brightness = 0.75
        self.assertEqual(seen, [0.75])
        self.lamp.set_tags_sync(['b'])
        self.wait_until(lambda: ['b'] in seen)
        self.wait_until(lambda: not GLib.MainContext.default().pending())
        self.assertEqual(seen, [0.75, ['b']])

    def test_value_that_the_service_adjusts(self):
        with Norpc.serve(Limited()) as proxy:
            for value, shown in (0.5, 0.5), (2, 1):
                proxy.set_brightness_sync(value)
                self.assertEqual(proxy.props.brightness, shown)

    def test_value_that_the_service_rejects_without_a_reason(self):
        class Rejecting(Lamp):
            def do_write_property(self, name, value):
                return value < 1

        with Norpc.serve(Rejecting()) as proxy:
            proxy.set_brightness_sync(0.5)
            with self.assertRaisesRegex(GLib.Error, 'Set.Brightness failed and gave no reason') as caught:
                proxy.set_brightness_sync(2)
            self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.FAILED))
            self.assertEqual(proxy.props.brightness, 0.5)

    def test_interface_info(self):
        for known in lamp.Lamp, lamp.LampProxy, lamp.LampProxy.__gtype__:
            self.assertEqual(Norpc.interface_info_for_type(known).get_name(), 'org.example.Lamp')
        self.assertIsNone(Norpc.interface_info_for_type(Lamp.__gtype__))
        for wrong, got in ((Lamp, 'the class Lamp, which implements Lamp$'),
                           (self.service, 'Lamp, which implements Lamp$'),
                           (GObject.Object, 'the class Object$'), (Norpc.Server, 'the class Server$')):
            with self.assertRaisesRegex(TypeError, f"argument 'type': expected an interface .*, got {got}"):
                Norpc.interface_info_for_type(wrong)

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

    def test_signal_watch(self):
        async def main():
            watch = Norpc.SignalWatch.new(self.lamp, 'flickered')
            self.lamp.call_dim_sync(0)
            async for _times, tags, data in watch:
                self.assertEqual((tags, data), (['a', 'b'], b'\0'))
                break

        Norpc.run(main())


tap.main()
