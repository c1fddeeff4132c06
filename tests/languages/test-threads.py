# SPDX-License-Identifier: LGPL-2.1-or-later
"""Several threads with event loops of their own, which read streams of one service and leave them."""

import io
import threading
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Norpc

import tap

N_THREADS = 4
N_STREAMS = 400
N_ITEMS = 20

feed = Norpc.load(io.StringIO('''<node><interface name="org.example.Feed">
  <stream name="Count"><arg name="upto" type="u"/><arg name="number" type="u" direction="out"/></stream>
</interface></node>'''), interface_prefix='org.example.')


class Feed(Norpc.Service, feed.Feed):
    async def count(self, stream, upto):
        for number in range(upto):
            await stream.send(number)


class ThreadsTest(unittest.TestCase):
    def test_streams(self):
        """A thread that releases objects and one that gets the next item do not wait for each other for ever."""
        server = Norpc.serve(Feed())
        n_read = [0] * N_THREADS

        async def read(index):
            proxy = server.make_proxy()
            for _ in range(N_STREAMS):
                with proxy.count(N_ITEMS) as stream:
                    async for _ in stream:
                        n_read[index] += 1

        threads = [threading.Thread(target=lambda index=index: Norpc.run(read(index))) for index in range(N_THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(n_read, [N_STREAMS * N_ITEMS] * N_THREADS)
        server.stop(Norpc.StopMode.FINISH, None)


if __name__ == '__main__':
    tap.main()
