# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each command: what it does, and what it says to wrong arguments."""

import subprocess
import time
import unittest

from mini_redis import Error, TestCase, require

NOT_INTEGER = Error('ERR value is not an integer or out of range')
SYNTAX = Error('ERR syntax error')

# Name, and the numbers of arguments (without the name) that are wrong.
ARITIES = {
    'append': (0, 1, 3), 'command|count': (1,), 'config': (0,), 'config|get': (0,), 'dbsize': (1,),
    'decr': (0, 2), 'decrby': (0, 1, 3), 'del': (0,), 'echo': (0, 2), 'exists': (0,),
    'expire': (0, 1), 'get': (0, 2), 'getdel': (0, 2), 'incr': (0, 2), 'incrby': (0, 1, 3),
    'keys': (0, 2), 'mget': (0,), 'mset': (0, 1, 3), 'persist': (0, 2), 'pexpire': (0, 1),
    'ping': (2,), 'psubscribe': (0,), 'pttl': (0, 2), 'publish': (0, 1, 3), 'pubsub': (0,), 'pubsub|numpat': (1,),
    'reset': (1,), 'scan': (0,), 'select': (0, 2), 'set': (0, 1), 'strlen': (0, 2), 'subscribe': (0,),
    'ttl': (0, 2), 'type': (0, 2), 'config|set': (0, 1),
}


