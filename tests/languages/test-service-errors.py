# SPDX-License-Identifier: LGPL-2.1-or-later
"""Exceptions of services that are classes of Python."""

import asyncio
import contextlib
import io
import threading

import gi

gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, Norpc, Test

import tap
from stores import Case, Any, StoreError


class Exceptions(Case):
    def setUp(self):
        self.service = Any()
        self.proxy = self.serve(self.service)

    def settle(self):
        self.service.do = lambda: 0
        self.proxy.get_size_sync(0)

    def set(self):
        return self.proxy.set_sync(0, b'', b'', 0, 0)

    def test_exceptions(self):
        def divide():
            return 1 // 0

        async def divide_later():
            await asyncio.sleep(0)
            return 1 // 0

        for function in divide, divide_later:
            self.service.do = function
            printed = self.assert_failed('ZeroDivisionError: integer division or modulo by zero',
                                         self.proxy.get_size_sync, 0)
            self.assertIn('return 1 // 0', printed)
        for error, message in ((SystemExit(3), 'SystemExit: 3'), (KeyboardInterrupt(), 'KeyboardInterrupt'),
                               (ValueError('caf\udce9\0'), 'ValueError: caf\\udce9\\0')):
            def fail():
                raise error

            async def fail_later():
                await asyncio.sleep(0)
                raise error

            for function in fail, fail_later:
                self.service.do = function
                self.assert_failed(message, self.proxy.get_size_sync, 0)

        def not_implemented():
            raise NotImplementedError('later')

        self.service.do = not_implemented
        with contextlib.redirect_stderr(io.StringIO()):
            self.assert_error(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED, self.proxy.get_size_sync, 0)

    def test_not_printed(self):
        """The client gets an exception that cannot be printed."""
        class Mute(Exception):
            def __str__(self):
                raise RuntimeError

        class Broken:
            def write(self, text):
                raise RuntimeError

            def flush(self):
                raise RuntimeError

        async def fail_later():
            fail()

        for error, text, stderr in ((Mute(), 'Mute: <exception str() failed>', io.StringIO()), (KeyError(1), 'KeyError: 1', None),
                                    (KeyError(1), 'KeyError: 1', Broken())):
            def fail():
                raise error

            for function in fail, fail_later:
                self.service.do = function
                with contextlib.redirect_stderr(stderr):
                    got = self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED,
                                            lambda: self.proxy.get_size_sync(0, timeout=10000))
                    self.settle()
                self.assertEqual(got, text)

    def test_answered_first(self):
        """The client does not wait for the traceback."""
        class Slow(io.StringIO):
            def write(self, text):
                answered.acquire()
                answered.release()

        answered = threading.Semaphore(0)
        self.service.do = lambda: 1 // 0
        with contextlib.redirect_stderr(Slow()):
            self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED, lambda: self.proxy.get_size_sync(0, timeout=10000))
            answered.release()
            self.settle()

    def test_errors(self):
        """They arrive as they are, and in the class of their domain, if one was made."""
        def fail():
            raise StoreError.FULL('no space')

        self.service.do = fail
        with self.assertRaises(StoreError.FULL) as caught:
            self.proxy.get_size_sync(0)
        self.assertEqual(caught.exception.message, 'no space')
        self.assertIsInstance(caught.exception, StoreError)
        self.assertIsInstance(caught.exception, GLib.Error)
        self.assertTrue(caught.exception.matches(Test.StoreError.quark(), Test.StoreError.FULL))

        def fail_without_a_text():
            raise StoreError.FULL

        self.service.do = fail_without_a_text
        with self.assertRaises(StoreError.FULL) as caught:
            self.proxy.get_size_sync(0)
        self.assertEqual(caught.exception.message, 'StoreError.FULL')

        async def main():
            with self.assertRaises(StoreError.FULL):
                await self.proxy.get_size(0)

        Norpc.run(main())

        def fail_quietly():
            raise GLib.Error('no', 'test-quark', 7)

        self.service.do = fail_quietly
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed), self.assertRaises(GLib.Error) as caught:
            self.proxy.get_size_sync(0)
        self.assertEqual((caught.exception.domain, caught.exception.code), ('test-quark', 7))
        self.assertEqual(printed.getvalue(), '')

    def test_error_class(self):
        self.assertIs(Norpc.error_class(Test.StoreError), StoreError)
        self.assertTrue(Norpc.error_class(Gio.IOErrorEnum).NOT_FOUND('x').matches(Gio.io_error_quark(),
                                                                                 Gio.IOErrorEnum.NOT_FOUND))
        with self.assertRaises(TypeError):
            Norpc.error_class(Gio.FileType)

    def test_answered(self):
        """A method may answer by itself."""
        def answer():
            Norpc.get_current_call().return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS, 'no')

        self.service.do = answer
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            self.assert_error(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS, self.proxy.get_size_sync, 0)
        self.assertEqual(printed.getvalue(), '')


tap.main()
