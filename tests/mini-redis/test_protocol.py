# SPDX-License-Identifier: LGPL-2.1-or-later
"""The protocol: pieces, order, errors and limits."""

import random
import unittest

from mini_redis import Error, TestCase, encode

MEGABYTE = 1 << 20


class Protocol(TestCase):
    def assertClosedWith(self, expected, data):
        with self.connect() as client:
            client.send(data)
            self.assertEqual(client.rest(), expected, data[:80])

    def test_inline(self):
        self.client.send(b'\r\nset "a b" \'c d\'\r\n  get "a\\x20b"\nPING\r\n')
        self.assertEqual([self.client.reply() for _ in range(3)], ['OK', b'c d', 'PONG'])

    def test_every_split(self):
        """A request that comes in two pieces, or byte by byte, is the same request."""
        data = encode('SET', 'k', b'\r\n$1\r\n') + b'GET k\r\n' + encode('GET', 'k')
        expected = b'+OK\r\n' + 2 * b'$6\r\n\r\n$1\r\n\r\n'
        for split in range(1, len(data)):
            self.client.send(data[:split])
            self.client.send(data[split:])
            self.assertEqual(b''.join(self.client.raw() for _ in range(3)), expected)
        for i in range(len(data)):
            self.client.send(data[i:i + 1])
        self.assertEqual(b''.join(self.client.raw() for _ in range(3)), expected)

    def test_pipeline_order(self):
        """Replies that need the store and replies that do not come in order."""
        generator = random.Random(1)
        requests, expected, counter = [], [], 0
        for i in range(5000):
            kind = generator.randrange(6)
            if kind == 0:
                requests.append(encode('ECHO', i))
                expected.append(b'%d' % i)
            elif kind == 1:
                counter += 1
                requests.append(encode('INCR', 'counter'))
                expected.append(counter)
            elif kind == 2:
                requests.append(encode('GET'))
                expected.append(Error("ERR wrong number of arguments for 'get' command"))
            elif kind == 3:
                requests.append(encode('MGET', 'counter', 'none'))
                expected.append([b'%d' % counter if counter else None, None])
            elif kind == 4:
                requests.append(b'PING %d\r\n' % i)
                expected.append(b'%d' % i)
            else:
                requests.append(encode('SET', 'large', b'%d' % i * 10000) + encode('GET', 'large'))
                expected += ['OK', b'%d' % i * 10000]
        self.check_pipeline(b''.join(requests), expected, [1 << 30])
        self.client.call('DEL', 'counter')
        self.check_pipeline(b''.join(requests), expected, [1, 7, 100, 5000, 16383, 16384, 16385, 70000])

    def check_pipeline(self, data, expected, sizes):
        generator = random.Random(2)
        replies, start = [], 0
        self.client.socket.setblocking(False)
        while len(replies) < len(expected):
            size = generator.choice(sizes)
            if start < len(data):
                try:
                    start += self.client.socket.send(data[start:start + size])
                except BlockingIOError:
                    pass
            try:
                while True:
                    if not self.client.receive():
                        self.fail('closed')
                    if start < len(data):
                        break
            except BlockingIOError:
                pass
            if start == len(data):
                self.client.socket.settimeout(20)
                while len(replies) < len(expected):
                    replies.append(self.client.reply())
        self.assertEqual(replies, expected)

    def test_select_in_pipeline(self):
        """SELECT is for the requests after it, not for those before."""
        requests = [('SET', 'k', 'zero'), ('SELECT', 1), ('SET', 'k', 'one'), ('SELECT', 0), ('GET', 'k'),
                    ('SELECT', 1), ('GET', 'k')]
        self.client.send(b''.join(encode(*request) for request in requests))
        self.assertEqual([self.client.reply() for _ in requests], ['OK'] * 4 + [b'zero', 'OK', b'one'])

    def test_errors(self):
        """The error comes after the replies before it, then the connection closes."""
        for data, message in {
                b'*x\r\n': b'invalid multibulk length',
                b'*2147483648\r\n': b'invalid multibulk length',
                b'*1\r\nfoo\r\n': b"expected '$', got 'f'",
                b'*1\r\n$-1\r\n': b'invalid bulk length',
                b'*1\r\n$536870913\r\n': b'invalid bulk length',
                b'GET "k\r\n': b'unbalanced quotes in request',
                b'x' * 65537: b'too big inline request',
                b'*' + b'1' * 65537: b'too big mbulk count string',
                b'*1\r\n$' + b'1' * 65537: b'too big bulk count string'}.items():
            before = encode('SET', 'k', 'v') + encode('PING') + encode('GET', 'k')
            self.assertClosedWith(b'+OK\r\n+PONG\r\n$1\r\nv\r\n-ERR Protocol error: ' + message + b'\r\n',
                                  before + data)
        self.assertClosedWith(b'+OK\r\n-ERR Protocol error: invalid multibulk length\r\n',
                              encode('SET', 'k', 'v') + b'*x\r\n' + encode('SET', 'k', 'w'))
        self.assertReply(b'v', 'GET', 'k')

    def test_nothing_asked(self):
        self.client.send(b'*0\r\n*-1\r\n\r\n\n' + encode('PING'))
        self.assertEqual(self.client.raw(), b'+PONG\r\n')

    def assertLarge(self, expected, *args):
        reply = self.client.call(*args)
        self.assertTrue(reply == expected, f'{args}: {str(reply)[:200]}')

    def test_large_values(self):
        value = random.Random(3).randbytes(20 * MEGABYTE)
        self.assertReply('OK', 'SET', 'k', value)
        self.assertLarge(value, 'GET', 'k')
        self.assertLarge([value, value], 'MGET', 'k', 'k')
        self.assertReply(len(value) + 1, 'APPEND', 'k', 'x')
        self.assertLarge(value + b'x', 'GETDEL', 'k')

    def test_announced_memory(self):
        """Bulks that are only announced take no memory."""
        before = self.server.memory()
        clients = [self.connect() for _ in range(50)]
        for client in clients:
            client.send(b'*2\r\n$536870912\r\n' + b'x' * 10)
        self.assertReply('PONG', 'PING')
        self.assertLess(self.server.memory() - before, 50 * MEGABYTE)

    def test_many_args(self):
        keys = [b'k%d' % i for i in range(100000)]
        self.assertReply('OK', 'MSET', *[arg for key in keys for arg in (key, key)])
        self.assertTrue(self.client.call('MGET', *keys) == keys)
        self.assertReply(100000, 'DEL', *keys)


if __name__ == '__main__':
    unittest.main()
