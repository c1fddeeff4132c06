// SPDX-License-Identifier: LGPL-2.1-or-later

/* An object that is disposed while a coroutine of it waits for a call, as a window is. */

class Room : Object, Test.Room {
    public Test.Listener host { get; set; }
    public Norpc.Call call;

    /* Keeps the call, to answer it later. */
    public bool handle_say (Norpc.Call call, string text) throws Error {
        this.call = call;
        return true;
    }
}

class Panel : Object {
    private Test.RoomProxy proxy;
    private Cancellable closed = new Cancellable ();

    public string? text;
    public bool is_waiting;

    public Panel (Test.RoomProxy proxy) {
        this.proxy = proxy;
    }

    public override void dispose () {
        closed.cancel ();
        base.dispose ();
    }

    public async void ask (string question) {
        is_waiting = true;
        try {
            text = yield proxy.call_say (question, closed);
        } catch (IOError.CANCELLED error) {
            /* The panel has been closed. */
        } catch (Error error) {
            text = error.message;
        }
        is_waiting = false;
    }
}

void test_disposed () {
    try {
        var room = new Room ();
        var server = new Norpc.Server.in_context (room, MainContext.default ());
        server.start (null);
        var panel = new Panel (new Test.RoomProxy (server.get_channel ()));
        WeakRef watch = WeakRef (panel);

        panel.ask.begin ("how are you");
        while (room.call == null) {
            MainContext.default ().iteration (true);
        }
        room.complete_say (room.call, "well");
        panel.dispose ();
        while (panel.is_waiting) {
            MainContext.default ().iteration (true);
        }
        assert (panel.text == null);
        while (MainContext.default ().iteration (false)) {
        }
        panel = null;
        assert (watch.get () == null);
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void test_answered () {
    try {
        var room = new Room ();
        var server = new Norpc.Server.in_context (room, MainContext.default ());
        server.start (null);
        var panel = new Panel (new Test.RoomProxy (server.get_channel ()));

        panel.ask.begin ("how are you");
        while (room.call == null) {
            MainContext.default ().iteration (true);
        }
        room.complete_say (room.call, "well");
        while (panel.is_waiting) {
            MainContext.default ().iteration (true);
        }
        assert (panel.text == "well");
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala/owner/answered", test_answered);
    GLib.Test.add_func ("/vala/owner/disposed", test_disposed);
    GLib.Test.run ();
}
