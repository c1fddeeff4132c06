// SPDX-License-Identifier: LGPL-2.1-or-later

/* Objects as arguments and results, from and to a service in another thread. */

class Listener : Object, Test.Listener {
    public unowned Thread<void*> thread;

    public string hear (string text) throws Error {
        thread = Thread.self<void*> ();
        return text.up ();
    }
}

class Room : Object, Test.Room, Norpc.Lifecycle {
    public static int n_stopped;

    public Test.Listener host { get; set; }
    private GenericArray<Test.Listener> all = new GenericArray<Test.Listener> ();

    public bool start () throws Error {
        return true;
    }

    public void stop () {
        AtomicInt.inc (ref n_stopped);
    }

    public bool join (Test.Listener listener) throws Error {
        all.add (listener);
        emit_joined (listener);
        return true;
    }

    public bool handle_say (Norpc.Call call, string text) throws Error {
        ((Test.ListenerProxy) all[all.length - 1]).call_hear.begin (text, null, (source, result) => {
            try {
                complete_say (call, ((Test.ListenerProxy) source).call_hear.end (result));
            } catch (Error error) {
                call.return_gerror (error);
            }
        });
        return true;
    }

    public GenericArray<Test.Listener> listeners () throws Error {
        var copy = new GenericArray<Test.Listener> ();
        foreach (var listener in all) {
            copy.add (listener);
        }
        return copy;
    }

    public Test.Room open () throws Error {
        return new Room ();
    }
}

string say (Test.RoomProxy proxy, string text) {
    string? answer = null;
    proxy.call_say.begin (text, null, (source, result) => {
        try {
            answer = proxy.call_say.end (result);
        } catch (Error error) {
            assert_not_reached ();
        }
    });
    while (answer == null) {
        MainContext.default ().iteration (true);
    }
    return answer;
}

void test_room (owned Test.Room service) {
    try {
        var server = new Norpc.Server (service);
        service = null;
        server.start (null);
        var proxy = new Test.RoomProxy.sync (server.get_channel (), null);
        var listener = new Listener ();
        Test.Listener? joined = null;
        proxy.joined.connect ((joining) => {
            joined = joining;
        });
        assert (proxy.call_join_sync (listener, null));
        assert (say (proxy, "hello") == "HELLO");
        assert (listener.thread == Thread.self<void*> ());
        assert (joined == listener);
        assert (proxy.call_listeners_sync (null)[0] == listener);

        proxy.host = listener;
        assert (proxy.host == listener);
        proxy.host = null;

        Test.Room? room = proxy.call_open_sync (null);
        assert (room is Test.RoomProxy);
        assert (((Test.RoomProxy) room).call_listeners_sync (null).length == 0);
        room = null;
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala/objects/room-in-c", () => test_room (Test.caller_new_room ()));
    GLib.Test.add_func ("/vala/objects/room-in-vala", () => {
        test_room (new Room ());
        /* The service, and the room that it has opened. */
        assert (AtomicInt.get (ref Room.n_stopped) == 2);
    });
    GLib.Test.run ();
}
