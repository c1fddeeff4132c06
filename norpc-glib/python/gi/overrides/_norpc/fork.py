# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls after a fork.

A child process has none of the threads that services, timers and replies need.
"""

import os

from gi.repository import GLib, Norpc

_is_used = False
_was_forked = False


def check():
    """Called before a call is sent or a server started. Fails in a child that would wait for ever."""
    global _is_used
    if _was_forked:
        raise GLib.Error.new_literal(Norpc.error_quark(), 'The threads of norpc-glib are in the parent process; '
                                     'start a new process instead of a fork', Norpc.Error.CLOSED)
    _is_used = True


def _after_fork_in_child():
    global _was_forked
    _was_forked = _was_forked or _is_used


os.register_at_fork(after_in_child=_after_fork_in_child)
