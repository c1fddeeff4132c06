# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services in Python that a supervisor replaces."""

import contextlib
import gc
import io
import threading
import time
import weakref

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, Kv, Norpc, Test

import tap
from stores import Case, Store, StoreError


class Supervisors(Case):
    def setUp(self):
        self.made = []
        self.errors = []

    def make(self):
        self.made.append(threading.get_ident())
        if self.errors:
            error = self.errors.pop(0)
            if isinstance(error, Exception):
                raise error
            return error
        return Store()

    def supervise(self, make):
        supervisor = Norpc.Supervisor.new(make)
        supervisor.props.min_delay = 1
        supervisor.props.max_delay = 2
        self.addCleanup(supervisor.stop, Norpc.StopMode.ABANDON)
        supervisor.start()
        return supervisor, Kv.StoreProxy.new(supervisor)

    def wait(self, supervisor, state):
        while supervisor.get_state() != state:
            time.sleep(0.001)

    def test_class(self):
        supervisor, store = self.supervise(Store)
        store.set_sync(0, b'a', b'1', 0, 0)
        self.assertEqual(store.get_sync(0, b'a'), b'1')
        supervisor.restart(Norpc.StopMode.FINISH)
        self.assertIsNone(store.get_sync(0, b'a'))
        self.assertEqual(supervisor.get_n_starts(), 2)
        self.assertIsNone(supervisor.dup_error())

    def test_errors(self):
        """Exceptions are reasons, with their text."""
        self.errors = [ValueError('not today'), StoreError.FULL('full'), None, Gio.Cancellable()]
        stderr = contextlib.ExitStack()
        stderr.enter_context(contextlib.redirect_stderr(io.StringIO()))
        self.addCleanup(stderr.close)
        supervisor = Norpc.Supervisor.new(self.make)
        supervisor.props.max_restarts = 0
        supervisor.start()
        for text in ('ValueError: not today', 'full', 'returned None, expected a service or a server',
                     'Cancellable implements no interface of a description'):
            self.wait(supervisor, Norpc.SupervisorState.FAILED)
            self.assertIn(text, supervisor.dup_error().message)
            if text == 'full':
                self.assertTrue(supervisor.dup_error().matches(Test.StoreError.quark(), Test.StoreError.FULL))
            supervisor.restart(Norpc.StopMode.FINISH)
        Kv.StoreProxy.new(supervisor).flush_sync()
        self.assertEqual(len(self.made), 5)
        supervisor.stop(Norpc.StopMode.FINISH)

    def test_does_not_start(self):
        class Late(Store):
            n = 0

            def do_start(self):
                Late.n += 1
                if Late.n < 3:
                    raise StoreError.FULL('full')

        _supervisor, store = self.supervise(Late)
        while True:
            try:
                store.flush_sync()
                break
            except GLib.Error as error:
                self.assertTrue(error.matches(Norpc.error_quark(), Norpc.Error.CLOSED))
        self.assertEqual(Late.n, 3)

    def test_state(self):
        """It is notified in the main context, also that there will be no further service."""
        states = []
        notified_in = set()
        loop = GLib.MainLoop()

        def changed(supervisor, pspec):
            states.append(supervisor.props.state)
            notified_in.add(threading.get_ident())
            if supervisor.props.state == Norpc.SupervisorState.FAILED:
                self.errors.clear()
                supervisor.restart(Norpc.StopMode.FINISH)
            elif supervisor.props.state == Norpc.SupervisorState.RUNNING:
                loop.quit()

        self.errors = [StoreError.FULL('full')] * 3
        supervisor = Norpc.Supervisor.new(self.make)
        supervisor.props.max_restarts = 2
        supervisor.props.min_delay = 1
        supervisor.connect('notify::state', changed)
        supervisor.start()
        loop.run()
        self.assertIn(Norpc.SupervisorState.FAILED, states)
        self.assertEqual(len(self.made), 4)
        self.assertEqual(notified_in, {threading.get_ident()})
        supervisor.stop(Norpc.StopMode.FINISH)

    def test_thread(self):
        """A service is made where it runs."""
        _supervisor, store = self.supervise(lambda: self.make_store())
        store.get_sync(0, b'a')
        self.assertEqual(self.store().threads, set(self.made))
        self.assertNotEqual(self.made, [threading.get_ident()])

    def make_store(self):
        store = self.make()
        self.store = weakref.ref(store)
        return store

    def test_released(self):
        supervisor, store = self.supervise(self.make_store)
        store.flush_sync()
        first = self.store
        supervisor.restart(Norpc.StopMode.FINISH)
        store.flush_sync()
        gc.collect()
        self.assertIsNone(first())

    def test_released_while_it_is_made(self):
        """The function and what it makes are released, too, and the call that waits fails."""
        begun, gate = threading.Event(), threading.Event()
        lives = []

        class Late(Store):
            def do_start(self):
                lives.append('start')

        def make():
            begun.set()
            gate.wait()
            service = Late()
            lives.append(weakref.ref(service))
            return service

        errors = []

        def flushed(proxy, result):
            try:
                proxy.call_flush_finish(result)
            except GLib.Error as error:
                errors.append(error.message)

        supervisor = Norpc.Supervisor.new(make)
        supervisor.start()
        begun.wait()
        store = Kv.StoreProxy.new(supervisor)
        released = weakref.ref(supervisor), weakref.ref(store), weakref.ref(make)
        cancellable = Gio.Cancellable()
        store.call_flush(cancellable, flushed)
        cancellable.cancel()  # a call has a reference to its proxy, and so to the supervisor
        while not errors:
            GLib.MainContext.default().iteration(True)
        del supervisor, store, make
        gc.collect()
        self.assertEqual([ref() for ref in released[:2]], [None, None])
        gate.set()
        while not lives or lives[0]() is not None or released[2]() is not None:
            gc.collect()
            time.sleep(0.001)
        self.assertEqual(len(lives), 1)

    def test_server(self):
        """The function may return a server, here with a layer."""
        def make():
            server = Norpc.Server.new(Store())
            server.add_layer(Norpc.RateLimit.new(1, 60 * 1000))
            return server

        _supervisor, store = self.supervise(make)
        store.flush_sync()
        store.set_timeout(100)
        with self.assertRaises(GLib.Error) as context:
            store.flush_sync()
        self.assertTrue(context.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))

    def test_in_context(self):
        supervisor = Norpc.Supervisor.new_in_context(None, self.make)
        supervisor.start()
        store = Kv.StoreProxy.new(supervisor)
        loop = GLib.MainLoop()
        answers = []

        def flushed(proxy, result):
            answers.append(proxy.call_flush_finish(result))
            loop.quit()

        store.call_flush(None, flushed)
        loop.run()
        self.assertEqual(answers, [True])
        self.assertEqual(self.made, [threading.get_ident()])
        supervisor.stop(Norpc.StopMode.FINISH)

    def test_wrong_function(self):
        with self.assertRaisesRegex(TypeError, 'expected a function'):
            Norpc.Supervisor.new(None)


tap.main()
