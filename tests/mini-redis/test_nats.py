# SPDX-License-Identifier: LGPL-2.1-or-later
"""The keys of mini-redis in three processes, over NATS."""

import binascii
import os
import signal
import subprocess
import time
import unittest

from mini_redis import Client, Error, MiniRedis, NatsStores, TestCase, encode

N = NatsStores.N_SHARDS


def find_shard(key):
    """The shard that has a key, as Redis Cluster finds it, if each node has the same number of slots."""
    if b'{' in key and key.partition(b'{')[2].find(b'}') > 0:
        key = key.partition(b'{')[2].partition(b'}')[0]
    return binascii.crc_hqx(key, 0) % 16384 * N // 16384


def find_keys(shard, number):
    """Keys that are in one shard."""
    keys = (b'k%d' % i for i in range(1000000))
    return [key for key, _ in zip((key for key in keys if find_shard(key) == shard), range(number))]


def lost(shard):
    return f"nothing serves 'kv.{shard}-of-{N}' at NATS"


class Shards(TestCase):
    def test_distribution(self):
        """Each shard has its own keys, and no other one."""
        for shard in range(N):
            for key in find_keys(shard, 10):
                self.assertReply('OK', 'SET', key, 'v')
        self.assertReply(30, 'DBSIZE')
        self.server.stores.kill_shard(1)
        try:
            for shard in range(N):
                for key in find_keys(shard, 10):
                    reply = self.client.call('GET', key)
                    if shard == 1:
                        self.assertIsInstance(reply, Error)
                    else:
                        self.assertEqual(reply, b'v')
        finally:
            self.server.stores.restart_shard(1)
        self.assertReply(20, 'DBSIZE')

    def test_many_keys(self):
        """A command for keys of several shards has one reply, in the order of the keys."""
        keys = [key for keys in zip(*(find_keys(shard, 20) for shard in range(N))) for key in keys]
        self.assertReply('OK', 'MSET', *[arg for key in keys for arg in (key, b'v' + key)])
        self.assertReply([b'v' + key for key in reversed(keys)], 'MGET', *reversed(keys))
        self.assertReply([b'v' + keys[0], None, b'v' + keys[0], b'v' + keys[1]], 'MGET', keys[0], 'x', keys[0], keys[1])
        self.assertReply(len(keys) + 2, 'EXISTS', *keys, keys[0], keys[1], 'x')
        self.assertEqual(sorted(self.client.call('KEYS', '*')), sorted(keys))
        self.assertReply(3, 'DEL', *keys[:3], keys[0], 'x')
        self.assertReply(len(keys) - 3, 'DBSIZE')
        self.assertReply('OK', 'FLUSHALL')
        self.assertReply([], 'KEYS', '*')

    def test_scan(self):
        keys = [b'k%d' % i for i in range(300)]
        self.client.call('MSET', *[arg for key in keys for arg in (key, 'v')])
        seen, cursor, calls = [], b'0', 0
        while calls == 0 or cursor != b'0':
            cursor, found = self.client.call('SCAN', cursor, 'COUNT', 7)
            self.assertLessEqual(len(found), 7)
            seen += found
            calls += 1
            self.assertLess(calls, 1000)
        self.assertEqual(sorted(seen), sorted(keys))
        self.assertReply([b'0', []], 'SCAN', 2 ** 64 - 1 - (2 ** 64 - 1 - (N - 1)) % N, 'MATCH', 'none', 'COUNT', 1000)

    def test_order(self):
        """Commands of a client are performed in order, also if they go to one shard in different ways."""
        key, other = find_keys(0, 1)[0], find_keys(2, 1)[0]
        self.assertReply('OK', 'SET', other, 'c')
        for _ in range(200):
            self.client.send(encode('SET', key, 'a') + encode('APPEND', key, 'b') + encode('MGET', key, other) +
                             encode('DEL', other, key) + encode('GET', key) + encode('MSET', other, 'c', key, 'd') +
                             encode('GET', key))
            self.assertEqual([self.client.reply() for _ in range(7)], ['OK', 2, [b'ab', b'c'], 2, None, 'OK', b'd'])

    def test_database(self):
        self.assertReply('OK', 'SELECT', '15')
        for shard in range(N):
            self.client.call('SET', find_keys(shard, 1)[0], 'v', 'EX', '100')
        self.assertReply('OK', 'SELECT', '3')
        self.assertReply('OK', 'MSET', *[arg for shard in range(N) for arg in (find_keys(shard, 1)[0], 'v')])
        self.assertIn(b'db3:keys=3,expires=0,avg_ttl=0\r\ndb15:keys=3,expires=3,', self.client.call('INFO', 'keyspace'))


