# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib
import tempfile
import unittest

from notes_service import Norpc, Notes, NotesError


class TestNotes(unittest.TestCase):
    def test_notes(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / 'notes.txt'
            with Norpc.serve(Notes(path)) as notes:
                self.assertEqual(notes.add_sync('Buy milk'), 1)
                self.assertEqual(notes.find_sync('milk'), ['Buy milk'])
                with self.assertRaises(NotesError.EMPTY):
                    notes.add_sync('')


if __name__ == '__main__':
    unittest.main()
