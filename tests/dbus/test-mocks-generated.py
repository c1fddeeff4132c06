# SPDX-License-Identifier: LGPL-2.1-or-later
"""Generated proxies for services that python-dbusmock imitates: test-mocks-generated.py CODEGEN LIBRARY INCLUDE…

The description is what the mock says of itself, so the code is generated and compiled here. It lacks the signals, which
the mock sends nevertheless.
"""

import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import mocks
import tap

CODEGEN, LIBRARY, *INCLUDES = sys.argv[1:]
FOLDER = pathlib.Path(__file__).parent

# The signals that a mock does not describe.
SIGNALS = {
    'org.freedesktop.NetworkManager': {'DeviceAdded': 'o', 'StateChanged': 'u'},
    'org.freedesktop.UPower': {'DeviceAdded': 'o'},
    'org.freedesktop.login1.Session': {'Lock': ''},
}


def describe(mock):
    """Returns a description of all interfaces of a mock, each from the object that has most of it."""
    found = {}
    for path, root in mock.list_paths():
        interfaces = mock.list_interfaces(path, root)
        interfaces += [interface for interface in root.findall('interface') if interface.get('name') == mocks.MOCK]
        for interface in interfaces:
            name = interface.get('name')
            if name not in found or len(interface) > len(found[name]):
                found[name] = interface
    node = ElementTree.Element('node')
    node.extend(found.values())
    for interface, signals in SIGNALS.items():
        for name, types in signals.items() if interface in found else ():
            signal = ElementTree.SubElement(found[interface], 'signal', name=name)
            for type_ in types:
                ElementTree.SubElement(signal, 'arg', type=type_)
    return ElementTree.tostring(node, encoding='unicode')


def compile_client(template, xml, folder):
    """Generates the code of a description, compiles the client with it, and returns the program."""
    (folder / (template + '.xml')).write_text(xml)
    subprocess.run([CODEGEN, '--interface-prefix', 'org.freedesktop.', '--c-namespace', 'Mock',
                    '--output-directory', folder, '--generate-c-code', template, folder / (template + '.xml')],
                   check=True)
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'gio-unix-2.0'], check=True, capture_output=True,
                           text=True).stdout.split()
    program = folder / template
    subprocess.run([*shlex.split(os.environ.get('CC', 'cc')), '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-o', program,
                    FOLDER / f'mock-{template}.c', folder / (template + '.c'), f'-I{folder}',
                    *[f'-I{include}' for include in INCLUDES], LIBRARY, f'-Wl,-rpath,{os.path.dirname(LIBRARY)}', *flags],
                   check=True)
    return program


class Generated(unittest.TestCase):
    def check(self, template):
        if mocks.dbusmock is None:
            self.skipTest('there is no dbusmock')
        if shutil.which('pkg-config') is None:
            self.skipTest('there is no pkg-config')
        mock = mocks.Mock(template)
        self.addCleanup(mock.close)
        with tempfile.TemporaryDirectory() as folder:
            program = compile_client(template, describe(mock), pathlib.Path(folder))
            env = os.environ | {'DBUS_SYSTEM_BUS_ADDRESS': mock.bus.address, 'G_DEBUG': 'fatal-warnings'}
            printed = subprocess.run([program], env=env, stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout
        self.assertEqual((FOLDER / f'mock-{template}.expected').read_text(), printed)

    def test_logind(self):
        self.check('logind')

    def test_networkmanager(self):
        self.check('networkmanager')

    def test_upower(self):
        self.check('upower')


if __name__ == '__main__':
    tap.main()
