# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pool of workers. Each is a service in a thread of its own, and clients see one endpoint."""

import asyncio
import hashlib
import pathlib
import sys

import gi

gi.require_version('Norpc', '1')
from gi.repository import Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('checksums.xml')))


class Checksums(Norpc.Service, demo.Checksums):
    def __init__(self, index):
        super().__init__()
        self.index = index

    def compute(self, data):
        # Computing does not hold Python's lock, so the workers do run at once.
        return hashlib.sha256(data).hexdigest(), self.index


async def main(checksums):
    texts = [f'text {i}'.encode() for i in range(8)]
    results = await asyncio.gather(*(checksums.compute(text) for text in texts))
    for checksum, worker in results:
        print(f'worker {worker}: {checksum}', file=sys.stderr)
    print(len(results), 'checksums by', pool.get_n_servers(), 'workers')


pool = Norpc.Pool.new(4, Norpc.BalancePolicy.LEAST_PENDING, Checksums)
pool.start(None)
Norpc.run(main(demo.ChecksumsProxy.new(pool)))
pool.stop(Norpc.StopMode.FINISH, None)
