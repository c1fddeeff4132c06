// SPDX-License-Identifier: LGPL-2.1-or-later

/* directory-dbus [serve]: a service over D-Bus, and its client. */

const string NAME = "org.example.Directory";
const string OBJECT_PATH = "/org/example/Directory";

class Directory : Object, People.Directory {
    public uint size { get { return 1; } }

    public bool handle_find (Norpc.Call call, string text, uint limit) throws Error {
        find_later.begin (call, text);
        return true;
    }

    /* The test ends the program meanwhile. */
    private async void find_later (Norpc.Call call, string text) {
        print ("finding\n");
        Norpc.context_timeout_add_full (Priority.DEFAULT, 100, () => {
            find_later.callback ();
            return Source.REMOVE;
        });
        yield;
        complete_find (call, { text + "da" });
    }
}

async void finish (Norpc.Server server, MainLoop loop) {
    try {
        yield server.stop_async (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        warning ("%s", error.message);
    }
    /* The last replies have been sent then. */
    Idle.add (() => {
        loop.quit ();
        return Source.REMOVE;
    });
}

void serve (DBusConnection bus) throws Error {
    var server = Norpc.serve (new Directory ());
    var export = new Norpc.DBusExport (bus, OBJECT_PATH, server.get_endpoint (),
                                       Norpc.InterfaceInfo.for_type (typeof (People.Directory)));
    var loop = new MainLoop ();

    Unix.signal_add (Posix.Signal.TERM, () => {
        finish.begin (server, loop);
        return Source.CONTINUE;
    });
    Bus.own_name_on_connection (bus, NAME, BusNameOwnerFlags.DO_NOT_QUEUE, () => print ("serving\n"),
                                () => GLib.error ("cannot own the name '%s'", NAME));
    loop.run ();
    bus.flush_sync ();
    export.unexport ();
}

async void call (DBusConnection bus, MainLoop loop) {
    var directory = new People.DirectoryProxy (new Norpc.DBusEndpoint (bus, NAME, OBJECT_PATH));

    try {
        print ("%s\n", string.joinv (" ", yield directory.call_find ("A", 1, null)));
    } catch (Error error) {
        GLib.error ("%s", error.message);
    }
    loop.quit ();
}

int main (string[] args) {
    try {
        var bus = Bus.get_sync (BusType.SESSION);

        if (args.length > 1) {
            serve (bus);
        } else {
            var loop = new MainLoop ();
            call.begin (bus, loop);
            loop.run ();
        }
    } catch (Error error) {
        GLib.error ("%s", error.message);
    }
    return 0;
}
