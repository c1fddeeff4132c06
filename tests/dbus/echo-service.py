# SPDX-License-Identifier: LGPL-2.1-or-later
"""Serves any interface of a description: echo-service.py norpc|plain.

A client says in advance what a call is to return, and asks afterwards what it was called with: so both are
compared with the values that the other side had. `norpc` exports a service of norpc-glib, `plain` one of GDBus.
"""

import os
import sys
import threading

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import values

CONTROL = Gio.DBusNodeInfo.new_for_xml('''
<node>
  <interface name="org.example.Control">
    <method name="Export">
      <arg name="xml" type="s"/>
      <arg name="interface" type="s"/>
      <arg name="path" type="o" direction="out"/>
    </method>
    <method name="Unexport"/>
    <method name="Expect"><arg name="results" type="s"/></method>
    <method name="Received">
      <arg name="method" type="s" direction="out"/>
      <arg name="args" type="s" direction="out"/>
    </method>
    <method name="Emit"><arg name="signal" type="s"/><arg name="args" type="s"/></method>
    <method name="Put"><arg name="property" type="s"/><arg name="value" type="s"/></method>
    <method name="Peek"><arg name="property" type="s"/><arg name="value" type="s" direction="out"/></method>
  </interface>
</node>''').interfaces[0]


class NorpcObject:
    """A dynamic service in a thread of its own, which is exported."""

    def __init__(self, connection, path, xml, name):
        self.info = Norpc.InterfaceInfo.new_for_xml(xml, name)
        self.service = Norpc.DynamicService.new(self.info, self._handle_call)
        self.service.set_start_func(self._start)
        self.server = Norpc.serve(self.service)
        self.export = Norpc.DBusExport.new(connection, path, self.server.get_endpoint(), self.info)

    def close(self):
        self.export.unexport()
        self.server.stop(Norpc.StopMode.ABANDON, None)

    def _start(self, service):
        self.context = GLib.MainContext.get_thread_default()
        return True

    def _handle_call(self, service, call, method, args):
        self.received = method, values.map_handles(args, values.read_number)
        call.return_variant(values.map_handles(self.expected, values.open_number))
        return True

    def _run(self, func, *args):
        """Calls a function in the thread of the service."""
        done = threading.Event()
        result = []

        def run(*data):
            try:
                result.append(func(*args))
            except GLib.Error as error:
                result.append(error)
            done.set()
            return GLib.SOURCE_REMOVE

        source = GLib.Idle()
        source.set_callback(run)
        source.attach(self.context)
        done.wait()
        if isinstance(result[0], GLib.Error):
            raise result[0]
        return result[0]

    def emit(self, signal, args):
        self._run(self.service.emit_variant, signal, args)

    def put(self, name, value):
        self._run(self.service.set_value, name, value)

    def peek(self, name):
        return self._run(self.service.dup_value, name)


class PlainObject:
    """The same as GDBus alone does it."""

    def __init__(self, connection, path, xml, name):
        self.connection = connection
        self.path = path
        self.info = Gio.DBusNodeInfo.new_for_xml(xml).lookup_interface(name)
        self.values = {info.name: values.from_text(values.to_text(default_value(info.signature)))
                       for info in self.info.properties}
        self.id = connection.register_object(path, self.info, self._call, self._get, self._set)

    def close(self):
        self.connection.unregister_object(self.id)

    def _call(self, connection, sender, path, interface, method, args, invocation):
        fds = invocation.get_message().get_unix_fd_list()
        self.received = method, values.map_handles(args, lambda index: read_and_close(fds.get(index)))
        answered = Gio.UnixFDList()
        results = values.map_handles(self.expected, lambda number: append_number(answered, number))
        invocation.return_value_with_unix_fd_list(results, answered)

    def _get(self, connection, sender, path, interface, name):
        return self.values[name]

    def _set(self, connection, sender, path, interface, name, value):
        self.put(name, value)
        return True

    def emit(self, signal, args):
        self.connection.emit_signal(None, self.path, self.info.name, signal, args)

    def put(self, name, value):
        self.values[name] = value
        annotation = (self.info.lookup_property(name).annotations or []) + (self.info.annotations or [])
        emits = next((a.value for a in annotation if a.key == 'org.freedesktop.DBus.Property.EmitsChangedSignal'), 'true')
        changed = {name: value} if emits == 'true' else {}
        invalidated = [name] if emits == 'invalidates' else []
        if changed or invalidated:
            self.connection.emit_signal(None, self.path, 'org.freedesktop.DBus.Properties', 'PropertiesChanged',
                                        GLib.Variant('(sa{sv}as)', (self.info.name, changed, invalidated)))

    def peek(self, name):
        return self.values[name]


def default_value(type_):
    defaults = {'b': False, 'd': 0.0, 's': '', 'o': '/', 'g': '', 'v': GLib.Variant('s', '')}
    if type_[0] == '(':
        return GLib.Variant.new_tuple(*map(default_value, values.split_types(type_[1:-1])))
    return GLib.Variant(type_, [] if type_[0] == 'a' and type_[1] != '{' else {} if type_[0] == 'a' else
                        defaults.get(type_, 0))


def read_and_close(fd):
    try:
        return values.read_number(fd)
    finally:
        os.close(fd)


def append_number(fds, number):
    fd = values.open_number(number)
    try:
        return fds.append(fd)
    finally:
        os.close(fd)


class Control:
    def __init__(self, connection, kind):
        self.connection = connection
        self.kind = kind
        self.n_objects = 0
        self.exported = None
        connection.register_object('/control', CONTROL, self._call, None, None)

    def _call(self, connection, sender, path, interface, method, args, invocation):
        try:
            invocation.return_value(getattr(self, method)(*args.unpack()))
        except GLib.Error as error:
            invocation.return_gerror(error)

    def Export(self, xml, name):
        self.n_objects += 1
        path = f'/echo/{self.n_objects}'
        self.exported = self.kind(self.connection, path, xml, name)
        return GLib.Variant('(o)', (path,))

    def Unexport(self):
        self.exported.close()
        self.exported = None

    def Expect(self, results):
        self.exported.expected = values.from_text(results)

    def Received(self):
        method, args = self.exported.received
        return GLib.Variant('(ss)', (method, values.to_text(args)))

    def Emit(self, signal, args):
        self.exported.emit(signal, values.from_text(args))

    def Put(self, name, value):
        self.exported.put(name, values.from_text(value))

    def Peek(self, name):
        return GLib.Variant('(s)', (values.to_text(self.exported.peek(name)),))


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    Control(bus, {'norpc': NorpcObject, 'plain': PlainObject}[sys.argv[1]])
    Gio.bus_own_name_on_connection(bus, 'org.example.Echo', Gio.BusNameOwnerFlags.NONE, None, None)
    loop = GLib.MainLoop()
    # It ends with the test that has started it, whatever happens to that.
    GLib.io_add_watch(0, GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, lambda *args: loop.quit())
    loop.run()


main()
