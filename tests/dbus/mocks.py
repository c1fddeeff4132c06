# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that python-dbusmock imitates, on a bus of their own."""

import importlib
import sys
import xml.etree.ElementTree as ElementTree

from gi.repository import GLib

import buses

try:
    import dbusmock
except ImportError:
    dbusmock = None

INTROSPECTABLE = 'org.freedesktop.DBus.Introspectable'
MOCK = 'org.freedesktop.DBus.Mock'
PROPERTIES = 'org.freedesktop.DBus.Properties'

WIFI = '/org/freedesktop/NetworkManager/Devices/mock_WiFi1'

# The templates, and calls that add objects to them: the object, the interface, the method and its arguments.
TEMPLATES = {
    'bluez5': [
        ('/org/bluez', 'org.bluez.Mock', 'AddAdapter', '(ss)', 'hci0', 'computer'),
        ('/org/bluez', 'org.bluez.Mock', 'AddDevice', '(sss)', 'hci0', '11:22:33:44:55:66', 'phone'),
    ],
    'gnome_screensaver': [],
    'logind': [
        ('/org/freedesktop/login1', MOCK, 'AddSeat', '(s)', 'seat0'),
        ('/org/freedesktop/login1', MOCK, 'AddUser', '(usb)', 500, 'ada', True),
        ('/org/freedesktop/login1', MOCK, 'AddSession', '(ssusb)', 'c1', 'seat0', 500, 'ada', True),
    ],
    'low_memory_monitor': [],
    'networkmanager': [
        ('/org/freedesktop', MOCK, 'AddEthernetDevice', '(ssi)', 'mock_Ethernet1', 'eth0', 100),
        ('/org/freedesktop', MOCK, 'AddWiFiDevice', '(ssi)', 'mock_WiFi1', 'wlan0', 30),
        ('/org/freedesktop', MOCK, 'AddAccessPoint', '(ssssuuuyu)', WIFI, 'Mock_AP1', 'The SSID', '00:23:F8:7E:12:BB', 2,
         2425, 5400, 82, 0x100),
        ('/org/freedesktop', MOCK, 'AddWiFiConnection', '(ssss)', WIFI, 'Mock_Con1', 'The SSID', 'wpa-psk'),
    ],
    'notification_daemon': [],
    'ofono': [],
    'polkitd': [],
    'power_profiles_daemon': [],
    'systemd': [],
    'timedated': [],
    'upower': [
        ('/org/freedesktop/UPower', MOCK, 'AddAC', '(ss)', 'mock_AC', 'Mock AC'),
        ('/org/freedesktop/UPower', MOCK, 'AddDischargingBattery', '(ssdx)', 'mock_BAT', 'Mock Bat', 30.0, 1200),
    ],
    'urfkill': [],
}


def correct_types(interface, values):
    """Gives properties the types of their values: a mock guesses some of them wrong."""
    for property_ in interface.findall('property'):
        property_.set('type', values[property_.get('name')].get_type_string())


class Mock:
    """A service that is imitated, with its objects."""

    def __init__(self, template):
        self.bus = buses.Bus()
        self.name = importlib.import_module('dbusmock.templates.' + template).BUS_NAME
        self.bus.start(self.name, sys.executable, '-m', 'dbusmock', '--template', template)
        for call in TEMPLATES[template]:
            self.bus.call(self.name, *call)

    def close(self):
        self.bus.close()

    def list_paths(self, path='/'):
        """Lists the objects below a path, with their descriptions."""
        xml, = self.bus.call(self.name, path, INTROSPECTABLE, 'Introspect')
        root = ElementTree.fromstring(xml)
        yield path, root
        for node in root.findall('node'):
            yield from self.list_paths(f'{path if path != "/" else ""}/{node.get("name")}')

    def list_interfaces(self, path, root):
        """Lists the interfaces of an object, which are those of the service that is imitated."""
        interfaces = [interface for interface in root.findall('interface')
                      if not interface.get('name').startswith('org.freedesktop.DBus.')]
        for interface in interfaces:
            if interface.find('property') is not None:
                correct_types(interface, self.get_all(path, interface.get('name')))
        return interfaces

    def get_all(self, path, interface):
        dict_ = self.bus.connection.call_sync(self.name, path, PROPERTIES, 'GetAll',
                                              GLib.Variant('(s)', (interface,)), GLib.VariantType('(a{sv})'), 0,
                                              buses.TIMEOUT, None).get_child_value(0)
        entries = [dict_.get_child_value(i) for i in range(dict_.n_children())]
        return {entry.get_child_value(0).get_string(): entry.get_child_value(1).get_variant() for entry in entries}
