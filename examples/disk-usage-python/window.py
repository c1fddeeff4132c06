# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window: it follows the scanner. All of it runs in the main thread."""

import gi

gi.require_version('Adw', '1')
gi.require_version('Gtk', '4.0')
gi.require_version('Norpc', '1')
from gi.repository import Adw, GLib, GObject, Gtk, Norpc


class Window(Adw.ApplicationWindow):
    def __init__(self, scanner, **properties):
        super().__init__(default_width=480, default_height=600, **properties)
        self.scanner = scanner
        self.task = None
        self.search = Gtk.SearchEntry(placeholder_text='Names of folders')
        self.search.connect('search-changed', lambda search: self.start(self.find(search.get_text())))
        self.progress = Gtk.ProgressBar()
        self.list = Gtk.ListBox(selection_mode=Gtk.SelectionMode.NONE)
        self.toasts = Adw.ToastOverlay(child=Gtk.ScrolledWindow(child=self.list, vexpand=True))
        box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
        for widget in (Adw.HeaderBar(), self.search, self.progress, self.toasts):
            box.append(widget)
        self.set_content(box)
        scanner.bind_property('size', self, 'title', GObject.BindingFlags.SYNC_CREATE,
                              lambda _binding, size: f'Disk Usage: {GLib.format_size(size)}')

    def start(self, coroutine):
        """Starts it in place of that which runs."""
        if self.task:
            self.task.cancel()
        self.task = Norpc.create_task(self.show_errors(coroutine))

    async def show_errors(self, coroutine):
        try:
            await coroutine
        except GLib.Error as error:
            self.show_toast(error.message)

    def show_toast(self, text):
        self.toasts.add_toast(Adw.Toast(title=GLib.markup_escape_text(text)))

    def show_rows(self, rows):
        while row := self.list.get_first_child():
            self.list.remove(row)
        for title, subtitle in rows:
            self.list.append(Adw.ActionRow(title=title, subtitle=subtitle, use_markup=False))

    async def scan(self, folder):
        with self.scanner.scan(folder) as stream:
            async for sizes, fraction in stream:
                self.progress.set_fraction(fraction)
                entries = sorted(sizes.items(), key=lambda entry: -entry[1])
                self.show_rows((name or 'Files in This Folder', GLib.format_size(size)) for name, size in entries)
            if n_unreadable := await stream.outcome():
                self.show_toast(f'{n_unreadable} folders could not be read')

    async def find(self, text):
        self.show_rows((path, '') for path in await self.scanner.search(text))
