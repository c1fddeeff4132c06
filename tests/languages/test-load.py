# SPDX-License-Identifier: LGPL-2.1-or-later
"""Classes of descriptions that are loaded at run time."""

import asyncio
import inspect
import io
import threading
import unittest.mock

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import GLib, Kv, Norpc

import tap
from lamps import Case, DESCRIPTION, Lamp, LampError, lamp
from runners import RUNNERS


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
            self.assertEqual(await self.lamp.dim(0, timeout=60000), 0.5)
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

    def test_one_interface(self):
        with self.assertRaises(TypeError) as caught:
            type(Norpc.Service)('Both', (Norpc.Service, lamp.Lamp, lamp.Mirror), {})
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


tap.main()
