# SPDX-License-Identifier: LGPL-2.1-or-later
"""Messages, keyspace events and SCAN."""

import subprocess
import threading
import time
import unittest

from mini_redis import Client, Error, MiniRedis, TestCase, encode, has_one_order, require

NOTIFY = 'notify-keyspace-events'
MEGABYTE = 1 << 20


def not_allowed(name):
    return Error("ERR Can't execute '%s': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
                 'are allowed in this context' % name)


class PubsubCase(TestCase):
    def setUp(self):
        super().setUp()
        self.assertReply('OK', 'CONFIG', 'SET', NOTIFY, '')

    def subscriber(self, *args):
        """A connection that has sent @args, and has had the replies."""
        client = self.connect()
        client.send(encode(*args))
        for i, name in enumerate(args[1:]):
            self.assertEqual(client.reply(), [args[0].lower().encode(), name.encode(), i + 1])
        return client

    def pushed(self, client):
        """The messages that a subscriber has been sent by now."""
        client.send(encode('PING', 'fence'))
        messages = []
        while (message := client.reply()) != [b'pong', b'fence']:
            messages.append(message)
        return messages

    def wait_for(self, expected, *args):
        end = time.monotonic() + 20
        while self.client.call(*args) != expected:
            self.assertLess(time.monotonic(), end, args)


