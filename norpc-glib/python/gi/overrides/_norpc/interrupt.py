# SPDX-License-Identifier: LGPL-2.1-or-later
"""Synchronous functions that Ctrl-C ends.

Python handles signals between two instructions, and so not while a function in C waits. But it can
write a byte for each signal to a file descriptor. A thread reads them, and cancels the function.
"""

import contextlib
import os
import select
import signal
import threading

from gi.repository import Gio, GLib, GObject


class _Watcher:
    """The thread, and the functions for which it watches. Only the main thread pushes and pops."""

    def __init__(self):
        self._lock = threading.Lock()
        self._waits = []  # [lock] of each function that waits: its cancellable, the file descriptor to
                          # restore, and the one of whoever else wants the signals
        self._fds = None

    def push(self, cancellable):
        if self._fds is None:
            self._fds = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
            threading.Thread(target=self._watch, name='norpc-signals', daemon=True).start()
        with self._lock:
            next_fd = signal.set_wakeup_fd(self._fds[1], warn_on_full_buffer=False)
            others_fd = self._waits[-1][2] if next_fd == self._fds[1] else next_fd
            self._waits.append((cancellable, next_fd, others_fd))

    def pop(self):
        with self._lock:
            signal.set_wakeup_fd(self._waits[-1][1], warn_on_full_buffer=False)
            self._read_signals_locked()
            self._waits.pop()

    def _watch(self):
        poll = select.poll()
        poll.register(self._fds[0], select.POLLIN)
        while True:
            poll.poll()
            with self._lock:
                cancellable = self._read_signals_locked()
            if cancellable is not None:
                cancellable.cancel()

    def _read_signals_locked(self):
        """Passes the signals on, and gets what an interrupt has to cancel."""
        try:
            numbers = os.read(self._fds[0], 4096)
        except BlockingIOError:
            return None
        cancellable, _, others_fd = self._waits[-1] if self._waits else (None, -1, -1)
        if others_fd != -1:
            with contextlib.suppress(OSError):
                os.write(others_fd, numbers)
        return cancellable if signal.SIGINT in numbers else None


_watcher = _Watcher()
os.register_at_fork(after_in_child=_watcher.__init__)  # the thread is not in the child


def _handles_interrupt():
    return threading.current_thread() is threading.main_thread() and callable(signal.getsignal(signal.SIGINT))


def call(function, args, cancellable):
    """Calls a function whose last argument is a cancellable, and has Ctrl-C end it."""
    if not _handles_interrupt():
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
    seen = []  # a handler that raised an exception now would do so in PyGObject, which loses it
    handler = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, lambda *args: seen.append(args))
    _watcher.push(cancellable)
    try:
        return function(*args, cancellable)
    except GLib.Error:
        if seen:
            raise KeyboardInterrupt from None
        raise
    finally:
        _watcher.pop()
        signal.signal(signal.SIGINT, handler)
        if seen:
            handler(*seen[0])
