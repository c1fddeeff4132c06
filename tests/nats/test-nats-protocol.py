#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-nats-protocol.py GREETER: a client that speaks the protocol of NATS by a socket, without any library.

GREETER is the example greeter-nats. It is skipped where nats-server is missing.
"""

import json
import sys

from raw_nats import Greeter, find_server


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
    if find_server() is None:
        print('1..0 # SKIP nats-server is not installed')
        return

    tests = [test_call, test_error, test_ping, test_info, test_stats]
    with Greeter(sys.argv[1]) as greeter:
        print(f'1..{len(tests)}')
        for number, test in enumerate(tests, 1):
            test(greeter.client)
            print('ok', number, test.__name__)


main()
