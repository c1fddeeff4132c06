# SPDX-License-Identifier: LGPL-2.1-or-later

import sys

from gi.repository import GLib
from notes_service import Norpc, Notes


async def run(notes, command, text):
    if command == 'add':
        await notes.add(text)
    else:
        for note in await notes.find(text):
            print(note)


if len(sys.argv) != 4 or sys.argv[2] not in ('add', 'find'):
    sys.exit('usage: notes.py FILE add TEXT\n       notes.py FILE find TEXT')

try:
    with Norpc.serve(Notes(sys.argv[1])) as notes:
        notes.connect('added', lambda notes, number, text: print(f'Note {number}: {text}'))
        Norpc.run(run(notes, *sys.argv[2:]))
except GLib.Error as error:
    sys.exit(error.message)
