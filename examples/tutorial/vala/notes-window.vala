/* notes-window.vala
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

class NotesWindow : Gtk.ApplicationWindow {
    private Demo.NotesProxy notes;
    private Gtk.Entry entry = new Gtk.Entry ();
    private Gtk.ListBox list = new Gtk.ListBox ();

    public NotesWindow (Gtk.Application app, Demo.NotesProxy notes) {
        Object (application: app, title: "Notes");
        var box = new Gtk.Box (Gtk.Orientation.VERTICAL, 6);

        this.notes = notes;
        box.append (entry);
        box.append (list);
        child = box;

        /* When the window is closed, no callback runs any more, and no signal arrives. */
        notes.set_owner (this);
        notes.added.connect ((number, text) => show_note (text));
        entry.activate.connect (() => add.begin ());
        fill.begin ();
    }

    private void show_note (string text) {
        list.append (new Gtk.Label (text) { xalign = 0 });
    }

    private async void fill () {
        try {
            foreach (unowned string text in yield notes.call_find ("", null)) {
                show_note (text);
            }
        } catch (Error error) {
            warning ("%s", error.message);
        }
    }

    private async void add () {
        uint number;

        try {
            yield notes.call_add (entry.text, null, out number);
            entry.text = "";
            entry.tooltip_text = null;
        } catch (Error error) {
            entry.tooltip_text = error.message;
        }
    }
}

int main (string[] args) {
    try {
        var server = Norpc.serve (new NotesService ("my-notes.txt"));
        var app = new Gtk.Application ("org.example.Notes", ApplicationFlags.NON_UNIQUE);

        app.activate.connect (() => {
            new NotesWindow (app, new Demo.NotesProxy (server.get_endpoint ())).present ();
        });
        return app.run (args);
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
}
