# SPDX-License-Identifier: LGPL-2.1-or-later
"""hello-dbus.py answers the call that it has when it is terminated, also if the signal comes twice."""

import pathlib
import subprocess
import sys
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import tap

FOLDER = pathlib.Path(__file__).resolve().parents[2] / 'examples' / 'hello'

# The program, whose service terminates it while it has a call: once, and again when the server is stopping.
PROGRAM = f'''
import os, runpy, signal, sys, threading, gi
gi.require_version('Norpc', '1')
sys.argv = ['hello-dbus.py', 'serve']
from gi.repository import GLib, Norpc
stopping = threading.Event()
stop_async, serve = Norpc.Server.stop_async, Norpc.serve
def stop(server, *args):
    stop_async(server, *args)
    GLib.idle_add(stopping.set)  # after the handler of the signal has returned
def greet(service, name):
    os.kill(os.getpid(), signal.SIGTERM)
    stopping.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    return 'Hello at last, ' + name
def serve_other(service):
    type(service).greet = greet
    return serve(service)
Norpc.Server.stop_async, Norpc.serve = stop, serve_other
runpy.run_path({str(FOLDER / 'hello-dbus.py')!r}, run_name='__main__')
'''


class End(unittest.TestCase):
    def test_signal_twice(self):
        bus = Gio.TestDBus()
        bus.up()
        self.addCleanup(bus.stop)
        program = subprocess.Popen([sys.executable, '-c', PROGRAM])
        self.addCleanup(program.kill)
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        connection = Gio.DBusConnection.new_for_address_sync(bus.get_bus_address(), flags)
        module = Norpc.load(str(FOLDER / 'hello.xml'), interface_prefix='org.example.')
        while not connection.call_sync('org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'NameHasOwner',
                                       GLib.Variant('(s)', ('org.example.Hello',)), None, 0, -1)[0]:
            pass
        hello = module.HelloProxy.new(Norpc.DBusEndpoint.new(connection, 'org.example.Hello', '/org/example/Hello'))
        self.assertEqual(hello.greet_sync('Ada'), 'Hello at last, Ada')
        self.assertEqual(program.wait(60), 0)


tap.main()
