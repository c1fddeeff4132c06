# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that opens sessions for its clients: the pages of a notebook."""

import asyncio
import sys

import gi

gi.require_version('DemoNotebook', '1')
gi.require_version('Norpc', '1')
from gi.repository import DemoNotebook as Demo
from gi.repository import Gio, GLib, GObject, Norpc

NAME = 'org.example.Notebook'
OBJECT_PATH = '/org/example/Notebook'


class Notebook(Norpc.Service, Demo.Notebook):
    """The notebook, and its pages, are in the thread of its server."""

    def __init__(self):
        super().__init__()
        self.readers = []

    def open(self, title):
        return Page(self, title)

    def follow(self, reader):
        # The reader of a client is a proxy here: the calls run in the context of the client.
        self.readers.append(reader)

    def tell(self, title, text):
        for reader in self.readers:
            reader.read(title, text)


class Page(Norpc.Service, Demo.Page):
    title = GObject.Property(type=str)

    def __init__(self, notebook, title):
        super().__init__(title=title)
        self.notebook = notebook

    def write(self, text):
        self.notebook.tell(self.title, text)

    def do_stop(self):
        """No client has the page any more, and all that was written before is there."""
        self.notebook.tell(self.title, '(closed)')


class Reader(Norpc.Service, Demo.Reader):
    """An object of the client."""

    def __init__(self):
        super().__init__()
        self.closed = asyncio.Event()

    def read(self, title, text):
        print(f'{title}: {text}')
        if text == '(closed)':
            self.closed.set()


async def main(notebook):
    reader = Reader()
    await notebook.follow(reader)
    page = await notebook.open('Ideas')
    page.load_sync(None)  # before that, its properties have default values
    print(f'The title is {page.props.title}.')
    await page.write('Objects as arguments')
    page = None  # that was its only client
    await reader.closed.wait()


# notebook.py: the notebook is in this process; notebook.py dbus: in another one, which is notebook.py dbus serve.
if sys.argv[1:] == ['dbus']:
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    Norpc.run(main(Demo.NotebookProxy.new(Norpc.DBusEndpoint.new(bus, NAME, OBJECT_PATH))))
elif sys.argv[1:]:
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    with Norpc.serve(Notebook()) as notebook:
        info = Norpc.interface_info_for_type(Demo.Notebook)
        export = Norpc.DBusExport.new(bus, OBJECT_PATH, notebook.get_endpoint(), info)
        loop = GLib.MainLoop()
        Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, None, lambda *_: loop.quit())
        loop.run()
        sys.exit(f'notebook.py: cannot own the name {NAME!r} on the bus')
else:
    with Norpc.serve(Notebook()) as notebook:
        Norpc.run(main(notebook))
