# SPDX-License-Identifier: LGPL-2.1-or-later
"""The importer of the examples, with few files, as an object on the session bus, until its standard input ends."""

import pathlib
import sys

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

XML = pathlib.Path(__file__).parents[2] / 'examples' / 'importer' / 'importer.xml'
demo = Norpc.load(str(XML), interface_prefix='org.example.')


class Importer(Norpc.Service, demo.Importer):
    async def import_(self, stream, folder):
        if not folder:
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'There is no such folder', Gio.IOErrorEnum.NOT_FOUND)
        for n_done in range(1, 21):
            await stream.send(n_done, 20)
        return 20 * len(folder)

    async def add(self, stream):
        return len([name async for name in stream])


def main():
    loop = GLib.MainLoop()
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    with Norpc.serve(Importer()) as importer:
        export = Norpc.DBusExport.new(bus, '/org/example/Importer', importer.get_endpoint(),
                                      Norpc.interface_info_for_type(demo.Importer))
        Gio.bus_own_name_on_connection(bus, 'org.example.Importer', Gio.BusNameOwnerFlags.NONE, None, None)
        GLib.io_add_watch(GLib.IOChannel.unix_new(sys.stdin.fileno()), GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP,
                          lambda *args: loop.quit())
        loop.run()
        export.unexport()


main()