class Messages(PubsubCase):
    def test_receivers(self):
        """PUBLISH replies how many subscriptions matched, when all of them have the message."""
        first = self.subscriber('SUBSCRIBE', 'a', 'b')
        second = self.subscriber('SUBSCRIBE', 'a')
        second.call('PSUBSCRIBE', '?')
        self.assertReply(3, 'PUBLISH', 'a', b'\0\r\n')
        self.assertReply(0, 'PUBLISH', 'aa', 'x')
        self.assertReply(2, 'PUBLISH', 'b', '')
        self.assertEqual(self.pushed(first), [[b'message', b'a', b'\0\r\n'], [b'message', b'b', b'']])
        self.assertEqual(self.pushed(second), [[b'message', b'a', b'\0\r\n'], [b'pmessage', b'?', b'a', b'\0\r\n'],
                                               [b'pmessage', b'?', b'b', b'']])

    def test_subscriber_commands(self):
        client = self.subscriber('SUBSCRIBE', 'a')
        for name, args in {'get': ['GET', 'k'], 'publish': ['PUBLISH', 'a', 'b'], 'scan': ['SCAN', 0],
                           'config|get': ['CONFIG', 'GET', 'save'], 'pubsub|numpat': ['PUBSUB', 'NUMPAT']}.items():
            self.assertEqual(client.call(*args), not_allowed(name))
        self.assertEqual(client.call('GET'), Error("ERR wrong number of arguments for 'get' command"))
        self.assertEqual(client.call('PING'), [b'pong', b''])
        self.assertEqual(client.call('UNSUBSCRIBE'), [b'unsubscribe', b'a', 0])
        self.assertEqual(client.call('PING'), 'PONG')
        self.assertEqual(client.call('PSUBSCRIBE', 'a*'), [b'psubscribe', b'a*', 1])
        self.assertEqual(client.call('QUIT'), 'OK')
        self.assertEqual(client.rest(), b'')

    def test_reset(self):
        client = self.connect()
        client.send(encode('SELECT', 3) + encode('SET', 'k', 'three') + encode('SUBSCRIBE', 'a') +
                    encode('PSUBSCRIBE', 'b') + encode('RESET') + encode('GET', 'k'))
        self.assertEqual([client.reply() for _ in range(6)],
                         ['OK', 'OK', [b'subscribe', b'a', 1], [b'psubscribe', b'b', 2], 'RESET', None])
        self.assertReply(0, 'PUBSUB', 'NUMPAT')
        self.assertReply(0, 'PUBLISH', 'a', 'x')

    def test_pipeline(self):
        """Subscriptions are changed in the order of the requests, also of those before that wait for
        the store, and the replies are in that order."""
        for _ in range(100):
            client = self.connect()
            client.send(encode('PUBLISH', 'a', 'before') + encode('INCR', 'n') + encode('SUBSCRIBE', 'a', 'b') +
                        encode('GET', 'n') + encode('UNSUBSCRIBE', 'a', 'b') + encode('PUBLISH', 'a', 'after') +
                        encode('INCR', 'n') + encode('PUBSUB', 'NUMSUB', 'a'))
            self.assertEqual([client.reply() for _ in range(3)][0], 0)
            self.assertEqual([client.reply() for _ in range(2)], [[b'subscribe', b'b', 2], not_allowed('get')])
            self.assertEqual([client.reply() for _ in range(3)],
                             [[b'unsubscribe', b'a', 1], [b'unsubscribe', b'b', 0], 0])
            self.assertEqual(client.reply() % 2, 0)
            self.assertEqual(client.reply(), [b'a', 0])
            client.close()

    def test_closed(self):
        """The subscriptions of a client end with it."""
        clients = [self.subscriber('SUBSCRIBE', 'a', 'b') for _ in range(10)]
        for client in clients:
            client.call('PSUBSCRIBE', 'c*')
        self.assertReply([b'a', 10, b'b', 10, b'c', 0], 'PUBSUB', 'NUMSUB', 'a', 'b', 'c')
        self.assertReply(1, 'PUBSUB', 'NUMPAT')
        self.assertEqual(sorted(self.client.call('PUBSUB', 'CHANNELS')), [b'a', b'b'])
        self.assertReply([b'b'], 'PUBSUB', 'CHANNELS', '[bc]')
        self.assertIn(b'pubsub_channels:2\r\npubsub_patterns:1\r\n', self.client.call('INFO', 'stats'))
        for client in clients:
            client.close()
        self.wait_for([b'a', 0, b'b', 0], 'PUBSUB', 'NUMSUB', 'a', 'b')
        self.assertReply(0, 'PUBSUB', 'NUMPAT')
        self.assertReply([], 'PUBSUB', 'CHANNELS')

    def test_order(self):
        """The messages of one publisher come in order to each of many subscribers."""
        subscribers = [self.subscriber('SUBSCRIBE', 'a') for _ in range(20)]
        publishers = [self.connect() for _ in range(3)]
        for number, publisher in enumerate(publishers):
            publisher.send(b''.join(encode('PUBLISH', 'a', '%d %d' % (number, i)) for i in range(2000)))
        for publisher in publishers:
            self.assertEqual([publisher.reply() for _ in range(2000)], [20] * 2000)
        for subscriber in subscribers:
            messages = [message[2].split() for message in self.pushed(subscriber)]
            for number in range(3):
                self.assertEqual([int(i) for n, i in messages if int(n) == number], list(range(2000)))

    def test_slow_subscriber(self):
        """A subscriber that does not read is disconnected. It costs the others nothing."""
        slow, fast = self.subscriber('SUBSCRIBE', 'a'), self.subscriber('SUBSCRIBE', 'a')
        message, counts = b'x' * MEGABYTE, []
        for _ in range(60):
            counts.append(self.client.call('PUBLISH', 'a', message))
            self.assertTrue(fast.reply() == [b'message', b'a', message])
        self.assertEqual(counts, sorted(counts, reverse=True))
        self.assertGreaterEqual(counts.count(2), 32)
        self.assertEqual(counts[-1], 1)
        with self.assertRaises((EOFError, ConnectionResetError)):
            for _ in range(60):
                self.assertTrue(slow.reply() == [b'message', b'a', message])
        self.assertReply([b'a', 1], 'PUBSUB', 'NUMSUB', 'a')

    def test_fast_subscriber(self):
        """A subscriber that reads gets any amount, also of messages that arrive together."""
        client, message = self.subscriber('SUBSCRIBE', 'a'), b'x' * 10000
        reader = threading.Thread(target=lambda: [client.reply() for _ in range(10000)])
        reader.start()
        for _ in range(100):
            self.client.send(encode('PUBLISH', 'a', message) * 100)
            self.assertEqual([self.client.reply() for _ in range(100)], [1] * 100)
        reader.join()
        self.assertEqual(self.pushed(client), [])


