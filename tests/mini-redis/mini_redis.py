# SPDX-License-Identifier: LGPL-2.1-or-later
"""Shared code of the tests of mini-redis: servers to talk to, and a raw client."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

TIMEOUT = 20


def encode(*args):
    """One request, as bulks."""
    parts = [b'*%d\r\n' % len(args)]
    for arg in args:
        if isinstance(arg, str):
            arg = arg.encode()
        elif isinstance(arg, int):
            arg = b'%d' % arg
        parts.append(b'$%d\r\n%s\r\n' % (len(arg), arg))
    return b''.join(parts)


class Error(str):
    """An error reply."""


class Client:
    """A connection on which bytes are sent, and replies are read one by one."""

    def __init__(self, port):
        self.socket = socket.create_connection(('127.0.0.1', port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.start = 0      # where in it is what was not taken yet

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """Adds what comes to the buffer. False if the server has closed."""
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            return False
        if self.start > 1 << 20:
            del self.buffer[:self.start]
            self.start = 0
        self.buffer += data
        return data != b''

    def take(self, length):
        while len(self.buffer) - self.start < length:
            if not self.receive():
                raise EOFError('closed, after %r' % bytes(self.buffer[-100:]))
        self.start += length
        return bytes(self.buffer[self.start - length:self.start])

    def take_line(self):
        while (end := self.buffer.find(b'\r\n', self.start)) < 0:
            if not self.receive():
                raise EOFError('closed, after %r' % bytes(self.buffer[-100:]))
        return self.take(end + 2 - self.start)[:-2]

    def raw(self):
        """The next reply, as it came."""
        line = self.take_line()
        raw = line + b'\r\n'
        if line[:1] == b'$' and int(line[1:]) >= 0:
            raw += self.take(int(line[1:]) + 2)
        elif line[:1] == b'*':
            raw += b''.join(self.raw() for _ in range(int(line[1:])))
        return raw

    def reply(self):
        """The next reply, as Python has it."""
        line = self.take_line()
        kind, rest = line[:1], line[1:]
        if kind == b'+':
            return rest.decode()
        if kind == b'-':
            return Error(rest.decode(errors='surrogateescape'))
        if kind == b':':
            return int(rest)
        if kind == b'$':
            return None if int(rest) < 0 else self.take(int(rest) + 2)[:-2]
        if kind == b'*':
            return None if int(rest) < 0 else [self.reply() for _ in range(int(rest))]
        raise AssertionError('not a reply: %r' % line)

    def call(self, *args):
        self.send(encode(*args))
        return self.reply()

    def rest(self):
        """All that comes until the server closes."""
        while self.receive():
            pass
        return self.take(len(self.buffer) - self.start)


def reserve_port():
    """A socket that has a port of loopback, on which it does not listen.

    While it is open, no other program is given that port. A server can listen on it nevertheless, if it sets
    SO_REUSEADDR, as nats-server and redis-server do.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(('127.0.0.1', 0))
    return reserved


def wait_for_port(port, process):
    """Waits until a process listens."""
    end = time.monotonic() + TIMEOUT
    while True:
        try:
            socket.create_connection(('127.0.0.1', port)).close()
            return
        except ConnectionRefusedError:
            assert process.poll() is None and time.monotonic() < end, 'it does not listen'
            time.sleep(0.02)


