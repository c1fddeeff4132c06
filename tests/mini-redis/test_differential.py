# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same requests to mini-redis and to a real Redis: the same replies, byte for byte."""

import random
import re
import time
import unittest

from mini_redis import Client, MiniRedis, RealRedis, encode, find_ttls, has_one_order, require

SCRIPT = b'''
PING
PING x
PING x y
ECHO
ECHO "\\x00\\xff\\r\\n"
foo
foo a "b\\r\\nc" "d\\x00e" f
SELECT
SELECT -1
SELECT 16
SELECT 99999999999
SELECT 99999999999999999999
SELECT 3
GET
GET k
GET k k
SET k
SET k v
GET k
SET k w NX
SET k w XX
SET k x GET
SET k y NX GET
SET k y XX GET EX 100
SET k z KEEPTTL
TTL k
SET k z NX XX
SET k z XX NX
SET k z NX NX
SET k z EX
SET k z EX 10 PX 10
SET k z EX 10 EX 20
TTL k
SET k z EX 10 KEEPTTL
SET k z KEEPTTL EX 10
SET k z KEEPTTL KEEPTTL
SET k z EX 0
SET k z EX -1
SET k z EX abc
SET k z EX 1.5
SET k z EX 9223372036854775807
SET k z PX 9223372036854775807
SET k z PX 9223372036854775808
SET k z FOO
SET k z EX 10 FOO
SET k z GET GET
GETDEL k
GETDEL k
GETDEL
APPEND
APPEND a abc
APPEND a ""
APPEND a "\\x00"
STRLEN a
STRLEN none
STRLEN
INCR n
INCR n n
INCRBY n 41
INCRBY n
INCRBY n x
INCRBY n 9223372036854775807
INCRBY n 9223372036854775808
DECR n
DECRBY n 1
DECRBY n -9223372036854775808
DECRBY n 9223372036854775807
DECRBY n 9223372036854775807
GET n
SET n 007
INCR n
SET n -0
INCR n
SET n ""
INCR n
SET n " 1"
INCR n
SET n "1 "
INCR n
SET n -1
INCR n
SET n 1 EX 100
INCR n
TTL n
MSET
MSET a
MSET a 1 b
MSET a 1 b 2 a 3
MGET a b c a
MGET
EXISTS a b c a
EXISTS
TYPE a
TYPE c
TYPE
DBSIZE
DBSIZE x
EXPIRE
EXPIRE a
EXPIRE a abc
EXPIRE a abc FOO
EXPIRE a 100 FOO
EXPIRE a 100 nx xx
EXPIRE a 100 NX GT
EXPIRE a 100 GT LT
EXPIRE a 100 XX
EXPIRE a 100 GT
EXPIRE a 100 LT
TTL a
EXPIRE a 200 LT
EXPIRE a 200 XX GT
EXPIRE a 50 XX LT
EXPIRE a 50 NX
EXPIRE none 100
EXPIRE a 9223372036854775807
EXPIRE none 9223372036854775807
EXPIRE a 9223372036854775
EXPIRE a -9223372036854776
PEXPIRE a 9223372036854775807
PEXPIRE a 100000000
TTL a
PERSIST a
PERSIST a
PERSIST none
TTL a
PTTL a
TTL none
PTTL none
EXPIRE a 0
EXISTS a
EXPIRE b -100
EXISTS b
SET b 1
PEXPIRE b -9223372036854775808
EXISTS b
SET "h*llo" 1
KEYS h\\*llo
KEYS "h\\\\*llo"
KEYS h[*]llo
KEYS h[^a]llo
KEYS h?llo
KEYS hello
KEYS [
KEYS ""
DEL "h*llo" none
DEL
INFO nosuch
INFO nosuch nosuch
CONFIG
CONFIG foo
CONFIG GET
CONFIG GET save
CONFIG GET nosuch
CONFIG GET databases
CONFIG GET proto-max-bulk-le?
COMMAND foo
COMMAND COUNT x
COMMAND DOCS nosuch
SCAN
SCAN x
SCAN 0 MATCH nosuch COUNT 1000
SCAN 18446744073709551615 MATCH nosuch COUNT 1000
SCAN 18446744073709551616
SCAN "1 "
SCAN 0 MATCH
SCAN 0 COUNT
SCAN 0 COUNT 0
SCAN 0 COUNT -1
SCAN 0 COUNT x
SCAN 0 COUNT x FOO
SCAN x FOO
SCAN 0 COUNT 99999999999 TYPE list
SCAN 0 COUNT 9223372036854775808
SCAN 0 TYPE
SCAN 0 FOO
SCAN 0 FOO BAR
SCAN 0 COUNT 10 COUNT 1000 MATCH * MATCH nosuch TYPE list TYPE STRING
CONFIG SET
CONFIG SET a
CONFIG SET a b
CONFIG SET a b c
CONFIG SET databases 1
CONFIG SET notify-keyspace-events
CONFIG SET notify-keyspace-events Q
CONFIG SET notify-keyspace-events "\\x00"
CONFIG SET notify-keyspace-events Q databases 1
CONFIG SET notify-keyspace-events K foo bar
CONFIG SET notify-keyspace-events K notify-keyspace-events Q
CONFIG SET NOTIFY-keyspace-events KEA
CONFIG GET notify-*
CONFIG SET notify-keyspace-events ""
CONFIG GET notify-*
PUBLISH
PUBLISH a
PUBLISH a b c
PUBLISH a b
PUBSUB
PUBSUB foo
PUBSUB CHANNELS
PUBSUB CHANNELS a
PUBSUB CHANNELS a b
PUBSUB NUMSUB
PUBSUB NUMSUB a "\\x00"
PUBSUB NUMPAT
PUBSUB NUMPAT x
UNSUBSCRIBE
UNSUBSCRIBE x
PUNSUBSCRIBE
PUNSUBSCRIBE x
SUBSCRIBE
PSUBSCRIBE
SUBSCRIBE a
SUBSCRIBE a
PSUBSCRIBE a
PING
PING x
PING x y
GET k
GET
foo
CONFIG GET save
CONFIG foo
CONFIG
COMMAND DOCS
PUBSUB NUMPAT
PUBLISH a b
SELECT 1
UNSUBSCRIBE b
PUNSUBSCRIBE
UNSUBSCRIBE "a"
UNSUBSCRIBE
GET k
SELECT 2
SUBSCRIBE "\\x00\\xff\\r\\n"
RESET x
RESET
SET k v
FLUSHALL FOO
FLUSHALL SYNC FOO
FLUSHALL async
DBSIZE
SELECT 0
FLUSHALL
DBSIZE
QUIT x
'''