class KeyEvents(PubsubCase):
    def notify(self, flags):
        self.assertReply('OK', 'CONFIG', 'SET', NOTIFY, flags)

    def test_flags(self):
        for flags, expected in {'KEA': b'AKE', 'g$lshzxetd': b'A', 'nmEKdt': b'tdnKEm', '': b'', 'gg': b'g'}.items():
            self.notify(flags)
            self.assertReply([NOTIFY.encode(), expected], 'CONFIG', 'GET', 'notify-*')
        self.assertReply(Error("ERR CONFIG SET failed (possibly related to argument '%s') - Invalid event class "
                               "character. Use 'Ag$lshzxeKEtmdn'." % NOTIFY), 'CONFIG', 'SET', NOTIFY, 'KQ')
        self.assertReply(Error("ERR CONFIG SET failed (possibly related to argument 'port') - "
                               "can't set immutable config"), 'CONFIG', 'SET', 'port', '1')
        self.assertReply(Error("ERR Unknown option or number of arguments for CONFIG SET - 'foo'"),
                         'CONFIG', 'SET', 'foo', '1')

    def test_flags_in_pipeline(self):
        """Flags are for the commands after them."""
        subscriber = self.subscriber('PSUBSCRIBE', '__key*')
        self.client.send(b''.join(encode('CONFIG', 'SET', NOTIFY, flags) + encode('SET', 'k', 'v')
                                  for flags in ('E$', '', 'K$') * 50))
        self.assertEqual([self.client.reply() for _ in range(300)], ['OK'] * 300)
        self.assertEqual([message[2:] for message in self.pushed(subscriber)],
                         [[b'__keyevent@0__:set', b'k'], [b'__keyspace@0__:k', b'set']] * 50)

    def test_get_in_pipeline(self):
        self.client.send(b''.join(encode('CONFIG', 'SET', NOTIFY, flags) + encode('CONFIG', 'GET', NOTIFY)
                                  for flags in ('E$', '', 'K$') * 50))
        replies = [self.client.reply() for _ in range(300)]
        self.assertEqual([reply[1] for reply in replies[1::2]], [b'$E', b'', b'$K'] * 50)

    @has_one_order
    def test_order(self):
        """Events come in the order of the changes, before the reply to the command, and in one order with
        messages."""
        self.notify('EA')
        subscriber = self.subscriber('PSUBSCRIBE', '*')
        requests, expected = [], []
        for i in range(1000):
            requests += [('SET', 'k', i, 'EX', 100), ('MSET', 'a', 1, 'b', 2), ('PUBLISH', 'c', i), ('DEL', 'b', 'x', 'a')]
            expected += [('set', 'k'), ('expire', 'k'), ('set', 'a'), ('set', 'b'), 'c', ('del', 'b'), ('del', 'a')]
        self.client.send(b''.join(encode(*request) for request in requests))
        replies = [self.client.reply() for _ in requests]
        self.assertEqual(replies, ['OK', 'OK', 1, 2] * 1000)
        messages = self.pushed(subscriber)
        self.assertEqual([message[2] for message in messages],
                         [b'c' if event == 'c' else b'__keyevent@0__:' + event[0].encode() for event in expected])
        self.assertEqual([message[3] for message in messages],
                         [b'%d' % (i // 7) if event == 'c' else event[1].encode() for i, event in enumerate(expected)])

    def test_both_channels(self):
        self.notify('KEA')
        self.client.call('SELECT', 5)
        by_key = self.subscriber('SUBSCRIBE', '__keyspace@5__:k')
        by_event = self.subscriber('SUBSCRIBE', '__keyevent@5__:expired')
        self.client.send(encode('SET', 'k', 'v', 'PX', 20))
        messages = [by_key.reply() for _ in range(3)]
        self.assertEqual(messages, [[b'message', b'__keyspace@5__:k', event] for event in (b'set', b'expire', b'expired')])
        self.assertEqual(by_event.reply(), [b'message', b'__keyevent@5__:expired', b'k'])

    def test_nothing(self):
        """Neither K nor E, or no class: no events."""
        subscriber = self.subscriber('PSUBSCRIBE', '*')
        for flags in ('A', 'KE', 'KEx', 'KEl', ''):
            self.notify(flags)
            self.client.call('SET', 'k', 'v')
        self.assertEqual(self.pushed(subscriber), [])


class Scan(TestCase):
    def scan(self, *options):
        """All keys of a scan, and how many calls it took."""
        keys, cursor, calls = [], b'0', 0
        while calls == 0 or cursor != b'0':
            cursor, some = self.client.call('SCAN', cursor, *options)
            keys += some
            calls += 1
        return keys, calls

    def fill(self, number):
        keys = [b'k%d' % i for i in range(number)]
        self.client.call('MSET', *[arg for key in keys for arg in (key, 'v')])
        return sorted(keys)

    def test_all(self):
        self.assertEqual(self.scan(), ([], 1))
        expected = self.fill(1000)
        for count in 1, 7, 10, 999, 1000, 1001, 10 ** 12:
            keys, calls = self.scan('COUNT', count)
            self.assertEqual(sorted(keys), expected)
            self.assertEqual(calls, -(-1000 // count))
        self.assertEqual(len(self.client.call('SCAN', 0)[1]), 10)

    def test_options(self):
        expected = self.fill(1000)
        self.assertEqual(sorted(self.scan('MATCH', 'k9?')[0]), [b'k%d' % i for i in range(90, 100)])
        self.assertEqual(self.scan('match', 'x*', 'count', 100), ([], 10))
        self.assertEqual(sorted(self.scan('TYPE', 'STRING', 'COUNT', 500)[0]), expected)
        self.assertEqual(self.scan('TYPE', 'list', 'COUNT', 100), ([], 10))
        self.client.call('SELECT', 1)
        self.assertEqual(self.scan(), ([], 1))

    def test_errors(self):
        for cursor in ('x', '', '-1', '+1', '18446744073709551616', ' 1', '1 '):
            self.assertReply(Error('ERR invalid cursor'), 'SCAN', cursor)
        for options in (['FOO'], ['MATCH'], ['COUNT', '0'], ['COUNT', '-1'], ['TYPE', 'string', 'x'], ['FOO', 'x']):
            self.assertReply(Error('ERR syntax error'), 'SCAN', 0, *options)
        self.assertReply(Error('ERR value is not an integer or out of range'), 'SCAN', 0, 'COUNT', 'x')

    def test_changes(self):
        """Keys that stay are found, whatever another client does. The scan ends although that adds keys
        all the time."""
        stay = self.fill(2000)
        stopped = threading.Event()
        def change():
            with Client(self.server.port) as client:
                i = 0
                while not stopped.is_set():
                    client.send(b''.join(encode('SET', 'new%d' % (i + j), 'v') + encode('SET', 'k%d' % ((i + j) % 2000), 'w') +
                                         encode('DEL', 'new%d' % ((i + j) * 7 % (i + j + 1))) for j in range(50)))
                    for _ in range(150):
                        client.reply()
                    i += 50
        changer = threading.Thread(target=change)
        changer.start()
        try:
            for _ in range(20):
                keys, _ = self.scan('COUNT', 20)
                self.assertLessEqual(set(stay), set(keys))
        finally:
            stopped.set()
            changer.join()

    def test_expired(self):
        self.fill(100)
        self.client.send(b''.join(encode('PEXPIRE', 'k%d' % i, 1) for i in range(0, 100, 2)))
        self.assertEqual([self.client.reply() for _ in range(50)], [1] * 50)
        end = time.monotonic() + 20
        while self.client.call('DBSIZE') != 50:
            self.assertLess(time.monotonic(), end)
        self.assertEqual(sorted(self.scan()[0]), sorted(b'k%d' % i for i in range(1, 100, 2)))


class Stop(unittest.TestCase):
    def test_stop(self):
        """It stops with subscribers that do not read, and with subscriptions that wait for the store."""
        server = MiniRedis()
        publisher, slow, held = (Client(server.port) for _ in range(3))
        slow.call('SUBSCRIBE', 'a')
        for _ in range(10):
            self.assertEqual(publisher.call('PUBLISH', 'a', b'x' * MEGABYTE), 1)
        held.send(encode('INCR', 'n') * 100 + encode('SUBSCRIBE', 'a'))
        publisher.send(encode('PUBLISH', 'a', 'x') * 1000)
        self.assertEqual(server.stop(), 0)
        for client in publisher, slow, held:
            client.close()


class RedisCli(PubsubCase):
    """The same with the client that people use."""

    def start_cli(self, *args):
        require('redis-cli')
        process = subprocess.Popen(['redis-cli', '-p', str(self.server.port), *args], stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def read_lines(self, process, number):
        return [process.stdout.readline().rstrip('\n') for _ in range(number)]

    def test_subscribe(self):
        process = self.start_cli('SUBSCRIBE', 'a', 'b')
        self.assertEqual(self.read_lines(process, 6), ['subscribe', 'a', '1', 'subscribe', 'b', '2'])
        self.assertReply(1, 'PUBLISH', 'b', 'hello')
        self.assertEqual(self.read_lines(process, 3), ['message', 'b', 'hello'])

    def test_key_events(self):
        process = self.start_cli('PSUBSCRIBE', '__key*__:*')
        self.read_lines(process, 3)
        self.assertReply('OK', 'CONFIG', 'SET', NOTIFY, 'KEA')
        self.assertReply('OK', 'SET', 'k', 'v')
        self.assertEqual(self.read_lines(process, 8), ['pmessage', '__key*__:*', '__keyspace@0__:k', 'set',
                                                       'pmessage', '__key*__:*', '__keyevent@0__:set', 'k'])

    def test_scan(self):
        keys = ['k%d' % i for i in range(1000)]
        self.client.call('MSET', *[arg for key in keys for arg in (key, 'v')])
        for args, expected in (['--scan'], keys), (['--scan', '--pattern', 'k1*'],
                                                   [key for key in keys if key.startswith('k1')]):
            self.assertEqual(sorted(self.start_cli(*args).communicate()[0].split()), sorted(expected))


if __name__ == '__main__':
    unittest.main()
