/* notes-service.vala
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Only the thread of the service uses its data. */
public class NotesService : Object, Demo.Notes, Norpc.Lifecycle {
    public string path { get; construct; }
    private string[] notes = {};

    public NotesService (string path) {
        Object (path: path);
    }

    /* Runs before the first call. */
    public bool start () throws Error {
        string text;

        if (FileUtils.test (path, FileTest.EXISTS)) {
            FileUtils.get_contents (path, out text);
            foreach (unowned string note in text.split ("\n")) {
                if (note != "") {
                    notes += note;
                }
            }
        }
        return true;
    }

    /* Runs after the last call. */
    public void stop () {
    }

    public bool add (string text, out uint number) throws Error {
        string[] longer = notes;

        number = 0;
        if (text == "") {
            throw new Demo.NotesError.EMPTY ("A note needs a text");
        }
        longer += text.replace ("\n", " ");
        FileUtils.set_contents (path, string.joinv ("\n", longer) + "\n");
        notes = longer;
        number = notes.length;
        emit_added (number, notes[number - 1]);
        return true;
    }

    public string[] find (string text) throws Error {
        string[] found = {};

        foreach (unowned string note in notes) {
            if (text in note) {
                found += note;
            }
        }
        return found;
    }
}