class Commands(TestCase):
    def test_arity(self):
        for name, numbers in ARITIES.items():
            for number in numbers:
                with self.subTest(name=name, number=number):
                    words = name.upper().split('|')
                    self.assertReply(Error("ERR wrong number of arguments for '%s' command" % name),
                                     *words, *(['1'] * number))
        self.assertReply('PONG', 'PING')

    def test_unknown(self):
        self.assertReply(Error("ERR unknown command 'foo', with args beginning with: "), 'foo')
        self.assertReply(Error("ERR unknown command 'foo', with args beginning with: 'a b' 'c' "),
                         'foo', 'a\nb', 'c')
        self.assertReply(Error("ERR unknown subcommand 'foo'. Try CONFIG HELP."), 'config', 'foo')
        self.assertReply(Error("ERR unknown command '%s', with args beginning with: '%s' "
                               % ('x' * 128, 'y' * 128)), 'x' * 200, 'y' * 200, 'z')

    def test_ping_echo(self):
        self.assertReply('PONG', 'PiNg')
        self.assertReply(b'hi', 'PING', 'hi')
        self.assertReply(b'\0\r\n', 'ECHO', b'\0\r\n')

    def test_set_get(self):
        self.assertReply(None, 'GET', 'k')
        self.assertReply('OK', 'SET', 'k', 'v')
        self.assertReply(b'v', 'GET', 'k')
        self.assertReply(b'v', 'SET', 'k', 'w', 'GET')
        self.assertReply(None, 'SET', 'k', 'x', 'NX')
        self.assertReply(b'w', 'SET', 'k', 'x', 'NX', 'GET')
        self.assertReply(None, 'SET', 'l', 'x', 'xx')
        start = self.assertLifetime(100000, 'SET', 'k', 'x', 'XX', 'EX', '100')
        self.assertReply('OK', 'SET', 'k', 'y', 'KEEPTTL')
        self.assertTtl(100000, start)
        self.assertReply('OK', 'SET', 'k', 'z')
        self.assertReply(-1, 'TTL', 'k')
        self.assertLifetime(100999, 'SET', 'k', 'z', 'PX', 100999)

    def test_set_errors(self):
        expire_time = Error("ERR invalid expire time in 'set' command")
        for options in (['FOO'], ['EX'], ['NX', 'XX'], ['XX', 'NX'], ['EX', '1', 'PX', '1'],
                        ['PX', '1', 'KEEPTTL'], ['KEEPTTL', 'EX', '1'], ['EX', '1', '2']):
            self.assertReply(SYNTAX, 'SET', 'k', 'v', *options)
        for time_ in ('x', '1.5', '', '99999999999999999999'):
            self.assertReply(NOT_INTEGER, 'SET', 'k', 'v', 'EX', time_)
        for option, time_ in (('EX', 0), ('PX', -1), ('EX', 9223372036854775807), ('PX', 9223372036854775807)):
            self.assertReply(expire_time, 'SET', 'k', 'v', option, time_)
        self.assertReply(0, 'EXISTS', 'k')

    def test_binary(self):
        every_byte = bytes(range(256))
        self.assertReply('OK', 'SET', every_byte, every_byte * 3)
        self.assertReply(every_byte * 3, 'GET', every_byte)
        self.assertReply([every_byte], 'KEYS', '*')
        self.assertReply('OK', 'SET', '', '')
        self.assertReply(b'', 'GET', '')
        self.assertReply([b'', None, every_byte * 3], 'MGET', '', 'x', every_byte)

    def test_append_strlen_getdel(self):
        self.assertReply(3, 'APPEND', 'k', 'abc')
        self.assertReply(5, 'APPEND', 'k', b'\0d')
        self.assertReply(5, 'STRLEN', 'k')
        self.assertReply(0, 'STRLEN', 'x')
        self.assertReply(b'abc\0d', 'GETDEL', 'k')
        self.assertReply(None, 'GETDEL', 'k')

    def test_numbers(self):
        self.assertReply(1, 'INCR', 'n')
        self.assertReply(11, 'INCRBY', 'n', 10)
        self.assertReply(10, 'DECR', 'n')
        self.assertReply(15, 'DECRBY', 'n', -5)
        self.assertReply(b'15', 'GET', 'n')
        self.assertReply(NOT_INTEGER, 'INCRBY', 'n', 'x')
        self.assertReply(Error('ERR decrement would overflow'), 'DECRBY', 'n', -9223372036854775808)
        self.assertReply(Error('ERR increment or decrement would overflow'), 'INCRBY', 'n', 9223372036854775807)
        self.assertReply('OK', 'SET', 'n', ' 1')
        self.assertReply(NOT_INTEGER, 'INCR', 'n')

    def test_many(self):
        self.assertReply('OK', 'MSET', 'a', '1', 'b', '2', 'a', '3')
        self.assertReply([b'3', b'2', None, b'3'], 'MGET', 'a', 'b', 'c', 'a')
        self.assertReply(3, 'EXISTS', 'a', 'b', 'c', 'a')
        self.assertReply(2, 'DEL', 'a', 'b', 'c', 'a')
        self.assertReply(0, 'DBSIZE')

    def test_keys(self):
        self.client.call('MSET', 'one', 1, 'two', 2, 'three', 3, 'o*e', 4)
        for pattern, keys in {'*': [b'o*e', b'one', b'three', b'two'], 't*': [b'three', b'two'],
                              'o\\*e': [b'o*e'], '[ot][nw]?': [b'one', b'two'], 'x': []}.items():
            self.assertEqual(sorted(self.client.call('KEYS', pattern)), keys)
        self.assertReply(4, 'DBSIZE')
        self.assertReply('string', 'TYPE', 'one')
        self.assertReply('none', 'TYPE', 'four')

    def test_databases(self):
        self.assertReply('OK', 'SET', 'k', 'zero')
        self.assertReply('OK', 'SELECT', 15)
        self.assertReply(None, 'GET', 'k')
        self.assertReply('OK', 'SET', 'k', 'fifteen')
        self.assertEqual(self.connect().call('GET', 'k'), b'zero')
        info = self.client.call('INFO', 'keyspace').decode()
        self.assertEqual(info, '# Keyspace\r\ndb0:keys=1,expires=0,avg_ttl=0\r\ndb15:keys=1,expires=0,avg_ttl=0\r\n')
        self.assertReply('OK', 'FLUSHALL', 'ASYNC')
        self.assertReply(0, 'DBSIZE')
        self.assertReply('OK', 'SELECT', 0)
        self.assertReply(0, 'DBSIZE')
        self.assertReply(Error('ERR DB index is out of range'), 'SELECT', 16)
        self.assertReply(NOT_INTEGER, 'SELECT', 'x')
        self.assertReply(SYNTAX, 'FLUSHALL', 'FOO')

    def test_expiry(self):
        self.assertReply(0, 'EXPIRE', 'k', 10)
        self.assertReply(-2, 'TTL', 'k')
        self.client.call('SET', 'k', 'v')
        self.assertReply(-1, 'PTTL', 'k')
        self.assertReply(1, 'EXPIRE', 'k', 100)
        self.assertReply(0, 'EXPIRE', 'k', 200, 'NX')
        self.assertLifetime(200000, 'EXPIRE', 'k', 200, 'XX', 'GT')
        self.assertLifetime(150000, 'PEXPIRE', 'k', 150000)
        self.assertGreater(self.client.call('PTTL', 'k'), 140000)
        self.assertReply(1, 'PERSIST', 'k')
        self.assertReply(0, 'PERSIST', 'k')
        self.assertReply(1, 'EXPIRE', 'k', -1)
        self.assertReply(0, 'EXISTS', 'k')

    def test_expiry_errors(self):
        self.assertReply(NOT_INTEGER, 'EXPIRE', 'k', 'x')
        self.assertReply(Error('ERR Unsupported option FOO'), 'EXPIRE', 'k', 'x', 'FOO')
        self.assertReply(Error("ERR invalid expire time in 'expire' command"), 'EXPIRE', 'k', 9223372036854775807)
        self.assertReply(Error("ERR invalid expire time in 'pexpire' command"), 'PEXPIRE', 'k', 9223372036854775807)

    def test_expires(self):
        """A key goes when its time has passed, also one that nobody asks for."""
        self.client.call('SET', 'short', 'v', 'PX', 30)
        self.client.call('SET', 'long', 'v', 'PX', 100000)
        end = time.monotonic() + 10
        while self.client.call('DBSIZE') == 2:
            self.assertLess(time.monotonic(), end)
        self.assertReply([None, b'v'], 'MGET', 'short', 'long')
        self.assertReply([b'long'], 'KEYS', '*')

    def test_command(self):
        count = self.client.call('COMMAND', 'COUNT')
        names = self.client.call('COMMAND', 'LIST')
        infos = self.client.call('COMMAND')
        docs = self.client.call('COMMAND', 'DOCS')
        self.assertEqual([len(names), len(infos), len(docs)], [count, count, 2 * count])
        self.assertEqual([info[0] for info in infos], names)
        self.assertReply([[b'get', 2, ['readonly', 'fast'], 1, 1, 1, [], [], [], []], None],
                         'COMMAND', 'INFO', 'GET', 'nosuch')
        self.assertEqual(self.client.call('COMMAND', 'DOCS', 'get', 'nosuch')[0], b'get')

    def test_config(self):
        self.assertReply([b'save', b''], 'CONFIG', 'GET', 'save')
        self.assertReply([b'appendonly', b'no', b'databases', b'16'], 'CONFIG', 'GET', 'APPEND*', 'databases')
        self.assertReply([], 'CONFIG', 'GET', 'nosuch')

    def test_info(self):
        text = self.client.call('INFO').decode()
        self.assertIn('tcp_port:%d\r\n' % self.server.port, text)
        self.assertIn('connected_clients:1\r\n', text)
        self.assertReply(b'', 'INFO', 'nosuch')

    def test_quit(self):
        self.assertReply('OK', 'QUIT')
        self.assertEqual(self.client.rest(), b'')

    def test_not_http(self):
        self.client.send(b'POST / HTTP/1.1\r\nHost: localhost\r\n\r\nSET k v\r\n')
        self.assertEqual(self.client.rest(), b'')
        self.assertEqual(self.connect().call('EXISTS', 'k'), 0)


