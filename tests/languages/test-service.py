# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service in Python, called from C and from Python."""

import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc

import tap


def data(text):
    return GLib.Bytes.new(text.encode())


class PlainStore(GObject.Object, Kv.Store):
    """A service with synchronous handlers."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self.threads = set()

    def do_get(self, database, key):
        self.threads.add(threading.get_ident())
        name = key.get_data()
        if name == b'error':
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'No such luck',
                                         Gio.IOErrorEnum.PERMISSION_DENIED)
        if name == b'exception':
            raise ValueError('an exception that the service did not mean')
        return True, self.values.get(name)

    def do_set(self, database, key, value, ttl, flags):
        previous = self.values.get(key.get_data())
        self.values[key.get_data()] = value
        return True, True, previous

    def do_list_keys(self, database, pattern):
        if pattern.get_data() == b'exception':
            raise ValueError('an exception that the service did not mean')
        return [GLib.Bytes.new(key) for key in self.values]

    def do_get_size(self, database):
        if database == 1:
            raise ValueError('an exception that the service did not mean')
        if database == 2:
            return True, -1
        return True, len(self.values)

    def do_flush(self):
        self.values.clear()
        return True


class LaterStore(GObject.Object, Kv.Store, Norpc.Lifecycle):
    """A service with asynchronous handlers: keeps the calls, and answers when it is told to."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.arrived = threading.Semaphore(0)
        self.lives = []
        self.starts = True

    def do_start(self):
        self.lives.append(('start', threading.get_ident()))
        if not self.starts:
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'Not today', Gio.IOErrorEnum.FAILED)
        return True

    def do_stop(self):
        self.lives.append(('stop', threading.get_ident()))

    def do_handle_get(self, call, database, key):
        name = key.get_data()
        if name == b'error':
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'No such luck',
                                         Gio.IOErrorEnum.PERMISSION_DENIED)
        if name == b'exception':
            raise ValueError('an exception that the service did not mean')
        if name == b'now':
            self.complete_get(call, data('at once'))
        elif name == b'error later':
            GLib.idle_add(lambda: call.return_error_literal(
                Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND, 'Not found'))
        elif name != b'drop':
            self.calls.append((call, key))
        self.arrived.release()
        return True


class FileStore(GObject.Object, Kv.Store):
    """A service that answers in another thread."""

    def do_handle_get(self, call, database, key):
        def answer():
            file = Gio.File.new_for_path(key.get_data().decode())
            try:
                content, _etag = file.load_bytes(None)
            except GLib.Error as error:
                call.return_gerror(error)
                return
            if content.get_size() > 0:
                self.complete_get(call, content)
            else:
                call.return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_DATA,
                                          'The file is empty')

        threading.Thread(target=answer).start()
        return True


class Case(unittest.TestCase):
    def host(self, service):
        server = Norpc.Server.new(service)
        server.start(None)
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON, None)
        self.server = server
        self.channel = server.get_channel()
        self.proxy = Kv.StoreProxy.new(self.channel)
        self.service = service

    def start_get(self, key, cancellable=None):
        """Begins an asynchronous call. Returns what finish() waits with."""
        loop = GLib.MainLoop()
        results = []

        def answered(source, result):
            results.append(result)
            loop.quit()

        self.proxy.call_get(0, data(key), cancellable, answered)
        return loop, results

    def finish(self, started):
        loop, results = started
        if not results:
            loop.run()
        self.assertEqual(len(results), 1)
        return self.proxy.call_get_finish(results[0])

    def assert_error(self, domain, code, function, *arguments):
        with self.assertRaises(GLib.Error) as caught:
            function(*arguments)
        self.assertTrue(caught.exception.matches(domain, code), str(caught.exception))
        return caught.exception.message

    def assert_failures(self, get):
        """Both kinds of exception, through a function that gets a key."""
        message = self.assert_error(Gio.io_error_quark(), Gio.IOErrorEnum.PERMISSION_DENIED,
                                    get, 'error')
        self.assertEqual(message, 'No such luck')
        self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED, get, 'exception')


