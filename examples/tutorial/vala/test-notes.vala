/* test-notes.vala
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

void test_notes () {
    try {
        string folder = DirUtils.make_tmp ("notes-XXXXXX");
        string path = Path.build_filename (folder, "notes.txt");
        var server = Norpc.serve (new NotesService (path));
        var notes = new Demo.NotesProxy (server.get_endpoint ());
        uint number;

        notes.call_add_sync ("Buy milk", out number);
        assert (number == 1);
        assert (string.joinv (", ", notes.call_find_sync ("milk")) == "Buy milk");
        try {
            notes.call_add_sync ("", out number);
            assert_not_reached ();
        } catch (Demo.NotesError.EMPTY error) {
            assert (error.message == "A note needs a text");
        }

        server.stop (Norpc.StopMode.FINISH, null);
        FileUtils.unlink (path);
        DirUtils.remove (folder);
    } catch (Error error) {
        assert_no_error (error);
    }
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/notes", test_notes);

    return Test.run ();
}
