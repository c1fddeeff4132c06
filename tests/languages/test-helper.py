# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program in Python that another one starts as its helper. Both are this file."""

import os
import subprocess
import sys
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import GLib, Kv, Norpc

OBJECT_PATH = '/org/example/Store'


class Store(Norpc.Service, Kv.Store):
    def __init__(self):
        super().__init__()
        self.values = {}

    def get(self, database, key):
        if key == b'variable':  # of a program that this one starts
            return subprocess.check_output(['/bin/sh', '-c', 'printf %s "$NORPC_HELPER_FD"'])
        return self.values.get(key)

    def set(self, database, key, value, ttl, flags):
        self.values[key] = value
        return True, None

    def flush(self):
        os._exit(1)


def serve():
    connection = Norpc.Helper.connect()
    server = Norpc.serve(Store())
    info = Norpc.interface_info_for_type(Kv.Store)
    export = Norpc.DBusExport.new(connection, OBJECT_PATH, server.get_endpoint(), info)
    connection.start_message_processing()
    GLib.MainLoop().run()
    del export


class Helpers(unittest.TestCase):
    def setUp(self):
        self.helper = Norpc.Helper(argv=[sys.executable, __file__, 'serve'], object_path=OBJECT_PATH, min_delay=1)
        self.addCleanup(self.helper.stop)
        self.store = Kv.StoreProxy.new(self.helper)

    def test_calls(self):
        self.store.set_sync(0, b'a', b'1', 0, 0)
        self.assertEqual(self.store.get_sync(0, b'a'), b'1')

    def test_environment(self):
        self.assertEqual(self.store.get_sync(0, b'variable'), b'')

    def test_crash(self):
        for n_starts in range(1, 4):
            self.store.set_sync(0, b'a', b'1', 0, 0)
            self.assertEqual(self.helper.get_n_starts(), n_starts)
            with self.assertRaises(GLib.Error) as context:
                self.store.flush_sync()
            self.assertTrue(context.exception.matches(Norpc.error_quark(), Norpc.Error.CLOSED))
            while self.helper.get_n_starts() == n_starts:
                GLib.MainContext.default().iteration(False)
            self.assertIsNone(self.store.get_sync(0, b'a'))

    def test_not_a_helper(self):
        with self.assertRaisesRegex(GLib.Error, 'was not started by a NorpcHelper'):
            Norpc.Helper.connect()


if sys.argv[1:] == ['serve']:
    serve()
else:
    import tap

    tap.main()
