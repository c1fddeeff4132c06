# SPDX-License-Identifier: LGPL-2.1-or-later
"""The scanner, without a window, on folders that each test makes."""

import os
import pathlib
import tempfile
import threading
import unittest
import unittest.mock

from scanner import Gio, GLib, Norpc, Scanner


class ScannerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.make_file('music/song', 300000)
        self.make_file('pictures/holidays/picture', 500000)
        self.make_file('letter', 100000)
        self.scanner = self.enterContext(Norpc.serve(Scanner()))

    def make_file(self, name, size):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b'x' * size)

    def scan(self, folder=None):
        with self.scanner.scan(str(folder or self.folder)) as stream:
            for sizes, fraction in stream:
                pass
            self.assertAlmostEqual(fraction, 1)
            return sizes, stream.outcome_sync()

    def test_sizes(self):
        sizes, n_unreadable = self.scan()
        self.assertEqual(sorted(sizes, key=sizes.get), ['', 'music', 'pictures'])
        self.assertGreaterEqual(sizes['pictures'], 500000)
        self.assertEqual(n_unreadable, 0)
        while GLib.MainContext.default().iteration(False):
            pass  # the proxy gets the properties there
        self.assertEqual(self.scanner.props.size, sum(sizes.values()))

    def test_search(self):
        self.assertEqual(self.scanner.search_sync('holi'), [])
        self.scan()
        self.assertEqual(self.scanner.search_sync('HOLI'), [str(self.folder / 'pictures' / 'holidays')])

    def test_links(self):
        """Links lead around in a circle, and one file has two names."""
        (self.folder / 'music' / 'up').symlink_to(self.folder)
        before, n_unreadable = self.scan()
        self.assertEqual((n_unreadable, self.scanner.search_sync('up')), (0, []))
        os.link(self.folder / 'music' / 'song', self.folder / 'music' / 'other')
        self.assertLess(self.scan()[0]['music'], before['music'] + 300000)

    def test_unreadable(self):
        (self.folder / 'music').chmod(0)
        self.folder.chmod(0o755)
        is_root = os.geteuid() == 0
        if is_root:  # that can read everything
            os.seteuid(65534)
        try:
            self.assertEqual(self.scan()[1], 1)
        finally:
            if is_root:
                os.seteuid(0)
            (self.folder / 'music').chmod(0o755)

    def test_changes(self):
        """Folders come and go while they are scanned."""
        def change():
            for i in range(300):
                path = self.folder / f'd{i % 10}'
                path.rmdir() if path.exists() else path.mkdir()

        thread = threading.Thread(target=change)
        thread.start()
        for _ in range(20):
            self.assertEqual(self.scan()[1], 0)
        thread.join()

    def test_gone(self):
        """A folder is removed after its name was read, and before it is looked at."""
        class Files(list):
            def __enter__(self):
                return self

            def __exit__(self, *exception):
                pass

            def close(self):
                pass

        def scandir(path, scandir=os.scandir):
            files = Files(sorted(scandir(path), key=lambda file: file.name != 'gone'))
            if path == str(self.folder):
                opened.append(files)
                if len(opened) == 2:  # the first time is to see whether it can be opened
                    gone.rmdir()
            return files

        opened = []
        gone = self.folder / 'gone'
        gone.mkdir()
        with unittest.mock.patch('os.scandir', scandir):
            sizes, n_unreadable = self.scan()
        self.assertEqual(sorted(sizes, key=sizes.get), ['', 'music', 'pictures'])
        self.assertEqual(n_unreadable, 0)

    def test_odd_name(self):
        os.mkdir(os.fsencode(self.folder) + b'/odd \xff')
        self.assertIn('odd �', self.scan()[0])

    def test_wrong_folder(self):
        with self.assertRaises(GLib.Error) as caught:
            self.scan('/nowhere')
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.NOT_FOUND))

    def test_replaced(self):
        """The next scan cancels the one before, whose client does not read."""
        with self.scanner.scan('/') as first:
            self.scan()
            with self.assertRaises(GLib.Error) as caught:
                first.outcome_sync()
        self.assertTrue(caught.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))


if __name__ == '__main__':
    unittest.main()
