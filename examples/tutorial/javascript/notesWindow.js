// SPDX-License-Identifier: LGPL-2.1-or-later

import Gio from 'gi://Gio';
import Gtk from 'gi://Gtk?version=4.0';
import Norpc from 'gi://Norpc?version=1';
import { Notes } from './notesService.js';

function openWindow(app, notes) {
    const entry = new Gtk.Entry();
    const list = new Gtk.ListBox();
    const box = new Gtk.Box({ orientation: Gtk.Orientation.VERTICAL, spacing: 6 });
    const window = new Gtk.ApplicationWindow({ application: app, title: 'Notes', child: box });
    const showNote = text => list.append(new Gtk.Label({ label: text, xalign: 0 }));

    box.append(entry);
    box.append(list);

    // When the window is closed, no callback runs any more, and no signal arrives.
    notes.set_owner(window);
    notes.connect('added', (_notes, _number, text) => showNote(text));
    entry.connect('activate', async () => {
        try {
            await notes.add(entry.text);
            entry.text = '';
            entry.tooltip_text = null;
        } catch (error) {
            entry.tooltip_text = error.message;
        }
    });
    notes.find('').then(texts => texts.forEach(showNote)).catch(logError);
    window.present();
}

const server = Norpc.serve(new Notes('my-notes.txt'));
const app = new Gtk.Application({ application_id: 'org.example.Notes', flags: Gio.ApplicationFlags.NON_UNIQUE });
app.connect('activate', () => openWindow(app, server.make_proxy()));
app.run(null);
server.stop(Norpc.StopMode.ABANDON, null);
