# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services for several tests, and what these tests have in common."""

import asyncio
import contextlib
import io
import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import GLib, Kv, Norpc, Test

StoreError = Norpc.error_class(Test.StoreError)


class Store(Norpc.Service, Kv.Store):
    """A service with state that only its thread uses."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self.threads = set()

    def get(self, database, key):
        self.threads.add(threading.get_ident())
        return self.values.get(key)

    def set(self, database, key, value, ttl, flags):
        previous = self.values.get(key)
        self.values[key] = value
        return True, previous

    async def take(self, database, key):
        self.threads.add(threading.get_ident())
        while key not in self.values:
            await asyncio.sleep(0.001)
        return self.values.pop(key)

    def increment(self, database, key, delta):
        try:
            number = int(self.values.get(key, b'0')) + delta
        except ValueError:
            raise StoreError.NOT_FOUND('there is no number') from None
        self.values[key] = str(number).encode()
        return number

    def flush(self):
        self.values.clear()


class Any(Norpc.Service, Kv.Store):
    """Does what the test wants."""

    def get_size(self, database):
        return self.do()

    def set(self, database, key, value, ttl, flags):
        return self.do()

    def flush(self):
        return self.do()

    def get(self, database, key):
        return self.do()


class Case(unittest.TestCase):
    def serve(self, service):
        server = Norpc.serve(service)
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON, None)
        return server.make_proxy()

    def assert_error(self, domain, code, function, *args, **kwargs):
        with self.assertRaises(GLib.Error) as caught:
            function(*args, **kwargs)
        self.assertTrue(caught.exception.matches(domain, code), caught.exception)
        return caught.exception.message

    def settle(self):
        """Waits until the service has printed a traceback, which it does after its answer."""

    def assert_failed(self, message, function, *args):
        printed = io.StringIO()
        with contextlib.redirect_stderr(printed):
            got = self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED, function, *args)
            self.settle()
        self.assertEqual(got, message)
        return printed.getvalue()
