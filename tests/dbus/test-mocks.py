# SPDX-License-Identifier: LGPL-2.1-or-later
"""Dynamic proxies for services that python-dbusmock imitates: UPower, NetworkManager, logind and others."""

import unittest
import xml.etree.ElementTree as ElementTree

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import buses
import mocks
import tap

# Methods that can be called once.
ONCE = ['Connect', 'Delete', 'Pair']


def add_members(interface):
    """Adds what a mock can be made to have to the description of an interface."""
    signal = ElementTree.SubElement(interface, 'signal', name='NorpcHappened')
    for type_ in ('u', 'as', 'a{sv}'):
        ElementTree.SubElement(signal, 'arg', type=type_)
    for name in ('NorpcEcho', 'NorpcFail'):
        method = ElementTree.SubElement(interface, 'method', name=name)
        ElementTree.SubElement(method, 'arg', type='s', direction='in')
        ElementTree.SubElement(method, 'arg', type='s', direction='out')


def other_value(value):
    """Returns another value of a basic type, or None."""
    type_ = value.get_type_string()
    if type_ == 'b':
        return GLib.Variant('b', not value.get_boolean())
    if type_ in 'ynqiuxt':
        return GLib.Variant(type_, 1 if value.unpack() != 1 else 2)
    if type_ in 'ds':
        return GLib.Variant(type_, 0.5 if type_ == 'd' else value.unpack() + '+')
    return None


class Mocked:
    """An interface of an object of a mock, seen by a proxy and by GDBus."""

    def __init__(self, test, mock, path, xml, info):
        self.test = test
        self.bus = mock.bus
        self.name = mock.name
        self.path = path
        self.norpc_info = Norpc.InterfaceInfo.new_for_xml(xml, info.name)
        self.info = info
        self.endpoint = Norpc.DBusEndpoint.new(self.bus.connection, self.name, path)
        self.proxy = Norpc.DynamicProxy.new(self.endpoint, self.norpc_info)
        if info.properties:
            self.proxy.load_sync(None)

    def get_plainly(self, property_):
        value = self.bus.connection.call_sync(self.name, self.path, mocks.PROPERTIES, 'Get',
                                              GLib.Variant('(ss)', (self.info.name, property_)), None, 0,
                                              buses.TIMEOUT, None)
        return value.get_child_value(0).get_variant()

    def tell_mock(self, method, type_, *args):
        self.bus.call(self.name, self.path, mocks.MOCK, method, type_, *args)

    def check_property(self, property_):
        value = self.proxy.dup_value(property_.name)
        self.test.assertTrue(value.equal(self.get_plainly(property_.name)), property_.name)
        other = other_value(value)
        if other is None:
            return
        self.proxy.set_value_sync(property_.name, other, None)
        self.test.assertTrue(other.equal(self.get_plainly(property_.name)), property_.name)
        self.tell_mock('UpdateProperties', '(sa{sv})', self.info.name, {property_.name: value})
        buses.wait_until(lambda: self.proxy.dup_value(property_.name).equal(value))

    def check_method(self, method):
        """Calls a method without arguments, with and without norpc-glib: both get the same."""
        if method.in_args or method.name in ONCE:
            return
        expected = self.get_outcome(
            lambda: self.bus.connection.call_sync(self.name, self.path, self.info.name, method.name, None, None, 0,
                                                  buses.TIMEOUT, None))
        got = self.get_outcome(lambda: self.proxy.call_method_sync(method.name, None, None))
        self.test.assertEqual(expected, got, method.name)

    @staticmethod
    def get_outcome(call):
        try:
            return call().print_(True)
        except GLib.Error as error:
            Gio.DBusError.strip_remote_error(error)
            return error.message.splitlines()[-1]

    def check_signal(self):
        arrived = []
        self.proxy.connect(self.norpc_info.get_gobject_name('NorpcHappened'), lambda proxy, *args: arrived.append(
            (args[0], args[1], args[2].unpack())))
        self.tell_mock('EmitSignal', '(sssav)', self.info.name, 'NorpcHappened', 'uasa{sv}',
                  [GLib.Variant('u', 7), GLib.Variant('as', ['a', 'ß']),
                   GLib.Variant('a{sv}', {'k': GLib.Variant('x', -1)})])
        buses.wait_until(lambda: arrived)
        self.test.assertEqual(arrived, [(7, ['a', 'ß'], {'k': -1})])

    def check_errors(self):
        self.tell_mock('AddMethods', '(sa(ssss))', self.info.name, [
            ('NorpcEcho', 's', 's', 'ret = args[0]'),
            ('NorpcFail', 's', 's', 'raise dbus.exceptions.DBusException(args[0], name="org.example.Error.Broken")'),
        ])
        self.test.assertEqual(self.proxy.call_method_sync('NorpcEcho', GLib.Variant('(s)', ('ü',)), None).unpack(), ('ü',))
        with self.test.assertRaises(GLib.Error) as raised:
            self.proxy.call_method_sync('NorpcFail', GLib.Variant('(s)', ('because',)), None)
        self.test.assertTrue(raised.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.DBUS_ERROR))
        self.test.assertIn('org.example.Error.Broken', raised.exception.message)
        self.test.assertIn('because', raised.exception.message)


class Mocks(unittest.TestCase):
    def check_object(self, path, root):
        interfaces = self.mock.list_interfaces(path, root)
        for interface in interfaces:
            add_members(interface)
        xml = ElementTree.tostring(root, encoding='unicode')
        for interface in interfaces:
            info = Gio.DBusNodeInfo.new_for_xml(xml).lookup_interface(interface.get('name'))
            with self.subTest(path=path, interface=info.name):
                self.check_interface(Mocked(self, self.mock, path, xml, info))

    def check_interface(self, mocked):
        for property_ in mocked.info.properties:
            mocked.check_property(property_)
        for method in mocked.info.methods:
            mocked.check_method(method)
        # After a reply, the proxy gets signals, too.
        mocked.check_errors()
        mocked.check_signal()
        self.n_interfaces += 1

    def check_template(self, template):
        if mocks.dbusmock is None:
            self.skipTest('there is no dbusmock')
        self.n_interfaces = 0
        self.mock = mocks.Mock(template)
        self.addCleanup(self.mock.close)
        for path, root in self.mock.list_paths():
            self.check_object(path, root)
        self.assertGreater(self.n_interfaces, 0)
        print(f'# {template}: {self.n_interfaces} interfaces', flush=True)


def add_test(template):
    setattr(Mocks, 'test_' + template.replace('-', '_'), lambda self: self.check_template(template))


for template in mocks.TEMPLATES:
    add_test(template)

if __name__ == '__main__':
    tap.main()
