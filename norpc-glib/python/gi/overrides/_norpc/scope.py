# SPDX-License-Identifier: LGPL-2.1-or-later
"""Options that all calls of a piece of code have."""

import contextlib
import contextvars

from gi.repository import GLib, Norpc

from . import values

_call = contextvars.ContextVar('norpc_call', default=None)  # that a coroutine handles
_traces = contextvars.ContextVar('norpc_traces', default=())  # the arguments of Norpc.trace_context_push(), outermost first


@contextlib.contextmanager
def entered(call):
    """Has a coroutine, and those that it starts, work on behalf of a call."""
    token = _call.set(call)
    try:
        with outside_of_trace():
            yield
    finally:
        _call.reset(token)


class outside_of_trace(contextlib.AbstractContextManager):
    """Has a handler, which an event loop in the trace of somebody else may run, not belong to that."""

    def __enter__(self):
        self.token = _traces.set(())

    def __exit__(self, *error):
        _traces.reset(self.token)


@contextlib.contextmanager
def trace_context(trace_parent, trace_state=None):
    """Has the calls in a with statement, and those of tasks that it starts, belong to a trace."""
    for name, value in ('trace_parent', trace_parent), ('trace_state', trace_state):
        if not isinstance(value, (str, type(None))):
            raise values.wrong_type(f"argument '{name}'", 'str or None', value)
    traces = _traces.get()
    token = _traces.set(traces if trace_parent is None else (*traces, (trace_parent, trace_state)))
    try:
        yield
    finally:
        _traces.reset(token)


def get_current_call():
    """Gets the call that a handler, plain or async, is handling, or None."""
    return _call.get() or Norpc.Call.get_current()


class Scope(contextlib.AbstractContextManager):
    """The options of the calls that are sent within it, and the call on whose behalf they are."""

    def __init__(self, timeout=None, priority=None):
        self.call = _call.get()
        self.traces = _traces.get()
        self.timeout = self._check_timeout(timeout)
        self.priority = priority
        if priority is not None and not isinstance(priority, Norpc.Priority):
            raise values.wrong_type("argument 'priority'", 'Norpc.Priority', priority)

    @staticmethod
    def _check_timeout(timeout):
        if timeout is None:
            return None
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)):
            raise values.wrong_type("argument 'timeout'", 'a number of milliseconds', timeout)
        if timeout == float('inf'):
            return GLib.MAXUINT32
        if not 0 < timeout <= GLib.MAXUINT32:
            raise ValueError("argument 'timeout': expected a number of milliseconds greater than 0 and less than 2**32, "
                             f"or Norpc.NO_TIMEOUT, got {timeout}")
        return max(1, round(timeout))

    def __enter__(self):
        if self.call is not None:
            self.call.enter()
        for trace in self.traces:
            Norpc.trace_context_push(*trace)
        if self.timeout is not None:
            Norpc.timeout_push(self.timeout)
        if self.priority is not None:
            Norpc.priority_push(self.priority)

    def __exit__(self, *error):
        if self.priority is not None:
            Norpc.priority_pop()
        if self.timeout is not None:
            Norpc.timeout_pop()
        for _ in self.traces:
            Norpc.trace_context_pop()
        if self.call is not None:
            self.call.leave()