class Plain(Case):
    def setUp(self):
        self.host(PlainStore())
        self.proxy.call_set_sync(0, data('key'), data('value'), 0, 0, None)

    def test_from_c(self):
        self.assertEqual(Kv.caller_get_sync(self.channel, data('key')).get_data(), b'value')
        self.assertEqual(Kv.caller_get_async(self.channel, data('key')).get_data(), b'value')
        self.assertIsNone(Kv.caller_get_sync(self.channel, data('none')))

    def test_from_python(self):
        self.assertEqual(self.proxy.call_get_sync(0, data('key'), None).get_data(), b'value')
        self.assertEqual(self.finish(self.start_get('key')).get_data(), b'value')
        stored, previous = self.proxy.call_set_sync(0, data('key'), data('new'), 0, 0, None)
        self.assertTrue(stored)
        self.assertEqual(previous.get_data(), b'value')
        keys = self.proxy.call_list_keys_sync(0, data('*'), None)
        self.assertEqual([key.get_data() for key in keys], [b'key'])
        self.assertEqual(self.proxy.call_get_size_sync(0, None), 1)
        self.assertTrue(self.proxy.call_flush_sync(None))
        self.assertEqual(self.proxy.call_get_size_sync(0, None), 0)

    def test_own_thread(self):
        self.proxy.call_get_sync(0, data('key'), None)
        Kv.caller_get_sync(self.channel, data('key'))
        self.assertEqual(len(self.service.threads), 1)
        self.assertNotIn(threading.get_ident(), self.service.threads)

    def test_exceptions_from_c(self):
        self.assert_failures(lambda key: Kv.caller_get_sync(self.channel, data(key)))
        self.assert_failures(lambda key: Kv.caller_get_async(self.channel, data(key)))

    def test_exceptions_from_python(self):
        self.assert_failures(lambda key: self.proxy.call_get_sync(0, data(key), None))
        self.assert_failures(lambda key: self.finish(self.start_get(key)))

    def test_exceptions_by_result(self):
        """Where there is a pointer, a number or nothing to return."""
        failed = Norpc.error_quark(), Norpc.Error.FAILED
        self.assert_error(*failed, self.proxy.call_list_keys_sync, 0, data('exception'), None)
        self.assert_error(*failed, self.proxy.call_get_size_sync, 1, None)
        self.assert_error(*failed, self.proxy.call_get_size_sync, 2, None)

    def test_not_implemented(self):
        message = self.assert_error(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED,
                                    self.proxy.call_persist_sync, 0, data('key'), None)
        self.assertIn('org.example.Kv.Store.Persist', message)


class Later(Case):
    def setUp(self):
        self.host(LaterStore())

    def test_at_once(self):
        self.assertEqual(self.proxy.call_get_sync(0, data('now'), None).get_data(), b'at once')
        self.assertEqual(Kv.caller_get_sync(self.channel, data('now')).get_data(), b'at once')

    def test_later(self):
        """Answers in the other order, from another thread, with the arguments
        still there."""
        first = self.start_get('first')
        second = self.start_get('second')
        self.service.arrived.acquire()
        self.service.arrived.acquire()
        for call, key in reversed(self.service.calls):
            self.assertFalse(call.is_replied())
            self.service.complete_get(call, data(key.get_data().decode() + '!'))
            self.assertTrue(call.is_replied())
        self.assertEqual(self.finish(second).get_data(), b'second!')
        self.assertEqual(self.finish(first).get_data(), b'first!')

    def test_later_from_c(self):
        answers = []
        caller = threading.Thread(
            target=lambda: answers.append(Kv.caller_get_sync(self.channel, data('key'))))
        caller.start()
        self.service.arrived.acquire()
        call, _ = self.service.calls.pop()
        self.service.complete_get(call, data('value'))
        caller.join()
        self.assertEqual(answers[0].get_data(), b'value')

    def test_error_later(self):
        self.assert_error(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND,
                          self.finish, self.start_get('error later'))

    def test_exceptions(self):
        self.assert_failures(lambda key: Kv.caller_get_sync(self.channel, data(key)))
        self.assert_failures(lambda key: self.finish(self.start_get(key)))

    def test_dropped(self):
        message = self.assert_error(Norpc.error_quark(), Norpc.Error.NO_REPLY,
                                    self.proxy.call_get_sync, 0, data('drop'), None)
        self.assertIn('org.example.Kv.Store.Get', message)

    def test_dropped_later(self):
        started = self.start_get('key')
        self.service.arrived.acquire()
        self.service.calls.clear()
        self.assert_error(Norpc.error_quark(), Norpc.Error.NO_REPLY, self.finish, started)

    def test_cancelled(self):
        cancellable = Gio.Cancellable()
        started = self.start_get('key', cancellable)
        self.service.arrived.acquire()
        call, _ = self.service.calls[0]
        self.assertFalse(call.is_cancelled())
        cancellable.cancel()
        self.assert_error(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED, self.finish, started)
        self.assertTrue(call.is_cancelled())
        self.assertTrue(call.get_cancellable().is_cancelled())
        self.service.complete_get(call, data('too late'))

    def test_timed_out(self):
        self.proxy.set_timeout(1)
        timed_out = Norpc.error_quark(), Norpc.Error.TIMED_OUT
        self.assert_error(*timed_out, self.proxy.call_get_sync, 0, data('key'), None)
        self.assert_error(*timed_out, self.finish, self.start_get('key'))

    def test_stopped(self):
        started = self.start_get('key')
        self.service.arrived.acquire()
        self.server.stop(Norpc.StopMode.ABANDON, None)
        self.assert_error(Norpc.error_quark(), Norpc.Error.CLOSED, self.finish, started)


