# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service with streams: a long call with progress, and one to which the client sends items."""

import pathlib

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('importer.xml')))
N_FILES = 20
FILE_SIZE = 4096


class Importer(Norpc.Service, demo.Importer):
    async def import_(self, stream, folder):
        if not folder:
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'There is no such folder', Gio.IOErrorEnum.NOT_FOUND)
        for n_done in range(1, N_FILES + 1):
            await stream.send(n_done, N_FILES)  # waits for a client that is slow
        return N_FILES * FILE_SIZE

    async def add(self, stream):
        return len([name async for name in stream])


async def import_folder(importer, folder):
    try:
        with importer.import_(folder) as stream:
            async for n_done, n_files in stream:
                if n_done == n_files:
                    print(n_done, 'of', n_files, 'files')
            print(await stream.outcome(), 'bytes')
    except GLib.Error as error:
        print(error.message)


async def add_files(importer):
    with importer.add() as stream:
        for _ in range(3):
            await stream.send('a file')
        stream.end()
        print(await stream.outcome(), 'files added')


async def main(importer):
    await import_folder(importer, '/photos')
    await import_folder(importer, '')
    await add_files(importer)


with Norpc.serve(Importer()) as importer:
    Norpc.run(main(importer))
