#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-processes.py dbus|nats OUTPUT PROGRAM...: a service is terminated while it has a call, and still answers it.

PROGRAM... is given the address of the server if that is NATS, and "serve" if it is the service. The client prints
OUTPUT. The test is skipped where the server is missing.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

import tap

KIND, OUTPUT, *PROGRAM = sys.argv[1:]
TIMEOUT = 60
sys.path.append(str(pathlib.Path(__file__).parent.parent / 'nats'))
from raw_nats import connect, find_server, reserve_port  # noqa: E402

SERVER = shutil.which('dbus-daemon') if KIND == 'dbus' else find_server()


@unittest.skipIf(SERVER is None, f'the server of {KIND} is not installed')
class TestProcesses(unittest.TestCase):
    def start(self, command, **options):
        process = subprocess.Popen(command, text=True, **options)
        self.addCleanup(process.stdout.close if process.stdout else lambda: None)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def start_bus(self):
        daemon = self.start([SERVER, '--session', '--nofork', '--print-address'], stdout=subprocess.PIPE)
        return [], dict(os.environ, DBUS_SESSION_BUS_ADDRESS=daemon.stdout.readline().strip())

    def start_nats(self):
        reserved = reserve_port()
        self.addCleanup(reserved.close)
        port = reserved.getsockname()[1]
        self.start([SERVER, '-a', '127.0.0.1', '-p', str(port)], stderr=subprocess.DEVNULL)
        connect(port).socket.close()
        return [f'nats://127.0.0.1:{port}'], None

    def test_termination(self):
        arguments, environment = self.start_bus() if KIND == 'dbus' else self.start_nats()
        options = {'env': environment, 'stdout': subprocess.PIPE}
        service = self.start([*PROGRAM, *arguments, 'serve'], **options)
        self.assertEqual(service.stdout.readline(), 'serving\n')
        client = self.start([*PROGRAM, *arguments], **options)
        self.assertIn(service.stdout.readline(), {'dimming\n', 'finding\n'})
        service.send_signal(signal.SIGTERM)
        self.assertEqual(client.communicate(timeout=TIMEOUT)[0], OUTPUT + '\n')
        self.assertEqual(client.returncode, 0)
        self.assertEqual(service.wait(TIMEOUT), 0)


tap.main()
