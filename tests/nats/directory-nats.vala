// SPDX-License-Identifier: LGPL-2.1-or-later

/* directory-nats URL [serve]: a service over NATS, and its client. */

const string PREFIX = "example.directory";

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

async void serve (string url) throws Error {
    var connection = yield new NorpcNats.Connection (url, null);
    var server = Norpc.serve (new Directory ());
    var export = new NorpcNats.Export (connection, PREFIX, server.get_endpoint (),
                                       Norpc.InterfaceInfo.for_type (typeof (People.Directory)));

    yield connection.flush (5000, null);
    print ("serving\n");
    yield terminated ();
    yield export.drain ();
    server.stop (Norpc.StopMode.FINISH, null);
}

async void terminated () {
    bool ends = false;

    /* The handler stays: without it, a second signal would end the program at once. */
    Unix.signal_add (Posix.Signal.TERM, () => {
        if (!ends) {
            ends = true;
            terminated.callback ();
        }
        return Source.CONTINUE;
    });
    yield;
}

async void call (string url) throws Error {
    var connection = yield new NorpcNats.Connection (url, null);
    var directory = new People.DirectoryProxy (new NorpcNats.Endpoint (connection, PREFIX));

    print ("%s\n", string.joinv (" ", yield directory.call_find ("A", 1, null)));
}

async void run (string[] args, MainLoop loop) {
    try {
        if (args.length > 2) {
            yield serve (args[1]);
        } else {
            yield call (args[1]);
        }
    } catch (Error error) {
        GLib.error ("%s", error.message);
    }
    loop.quit ();
}

int main (string[] args) {
    var loop = new MainLoop ();

    run.begin (args, loop);
    loop.run ();
    return 0;
}