class NatsStores:
    """A NATS server of one's own, and the processes of kvstore-nats, which share the keys out."""

    N_SHARDS = int(os.environ.get('NORPC_SHARDS', '3'))

    def __init__(self):
        program = find_nats_server()
        self.folder = tempfile.mkdtemp()
        self.reserved = reserve_port()
        port = self.reserved.getsockname()[1]
        self.url = 'nats://127.0.0.1:%d' % port
        config = os.path.join(self.folder, 'nats.conf')
        with open(config, 'w') as file:
            file.write('listen: "127.0.0.1:%d"\nmax_payload: 67108864\nmax_pending: 268435456\n' % port)
        self.server = subprocess.Popen([program, '--config', config], stderr=subprocess.DEVNULL)
        wait_for_port(port, self.server)
        self.shards = [self.start_shard(index) for index in range(self.N_SHARDS)]

    def start_shard(self, index):
        process = subprocess.Popen(['setpriv', '--pdeathsig', 'KILL', os.environ['KVSTORE_NATS'], '--shards', str(self.N_SHARDS),
                                    '--index', str(index), self.url], stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        assert line == 'kv.%d-of-%d is at NATS\n' % (index, self.N_SHARDS), line
        return process

    def kill_shard(self, index):
        """Its keys are lost."""
        self.shards[index].kill()
        self.shards[index].wait()
        self.shards[index].stdout.close()

    def restart_shard(self, index):
        self.shards[index] = self.start_shard(index)

    def stop(self):
        """The sum of the exit statuses, 0 if all went well."""
        for process in self.shards:
            process.terminate()
        try:
            return sum(abs(process.wait(TIMEOUT)) for process in self.shards)
        finally:
            for process in self.shards:
                process.kill()
                process.stdout.close()
            self.server.kill()
            self.server.wait()
            self.reserved.close()
            shutil.rmtree(self.folder)


def find_nats_server():
    path = shutil.which('nats-server', path=os.environ['PATH'] + ':/usr/sbin')
    if path is None:
        raise unittest.SkipTest('nats-server is not installed')
    return path


# The events of different processes have no common order.
has_one_order = unittest.skipIf('KVSTORE_NATS' in os.environ and NatsStores.N_SHARDS > 1, 'each shard has an order of its own')


class MiniRedis:
    """A mini-redis of one's own. With KVSTORE_NATS, its stores are other processes."""

    def __init__(self):
        options = []
        self.stores = None
        if 'KVSTORE_NATS' in os.environ:
            self.stores = NatsStores()
            options = ['--nats', self.stores.url, '--shards', str(NatsStores.N_SHARDS)]
        self.process = subprocess.Popen([os.environ['MINI_REDIS'], '--port', '0', *options],
                                        stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert line.startswith('listening on 127.0.0.1:'), line
        self.port = int(line.rsplit(':', 1)[1])

    def stop(self, signal_number=signal.SIGTERM):
        """Stops it. The exit status, 0 if all went well, also under a checker of memory."""
        self.process.send_signal(signal_number)
        try:
            status = self.process.wait(TIMEOUT)
        finally:
            self.process.kill()
            self.process.stdout.close()
            store_status = self.stores.stop() if self.stores else 0
        return status or store_status

    def memory(self):
        """The resident memory, in bytes."""
        with open('/proc/%d/statm' % self.process.pid) as statm:
            return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')


class RealRedis:
    """A redis-server of one's own, on a port of loopback of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.reserved = reserve_port()
        self.port = self.reserved.getsockname()[1]
        self.process = subprocess.Popen(
            ['redis-server', '--port', str(self.port), '--bind', '127.0.0.1', '--save', '',
             '--appendonly', 'no', '--dir', self.folder],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)

    def stop(self):
        self.process.terminate()
        self.process.wait(TIMEOUT)
        self.reserved.close()
        shutil.rmtree(self.folder)
        return 0


def find_ttls(lifetime, elapsed):
    """The replies to TTL, in seconds, for a key whose lifetime, in milliseconds, began at most @elapsed seconds ago."""
    return range(int(lifetime - elapsed * 1000 + 500) // 1000, (lifetime + 500) // 1000 + 1)


class TestCase(unittest.TestCase):
    """Tests that share one mini-redis, which is empty before each of them."""

    @classmethod
    def setUpClass(cls):
        cls.server = MiniRedis()

    @classmethod
    def tearDownClass(cls):
        status = cls.server.stop()
        assert status == 0, 'mini-redis ended with %d' % status

    def setUp(self):
        self.client = self.connect()
        self.assertEqual(self.client.call('FLUSHALL'), 'OK')

    def connect(self):
        client = Client(self.server.port)
        self.addCleanup(client.close)
        return client

    def assertReply(self, expected, *args):
        self.assertEqual(self.client.call(*args), expected, args)

    def assertLifetime(self, lifetime, *args):
        """Asserts that a request gives the key k a lifetime, in milliseconds, which TTL tells of."""
        start = time.monotonic()
        self.assertReply('OK' if args[0] == 'SET' else 1, *args)
        self.assertTtl(lifetime, start)
        return start

    def assertTtl(self, lifetime, start):
        ttl = self.client.call('TTL', 'k')
        self.assertIn(ttl, find_ttls(lifetime, time.monotonic() - start))


def require(program):
    """The redis tools are there wherever tests/run was: it installs them."""
    if shutil.which(program) is None:
        raise unittest.SkipTest('%s is not installed' % program)
