# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls of proxies: awaitable, and synchronous."""

import asyncio
import atexit
import contextlib
import os
import threading

from gi.repository import Gio, GLib, GObject, Norpc

from . import description, errors, eventloop, fork, interrupt, values
from .scope import Scope


class _Sent:
    """What a one-way call returns: awaiting it takes no time."""

    def __await__(self):
        return
        yield


_SENT = _Sent()


class _Call(asyncio.Future):
    """A call in flight. Cancelling it cancels the call."""

    def __init__(self, loop, cancellable):
        super().__init__(loop=loop)
        self._cancellable = Gio.Cancellable()
        if cancellable is not None:
            self._follow(cancellable)

    def _follow(self, cancellable):
        handler = GObject.Object.connect(cancellable, 'cancelled', lambda *_: self._cancellable.cancel())
        self.add_done_callback(lambda _: GObject.Object.disconnect(cancellable, handler))
        if cancellable.is_cancelled():
            self._cancellable.cancel()

    def cancel(self, msg=None):
        cancelled = super().cancel(msg)
        if cancelled:
            self._cancellable.cancel()
        return cancelled

    def start(self, function, args):
        function(*args, self._cancellable, self._on_reply)

    def start_elsewhere(self, function, args, scope):
        """As start(), for an event loop that does not iterate the main context of its thread."""
        _replies.push(lambda: self._start_in_thread(function, args, scope))

    def _start_in_thread(self, function, args, scope):
        with scope:
            function(*args, self._cancellable, self._on_reply_in_thread)

    def _on_reply_in_thread(self, source, result):
        with contextlib.suppress(RuntimeError):  # the event loop was closed
            self.get_loop().call_soon_threadsafe(self._on_reply, source, result)

    def _on_reply(self, source, result):
        if self.done():
            return
        try:
            self.set_result(self.finish(source, result))
        except GLib.Error as error:
            self.set_exception(errors.refine(error))
        except Exception as error:
            self.set_exception(error)


class _Replies:
    """A thread whose main context gets the replies for event loops that have none of their own."""

    def __init__(self):
        self._lock = threading.Lock()
        self._loop = None  # [lock]
        self._thread = None  # [lock]

    def push(self, function):
        """Runs a function in the thread."""
        source = GLib.idle_source_new()
        source.set_priority(GLib.PRIORITY_DEFAULT)
        source.set_callback(lambda *_: function())
        with self._lock:
            if self._loop is None:
                self._loop = GLib.MainLoop.new(GLib.MainContext.new(), False)
                self._thread = threading.Thread(target=self._run, args=(self._loop,), name='norpc-replies',
                                                daemon=True)
                self._thread.start()
            source.attach(self._loop.get_context())

    @staticmethod
    def _run(loop):
        loop.get_context().push_thread_default()
        loop.run()

    def stop(self):
        """Ends the thread, before Python cannot run code in it any more."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            quit_source = GLib.idle_source_new()
            quit_source.set_callback(lambda *_: loop.quit())
            quit_source.attach(loop.get_context())
            self._thread.join()


_replies = _Replies()
atexit.register(_replies.stop)
os.register_at_fork(after_in_child=_replies.__init__)  # the thread is not in the child


class _Method:
    """A method of a generated interface, as proxies call it."""

    def __init__(self, interface, infos, name):
        self.name = name
        self.call = infos[f'call_{name}']
        self.finish = infos.get(f'call_{name}_finish')
        self.call_sync = infos.get(f'call_{name}_sync')
        end = -3 if self.finish is not None else None  # cancellable, callback and user_data
        args = [arg for arg in self.call.get_arguments()][:end]
        self.parameters = description.Parameters(args, interface.get_signatures(name, args))
        self.signature = self.parameters.make_signature(True)
        if self.finish is not None:
            self.has_results = not self._returns_nothing()

    def _returns_nothing(self):
        outs = [arg for arg in self.finish.get_arguments() if arg.get_direction() != description.IN]
        return not outs and self.finish.get_return_type().get_tag_as_string() == 'gboolean'

    def prepare(self, proxy, args, kwargs):
        """Checks everything before anything is sent."""
        fork.check()
        options = self.parameters.split(kwargs) if kwargs else {}
        args = self.parameters.convert(proxy, self.signature, args, kwargs)
        scope = Scope(options.get('timeout'), options.get('priority'))
        cancellable = options.get('cancellable')
        if cancellable is not None and not isinstance(cancellable, Gio.Cancellable):
            raise values.wrong_type('cancellable', 'Gio.Cancellable', cancellable)
        return [proxy, *args], scope, cancellable

    def give(self, result):
        """Converts what PyGObject returns."""
        if not self.has_results:
            return None
        if isinstance(result, tuple):
            return tuple(values.give(value) for value in result)
        return values.give(result)

    def send(self, proxy, args, kwargs):
        args, scope, _ = self.prepare(proxy, args, kwargs)
        with scope:
            self.call(*args)
        return _SENT

    def start(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise RuntimeError(f'{self.name}() has to be awaited in an event loop, such as that of Norpc.run(); '
                               f'{self.name}_sync() waits without one') from None
        call = _Call(loop, cancellable)
        call.finish = lambda source, result: self.give(self.finish(source, result))
        if eventloop.delivers_replies(loop):
            with scope:
                call.start(self.call, args)
        else:
            call.start_elsewhere(self.call, args, scope)
        return call

    def run(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        try:
            with scope:
                return self.give(interrupt.call(self.call_sync, args, cancellable))
        except GLib.Error as error:
            refined = errors.refine(error)
            if refined is error:
                raise
            raise refined from None


def _make_function(method, run, name, doc):
    def function(self, *args, **kwargs):
        return run(self, args, kwargs)

    function.__name__ = name
    function.__doc__ = doc
    function.__signature__ = method.signature
    return function


def add_methods(cls):
    """Adds a function for each method of its interface to a generated class of proxies."""
    for interface in description.get_interfaces(cls):
        for name in interface.get_called_methods():
            method = _Method(interface, interface.proxy_infos, name)
            suffix = interface.get_suffix(name)
            functions = {name: (method.start, 'Calls the method; await the results.'),
                         f'{name}_sync': (method.run, 'Calls the method, and waits for the results.')}
            if method.finish is None:
                functions = {name: (method.send, 'Sends a one-way call.')}
            for public, (run, doc) in functions.items():
                setattr(cls, public + suffix, _make_function(method, run, public + suffix, doc))