# Input that ends a connection, and input that does not.
RAW = [
    b'*1\r\nfoo\r\n', b'*1\r\n\r\n', b'*x\r\n', b'*01\r\n', b'* 1\r\n', b'*+1\r\n', b'*-0\r\n', b'*2147483648\r\n',
    b'*1\r\n$x\r\n', b'*1\r\n$-1\r\n', b'*1\r\n$04\r\n', b'*1\r\n$536870913\r\n', b'*1\r\r\n$4\r\nPING\r\n',
    b'*1\r\n$4\n\nPING\r\n', b'*2\r\n$4\r\nECHO\r\n:1\r\n', b'*2\r\n$4\r\nECHO\r\n\xff\r\n',
    b'PING "a\r\n', b"PING 'a'b\r\n", b'PING "a"b\r\n', b'x' * 65537, b'*' + b'1' * 65537,
    b'*1\r\n$' + b'1' * 65537, b'PING\r\n*x\r\nPING\r\n', b'SET k v\r\nGET k\r\n*1\r\n$-5\r\n',
    b'*0\r\n*-1\r\n\r\nPING\nQUIT\r\n', b'*1\r\n$4\r\nPINGxxQUIT\r\n', b'QUIT\r\nPING\r\n', b'POST / HTTP/1.1\r\n',
    b'Host: x\r\n', b'PING  \t x \r\nQUIT\r\n', b'ECHO "\\x4\\xzz\\a\\b\\t\\"" \r\nQUIT\r\n', b"ECHO '\\n\\''\r\nQUIT\r\n",
    b'SUBSCRIBE a b\r\nPING\r\nGET k\r\nQUIT\r\nPING\r\n', b'SUBSCRIBE a\r\n*x\r\n', b'SUBSCRIBE a\r\nPOST /\r\n',
    b'PUBLISH a x\r\nSUBSCRIBE a\r\nUNSUBSCRIBE\r\nPUBLISH a x\r\nRESET\r\nRESET\r\nGET k\r\nQUIT\r\n',
    b'SET k v\r\nGET k\r\nSUBSCRIBE a\r\nRESET\r\nGET k\r\nCONFIG GET save\r\nSUBSCRIBE b\r\nQUIT\r\n',
    b'ECHO a"b"\r\nQUIT\r\n', b'ECHO ""\r\nQUIT\r\n', b'*1\r\n$0\r\n\r\nQUIT\r\n',
]


