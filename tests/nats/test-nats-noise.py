#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""test-nats-noise.py GREETER: random messages to everything that a service takes: calls, cancellations, questions about
calls, and service discovery.

The service goes on to answer calls, does not grow, and ends as it should. NORPC_NOISE_SECONDS is how long it lasts (1),
and NORPC_NOISE_SEED is the seed of an earlier run.
"""

import os
import random
import signal
import sys
import time

from raw_nats import Greeter, find_server

GREET = 'demo.greeter.org.example.Greeter.Greet'
MEGABYTE = 1 << 20
TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
VALUES = ['(s)', '(as)', '(sas)', 's', '()', '(', '{}', '1', '0', '-1', '99999999999', TRACE, 'a=1', '', 'x' * 5000, '\xff',
          'cc' + TRACE[2:] + '-x']
NAMES = ['Norpc-Type', 'Norpc-Timeout', 'Norpc-Error', 'Norpc-Error-Name', 'Nats-Service-Error', 'Status', 'traceparent',
         'Traceparent', 'tracestate', 'Nats-Msg-Id', 'x', 'Description']
DATA = [b'', b'Ada\0', b'\0', b'_INBOX.test.1\0\x0e', b'_INBOX.test.1', b'{}', b'{"name": "greeter"}', b'[]']


class Noise:
    def __init__(self, seed, id):
        self.random = random.Random(seed)
        prefix = 'demo.greeter.'
        self.subjects = [GREET, GREET, GREET + 's', prefix + 'org.example.Greeter.x', prefix + 'x', prefix + 'org.example.Other.X',
                         prefix + '$norpc.held', prefix + f'$norpc.held.{id}', prefix + '$norpc.cancel', prefix + '$norpc.x']
        for verb in 'PING', 'INFO', 'STATS', 'SCHEMA', 'x':
            self.subjects += [f'$SRV.{verb}', f'$SRV.{verb}.greeter', f'$SRV.{verb}.greeter.{id}', f'$SRV.{verb}.greeter.x.y']

    def make_data(self):
        data = bytearray(self.random.choice(DATA) * self.random.choice([1, 1, 1, 2, 100]))
        for _ in range(self.random.choice([0, 0, 1, 3, 20])):
            data.insert(self.random.randint(0, len(data)), self.random.randrange(256))
        return bytes(data)

    def make_headers(self):
        headers = {self.random.choice(NAMES): self.random.choice(VALUES).encode('latin-1').decode('latin-1')
                   for _ in range(self.random.choice([0, 1, 2, 5]))}
        if self.random.random() < 0.7:
            headers['Norpc-Type'] = self.random.choice(['(s)', '(s)', '(sas)', '(as)'])
        return headers

    def send(self, client):
        reply = self.random.choice(['', '_INBOX.noise.1', '_INBOX.noise.2', GREET, 'demo.greeter.$norpc.cancel'])
        client.publish(self.random.choice(self.subjects), reply, self.make_data(), self.make_headers())


def get_memory(process):
    with open(f'/proc/{process.pid}/statm') as statm:
        return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


def check_greets(client):
    headers, data = client.ask(GREET, b'Ada\0', {'Norpc-Type': '(s)'})
    assert data == b'Hello, Ada!\0', (headers, data)


def main():
    if find_server() is None:
        print('1..0 # SKIP nats-server is not installed')
        return

    seed = int(os.environ.get('NORPC_NOISE_SEED', random.randrange(1 << 32)))
    print(f'1..1\n# NORPC_NOISE_SEED={seed}', flush=True)
    with Greeter(sys.argv[1]) as greeter:
        noise = Noise(seed, greeter.id)
        end = time.monotonic() + float(os.environ.get('NORPC_NOISE_SECONDS', '1'))
        n_messages, before = 0, None
        while time.monotonic() < end or n_messages < 2000:
            for _ in range(100):
                noise.send(greeter.client)
            n_messages += 100
            check_greets(greeter.client)
            if n_messages == 1000:
                before = get_memory(greeter.process)
        growth = get_memory(greeter.process) - before
        assert growth < 30 * MEGABYTE, growth
        greeter.process.send_signal(signal.SIGTERM)
        assert greeter.process.wait(30) == 0, greeter.process.returncode
        print(f'# {n_messages} messages, {growth >> 10} KiB more\nok 1 noise')


main()
