# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that has more to do than it can do at once: what is urgent comes first, and of the searches of
somebody who types only the latest one counts."""

import asyncio
import pathlib
import threading

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('tiles.xml')))


class Tiles(Norpc.Service, demo.Tiles):
    n_drawn = 0

    def draw(self, name):
        if self.n_drawn == 0:
            gate.wait()  # the first tile takes until all calls are sent
        self.n_drawn += 1
        return self.n_drawn

    def find(self, text):
        return f'{text}lin'


async def find(tiles, text):
    try:
        print(f'{text}: found {await tiles.find(text)}')
    except GLib.Error as error:
        if not error.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED):
            raise
        print(f'{text}: superseded')


async def main(tiles):
    drawn = {
        'first': tiles.draw('first', priority=Norpc.Priority.URGENT),
        'far away': tiles.draw('far away', priority=Norpc.Priority.LOW),
        'visible': tiles.draw('visible'),
        'clicked': tiles.draw('clicked', priority=Norpc.Priority.URGENT),
    }
    searches = [asyncio.create_task(find(tiles, text)) for text in ('B', 'Be', 'Ber')]
    await asyncio.sleep(0)  # the tasks send their calls
    gate.set()
    await asyncio.gather(*searches)
    positions = dict(zip(drawn, await asyncio.gather(*drawn.values())))
    print(*sorted(positions, key=positions.get), sep='\n')


gate = threading.Event()
with Norpc.serve(Tiles()) as tiles:
    Norpc.run(main(tiles))