class InThread(Case):
    def test_answers(self):
        self.host(FileStore())
        content = self.proxy.call_get_sync(0, data(__file__), None)
        self.assertIn(b'class FileStore', content.get_data())
        for path, code in (('/nowhere', Gio.IOErrorEnum.NOT_FOUND), ('/dev/null', Gio.IOErrorEnum.INVALID_DATA)):
            self.assert_error(Gio.io_error_quark(), code, self.finish, self.start_get(path))


class Life(Case):
    def test_start_and_stop(self):
        service = LaterStore()
        server = Norpc.Server.new(service)
        self.assertEqual(service.lives, [])
        server.start(None)
        server.stop(Norpc.StopMode.FINISH, None)
        (first, first_thread), (second, second_thread) = service.lives
        self.assertEqual([first, second], ['start', 'stop'])
        self.assertEqual(first_thread, second_thread)
        self.assertNotEqual(first_thread, threading.get_ident())

    def test_does_not_start(self):
        service = LaterStore()
        service.starts = False
        server = Norpc.Server.new(service)
        message = self.assert_error(Gio.io_error_quark(), Gio.IOErrorEnum.FAILED,
                                    server.start, None)
        self.assertEqual(message, 'Not today')
        proxy = Kv.StoreProxy.new(server.get_channel())
        self.assert_error(Norpc.error_quark(), Norpc.Error.CLOSED,
                          proxy.call_get_sync, 0, data('key'), None)

    def test_has_no_service(self):
        server = Norpc.Server()
        message = self.assert_error(Norpc.error_quark(), Norpc.Error.FAILED, server.start, None)
        self.assertIn('has no service', message)
        server.stop(Norpc.StopMode.FINISH, None)

    def test_in_main_context(self):
        """Its own thread can call it, but not wait for it."""
        def call_and_wait():
            self.assert_error(Norpc.error_quark(), Norpc.Error.WOULD_DEADLOCK,
                              self.proxy.call_get_sync, 0, data('key'), None)
            loop.quit()

        loop = GLib.MainLoop()
        self.service = PlainStore()
        server = Norpc.Server.new_in_context(self.service, None)
        server.start(None)
        self.proxy = Kv.StoreProxy.new(server.get_channel())
        self.assertIsNone(self.finish(self.start_get('key')))
        self.assertEqual(self.service.threads, {threading.get_ident()})
        GLib.idle_add(call_and_wait)
        loop.run()
        server.stop(Norpc.StopMode.FINISH, None)

    def test_shared_thread(self):
        thread = Norpc.Thread.new('shared')
        services = [PlainStore(), PlainStore()]
        servers = [Norpc.Server.new_on_thread(service, thread) for service in services]
        for server in servers:
            server.start(None)
            Kv.StoreProxy.new(server.get_channel()).call_get_sync(0, data('key'), None)
        self.assertEqual(services[0].threads, services[1].threads)
        thread.stop()


tap.main()
