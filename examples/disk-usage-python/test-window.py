# SPDX-License-Identifier: LGPL-2.1-or-later
"""The window, with the scanner. It needs a display."""

import pathlib
import sys
import tempfile
import unittest

try:
    from window import Adw, GLib, Norpc, Window
except (ImportError, ValueError) as error:
    print(f'Skipped: {error}')
    sys.exit(77)

import gi

gi.require_version('Gdk', '4.0')
from gi.repository import Gdk

from scanner import Scanner


class WindowTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name, size in ('music', 300000), ('pictures', 500000):
            path = pathlib.Path(folder.name, name)
            path.mkdir()
            (path / 'file').write_bytes(b'x' * size)
        self.window = Window(self.enterContext(Norpc.serve(Scanner())))
        self.addCleanup(self.window.destroy)
        self.window.present()

    def run_in_window(self, coroutine):
        self.window.start(coroutine)
        while not self.window.task.done():
            GLib.MainContext.default().iteration(True)

    def get_titles(self):
        titles = []
        row = self.window.list.get_first_child()
        while row:
            titles.append(row.get_title())
            row = row.get_next_sibling()
        return titles

    def test_scan(self):
        self.run_in_window(self.window.scan(self.folder))
        self.assertEqual(self.get_titles()[:2], ['pictures', 'music'])
        self.assertEqual(self.window.progress.get_fraction(), 1)
        self.assertRegex(self.window.get_title(), r'Disk Usage: 8..\..\xa0kB')

    def test_find(self):
        self.run_in_window(self.window.scan(self.folder))
        self.run_in_window(self.window.find('mus'))
        self.assertEqual(self.get_titles(), [f'{self.folder}/music'])

    def test_error(self):
        texts = []
        self.window.show_toast = texts.append
        self.run_in_window(self.window.scan('/nowhere'))
        self.assertEqual(texts, ['/nowhere: No such file or directory'])

    def test_replaced(self):
        """A search takes the place of a scan of everything."""
        self.window.start(self.window.scan('/'))
        while self.window.progress.get_fraction() == 0:
            GLib.MainContext.default().iteration(True)
        self.run_in_window(self.window.scan(self.folder))
        self.assertEqual(self.get_titles()[:2], ['pictures', 'music'])


if Gdk.Display.get_default() is None:
    print('Skipped: no display')
    sys.exit(77)
Adw.init()
unittest.main()