class Killed(TestCase):
    def assertLost(self, shard, *args):
        start = time.monotonic()
        reply = self.client.call(*args)
        self.assertIsInstance(reply, Error, args)
        self.assertIn(lost(shard), reply)
        self.assertLess(time.monotonic() - start, 2)

    def test_killed(self):
        """Commands for the keys of a shard that is gone fail at once, and all others go on."""
        keys = [find_keys(shard, 2) for shard in range(N)]
        for pair in keys:
            self.assertReply('OK', 'MSET', pair[0], 'a', pair[1], 'b')
        self.server.stores.kill_shard(1)
        try:
            # The NATS server may pass the first one on before it notices.
            self.assertIsInstance(self.client.call('GET', keys[1][0]), Error)
            self.assertLost(1, 'GET', keys[1][0])
            self.assertLost(1, 'SET', keys[1][0], 'x')
            self.assertLost(1, 'MGET', keys[0][0], keys[1][0], keys[2][0])
            self.assertLost(1, 'DBSIZE')
            self.assertLost(1, 'KEYS', '*')
            for shard in 0, 2:
                self.assertReply([b'a', b'b'], 'MGET', *keys[shard])
                self.assertReply('OK', 'SET', keys[shard][0], 'c')
            self.assertReply([b'c', b'c'], 'MGET', keys[0][0], keys[2][0])
        finally:
            self.server.stores.restart_shard(1)
        self.assertReply(None, 'GET', keys[1][0])
        self.assertReply('OK', 'SET', keys[1][0], 'd')
        self.assertReply([b'c', b'd', b'c'], 'MGET', *[pair[0] for pair in keys])

    def test_killed_with_calls(self):
        """The commands that a shard has when it is killed fail, while those of others are answered."""
        keys = [find_keys(shard, 1)[0] for shard in range(N)]
        stores = self.server.stores
        stores.shards[1].send_signal(signal.SIGSTOP)
        try:
            with Client(self.server.port) as other:
                other.send(b''.join(encode('INCR', keys[1]) for _ in range(100)))
                self.client.send(b''.join(encode('INCR', key) for key in (keys[0], keys[2]) * 100))
                self.assertEqual([self.client.reply() for _ in range(200)], [i // 2 + 1 for i in range(200)])
                stores.kill_shard(1)
                for _ in range(100):
                    self.assertIsInstance(other.reply(), Error)
        finally:
            stores.restart_shard(1)
        self.assertReply(1, 'INCR', keys[1])

    def test_drained(self):
        """A shard that is stopped answers the commands that it has."""
        key = find_keys(2, 1)[0]
        stores = self.server.stores
        replies = []
        while not replies or not isinstance(replies[-1], Error):
            self.client.send(b''.join(encode('INCR', key) for _ in range(500)))
            if not replies:
                stores.shards[2].terminate()
            replies += [self.client.reply() for _ in range(500)]
            self.assertLess(len(replies), 1000000)
        self.assertEqual(stores.shards[2].wait(20), 0)
        stores.kill_shard(2)
        stores.restart_shard(2)
        numbers = [reply for reply in replies if isinstance(reply, int)]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        self.assertTrue(all(lost(2) in reply for reply in replies[len(numbers):]), replies[len(numbers):][:1])


class CommandLine(unittest.TestCase):
    def run_it(self, program, *args):
        result = subprocess.run([os.environ[program], *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                timeout=30)
        self.assertEqual((result.returncode, result.stdout), (1, ''), args)
        return result.stderr

    def test_bad_arguments(self):
        for args, message in ((['--shards', '0', 'x'], 'from 1 to'), (['--index', '3', 'x'], 'from 0 to 2'), (['x'], '--index'),
                              (['--index', '0'], 'URL'), (['--index', '0', 'nats://127.0.0.1:1'], 'nats://127.0.0.1:1')):
            self.assertIn(message, self.run_it('KVSTORE_NATS', *args))
        for args, message in ((['--nats', 'x', '--shards', '0'], 'from 1 to'), (['--nats', 'x', '--dbus', 'a.b'], 'either'),
                              (['--port', '0', '--nats', 'nats://127.0.0.1:1'], 'nats://127.0.0.1:1')):
            self.assertIn(message, self.run_it('MINI_REDIS', *args))

    def test_taken(self):
        """Two processes never serve the same keys."""
        server = MiniRedis()
        self.assertIn(f'another process serves kv.1-of-{N}',
                      self.run_it('KVSTORE_NATS', '--index', '1', '--shards', str(N), server.stores.url))
        self.assertEqual(server.stop(), 0)

    def test_other_number(self):
        """A mini-redis that expects another number of shards finds none, instead of the wrong ones."""
        stores = NatsStores()
        process = subprocess.Popen([os.environ['MINI_REDIS'], '--port', '0', '--nats', stores.url, '--shards', '2'],
                                   stdout=subprocess.PIPE, text=True)
        with Client(int(process.stdout.readline().rsplit(':', 1)[1])) as client:
            self.assertIn("nothing serves 'kv.", client.call('GET', 'k'))
        process.terminate()
        self.assertEqual(process.wait(20), 0)
        process.stdout.close()
        self.assertEqual(stores.stop(), 0)


if __name__ == '__main__':
    unittest.main()
