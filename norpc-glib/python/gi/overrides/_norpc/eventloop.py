# SPDX-License-Identifier: LGPL-2.1-or-later
"""asyncio in a GLib.MainContext.

PyGObject has had an event loop for this since version 3.50, for contexts that asyncio runs. This one
also works with older versions, and in contexts that others run, such as the main context of an
application or that of a service.
"""

import asyncio
import atexit
import contextlib
import contextvars
import math
import selectors
import signal
import threading
import weakref

from gi.repository import GLib

try:
    from gi.events import GLibEventLoop as _NativeEventLoop
except ImportError:
    _NativeEventLoop = ()


def get_current_context():
    """Gets the main context in which the callbacks of the current thread run."""
    return GLib.MainContext.ref_thread_default()  # PyGObject takes no reference to that of get_thread_default()


def delivers_replies(loop):
    """Tells whether a running event loop iterates the main context of the current thread."""
    if isinstance(loop, EventLoop):
        return loop.context == get_current_context()
    if _NativeEventLoop and isinstance(loop, _NativeEventLoop):
        return loop._context == get_current_context()
    return False


class _Selector(selectors.EpollSelector):
    """Never waits: the main context polls the file descriptor of epoll."""

    def select(self, timeout=None):
        return super().select(0)


class _Source(GLib.Source):
    """Runs what an event loop has to do."""

    def __init__(self, loop):
        super().__init__()
        self.loop = loop
        self.tag = self.add_unix_fd(loop._selector.fileno(), GLib.IOCondition.IN)

    def prepare(self):
        delay = self.loop.get_delay()
        return delay == 0, -1 if delay is None else delay

    def check(self):
        return bool(self.query_unix_fd(self.tag)) or self.loop.get_delay() == 0

    def dispatch(self, callback, args):
        self.loop.run_ready()
        return GLib.SOURCE_CONTINUE

    def finalize(self):
        pass


