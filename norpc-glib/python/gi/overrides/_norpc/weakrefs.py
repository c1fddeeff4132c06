# SPDX-License-Identifier: LGPL-2.1-or-later
"""Weak references of the library beside the lock of the interpreter.

GLib before 2.80 calls PyGObject with a lock of all weak references held, when an object that has attributes of Python gets
a second reference. PyGObject then waits for the lock of the interpreter. The thread that has it may be releasing an object,
for which it waits for the lock of the weak references. So the library acquires the lock of the interpreter first.
"""

import atexit

from gi.repository import GLib, Norpc


def _set_lock():
    import ctypes
    addresses = [ctypes.cast(function, ctypes.c_void_p).value
                 for function in (ctypes.pythonapi.PyGILState_Ensure, ctypes.pythonapi.PyGILState_Release)]
    Norpc.weak_ref_set_lock(*addresses)
    atexit.register(Norpc.weak_ref_set_lock, 0, 0)


if GLib.check_version(2, 80, 0) is not None:
    _set_lock()