def random_requests(seed, number):
    """Requests that agree on whatever does not depend on time or on the order of keys."""
    r = random.Random(seed)
    keys = [b'k%d' % i for i in range(8)] + [b'', b'\0\r\n']
    words = keys + [b'1', b'-5', b'9223372036854775807', b'abc', b'x' * 100, b'NX', b'XX', b'GET', b'EX', b'100']

    def key():
        return r.choice(keys)

    def word():
        return r.choice(words)

    makers = [
        lambda: ('GET', key()), lambda: ('SET', key(), word()), lambda: ('SET', key(), word(), word()),
        lambda: ('SET', key(), word(), word(), word()), lambda: ('APPEND', key(), word()),
        lambda: ('STRLEN', key()), lambda: ('INCR', key()), lambda: ('DECR', key()),
        lambda: ('INCRBY', key(), word()), lambda: ('DECRBY', key(), word()), lambda: ('GETDEL', key()),
        lambda: ('MGET', key(), key(), key()), lambda: ('MSET', key(), word(), key(), word()),
        lambda: ('DEL', key(), key()), lambda: ('EXISTS', key(), key()), lambda: ('TYPE', key()),
        lambda: ('EXPIRE', key(), r.choice([100, -1, 'x']), r.choice(['NX', 'XX', 'GT', 'LT'])),
        lambda: ('PERSIST', key()), lambda: ('TTL', key()), lambda: ('DBSIZE',), lambda: ('SELECT', r.randrange(3)),
        lambda: ('PING',), lambda: (word(), word(), word()),
    ]
    return [encode(*r.choice(makers)()) for _ in range(number)]


class ServersCase(unittest.TestCase):
    """Tests that talk to a mini-redis and to a real Redis, which are empty before each of them."""

    @classmethod
    def setUpClass(cls):
        require('redis-server')
        cls.servers = [MiniRedis(), RealRedis()]

    @classmethod
    def tearDownClass(cls):
        for server in cls.servers:
            assert server.stop() == 0

    def setUp(self):
        for server in self.servers:
            with Client(server.port) as client:
                client.call('FLUSHALL')
                client.call('CONFIG', 'SET', 'notify-keyspace-events', '')

    def connect(self):
        clients = [Client(server.port) for server in self.servers]
        for client in clients:
            self.addCleanup(client.close)
        return clients