class EventLoop(asyncio.SelectorEventLoop):
    """An event loop of asyncio in a main context, by default that of the current thread.

    Callbacks and tasks run in the thread that iterates the context, whether that is run_forever()
    or, for instance, the run() of a Gtk.Application.
    """

    def __init__(self, context=None):
        super().__init__(_Selector())
        self.context = context or get_current_context()
        self.n_users = 0  # services
        self.pending = set()  # futures of replies, which close() cancels
        self._error = None
        self._may_raise = False  # an exception of a signal handler would reach run_ready()
        self._outer_handler = None  # for SIGINT, while run_forever() has its own one
        self._source = _Source(self)
        self._source.attach(self.context)
        _all_loops.add(self)

    def get_delay(self):
        """Gets the milliseconds until there is something to do, or None."""
        if self._ready or self._stopping:
            return 0
        if not self._scheduled:
            return None
        return max(0, min(math.ceil((self._scheduled[0]._when - self.time()) * 1000), 2**31 - 1))

    def run_ready(self):
        """Runs what is ready; the source calls it in the thread that iterates the context."""
        if self._thread_id is not None:
            try:
                self._may_raise = True
                super()._run_once()
                self._may_raise = False
            except BaseException as error:  # PyGObject would print it: _run_once() below raises it
                self._may_raise = False
                self._error = error
            return
        outer = asyncio._get_running_loop()
        self._thread_id = threading.get_ident()
        asyncio._set_running_loop(self)
        try:
            super()._run_once()
        finally:
            self._thread_id = None
            asyncio._set_running_loop(outer)

    def run_until_done(self, tasks):
        """Runs until tasks have ended, even in a callback or a task of a running event loop, which waits meanwhile."""
        if asyncio._get_running_loop() is None:
            self.run_until_complete(asyncio.wait(tasks))
            return
        current = asyncio.current_task(self)
        n_ready = len(self._ready)
        source = _Source(self)  # GLib does not dispatch that of the loop meanwhile, if it is the one that runs this
        source.attach(self.context)
        if current is not None:
            asyncio._leave_task(self, current)
        try:
            while not all(task.done() for task in tasks):
                self.context.iteration(True)
        finally:
            if current is not None:
                asyncio._enter_task(self, current)
            self._release_source(source)
            for _ in range(len(self._ready), n_ready):  # the _run_once() that runs this has counted them
                self._ready.append(asyncio.Handle(lambda: None, (), self))

    def _run_once(self):
        self.context.iteration(True)
        error, self._error = self._error, None
        if error is not None:
            raise error

    def run_forever(self):
        if not self.context.acquire():
            raise RuntimeError('another thread runs the main context of this event loop; Norpc.run() has one of its own '
                               'in each thread')
        try:
            with self._handling_signals():
                super().run_forever()
        finally:
            self.context.release()

    def create_task(self, coroutine, **options):
        task = super().create_task(coroutine, **options)
        owner = task_owner.get()
        if owner is not None:
            owner.adopt(task)
        return task

    @contextlib.contextmanager
    def _handling_signals(self):
        """Has signals end the wait of the main context, so that Python handles them."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = signal.set_wakeup_fd(self._csock.fileno(), warn_on_full_buffer=False)
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler):
            self._outer_handler, outer = handler, self._outer_handler
            signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            if callable(handler):
                self._outer_handler = outer
                if signal.getsignal(signal.SIGINT) == self._on_interrupt:
                    signal.signal(signal.SIGINT, handler)

    def _on_interrupt(self, number, frame):
        """Has _run_once() raise the exception of the handler. One in a callback of the context would get lost."""
        try:
            self._outer_handler(number, frame)
        except BaseException as error:
            if self._may_raise or self._error is not None:
                raise
            self._error = error

    def close(self):
        if not self.is_running() and self._source is not None:
            for reply in list(self.pending):
                reply.cancel()
            self._release_source(self._source)
            self._source = None
        super().close()

    def _release_source(self, source):
        """Destroys a source, and keeps it until the context, which may be about to dispatch it, is done with it.

        PyGObject would use it although it has been freed.
        """
        source.destroy()
        keeper = GLib.idle_source_new()
        keeper.set_callback(lambda *_: source is None)
        keeper.attach(self.context)


task_owner = contextvars.ContextVar('norpc_task_owner', default=None)  # the service that starts tasks

_loops = {}  # the event loop of each thread, for create_task()
_all_loops = weakref.WeakSet()


def get_event_loop():
    """Gets the event loop of the main context of the current thread, made at the first time."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        pass
    thread = threading.get_ident()
    loop = _loops.get(thread)
    if loop is None or loop.is_closed() or loop.context != get_current_context():
        loop = _loops[thread] = EventLoop()
    return loop


def release(loop):
    """Closes an event loop that get_event_loop() has made for services, after the last one."""
    loop.n_users -= 1
    if loop.n_users == 0 and _loops.get(threading.get_ident()) is loop:
        del _loops[threading.get_ident()]
        if not loop.is_running():  # in a task that has stopped the last service; asyncio closes it when it is collected
            loop.close()


@atexit.register
def _close_all():
    """Closes the event loops that nobody has closed, while Python can still do so."""
    _loops.clear()
    for loop in list(_all_loops):
        if not loop.is_running():
            loop.close()


MAX_LAST_ITERATIONS = 100  # of the context of a thread


@contextlib.contextmanager
def _in_own_context():
    """Gives a thread without a main context one of its own: another thread may run the default one."""
    default = GLib.MainContext.default()
    if (threading.current_thread() is threading.main_thread() or get_current_context() != default
            or default.is_owner()):
        yield
        return
    context = GLib.MainContext.new()
    context.push_thread_default()
    try:
        yield
    finally:
        for _ in range(MAX_LAST_ITERATIONS):
            if not context.iteration(False):
                break
        context.pop_thread_default()


def run(main, *, debug=None):
    """Runs a coroutine until it returns, as asyncio.run(), and the main context meanwhile."""
    with _in_own_context(), asyncio.Runner(debug=debug, loop_factory=EventLoop) as runner:
        return runner.run(main)


def create_task(coroutine, *, name=None):
    """Starts a coroutine in the main context of the current thread, which somebody else runs."""
    return get_event_loop().create_task(coroutine, name=name)
