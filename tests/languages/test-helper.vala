// SPDX-License-Identifier: LGPL-2.1-or-later

/* A program in Vala that another one starts as its helper. Both are this file. */

const string OBJECT_PATH = "/org/example/Room";

class Room : Object, Test.Room {
    public Test.Listener host { get; set; }

    public string say (string text) throws Error {
        if (text == "crash") {
            Process.exit (7);
        }
        return "not " + text;
    }
}

int serve () throws Error {
    var connection = Norpc.Helper.connect ();
    var server = Norpc.serve (new Room ());
    var export = new Norpc.DBusExport (connection, OBJECT_PATH, server.get_endpoint (),
                                       Norpc.InterfaceInfo.for_type (typeof (Test.Room)));

    connection.start_message_processing ();
    new MainLoop ().run ();
    export.unexport ();
    return 0;
}

string program;

async void call () throws Error {
    var helper = (Norpc.Helper) Object.new (typeof (Norpc.Helper), "argv", new string[] { program, "serve", null },
                                            "object-path", OBJECT_PATH, "min-delay", 1);
    var room = new Test.RoomProxy (helper);

    for (int n_starts = 1; n_starts <= 2; n_starts++) {
        assert ((yield room.call_say ("hello", null)) == "not hello");
        try {
            yield room.call_say ("crash", null);
            assert_not_reached ();
        } catch (Norpc.Error.CLOSED error) {
            assert (error.message.contains (".Say failed"));
        }
        while (helper.get_n_starts () == n_starts || helper.dup_error ().message != "It exited with status 7") {
            Idle.add (call.callback);
            yield;
        }
    }
    helper.restart ();
    assert ((yield room.call_say ("hello", null)) == "not hello");
    helper.stop ();
    assert (helper.state == Norpc.HelperState.STOPPED);
}

void test_crash () {
    var loop = new MainLoop ();

    call.begin ((object, result) => {
        try {
            call.end (result);
        } catch (Error error) {
            GLib.error ("%s", error.message);
        }
        loop.quit ();
    });
    loop.run ();
}

int main (string[] args) {
    program = args[0];
    if (args.length > 1 && args[1] == "serve") {
        try {
            return serve ();
        } catch (Error error) {
            GLib.error ("%s", error.message);
        }
    }

    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala-helper/crash", test_crash);
    return GLib.Test.run ();
}
