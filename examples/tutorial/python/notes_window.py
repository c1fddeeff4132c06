# SPDX-License-Identifier: LGPL-2.1-or-later

import gi

gi.require_version('Gtk', '4.0')
from gi.repository import Gio, GLib, Gtk
from notes_service import Norpc, Notes


class Window(Gtk.ApplicationWindow):
    def __init__(self, app, notes):
        super().__init__(application=app, title='Notes')
        self.notes = notes
        self.entry = Gtk.Entry()
        self.list = Gtk.ListBox()
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=6)
        box.append(self.entry)
        box.append(self.list)
        self.set_child(box)

        # When the window is closed, no callback runs any more, and no signal arrives.
        notes.set_owner(self)
        notes.connect('added', lambda notes, number, text: self.show_note(text))
        self.entry.connect('activate', lambda entry: Norpc.create_task(self.add()))
        self.task = Norpc.create_task(self.fill())

    def show_note(self, text):
        self.list.append(Gtk.Label(label=text, xalign=0))

    async def fill(self):
        for text in await self.notes.find(''):
            self.show_note(text)

    async def add(self):
        try:
            await self.notes.add(self.entry.get_text())
            self.entry.set_text('')
            self.entry.set_tooltip_text(None)
        except GLib.Error as error:
            self.entry.set_tooltip_text(error.message)


with Norpc.serve(Notes('my-notes.txt')) as notes:
    app = Gtk.Application(application_id='org.example.Notes', flags=Gio.ApplicationFlags.NON_UNIQUE)
    app.connect('activate', lambda app: Window(app, notes).present())
    app.run()
