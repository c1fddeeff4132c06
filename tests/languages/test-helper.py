# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program in Python that another one starts as its helper. Both are this file."""

import os
import signal
import subprocess
import sys
import time
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
        if key == b'pid':
            return str(os.getpid()).encode()
        if key == b'hang':
            time.sleep(1000)
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
        self.start('serve')

    def start(self, argument, **policy):
        self.helper = Norpc.Helper(argv=[sys.executable, __file__, argument], object_path=OBJECT_PATH, min_delay=1, **policy)
        self.addCleanup(self.helper.stop)
        self.store = Kv.StoreProxy.new(self.helper)

    def wait(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(False)

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
            self.wait(lambda: self.helper.get_n_starts() > n_starts)
            self.assertIsNone(self.store.get_sync(0, b'a'))
            self.wait(lambda: self.helper.dup_error().message == 'It exited with status 1')

    def get_later(self, key, errors):
        def ended(proxy, result):
            try:
                proxy.call_get_finish(result)
            except GLib.Error as error:
                errors.append(error)

        self.store.call_get(0, GLib.Bytes.new(key), None, ended)

    def test_killed(self):
        """With a call that is not answered."""
        errors = []
        pid = int(self.store.get_sync(0, b'pid'))
        self.get_later(b'hang', errors)
        os.kill(pid, signal.SIGKILL)
        self.wait(lambda: errors and self.helper.get_n_starts() == 2)
        self.assertTrue(errors[0].matches(Norpc.error_quark(), Norpc.Error.CLOSED))
        self.assertNotEqual(int(self.store.get_sync(0, b'pid')), pid)
        self.wait(lambda: self.helper.dup_error().message == 'It was ended by signal 9 (Killed)')

    def test_replaced(self):
        """A program that hangs is replaced."""
        errors = []
        self.store.set_sync(0, b'a', b'1', 0, 0)
        self.get_later(b'hang', errors)
        self.helper.restart()
        self.assertIsNone(self.store.get_sync(0, b'a'))
        self.wait(lambda: errors)
        self.assertTrue(errors[0].matches(Norpc.error_quark(), Norpc.Error.CLOSED))
        self.assertIsNone(self.helper.dup_error())

    def test_exits(self):
        """A program that exits at once."""
        self.start('exit', max_restarts=1)
        self.wait(lambda: self.helper.get_state() == Norpc.HelperState.FAILED)
        self.wait(lambda: self.helper.dup_error().message == 'It exited with status 3')
        with self.assertRaisesRegex(GLib.Error, 'its helper process has ended too often: It exited with status 3'):
            self.store.flush_sync()
        self.assertEqual(self.helper.get_n_starts(), 2)

    def test_notify(self):
        """On an instance, connect() is that of GObject."""
        states = []
        self.assertGreater(self.helper.connect('notify::state', lambda helper, _pspec: states.append(helper.get_state())), 0)
        self.helper.stop()
        self.wait(lambda: states)
        self.assertEqual(states, [Norpc.HelperState.STOPPED])
        with self.assertRaisesRegex(TypeError, 'unknown signal name'):
            self.helper.connect('nothing', print)

    def test_wrong_path(self):
        for path in 'org/example/Store', '', None, 5:
            with self.assertRaisesRegex(ValueError, "property 'object_path': expected an object path, got "):
                Norpc.Helper(argv=[sys.executable, __file__, 'serve'], object_path=path)

    def test_not_a_helper(self):
        with self.assertRaisesRegex(GLib.Error, 'was not started by a NorpcHelper'):
            Norpc.Helper.connect()


if sys.argv[1:] == ['serve']:
    serve()
elif sys.argv[1:] == ['exit']:
    sys.exit(3)
else:
    import tap

    tap.main()
