# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that opens sessions for its clients: the pages of a notebook."""

import asyncio

import gi

gi.require_version('DemoNotebook', '1')
gi.require_version('Norpc', '1')
from gi.repository import DemoNotebook as Demo
from gi.repository import GObject, Norpc


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


with Norpc.serve(Notebook()) as notebook:
    Norpc.run(main(notebook))
