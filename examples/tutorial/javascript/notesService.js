// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Norpc from 'gi://Norpc?version=1';

const [path] = GLib.filename_from_uri(import.meta.url);
export const Demo = Norpc.load(GLib.build_filenamev([GLib.path_get_dirname(path), 'notes.xml']));

export const Notes = GObject.registerClass({
    Implements: [Norpc.Lifecycle],
}, class Notes extends Demo.Notes {
    constructor(file) {
        super();
        this.file = file;
        this.notes = [];
    }

    // Runs before the first call.
    vfunc_start() {
        if (GLib.file_test(this.file, GLib.FileTest.EXISTS)) {
            const [, bytes] = GLib.file_get_contents(this.file);
            this.notes = new TextDecoder().decode(bytes).split('\n').filter(note => note);
        }
        return true;
    }

    add(text) {
        if (!text)
            throw Demo.NotesInfo.new_error('NotesError.Empty', 'A note needs a text');
        const notes = [...this.notes, text.replaceAll('\n', ' ')];
        GLib.file_set_contents(this.file, notes.map(note => `${note}\n`).join(''));
        this.notes = notes;
        this.emit('added', notes.length, notes.at(-1));
        return notes.length;
    }

    find(text) {
        return this.notes.filter(note => note.includes(text));
    }
});
