# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client that speaks the protocol of NATS by a socket, without any library, and the example greeter-nats to talk to."""

import json
import os
import shutil
import socket
import subprocess
import time

TIMEOUT = 30


class Client:
    """A connection that sends requests, one at a time."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=TIMEOUT)
        self.file = self.socket.makefile('rb')
        assert self.file.readline().startswith(b'INFO ')
        self.send(b'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\nSUB _INBOX.test.* 1\r\n')
        self.n_requests = 0

    def send(self, data):
        self.socket.sendall(data)

    def read_message(self):
        """Gets the headers and the data of the next message."""
        while True:
            words = self.file.readline().split()
            if words[0] == b'PING':
                self.send(b'PONG\r\n')
            elif words[0] == b'MSG':
                return b'', self.file.read(int(words[-1]) + 2)[:-2]
            elif words[0] == b'HMSG':
                data = self.file.read(int(words[-1]) + 2)[:-2]
                return data[:int(words[-2])], data[int(words[-2]):]
            assert words[0] in {b'PING', b'PONG', b'INFO', b'+OK'}, words

    def publish(self, subject, reply, data, headers):
        block = 'NATS/1.0\r\n' + ''.join(f'{name}: {value}\r\n' for name, value in (headers or {}).items()) + '\r\n'
        block = block.encode()
        self.send(f'HPUB {subject} {reply} {len(block)} {len(block) + len(data)}\r\n'.encode() + block + data + b'\r\n')

    def ask(self, subject, data=b'', headers=None):
        self.n_requests += 1
        self.publish(subject, f'_INBOX.test.{self.n_requests}', data, headers)
        return self.read_message()


def reserve_port():
    """A socket that has a port of loopback, on which it does not listen.

    While it is open, no other program is given that port. A server can listen on it nevertheless, if it sets
    SO_REUSEADDR, as nats-server does.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(('127.0.0.1', 0))
    return reserved


def connect(port):
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            return Client(port)
        except ConnectionError:
            assert time.monotonic() < end
            time.sleep(0.01)


def await_service(client):
    end = time.monotonic() + TIMEOUT
    while True:
        headers, data = client.ask('$SRV.PING')
        if data:
            return json.loads(data)
        assert b' 503' in headers and time.monotonic() < end
        time.sleep(0.01)


class Greeter:
    """A server of NATS, and the example, which is `process`."""

    def __init__(self, program):
        self.reserved = reserve_port()
        self.port = self.reserved.getsockname()[1]
        self.server = subprocess.Popen([find_server(), '-a', '127.0.0.1', '-p', str(self.port)], stderr=subprocess.DEVNULL)
        self.client = connect(self.port)
        self.process = subprocess.Popen([program, f'nats://127.0.0.1:{self.port}', '--serve'])
        self.id = await_service(self.client)['id']

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.process, self.server:
            process.kill()
            process.wait()
        self.reserved.close()


def find_server():
    """The path of the program, or None."""
    return shutil.which('nats-server', path=os.environ.get('PATH', '') + ':/usr/sbin')
