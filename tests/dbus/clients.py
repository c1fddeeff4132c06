# SPDX-License-Identifier: LGPL-2.1-or-later
"""Three clients of the same interface: GDBus, dasbus, and a dynamic proxy of norpc-glib.

Values are variants. A number that is an 'h' in one of them is sent as a file descriptor.
"""

import os

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import values
from buses import TIMEOUT, wait_until

NAME = 'org.example.Echo'
PROPERTIES = 'org.freedesktop.DBus.Properties'


PEER = Norpc.InterfaceInfo.new_for_xml(
    '<node><interface name="org.freedesktop.DBus.Peer"><method name="Ping"/></interface></node>', None)


def tuple_type(args):
    return '(' + ''.join(arg.signature for arg in args) + ')'


def take_number(fd):
    """Returns the number that a descriptor stands for, and closes it."""
    try:
        return values.read_number(fd)
    finally:
        os.close(fd)


class GDBusClient:
    """Without any proxy: what is sent and received is what was described."""

    follows_properties = True
    distinguishes = True

    def __init__(self, session, path, description):
        self.connection = connection = session.connection
        self.path = path
        self.info = description.info
        self.arrived = []
        self.changes = []
        self.ids = [connection.signal_subscribe(NAME, self.info.name, None, path, None, 0, self._signal),
                    connection.signal_subscribe(NAME, PROPERTIES, 'PropertiesChanged', path, self.info.name, 0,
                                                self._changed)]

    def close(self):
        for id_ in self.ids:
            self.connection.signal_unsubscribe(id_)

    def _signal(self, connection, sender, path, interface, signal, args):
        self.arrived.append((signal, args))

    def _changed(self, connection, sender, path, interface, signal, args):
        self.changes.append(args)

    def _call_properties(self, method, args):
        return self.connection.call_sync(NAME, self.path, PROPERTIES, method, args, None, 0, TIMEOUT, None)

    def call(self, method, args):
        fds = Gio.UnixFDList()

        def append(number):
            fd = values.open_number(number)
            try:
                return fds.append(fd)
            finally:
                os.close(fd)

        results, got = self.connection.call_with_unix_fd_list_sync(
            NAME, self.path, self.info.name, method.name, values.map_handles(args, append),
            GLib.VariantType(tuple_type(method.out_args)), 0, TIMEOUT, fds, None)
        return values.map_handles(results, lambda index: take_number(got.get(index)))

    def get(self, name):
        value = self._call_properties('Get', GLib.Variant('(ss)', (self.info.name, name)))
        return value.get_child_value(0).get_variant()

    def get_all(self):
        dict_ = self._call_properties('GetAll', GLib.Variant('(s)', (self.info.name,))).get_child_value(0)
        entries = [dict_.get_child_value(i) for i in range(dict_.n_children())]
        return {entry.get_child_value(0).get_string(): entry.get_child_value(1).get_variant() for entry in entries}

    def set(self, name, value):
        self._call_properties('Set', GLib.Variant('(ssv)', (self.info.name, name, value)))

    def wait_for_signal(self, signal):
        wait_until(lambda: self.arrived)
        name, args = self.arrived.pop()
        assert name == signal.name, name
        return args

    def wait_for_change(self, name, value):
        """Waits until the service has told of a change: with the value, or with the name alone if there is no value."""
        wait_until(lambda: self.changes)
        interface, changed, invalidated = [self.changes[-1].get_child_value(i) for i in range(3)]
        del self.changes[:]
        expected = {} if value is None else {name: value}
        assert interface.get_string() == self.info.name
        assert changed.equal(GLib.Variant('a{sv}', expected)), (changed, expected)
        assert invalidated.unpack() == ([name] if value is None else []), invalidated


class DasbusClient:
    """Proxies that dasbus makes of the description that the object has of itself."""

    follows_properties = False
    distinguishes = False  # members of different kinds with the same name

    bus = None  # the last one, as dasbus sees it

    def __init__(self, session, path, description):
        from dasbus.client.proxy import disconnect_proxy
        from dasbus.connection import AddressedMessageBus
        from dasbus.unix import GLibClientUnix

        if DasbusClient.bus is None or DasbusClient.bus.address != session.address:
            DasbusClient.bus = AddressedMessageBus(session.address)
        self.proxy = DasbusClient.bus.get_proxy(NAME, path, description.info.name, client=GLibClientUnix)
        self.disconnect = disconnect_proxy
        self.info = description.info
        self.arrived = []

    def close(self):
        self.disconnect(self.proxy)

    def call(self, method, args):
        from dasbus.typing import unwrap_variant

        # The descriptors belong to dasbus then.
        sent = unwrap_variant(values.map_handles(args, values.open_number))
        results = getattr(self.proxy, method.name)(*sent, timeout=TIMEOUT)
        results = (results,) if len(method.out_args) == 1 else results or ()
        return values.map_handles(GLib.Variant(tuple_type(method.out_args), results), take_number)

    def get(self, name):
        return GLib.Variant(self.info.lookup_property(name).signature, getattr(self.proxy, name))

    def set(self, name, value):
        from dasbus.typing import unwrap_variant

        setattr(self.proxy, name, unwrap_variant(value))

    def watch(self, signal):
        getattr(self.proxy, signal.name).connect(lambda *args: self.arrived.append(args))
        self.bus.proxy.GetId()  # the bus knows of it then

    def wait_for_signal(self, signal):
        wait_until(lambda: self.arrived)
        return GLib.Variant(tuple_type(signal.args), self.arrived.pop())


class NorpcClient:
    """A dynamic proxy."""

    follows_properties = True
    distinguishes = True

    def __init__(self, session, path, description):
        self.norpc_info = Norpc.InterfaceInfo.new_for_xml(description.xml, description.info.name)
        self.info = description.info
        self.endpoint = Norpc.DBusEndpoint.new(session.connection, NAME, path)
        self.proxy = Norpc.DynamicProxy.new(self.endpoint, self.norpc_info)
        self.proxy.load_sync(None)
        # After a reply, the proxy gets signals, too.
        Norpc.DynamicProxy.new(self.endpoint, PEER).call_method_sync('Ping', None, None)
        self.arrived = []

    def close(self):
        self.proxy = self.endpoint = None

    def call(self, method, args):
        opened = []

        def open_number(number):
            opened.append(values.open_number(number))
            return opened[-1]

        try:
            results = self.proxy.call_method_sync(method.name, values.map_handles(args, open_number), None)
        finally:
            for fd in opened:
                os.close(fd)
        return values.map_handles(results, take_number)

    def get(self, name):
        self.proxy.load_sync(None)
        return self.proxy.dup_value(name)

    def set(self, name, value):
        self.proxy.set_value_sync(name, value, None)

    def watch(self, signal):
        def arrived(proxy, *args):
            # PyGObject does not keep a GBytes of a signal.
            self.arrived.append(GLib.Variant.new_tuple(*[to_variant(arg.signature, value)
                                                         for arg, value in zip(signal.args, args)]))

        self.proxy.connect(self.norpc_info.get_gobject_name(signal.name), arrived)

    def wait_for_signal(self, signal):
        wait_until(lambda: self.arrived)
        return self.arrived.pop()

    def wait_for_change(self, name, value):
        if value is not None:
            wait_until(lambda: self.proxy.dup_value(name).equal(value))


def to_variant(type_, value):
    """Returns a value that a GSignal has passed as a variant."""
    if isinstance(value, GLib.Variant):
        return value
    if isinstance(value, GLib.Bytes):
        return GLib.Variant.new_from_bytes(GLib.VariantType('ay'), value, True)
    return GLib.Variant(type_, value)
