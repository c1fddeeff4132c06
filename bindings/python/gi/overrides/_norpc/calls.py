# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls of proxies: awaitable, and synchronous."""

import asyncio
import atexit
import contextlib
import keyword
import os
import threading

from gi.repository import Gio, GLib, GObject, Norpc

from . import description, eventloop, values


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


class _Scope(contextlib.AbstractContextManager):
    """The timeout and the priority of the calls that are sent within it."""

    def __init__(self, timeout, priority):
        self.timeout = self._check_timeout(timeout)
        self.priority = priority
        if priority is not None and not isinstance(priority, Norpc.Priority):
            raise values.wrong_type('priority', 'Norpc.Priority', priority)

    @staticmethod
    def _check_timeout(timeout):
        if timeout is None:
            return None
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
            raise values.wrong_type('timeout', 'a number of milliseconds', timeout)
        if timeout == float('inf'):
            return GLib.MAXUINT32
        if not 0 < timeout <= GLib.MAXUINT32:
            raise ValueError(f'timeout: expected a number of milliseconds greater than 0, got {timeout}')
        return max(1, round(timeout))

    def __enter__(self):
        if self.timeout is not None:
            Norpc.timeout_push(self.timeout)
        if self.priority is not None:
            Norpc.priority_push(self.priority)

    def __exit__(self, *error):
        if self.priority is not None:
            Norpc.priority_pop()
        if self.timeout is not None:
            Norpc.timeout_pop()


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
        options = self.parameters.split(kwargs) if kwargs else {}
        args = self.parameters.convert(proxy, self.signature, args, kwargs)
        scope = _Scope(options.get('timeout'), options.get('priority'))
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
        with scope:
            return self.give(self.call_sync(*args, cancellable))


def _make_function(method, run, name, doc):
    def function(self, *args, **kwargs):
        return run(self, args, kwargs)

    function.__name__ = name
    function.__doc__ = doc
    function.__signature__ = method.signature
    return function


def _is_method(name, info, infos):
    """Tells a function that sends a call from the other functions of the method."""
    if f'{name}_finish' in infos and f'{name}_sync' in infos:
        return True
    base, _, end = name.rpartition('_')
    if end in ('finish', 'sync') and base in infos or name.endswith('_with_reply'):
        return False
    return info.get_return_type().get_tag_as_string() == 'void'


def _are_free(names, cls, infos):
    return not any(keyword.iskeyword(name) or hasattr(cls, name) or name in infos for name in names)


def add_methods(cls):
    """Adds a function for each method of its interface to a generated class of proxies."""
    infos = {info.__name__: info for info in cls.__info__.get_methods()}
    names = [name[len('call_'):] for name, info in infos.items()
             if name.startswith('call_') and _is_method(name, info, infos)]
    interfaces = description.get_generated_interfaces(cls.__info__)
    for name in names if interfaces else ():
        method = _Method(interfaces[0], infos, name)
        suffix = '' if _are_free((name, f'{name}_sync'), cls, infos) else '_'
        functions = {name: (method.start, 'Calls the method; await the results.'),
                     f'{name}_sync': (method.run, 'Calls the method, and waits for the results.')}
        if method.finish is None:
            functions = {name: (method.send, 'Sends a one-way call.')}
        for public, (run, doc) in functions.items():
            setattr(cls, public + suffix, _make_function(method, run, public + suffix, doc))
