# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service of the session bus, and its client: "hello-dbus.py serve" is the one, "hello-dbus.py" the other."""

import pathlib
import signal
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


def serve(bus):
    """Serves until the program is terminated, and answers the calls that it has got by then."""
    server = Norpc.serve(Hello())
    info = Norpc.interface_info_for_type(demo.Hello)
    export = Norpc.DBusExport.new(bus, OBJECT_PATH, server.get_endpoint(), info)
    loop = GLib.MainLoop()

    def stopped(_server, result):
        server.stop_finish(result)
        GLib.idle_add(loop.quit)  # when the last replies have been sent

    def terminate():
        server.stop_async(Norpc.StopMode.FINISH, None, stopped)
        return GLib.SOURCE_CONTINUE  # without a handler, a second signal would end the process at once

    def lose_name(connection, name):
        if connection is None:
            sys.exit('hello-dbus.py: the connection to the bus is closed')
        sys.exit(f'hello-dbus.py: cannot own the name {name!r} on the bus')

    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, terminate)
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, None, lose_name)
    loop.run()
    bus.flush_sync()  # calls that still come are rejected, as long as the export is there


bus = Gio.bus_get_sync(Gio.BusType.SESSION)
if sys.argv[1:]:
    serve(bus)
else:
    hello = demo.HelloProxy.new(Norpc.DBusEndpoint.new(bus, NAME, OBJECT_PATH))
    print(hello.greet_sync('Ada'))
