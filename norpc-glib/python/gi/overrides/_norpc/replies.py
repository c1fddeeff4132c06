# SPDX-License-Identifier: LGPL-2.1-or-later
"""Replies and other results of asynchronous functions, as futures of asyncio."""

import asyncio
import atexit
import concurrent.futures
import contextlib
import itertools
import os
import threading
import weakref

from gi.repository import Gio, GLib, GObject

from . import errors, eventloop, fds


_pending = weakref.WeakKeyDictionary()  # the replies that are missing, and what cancels them, by their event loop


async def _cancel_at_the_end(pending):
    """A generator that an event loop closes in the end."""
    try:
        yield
    finally:
        for reply in list(pending):
            reply.cancel()


def _get_pending(loop):
    """Gets the replies that an event loop has not got yet. It cancels them when it is closed."""
    if isinstance(loop, eventloop.EventLoop):
        return loop.pending
    if loop not in _pending:
        pending = set()
        watch = _cancel_at_the_end(pending)
        with contextlib.suppress(StopIteration):
            watch.__anext__().send(None)  # the event loop sees it
        _pending[loop] = pending, watch
    return _pending[loop][0]


class _Reply(asyncio.Future):
    """The reply to a call, or the result of another asynchronous function. Cancelling it cancels that."""

    def __init__(self, loop, finish, cancellable):
        super().__init__(loop=loop)
        self._finish = finish
        self._late = None
        self._late_waiter = None
        self._cancellable = Gio.Cancellable()
        self._siblings = _get_pending(loop)
        self._siblings.add(self)
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
            self._siblings.discard(self)
            self._cancellable.cancel()
        return cancelled

    def _end_late(self, source, result):
        """Keeps a result that arrives although the future was cancelled."""
        try:
            self._late = [self._finish(source, result)]
        except Exception:
            self._late = []
        self._finish = None
        if self._late_waiter is not None and not self._late_waiter.done():
            self._late_waiter.set_result(None)

    async def wait_late(self):
        """Waits until a cancelled function has ended, and gets a list of its result, if there is one."""
        if self._late is None:
            self._late_waiter = self.get_loop().create_future()
            await self._late_waiter
        late, self._late = self._late, []
        return late

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
            self._end_late(source, result)
            return
        self._siblings.discard(self)
        try:
            self.set_result(self._finish(source, result))
        except Exception as error:
            # Without the frames here: they have the GTask, whose reference to the source keeps all that a stream or a
            # proxy refers to, where the garbage collector does not see it. They say nothing about the caller either.
            refined = errors.refine(error) if isinstance(error, GLib.Error) else error
            refined.__context__ = None
            self.set_exception(refined.with_traceback(None))
        self._finish = None  # it may have the object that has this reply


class _Waiter(asyncio.Future):
    """A future for a task that awaits a reply. Cancelling it cancels the reply."""

    def __init__(self, reply):
        super().__init__(loop=reply.get_loop())
        self._reply = reply
        reply.add_done_callback(self._wake)

    def cancel(self, msg=None):
        return self._reply.cancel(msg)

    def _wake(self, reply):
        if reply.cancelled():
            super().cancel()
        else:
            self.set_result(None)


class _ReplyWithFds(_Reply):
    """A reply with file descriptors in its results. It closes those that nobody takes."""

    def __init__(self, loop, finish, cancellable, positions, give):
        super().__init__(loop, lambda *args: [finish(*args)], cancellable)  # the list is empty when they are taken
        self._positions = positions
        self._give = give
        self._given = None

    def result(self):
        try:
            results = super().result()
        except BaseException:
            del self  # the traceback of the error has this frame
            raise
        if results:
            # Not before: until then, the descriptors within a variant belong to the variant, which closes them.
            self._given = self._give(results[0])
            results.clear()
        return self._given

    async def wait_late(self):
        return [self._give(results) for late in await super().wait_late() for results in late]

    def __await__(self):
        # A task that waits for a future itself calls result() before it can be cancelled, and loses what that returns.
        if not self.done():
            yield from _Waiter(self)
        try:
            return self.result()
        except BaseException:
            del self  # as in result()
            raise

    __iter__ = __await__

    def __del__(self):
        lost = list(self._late or [])
        if self.done() and not self.cancelled() and super().exception() is None:
            lost.append(super().result())
        for results in itertools.chain(*lost):
            fds.close(self._positions, results)
        super().__del__()


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


def start(function, args, finish, cancellable, scope):
    """Calls a function that ends in cancellable and callback, and gets a future of what `finish` returns."""
    return _start(_Reply(asyncio.get_running_loop(), finish, cancellable), function, args, scope)


def start_with_fds(function, args, finish, cancellable, scope, positions, give):
    """As start(), for results in which there can be file descriptors. They are some at `positions`.

    `give` converts the results for whoever takes them.
    """
    reply = _ReplyWithFds(asyncio.get_running_loop(), finish, cancellable, positions, give)
    return _start(reply, function, args, scope)


def _start(reply, function, args, scope):
    if eventloop.delivers_replies(reply.get_loop()):
        with scope:
            reply.start(function, args)
    else:
        reply.start_elsewhere(function, args, scope)
    return reply


def are_delivered():
    """Tells whether the current thread gets replies without the help of another one."""
    loop = asyncio._get_running_loop()
    return loop is None or eventloop.delivers_replies(loop)


def call_in_thread(function, args, scope):
    """Calls a function, which does not wait, where start() would call it in the running event loop."""
    outcome = concurrent.futures.Future()

    def call():
        try:
            with scope:
                outcome.set_result(function(*args))
        except BaseException as error:
            outcome.set_exception(error)

    _replies.push(call)
    return outcome.result()
