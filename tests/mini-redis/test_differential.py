# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same requests to mini-redis and to a real Redis: the same replies, byte for byte."""

import random
import unittest

from mini_redis import Client, MiniRedis, RealRedis, encode, require

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


class Differential(unittest.TestCase):
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

    def connect(self):
        clients = [Client(server.port) for server in self.servers]
        for client in clients:
            self.addCleanup(client.close)
        return clients

    def test_script(self):
        mini, real = self.connect()
        for line in SCRIPT.strip().split(b'\n'):
            for client in mini, real:
                client.send(line + b'\r\n')
            self.assertEqual(mini.raw(), real.raw(), line)

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
            replies = []
            for client in self.connect():
                if seed % 2:
                    for request in requests:
                        client.send(request)
                        replies.append(client.raw())
                else:
                    data = b''.join(requests)
                    for start in range(0, len(data), 10007):
                        client.send(data[start:start + 10007])
                    replies += [client.raw() for _ in requests]
            for i, request in enumerate(requests):
                self.assertEqual(replies[i], replies[len(requests) + i], (seed, i, request))


if __name__ == '__main__':
    unittest.main()
