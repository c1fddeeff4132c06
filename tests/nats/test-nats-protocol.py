#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-nats-protocol.py GREETER: a client that speaks the protocol of NATS by a socket, without any library.

GREETER is the example greeter-nats. It is skipped where nats-server is missing.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
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

    def ask(self, subject, data=b'', headers=None):
        self.n_requests += 1
        reply = f'_INBOX.test.{self.n_requests}'
        block = 'NATS/1.0\r\n' + ''.join(f'{name}: {value}\r\n' for name, value in (headers or {}).items()) + '\r\n'
        block = block.encode()
        self.send(f'HPUB {subject} {reply} {len(block)} {len(block) + len(data)}\r\n'.encode() + block + data + b'\r\n')
        return self.read_message()


def find_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


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


def test_call(client):
    greet = 'demo.greeter.org.example.Greeter.Greet'
    headers, data = client.ask(greet, b'Ada\0', {'Norpc-Type': '(s)'})
    assert data == b'Hello, Ada!\0', data
    assert b'Norpc-Type: (s)\r\n' in headers, headers


def test_error(client):
    headers, data = client.ask('demo.greeter.org.example.Greeter.Greet', b'Ada', {'Norpc-Type': '(s)'})
    assert b'Nats-Service-Error-Code: 400\r\n' in headers, headers
    assert b'normal form' in data, data


def test_ping(client):
    ping = json.loads(client.ask('$SRV.PING.greeter')[1])
    assert set(ping) == {'type', 'name', 'id', 'version', 'metadata'}, ping
    assert ping['type'] == 'io.nats.micro.v1.ping_response'
    assert (ping['name'], ping['version'], ping['metadata']) == ('greeter', '1.0.0', {})


def test_info(client):
    info = json.loads(client.ask('$SRV.INFO.greeter')[1])
    assert info['type'] == 'io.nats.micro.v1.info_response' and info['description'] == 'Greets people'
    assert info['endpoints'] == [{
        'name': 'org-example-Greeter-Greet',
        'subject': 'demo.greeter.org.example.Greeter.Greet',
        'queue_group': 'q',
        'metadata': {'request': '(s)', 'response': '(s)'},
    }], info


def test_stats(client):
    stats = json.loads(client.ask('$SRV.STATS.greeter')[1])
    assert stats['type'] == 'io.nats.micro.v1.stats_response'
    endpoint, = stats['endpoints']
    assert (endpoint['num_requests'], endpoint['num_errors']) == (2, 1), endpoint
    assert 'normal form' in endpoint['last_error']
    assert endpoint['average_processing_time'] == endpoint['processing_time'] // 2


def main():
    server = shutil.which('nats-server', path=os.environ.get('PATH', '') + ':/usr/sbin')
    if server is None:
        print('1..0 # SKIP nats-server is not installed')
        return

    tests = [test_call, test_error, test_ping, test_info, test_stats]
    port = find_port()
    processes = [subprocess.Popen([server, '-a', '127.0.0.1', '-p', str(port)], stderr=subprocess.DEVNULL)]
    try:
        client = connect(port)
        processes.append(subprocess.Popen([sys.argv[1], f'nats://127.0.0.1:{port}', '--serve']))
        await_service(client)
        print(f'1..{len(tests)}')
        for number, test in enumerate(tests, 1):
            test(client)
            print('ok', number, test.__name__)
    finally:
        for process in processes:
            process.kill()
            process.wait()


main()
