# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of the examples that belong to a service of D-Bus: a bus and systemd understand them.

HELLO_DBUS and KVSTORE_DBUS are programs of the examples, EXAMPLES is the folder of their sources.
"""

import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

import tap

EXAMPLES = pathlib.Path(os.environ['EXAMPLES'])
TIMEOUT = 30

# The rules of the bus of a session, and those of the bus of the system (system.conf of dbus-daemon).
SESSION_POLICY = '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>'
SYSTEM_POLICY = ('<deny own="*"/><deny send_type="method_call"/><allow send_type="signal"/>'
                 '<allow send_requested_reply="true" send_type="method_return"/>'
                 '<allow send_requested_reply="true" send_type="error"/>'
                 '<allow receive_type="method_call"/><allow receive_type="method_return"/>'
                 '<allow receive_type="error"/><allow receive_type="signal"/>'
                 '<allow send_destination="org.freedesktop.DBus"/>')


class DeploymentTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def install(self, name, pattern, text):
        """Copies a file of the examples. A part of it is only right where it is installed."""
        source, n = re.subn(pattern, text, (EXAMPLES / name).read_text())
        self.assertEqual(n, 1, name)
        installed = self.folder / pathlib.Path(name).name
        installed.write_text(source)
        return installed

    def start_bus(self, policy, rest):
        """Starts a bus, and returns the environment of its programs."""
        config = self.folder / 'bus.conf'
        config.write_text(f'<busconfig><type>session</type><listen>unix:dir={self.folder}</listen>'
                          f'<auth>EXTERNAL</auth><policy context="default"><allow user="*"/>{policy}</policy>{rest}'
                          '</busconfig>')
        bus = subprocess.Popen(['dbus-daemon', f'--config-file={config}', '--nofork', '--print-address'],
                               stdout=subprocess.PIPE, text=True)
        self.addCleanup(bus.stdout.close)
        self.addCleanup(bus.wait)
        self.addCleanup(bus.terminate)
        return os.environ | {'DBUS_SESSION_BUS_ADDRESS': bus.stdout.readline().strip()}

    def test_activation(self):
        """The bus starts the service when a client calls it."""
        self.install('hello/org.example.Hello.service', '/usr/bin/hello-dbus', os.environ['HELLO_DBUS'])
        env = self.start_bus(SESSION_POLICY, f'<servicedir>{self.folder}</servicedir>')
        for _ in range(2):
            client = subprocess.run([os.environ['HELLO_DBUS']], env=env, capture_output=True, text=True, timeout=TIMEOUT)
            self.assertEqual((client.stdout, client.returncode), ('Hello, Ada!\n', 0), client.stderr)

    def test_end(self):
        """The service ends by itself when it is terminated, as systemd does."""
        env = self.start_bus(SESSION_POLICY, '')
        service = subprocess.Popen([os.environ['HELLO_DBUS'], 'serve'], env=env, stderr=subprocess.PIPE, text=True)
        self.addCleanup(service.communicate)
        self.addCleanup(service.kill)
        subprocess.run(['gdbus', 'wait', '--session', '--timeout', str(TIMEOUT), 'org.example.Hello'], env=env, check=True)
        service.send_signal(signal.SIGTERM)
        self.assertEqual((service.wait(TIMEOUT), service.stderr.read()), (0, ''))

    def test_unit(self):
        """The unit of systemd is valid, and it is that of the service."""
        service = (EXAMPLES / 'hello/org.example.Hello.service').read_text()
        unit = self.install('hello/hello-dbus.service', '/usr/bin/hello-dbus', os.environ['HELLO_DBUS'])
        self.assertIn(f'SystemdService={unit.name}\n', service)
        self.assertIn('BusName=org.example.Hello\n', unit.read_text())
        if shutil.which('systemd-analyze') is None:
            self.skipTest('there is no systemd-analyze')
        for kind in ('--user', '--system'):
            verified = subprocess.run(['systemd-analyze', kind, 'verify', unit], capture_output=True, text=True,
                                      timeout=TIMEOUT, env=os.environ | {'XDG_RUNTIME_DIR': str(self.folder)})
            self.assertEqual((verified.stderr, verified.returncode), ('', 0))

    def start_store(self, env):
        """Starts the store, and returns it with its first line: that is empty if it fails."""
        store = subprocess.Popen([os.environ['KVSTORE_DBUS']], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True)
        self.addCleanup(store.communicate)
        self.addCleanup(store.terminate)
        return store, store.stdout.readline()

    def test_policy(self):
        """The policy lets the store own its name, and others call it, on a bus that allows neither."""
        user = pwd.getpwuid(os.getuid()).pw_name
        policy = self.install('kvstore/org.example.Kv.conf', 'user="root"', f'user="{user}"')
        store, line = self.start_store(self.start_bus(SYSTEM_POLICY, ''))
        self.assertEqual((line, store.wait(TIMEOUT)), ('', 1))

        env = self.start_bus(SYSTEM_POLICY, f'<include>{policy}</include>')
        store, line = self.start_store(env)
        self.assertEqual(line, 'org.example.Kv is on the bus\n')
        called = subprocess.run(['gdbus', 'call', '--session', '-d', 'org.example.Kv', '-o', '/org/example/Kv', '-m',
                                 'org.example.Kv.Store.GetSize', '0'], env=env, capture_output=True, text=True,
                                timeout=TIMEOUT)
        self.assertEqual((called.stdout, called.stderr), ('(uint64 0,)\n', ''))


if __name__ == '__main__':
    tap.main()