class RedisCli(TestCase):
    """The same with the client that people use."""

    def run_cli(self, *args, **kwargs):
        require('redis-cli')
        return subprocess.run(['redis-cli', '-p', str(self.server.port), *args], check=True,
                              stdout=subprocess.PIPE, timeout=60, **kwargs).stdout

    def test_one_command(self):
        self.assertEqual(self.run_cli('SET', 'k', 'v', 'EX', '100'), b'OK\n')
        self.assertEqual(self.run_cli('--no-raw', 'MGET', 'k', 'x'), b'1) "v"\n2) (nil)\n')
        self.assertEqual(self.run_cli('-n', '3', 'GET', 'k'), b'\n')

    def test_script(self):
        script = b'SET a 1\nINCR a\nFOO\nAPPEND a "\\x00 b"\nGET a\n'
        self.assertEqual(self.run_cli('--no-raw', input=script),
                         b'OK\n(integer) 2\n'
                         b"(error) ERR unknown command 'FOO', with args beginning with: \n"
                         b'(integer) 4\n"2\\x00 b"\n')

    def test_pipe(self):
        requests = b''.join(b'SET k%d v%d\r\n' % (i, i) for i in range(10000))
        self.assertIn(b'errors: 0, replies: 10000', self.run_cli('--pipe', input=requests))
        self.assertReply(10000, 'DBSIZE')

    def test_value_from_input(self):
        value = bytes(range(256)) * 1000
        self.assertEqual(self.run_cli('-x', 'SET', 'k', input=value), b'OK\n')
        self.assertReply(value, 'GET', 'k')


if __name__ == '__main__':
    unittest.main()
