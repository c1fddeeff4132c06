# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real services on a bus of their own: proxies read their properties, call their methods and get their errors.

They are those of systemd, and the one for the accounts of users. Each is skipped where it is missing, or does not start.
"""

import json
import os
import pwd
import sys
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import buses
import mocks
import tap

SYSTEMD = '/usr/lib/systemd/'
ACCOUNTS = '/usr/libexec/accounts-daemon'


class Services(unittest.TestCase):
    def setUp(self):
        self.bus = buses.Bus()
        self.addCleanup(self.bus.close)

    def start(self, name, program, **env):
        if not os.access(program, os.X_OK):
            self.skipTest(f'there is no {program}')
        try:
            self.bus.start(name, program, **env)
        except (AssertionError, TimeoutError) as error:
            self.skipTest(f'{program} does not start here: {error}')

    def get_proxy(self, name, path, interface):
        """Makes a proxy of what the object says of itself. Its properties have the values that GDBus gets."""
        xml, = self.bus.call(name, path, 'org.freedesktop.DBus.Introspectable', 'Introspect')
        info = Norpc.InterfaceInfo.new_for_xml(xml, interface)
        self.assertEqual(info.list_left_out(), [])
        proxy = Norpc.DynamicProxy.new(Norpc.DBusEndpoint.new(self.bus.connection, name, path), info)
        proxy.load_sync(None)
        values = self.bus.call(name, path, mocks.PROPERTIES, 'GetAll', '(s)', interface)[0]
        self.assertLessEqual(set(values), set(info.list_properties()))
        for property_, value in values.items():
            self.assertEqual(proxy.dup_value(property_).unpack(), value, property_)
        return proxy

    def assert_error(self, proxy, method, args, domain, code):
        with self.assertRaises(GLib.Error) as raised:
            proxy.call_method_sync(method, args, None)
        self.assertTrue(raised.exception.matches(domain, code), raised.exception)

    def test_hostnamed(self):
        self.start('org.freedesktop.hostname1', SYSTEMD + 'systemd-hostnamed')
        proxy = self.get_proxy('org.freedesktop.hostname1', '/org/freedesktop/hostname1', 'org.freedesktop.hostname1')
        self.assertEqual(proxy.dup_value('KernelName').get_string(), os.uname().sysname)
        described, = proxy.call_method_sync('Describe', None, None).unpack()
        self.assertEqual(json.loads(described)['KernelRelease'], os.uname().release)
        # A name that no machine can have.
        self.assert_error(proxy, 'SetHostname', GLib.Variant('(sb)', ('not a name/', False)), Gio.dbus_error_quark(),
                          Gio.DBusError.INVALID_ARGS)

    def test_localed(self):
        self.start('org.freedesktop.locale1', SYSTEMD + 'systemd-localed')
        proxy = self.get_proxy('org.freedesktop.locale1', '/org/freedesktop/locale1', 'org.freedesktop.locale1')
        self.assertEqual(proxy.dup_value('Locale').get_type_string(), 'as')

    def test_timedated(self):
        self.start('org.freedesktop.timedate1', SYSTEMD + 'systemd-timedated')
        xml, = self.bus.call('org.freedesktop.timedate1', '/org/freedesktop/timedate1',
                             'org.freedesktop.DBus.Introspectable', 'Introspect')
        info = Norpc.InterfaceInfo.new_for_xml(xml, 'org.freedesktop.timedate1')
        endpoint = Norpc.DBusEndpoint.new(self.bus.connection, 'org.freedesktop.timedate1', '/org/freedesktop/timedate1')
        proxy = Norpc.DynamicProxy.new(endpoint, info)
        zones, = proxy.call_method_sync('ListTimezones', None, None).unpack()
        self.assertIn('UTC', zones)

    def test_accounts(self):
        if mocks.dbusmock is None:
            self.skipTest('there is no dbusmock, which imitates polkit')
        self.bus.start('org.freedesktop.PolicyKit1', sys.executable, '-m', 'dbusmock', '--template', 'polkitd')
        self.start('org.freedesktop.Accounts', ACCOUNTS)
        proxy = self.get_proxy('org.freedesktop.Accounts', '/org/freedesktop/Accounts', 'org.freedesktop.Accounts')
        path, = proxy.call_method_sync('FindUserById', GLib.Variant('(x)', (0,)), None).unpack()
        user = self.get_proxy('org.freedesktop.Accounts', path, 'org.freedesktop.Accounts.User')
        self.assertEqual(user.dup_value('UserName').get_string(), pwd.getpwuid(0).pw_name)
        self.assertEqual(user.dup_value('HomeDirectory').get_string(), pwd.getpwuid(0).pw_dir)
        with self.assertRaises(GLib.Error) as raised:
            proxy.call_method_sync('FindUserByName', GLib.Variant('(s)', ('nobody has this name',)), None)
        self.assertIn('org.freedesktop.Accounts.Error.', raised.exception.message)


if __name__ == '__main__':
    tap.main()
