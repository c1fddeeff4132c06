# SPDX-License-Identifier: LGPL-2.1-or-later
"""How programs in Python end: at once, and without a crash, whatever is in flight."""

import os
import subprocess
import sys
import textwrap
import unittest

import tap

START = '''
import asyncio
import os
import signal
import sys
import threading
import time

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc


class Store(Norpc.Service, Kv.Store):
    def __init__(self):
        super().__init__()
        self.arrived = threading.Semaphore(0)

    def do_start(self):
        print('start', flush=True)

    def do_stop(self):
        print('stop', flush=True)

    async def get(self, database, key):
        self.arrived.release()
        try:
            await asyncio.sleep(1000)
        finally:
            print('ended', flush=True)

    def get_size(self, database):
        self.arrived.release()
        time.sleep(database / 1000)
        return database

    def count(self, database, keys):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(database / 1000)
        return 1


service = Store()
server = Norpc.serve(service)
store = server.make_proxy()
'''


class Exit(unittest.TestCase):
    def run_program(self, program, code=0, expected='', signal=None):
        """Runs it in a process of its own."""
        # Python 3.12 and later warns of a fork when there are threads.
        process = subprocess.run([sys.executable, '-W', 'ignore::DeprecationWarning', '-c',
                                  START + textwrap.dedent(program)], capture_output=True, text=True, timeout=60)
        self.assertEqual((process.returncode, process.stdout.split()), (code, expected.split()), process.stderr)
        self.assertNotIn('Fatal', process.stderr)
        return process.stderr

    def test_running(self):
        self.assertEqual(self.run_program('', 0, 'start stop'), '')

    def test_stopped(self):
        self.assertEqual(self.run_program('server.stop(Norpc.StopMode.FINISH)', 0, 'start stop'), '')

    def test_exception(self):
        self.assertIn('ZeroDivisionError', self.run_program('1 / 0', 1, 'start stop'))

    def test_exit(self):
        self.assertEqual(self.run_program('sys.exit(3)', 3, 'start stop'), '')

    def test_call_in_flight(self):
        """A coroutine of the service is cancelled before the service stops."""
        self.assertEqual(self.run_program('''
            store.call_get(0, GLib.Bytes.new(b''), None, lambda *args: None)
            service.arrived.acquire()
        ''', 0, 'start ended stop'), '')

    def test_future_in_flight(self):
        for run in 'Norpc.run', 'asyncio.run':
            self.assertEqual(self.run_program(f'''
                async def main():
                    future = store.get(0, b'')
                    await asyncio.get_running_loop().run_in_executor(None, service.arrived.acquire)
                    return future

                future = {run}(main())
            ''', 0, 'start ended stop'), '')

    def test_handler_running(self):
        """The service finishes the handler that runs."""
        self.assertEqual(self.run_program('''
            store.call_get_size(300, None, lambda *args: None)
            service.arrived.acquire()
        ''', 0, 'start stop'), '')

    def test_thread_waiting(self):
        """A daemon thread waits in a synchronous call."""
        self.assertEqual(self.run_program('''
            def wait():
                try:
                    store.get_sync(0, b'')
                except GLib.Error:
                    time.sleep(1000)

            threading.Thread(target=wait, daemon=True).start()
            service.arrived.acquire()
        ''', 0, 'start ended stop'), '')

    def test_several_servers(self):
        self.assertEqual(self.run_program('''
            others = [Norpc.serve(Store()) for _ in range(3)]
        ''', 0, 'start ' * 4 + 'stop ' * 4), '')

    def test_interrupt_in_handler(self):
        """A KeyboardInterrupt in a handler in the main thread reaches the client."""
        self.assertIn('KeyboardInterrupt', self.run_program('''
            here = Norpc.Server.new_in_context(Store(), None)
            here.start()
            outcomes = []

            def counted(proxy, result):
                try:
                    proxy.call_count_finish(result)
                except GLib.Error as error:
                    outcomes.append(error.message)

            Kv.StoreProxy.new(here.get_endpoint()).call_count(1000, [], None, counted)
            while not outcomes:
                GLib.MainContext.default().iteration(True)
            assert outcomes == ['KeyboardInterrupt'], outcomes
        ''', 0, 'start start stop stop'))

    def test_interrupted(self):
        """Ctrl-C while a call waits, which nobody catches."""
        stderr = self.run_program('''
            threading.Thread(target=lambda: service.arrived.acquire() and os.kill(os.getpid(), signal.SIGINT)).start()
            store.get_sync(0, b'')
        ''', -2, 'start ended stop')
        self.assertIn('KeyboardInterrupt', stderr)

    def test_fork(self):
        """In a child, calls fail at once, and the child ends as it wants."""
        for end in 'sys.exit(3)', 'os._exit(3)', 'del server, store; os._exit(3)':
            self.assertEqual(self.run_program(f'''
                store.call_get(0, GLib.Bytes.new(b''), None, lambda *args: None)
                service.arrived.acquire()
                child = os.fork()
                if child == 0:
                    failed = 0
                    for function in (lambda: store.get_size_sync(0), lambda: Norpc.serve(Store())):
                        try:
                            function()
                        except GLib.Error as error:
                            failed += error.matches(Norpc.error_quark(), Norpc.Error.CLOSED)
                    assert failed == 2
                    {end}
                assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
                assert store.get_size_sync(1) == 1
            ''', 0, 'start ended stop'), '')

    def test_fork_first(self):
        """A child of a process that has not used norpc-glib is free to do so."""
        program = START.replace('service = Store()', 'child = os.fork()\nif child: '
                                'sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\nservice = Store()')
        process = subprocess.run([sys.executable, '-c', program + 'store.get_size_sync(1)'], capture_output=True,
                                 text=True, timeout=60)
        self.assertEqual((process.returncode, process.stdout.split(), process.stderr), (0, ['start', 'stop'], ''))

    def test_handler_stuck(self):
        """A handler that does not return does not keep the program from ending."""
        self.assertIn('A service is still running', self.run_program('''
            from gi.overrides._norpc import services
            services.EXIT_TIMEOUT = 0.2
            store.call_get_size(2**31, None, lambda *args: None)
            service.arrived.acquire()
        ''', 0, 'start'))

    def test_factory_stuck(self):
        """Nor does the function of a supervisor."""
        self.assertIn('A service is still running', self.run_program('''
            from gi.overrides._norpc import services
            services.EXIT_TIMEOUT = 0.2
            begun = threading.Event()
            supervisor = Norpc.Supervisor.new(lambda: begun.set() or time.sleep(1000))
            supervisor.start()
            begun.wait()
        ''', 0, 'start stop'))


tap.main()
