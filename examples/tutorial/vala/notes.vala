/* notes.vala
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

async void run (string file, string command, string text) throws Error {
    var server = Norpc.serve (new NotesService (file));
    var notes = new Demo.NotesProxy (server.get_endpoint ());
    uint number;

    notes.added.connect ((added, note) => {
        print ("Note %u: %s\n", added, note);
    });
    if (command == "add") {
        yield notes.call_add (text, null, out number);
    } else {
        foreach (unowned string note in yield notes.call_find (text, null)) {
            print ("%s\n", note);
        }
    }
    server.stop (Norpc.StopMode.FINISH, null);
}

int main (string[] args) {
    var loop = new MainLoop ();
    int status = 0;

    Intl.setlocale ();
    if (args.length != 4 || !(args[2] in new string[] { "add", "find" })) {
        printerr ("usage: notes FILE add TEXT\n       notes FILE find TEXT\n");
        return 2;
    }

    run.begin (args[1], args[2], args[3], (source, result) => {
        try {
            run.end (result);
        } catch (Error error) {
            printerr ("%s\n", error.message);
            status = 1;
        }
        loop.quit ();
    });
    loop.run ();
    return status;
}
