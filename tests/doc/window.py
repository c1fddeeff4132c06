# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs a program with a window on a display of its own, and types into it. Nothing is linked to X11."""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import time

RETURN = 0xff0d  # a keysym; those of ASCII characters are the characters
REVERT_TO_PARENT = 2


def is_possible():
    """Whether there are a server for a display, and the libraries for clients and for windows."""
    return bool(shutil.which('Xvfb') and ctypes.util.find_library('X11') and ctypes.util.find_library('Xtst')
                and subprocess.run(['pkg-config', '--exists', 'gtk4']).returncode == 0)


class Display:
    """A display, and a connection to it."""

    def __init__(self):
        self.server = subprocess.Popen(['Xvfb', '-displayfd', '1', '-screen', '0', '800x600x24', '-nolisten', 'tcp'],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.name = ':' + self.server.stdout.readline().strip()
        self.x11 = ctypes.CDLL(ctypes.util.find_library('X11'))
        self.xtst = ctypes.CDLL(ctypes.util.find_library('Xtst'))
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XDefaultRootWindow.restype = ctypes.c_ulong
        # A window may disappear between two requests.
        self.ignore = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 0)
        self.x11.XSetErrorHandler(self.ignore)
        self.display = ctypes.c_void_p(self.x11.XOpenDisplay(self.name.encode()))

    def get_environment(self):
        """As tests/gtk/under-xvfb. A critical ends the program."""
        hidden = {'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_CURRENT_DESKTOP'}
        return {name: value for name, value in os.environ.items() if name not in hidden} | {
            'DISPLAY': self.name, 'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo', 'GTK_A11Y': 'none',
            'GDK_DEBUG': 'gl-disable', 'GDK_DISABLE': 'gl', 'GSETTINGS_BACKEND': 'memory',
            'DBUS_SESSION_BUS_ADDRESS': 'disabled:', 'G_DEBUG': 'fatal-criticals'}

    def find_window(self):
        """Finds a window of some size, or None."""
        root = ctypes.c_ulong(self.x11.XDefaultRootWindow(self.display))
        ignored, children, n = ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
        self.x11.XQueryTree(self.display, root, ctypes.byref(ignored), ctypes.byref(ignored),
                            ctypes.byref(children), ctypes.byref(n))
        for window in children[:n.value]:
            size = [ctypes.c_uint() for _ in range(4)]
            place = [ctypes.c_int() for _ in range(2)]
            if self.x11.XGetGeometry(self.display, ctypes.c_ulong(window), ctypes.byref(ignored),
                                     *map(ctypes.byref, place + size)) and size[0].value > 30:
                return window
        return None

    def has_focus(self, window):
        focus, revert = ctypes.c_ulong(), ctypes.c_int()
        self.x11.XSetInputFocus(self.display, ctypes.c_ulong(window), REVERT_TO_PARENT, ctypes.c_ulong(0))
        self.x11.XGetInputFocus(self.display, ctypes.byref(focus), ctypes.byref(revert))
        return focus.value == window

    def press(self, keysym):
        code = self.x11.XKeysymToKeycode(self.display, ctypes.c_ulong(keysym))
        for is_pressed in (1, 0):
            self.xtst.XTestFakeKeyEvent(self.display, code, is_pressed, ctypes.c_ulong(0))
        self.x11.XFlush(self.display)

    def type(self, text):
        """Types a line, in lower case, into the window, as soon as there is one."""
        end = time.monotonic() + 30
        while not ((window := self.find_window()) and self.has_focus(window)):
            if time.monotonic() > end:
                raise TimeoutError('there is no window')
            time.sleep(0.1)
        for keysym in [*map(ord, text), RETURN]:
            self.press(keysym)

    def close(self):
        self.x11.XCloseDisplay(self.display)
        self.server.kill()
        self.server.wait()
