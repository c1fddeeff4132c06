# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that do not behave, many of them, and the end of the server."""

import os
import signal
import socket
import struct
import subprocess
import threading
import time
import unittest

from mini_redis import Client, MiniRedis, TestCase, encode

MEGABYTE = 1 << 20


class Clients(TestCase):
    def test_disconnect_in_flight(self):
        """Clients that go while their calls are at the store harm nobody, and what
        they asked for is done."""
        linger = struct.pack('ii', 1, 0)
        for i in range(200):
            client = Client(self.server.port)
            if i % 2:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            client.send(encode('INCR', 'sent') * 200 + b'*3\r\n$3\r\nSET')
            client.close()
        end = time.monotonic() + 20
        while b'connected_clients:1\r' not in self.client.call('INFO', 'clients'):
            self.assertLess(time.monotonic(), end)
        self.assertGreaterEqual(int(self.client.call('GET', 'sent')), 100 * 200)

    def test_half_closed(self):
        """A client that sends no more has its replies nevertheless."""
        requests = [encode('INCR', 'n') for _ in range(1000)]
        self.client.send(b''.join(requests))
        self.client.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(self.client.rest(), b''.join(b':%d\r\n' % (i + 1) for i in range(1000)))

    @unittest.skipIf('KVSTORE_NATS' in os.environ, 'it is a test of sockets, with some gigabytes of replies')
    def test_does_not_read(self):
        """A client that sends and does not read is not read from for ever, and has
        all of its replies when it comes round to it."""
        self.client.call('SET', 'k', b'x' * 10000)
        before = self.server.memory()
        slow = self.connect()
        slow.socket.setblocking(False)
        request, n_sent = encode('GET', 'k'), 0
        end = time.monotonic() + 1
        while time.monotonic() < end:
            try:
                n_sent += slow.socket.send((request * 1000)[n_sent % len(request):])
                end = time.monotonic() + 1
            except BlockingIOError:
                time.sleep(0.01)
            self.assertLess(n_sent, 500 * MEGABYTE, 'nothing holds this client back')
        self.assertLess(self.server.memory() - before, 30 * MEGABYTE)
        self.assertReply('PONG', 'PING')

        slow.socket.settimeout(20)
        rest = -n_sent % len(request)
        sender = threading.Thread(target=slow.send, args=[request[len(request) - rest:] + encode('ECHO', 'last')])
        sender.start()
        expected = b'$10000\r\n' + b'x' * 10000 + b'\r\n'
        for _ in range((n_sent + rest) // len(request)):
            self.assertTrue(slow.take(len(expected)) == expected)
        self.assertEqual(slow.reply(), b'last')
        sender.join()

    def test_many_clients(self):
        """Counts from many connections at a time are not lost."""
        def count():
            with Client(self.server.port) as client:
                for _ in range(20):
                    client.send(encode('INCR', 'n') * 50)
                    replies = [client.reply() for _ in range(50)]
                    assert replies == sorted(replies)
        threads = [threading.Thread(target=count) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertReply(b'20000', 'GET', 'n')


class Limits(unittest.TestCase):
    def test_max_clients(self):
        process = subprocess.Popen(['sh', '-c', 'ulimit -n 52; exec "$MINI_REDIS" --port 0'],
                                   stdout=subprocess.PIPE, text=True)
        port = int(process.stdout.readline().rsplit(':', 1)[1])
        try:
            clients = [Client(port) for _ in range(20)]
            for client in clients:
                self.assertEqual(client.call('PING'), 'PONG')
            with Client(port) as refused:
                self.assertEqual(refused.rest(), b'-ERR max number of clients reached\r\n')
            clients.pop().close()
            end = time.monotonic() + 20
            while b'connected_clients:19\r' not in clients[0].call('INFO', 'clients'):
                self.assertLess(time.monotonic(), end)
            with Client(port) as client:
                self.assertEqual(client.call('PING'), 'PONG')
        finally:
            for client in clients:
                client.close()
            process.terminate()
            self.assertEqual(process.wait(20), 0)
            process.stdout.close()


class Stop(unittest.TestCase):
    def test_signals(self):
        for signal_number in (signal.SIGINT, signal.SIGTERM):
            server = MiniRedis()
            clients = [Client(server.port) for _ in range(10)]
            for client in clients:
                self.assertEqual(client.call('SET', 'k', 'v', 'EX', 1000), 'OK')
            self.assertEqual(server.stop(signal_number), 0)
            for client in clients:
                self.assertEqual(client.rest(), b'')
                client.close()

    def test_stop_in_flight(self):
        """It stops also while clients send, and some do not read."""
        server = MiniRedis()
        clients = [Client(server.port) for _ in range(10)]
        # NATS checks each byte of a reply.
        size = MEGABYTE // 50 if 'KVSTORE_NATS' in os.environ else MEGABYTE
        self.assertEqual(clients[0].call('SET', 'k', b'x' * size), 'OK')
        for client in clients:
            client.socket.setblocking(False)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            for client in clients:
                try:
                    client.socket.send((encode('INCR', 'n') + encode('GET', 'k')) * 100)
                except BlockingIOError:
                    pass
        self.assertEqual(server.stop(), 0)
        for client in clients:
            client.close()


class CommandLine(unittest.TestCase):
    def run_it(self, *args):
        return subprocess.run([os.environ['MINI_REDIS'], *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=20)

    def test_bad_arguments(self):
        for args, message in ((['--port', 'x'], 'x'), (['--port', '65536'], '0 to 65535'),
                              (['--port', '-1'], '0 to 65535'), (['foo'], 'unexpected argument: foo'),
                              (['--foo'], 'foo')):
            result = self.run_it(*args)
            self.assertEqual((result.returncode, result.stdout), (1, ''), args)
            self.assertIn(message, result.stderr)
            self.assertTrue(result.stderr.startswith('mini-redis: '))

    def test_port_in_use(self):
        with socket.create_server(('127.0.0.1', 0)) as other:
            result = self.run_it('--port', str(other.getsockname()[1]))
        self.assertEqual((result.returncode, result.stdout), (1, ''))
        self.assertIn('in use', result.stderr)


if __name__ == '__main__':
    unittest.main()
