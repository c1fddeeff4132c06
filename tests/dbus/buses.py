# SPDX-License-Identifier: LGPL-2.1-or-later
"""A bus of its own for a test, with the programs on it."""

import os
import subprocess
import time

from gi.repository import Gio, GLib

TIMEOUT = 20000  # in milliseconds


def wait_until(is_true):
    """Runs the main context until is_true()."""
    deadline = time.monotonic() + TIMEOUT / 1000
    context = GLib.MainContext.default()
    wakes = GLib.timeout_add(200, lambda: GLib.SOURCE_CONTINUE)
    try:
        while not is_true():
            if time.monotonic() > deadline:
                raise TimeoutError
            context.iteration(True)
    finally:
        GLib.source_remove(wakes)


class Bus:
    """It is the session bus and the system bus of its programs, which have a pipe as their standard input."""

    def __init__(self):
        self.bus = Gio.TestDBus.new(Gio.TestDBusFlags.NONE)
        self.bus.up()
        self.address = self.bus.get_bus_address()
        self.programs = []
        self.connection = self.connect()

    def connect(self):
        """Makes a connection, as another program has one."""
        return Gio.DBusConnection.new_for_address_sync(
            self.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def start(self, name, *args, **env):
        """Starts a program, and waits until it has a name on the bus."""
        env = os.environ | {'DBUS_SESSION_BUS_ADDRESS': self.address, 'DBUS_SYSTEM_BUS_ADDRESS': self.address} | env
        program = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=env)
        self.programs.append(program)
        wait_until(lambda: self.has_owner(name) or program.poll() is not None)
        assert program.poll() is None, f'{args} has ended'

    def has_owner(self, name):
        return self.call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'NameHasOwner', '(s)', name)[0]

    def call(self, name, path, interface, method, type_='()', *args):
        """Calls a method without norpc-glib, and returns what Python makes of its results."""
        return self.connection.call_sync(name, path, interface, method, GLib.Variant(type_, args), None, 0, TIMEOUT,
                                         None).unpack()

    def close(self):
        self.connection.close_sync()
        for program in self.programs:
            program.stdin.close()
            program.terminate()
            program.wait()
        self.bus.down()
