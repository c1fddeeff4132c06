# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service of the session bus, and its client: "hello-dbus.py serve" is the one, "hello-dbus.py" the other."""

import pathlib
import sys

import gi
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('hello.xml')), interface_prefix='org.example.')
NAME = 'org.example.Hello'
OBJECT_PATH = '/org/example/Hello'


class Hello(Norpc.Service, demo.Hello):
    def greet(self, name):
        return f'Hello, {name}!'


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
if sys.argv[1:]:
    with Norpc.serve(Hello()) as hello:
        info = Norpc.interface_info_for_type(demo.Hello)
        export = Norpc.DBusExport.new(bus, OBJECT_PATH, hello.get_endpoint(), info)
        loop = GLib.MainLoop()
        Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, None, lambda *_: loop.quit())
        loop.run()
        sys.exit(f'hello-dbus.py: cannot own the name {NAME!r} on the bus')
else:
    hello = demo.HelloProxy.new(Norpc.DBusEndpoint.new(bus, NAME, OBJECT_PATH))
    print(hello.greet_sync('Ada'))