class Differential(ServersCase):
    def assertSame(self, request, mini, real, elapsed, message):
        """Asserts that the replies are the same. Those to TTL may differ by what a lifetime of whole seconds can have lost,
        as it began at most @elapsed seconds ago."""
        if mini != real and b'TTL' in request.upper() and re.fullmatch(b':[0-9]+\r\n', mini):
            self.assertRegex(real, b':[0-9]+\r\n', message)
            longer, shorter = sorted([int(mini[1:]), int(real[1:])], reverse=True)
            self.assertIn(shorter, find_ttls(longer * 1000, elapsed), message)
        else:
            self.assertEqual(mini, real, message)

    def test_script(self):
        mini, real = self.connect()
        start = time.monotonic()
        for line in SCRIPT.strip().split(b'\n'):
            for client in mini, real:
                client.send(line + b'\r\n')
            replies = mini.raw(), real.raw()
            self.assertSame(line, *replies, time.monotonic() - start, line)

    def test_raw(self):
        for data in RAW:
            mini, real = self.connect()
            for client in mini, real:
                client.send(data)
            self.assertEqual(mini.rest(), real.rest(), data[:80])

    def test_random(self):
        """Thousands of requests, first one by one, then as a pipeline in pieces."""
        for seed in range(4):
            requests = random_requests(seed, 3000)
            replies, elapsed = [], 0
            for client in self.connect():
                begun = time.monotonic()
                if seed % 2:
                    for request in requests:
                        client.send(request)
                        replies.append(client.raw())
                else:
                    data = b''.join(requests)
                    for start in range(0, len(data), 10007):
                        client.send(data[start:start + 10007])
                    replies += [client.raw() for _ in requests]
                elapsed = max(elapsed, time.monotonic() - begun)
            for i, request in enumerate(requests):
                self.assertSame(request, replies[i], replies[len(requests) + i], elapsed, (seed, i, request))

    def test_scan(self):
        """The same keys, whatever the cursors are."""
        for options in ([], ['COUNT', 3], ['MATCH', '*[1-4]', 'COUNT', 50], ['TYPE', 'string'], ['TYPE', 'hash']):
            found = []
            for client in self.connect():
                client.call('MSET', *[arg for i in range(500) for arg in ('k%d' % i, i)])
                cursor, keys, started = b'0', set(), False
                while cursor != b'0' or not started:
                    cursor, some = client.call('SCAN', cursor, *options)
                    keys.update(some)
                    started = True
                found.append(keys)
            self.assertEqual(found[0], found[1], options)


