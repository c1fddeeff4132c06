# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib

import gi

gi.require_version('Norpc', '1')
from gi.repository import Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('notes.xml')))
NotesError = Norpc.error_class(demo.NotesError)


class Notes(Norpc.Service, demo.Notes):
    """Only the thread of the service uses its data."""

    def __init__(self, path):
        super().__init__()
        self.path = pathlib.Path(path)
        self.notes = []

    def do_start(self):
        """Runs before the first call."""
        if self.path.exists():
            self.notes = self.path.read_text().splitlines()

    def add(self, text):
        if not text:
            raise NotesError.EMPTY('A note needs a text')
        notes = [*self.notes, ' '.join(text.splitlines())]
        self.path.write_text(''.join(f'{note}\n' for note in notes))
        self.notes = notes
        self.emit_added(len(notes), notes[-1])
        return len(notes)

    def find(self, text):
        return [note for note in self.notes if text in note]
