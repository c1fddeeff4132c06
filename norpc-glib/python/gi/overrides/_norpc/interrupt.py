# SPDX-License-Identifier: LGPL-2.1-or-later
"""Synchronous functions during which Python handles signals.

Python handles signals between two instructions, and so not while a function in C waits. But it can
write a byte for each signal to a file descriptor. A thread reads them, and interrupts the wait: the main
thread runs a callback in the middle of it, and with it the handlers of the signals. If one of them raises an
exception, the callback cancels the function. Otherwise the function goes on.
"""

import asyncio
import contextlib
import os
import select
import signal
import threading

from gi.repository import Gio, GLib, GObject, Norpc


class _Level:
    """The state of a function that waits. A handler may call another one, which is a level further in."""

    def __init__(self):
        self.cancellable = None
        self.error = None  # of a handler
        self.interrupts = []  # the arguments for the handler of SIGINT
        self._handler = None  # of SIGINT
        handling = self._handle()
        next(handling)
        self.interrupt = Norpc.Interrupt.new(handling.__next__)

    def _handle(self):
        """Handles signals each time that it is resumed: in the try statement, so that their exceptions end there.

        A function would begin, and raise the exception of a handler, in front of it.
        """
        while True:
            try:
                while True:
                    yield
                    self.handle_interrupts()
            except GeneratorExit:
                return
            except BaseException as error:
                # Without the frame of this generator: unittest clears those of a traceback.
                self.error = self.error or error.with_traceback(error.__traceback__.tb_next)
                self.cancellable.cancel()

    def record(self, *args):
        """The handler of SIGINT meanwhile. An exception in PyGObject would be lost."""
        self.interrupts.append(args)

    def begin(self, cancellable):
        self.cancellable = cancellable
        self.error = None
        self._handler = signal.getsignal(signal.SIGINT)
        if callable(self._handler):
            signal.signal(signal.SIGINT, self.record)

    def end(self):
        if signal.getsignal(signal.SIGINT) == self.record:
            signal.signal(signal.SIGINT, self._handler)
        self.cancellable = None

    def handle_interrupts(self):
        """Calls the handler of SIGINT, which may set another one."""
        while self.interrupts:
            if signal.getsignal(signal.SIGINT) == self.record:
                signal.signal(signal.SIGINT, self._handler)
            try:
                _call_handler(self._handler, self.interrupts.pop(0))
            finally:
                handler = signal.getsignal(signal.SIGINT)
                if callable(handler) and self.cancellable is not None:
                    self._handler = handler
                    signal.signal(signal.SIGINT, self.record)


def _call_handler(handler, args):
    """Calls the handler of SIGINT. That of an event loop cancels the task that runs, and returns."""
    task = asyncio.current_task() if asyncio._get_running_loop() is not None else None
    n_requests = task.cancelling() if hasattr(task, 'cancelling') else 0
    handler(*args)
    if hasattr(task, 'cancelling') and task.cancelling() > n_requests:
        raise KeyboardInterrupt


class _Watcher:
    """The thread, and the functions for which it watches. Only the main thread pushes and pops."""

    def __init__(self):
        self._lock = threading.Lock()
        self._waits = []  # [lock] of each function that waits: its interrupt, the file descriptor to
                          # restore, and the one of whoever else wants the signals
        self._levels = []
        self._fds = None

    def push(self, cancellable):
        if self._fds is None:
            self._fds = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            threading.Thread(target=self._watch, name='norpc-signals', daemon=True).start()
        depth = len(self._waits)
        if depth == len(self._levels):
            self._levels.append(_Level())
        level = self._levels[depth]
        level.begin(cancellable)
        level.interrupt.set_current()
        with self._lock:
            next_fd = signal.set_wakeup_fd(self._fds[1], warn_on_full_buffer=False)
            others_fd = self._waits[-1][2] if next_fd == self._fds[1] else next_fd
            self._waits.append((level.interrupt, next_fd, others_fd))
        return level

    def pop(self, level):
        with self._lock:
            signal.set_wakeup_fd(self._waits[-1][1], warn_on_full_buffer=False)
            self._read_signals_locked()
            self._waits.pop()
        if self._waits:
            self._waits[-1][0].set_current()
        level.end()

    def _watch(self):
        poll = select.poll()
        poll.register(self._fds[0], select.POLLIN)
        while True:
            poll.poll()
            with self._lock:
                interrupt = self._read_signals_locked()
            if interrupt is not None:
                interrupt.raise_()

    def _read_signals_locked(self):
        """Passes the signals on, and gets the interrupt of the function that waits."""
        try:
            numbers = os.read(self._fds[0], 4096)
        except BlockingIOError:
            return None
        interrupt, _, others_fd = self._waits[-1] if self._waits else (None, -1, -1)
        if others_fd != -1:
            with contextlib.suppress(OSError):
                os.write(others_fd, numbers)
        return interrupt


_watcher = _Watcher()
os.register_at_fork(after_in_child=_watcher.__init__)  # the thread is not in the child


def call(function, args, cancellable):
    """Calls a function whose last argument is a cancellable, and has Python handle signals meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        return function(*args, cancellable)
    own = Gio.Cancellable()
    handler_id = 0
    if cancellable is not None:
        handler_id = GObject.Object.connect(cancellable, 'cancelled', lambda *_: own.cancel())
        if cancellable.is_cancelled():
            own.cancel()
    try:
        return _call_watched(function, args, own)
    finally:
        if handler_id != 0:
            GObject.Object.disconnect(cancellable, handler_id)


def _call_watched(function, args, cancellable):
    level = _watcher.push(cancellable)
    try:
        result = function(*args, cancellable)
    except GLib.Error:
        if level.error is None:
            raise
    finally:
        _watcher.pop(level)
        level.handle_interrupts()  # that came too late
    if level.error is None:
        return result
    error, level.error = level.error, None
    raise error