class Pubsub(ServersCase):
    def drain(self, client):
        """The replies and messages that the connection has been sent by now."""
        client.send(encode('PING', 'fence'))
        messages = []
        while (message := client.reply()) not in ([b'pong', b'fence'], b'fence'):
            messages.append(message)
        return messages

    def random_step(self, r):
        """A request, by one of the clients, whose effect does not depend on the order in which a server has its
        subscriptions: no channel matches two of the patterns."""
        channels, patterns = ['a1', 'a2', 'b1', 'b2', 'c', ''], ['a*', 'b?', '[c]']
        return r.choice([
            lambda: ('SUBSCRIBE', *r.choices(channels, k=r.randrange(1, 4))),
            lambda: ('PSUBSCRIBE', *r.choices(patterns, k=r.randrange(1, 3))),
            lambda: ('UNSUBSCRIBE', *r.choices(channels, k=r.randrange(1, 4))),
            lambda: ('PUNSUBSCRIBE', r.choice(patterns)), lambda: ('UNSUBSCRIBE',), lambda: ('PUNSUBSCRIBE',),
            lambda: ('RESET',), lambda: ('PING',), lambda: ('GET', 'k'),
            lambda: ('PUBLISH', r.choice(channels), r.choice(['x', '', 'y' * 20000])),
            lambda: ('PUBLISH', r.choice(channels), str(r.random())),
            lambda: ('PUBSUB', 'NUMSUB', *channels), lambda: ('PUBSUB', 'NUMPAT'), lambda: ('PUBSUB', 'CHANNELS', '[ab]*'),
        ])()

    def step(self, clients, index, request):
        """The replies and messages that each client has been sent after one request."""
        clients[index].send(encode(*request))
        seen = [self.drain(client) for client in (clients[index], *clients)]
        if len(request) == 1 and request[0].endswith('UNSUBSCRIBE'):
            # In no particular order.
            seen[0] = [sorted(reply[i] or b'' for reply in seen[0]) for i in (0, 1)] + [len(seen[0])]
        elif request[:2] == ('PUBSUB', 'CHANNELS') and isinstance(seen[0][0], list):
            seen[0][0].sort()
        return seen

    def test_random(self):
        """Random requests of several clients, some of which subscribe."""
        for seed in range(3):
            r = random.Random(seed)
            steps = [(r.randrange(5), self.random_step(r)) for _ in range(800)]
            seen = []
            for server in self.servers:
                clients = [Client(server.port) for _ in range(5)]
                seen.append([self.step(clients, *step) for step in steps])
                for client in clients:
                    client.close()
                self.wait_for_no_subscribers(server)
            for i, step in enumerate(steps):
                self.assertEqual(seen[0][i], seen[1][i], (seed, i, step))

    def wait_for_no_subscribers(self, server):
        with Client(server.port) as client:
            end = time.monotonic() + 20
            while client.call('PUBSUB', 'CHANNELS') != [] or client.call('PUBSUB', 'NUMPAT') != 0:
                self.assertLess(time.monotonic(), end)

    @has_one_order
    def test_key_events(self):
        """The events of thousands of random requests, in their order."""
        for seed, flags in enumerate(['KEA', 'EAmn', 'Kg$nm', 'Eg', 'E$', 'Kx', 'mKE']):
            requests = random_requests(100 + seed, 2000)
            seen = []
            for client, subscriber in zip(self.connect(), self.connect()):
                self.assertEqual(client.call('CONFIG', 'SET', 'notify-keyspace-events', flags), 'OK')
                subscriber.call('PSUBSCRIBE', '__key*@*__:*')
                client.send(b''.join(requests) + encode('PUBLISH', '__key@__:', 'end'))
                for _ in requests:
                    client.raw()
                self.assertEqual(client.reply(), 1)
                messages = [subscriber.reply()]
                while messages[-1][3] != b'end':
                    messages.append(subscriber.reply())
                seen.append(messages)
                subscriber.call('PUNSUBSCRIBE')
            self.assertEqual(len(seen[0]), len(seen[1]), flags)
            for i, message in enumerate(seen[0]):
                self.assertEqual(message, seen[1][i], (flags, i))
            if flags != 'Kx':
                self.assertGreater(len(seen[0]), 100, flags)

    def test_flags(self):
        r = random.Random(1)
        mini, real = self.connect()
        for _ in range(500):
            flags = ''.join(r.choices('Ag$lshzxeKEtmdn' + r.choice(['', 'q']), k=r.randrange(16)))
            replies = [(client.call('CONFIG', 'SET', 'notify-keyspace-events', flags),
                        client.call('CONFIG', 'GET', 'notify-keyspace-events')) for client in (mini, real)]
            self.assertEqual(replies[0], replies[1], flags)

    def test_slow_subscriber(self):
        """Both disconnect a subscriber that does not read, and count it no more."""
        for client, slow in zip(self.connect(), self.connect()):
            slow.call('SUBSCRIBE', 'a')
            counts = [client.call('PUBLISH', 'a', b'x' * (1 << 20)) for _ in range(60)]
            self.assertEqual(counts, sorted(counts, reverse=True))
            self.assertGreaterEqual(sum(counts), 32)
            self.assertEqual(counts[-1], 0)
            self.assertEqual(client.call('PUBSUB', 'NUMSUB', 'a'), [b'a', 0])


if __name__ == '__main__':
    unittest.main()
