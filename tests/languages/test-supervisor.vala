// SPDX-License-Identifier: LGPL-2.1-or-later

/* Services in Vala that a supervisor replaces. */

class Room : Object, Test.Room {
    public Test.Listener host { get; set; }

    public string say (string text) throws Error {
        return "not " + text;
    }
}

int n_made = 0;

Object make_room () throws Error {
    if (AtomicInt.add (ref n_made, 1) == 0) {
        throw new IOError.NOT_FOUND ("there is no room");
    }
    return new Room ();
}

void test_replaced () {
    var supervisor = new Norpc.Supervisor (make_room);
    var room = new Test.RoomProxy (supervisor);

    supervisor.max_restarts = 0;
    supervisor.start ();
    try {
        room.call_say_sync ("hello");
        assert_not_reached ();
    } catch (Error error) {
        assert (error is Norpc.Error.CLOSED);
        assert (error.message.has_suffix ("its service has ended too often: there is no room"));
    }
    assert (supervisor.dup_error ().matches (IOError.quark (), IOError.NOT_FOUND));

    supervisor.restart (Norpc.StopMode.FINISH);
    try {
        assert (room.call_say_sync ("now") == "not now");
        supervisor.restart (Norpc.StopMode.FINISH);
        assert (room.call_say_sync ("here") == "not here");
        assert (supervisor.get_n_starts () == 3);
        supervisor.stop (Norpc.StopMode.FINISH);
    } catch (Error error) {
        assert_not_reached ();
    }
}

class Window : Object {
    public Norpc.Supervisor supervisor;
    public Test.RoomProxy room;
    public string[] states = {};
    int n_problems = 2;
    Thread<void> thread;

    public Window () {
        supervisor = new Norpc.Supervisor (() => {
            if (AtomicInt.add (ref n_problems, -1) > 0) {
                throw new IOError.NOT_FOUND ("there is no room");
            }
            return new Room ();
        });
        room = new Test.RoomProxy (supervisor);
        thread = Thread.self<void> ();
        supervisor.notify["state"].connect (show_state);
    }

    /* Runs in the main context of the window. */
    void show_state () {
        assert (Thread.self<void> () == thread);
        states += supervisor.state.to_string ();
        if (supervisor.state == Norpc.SupervisorState.FAILED) {
            supervisor.restart (Norpc.StopMode.FINISH);
        }
    }

    public async string ask () throws Error {
        while (true) {
            try {
                return yield room.call_say ("anything", null);
            } catch (Norpc.Error.CLOSED error) {
                /* The supervisor makes the next service meanwhile. */
            }
        }
    }
}

/* A window follows the state, and has another attempt made when there were too many failures. */
void test_state () {
    var window = new Window ();
    var loop = new MainLoop ();

    window.supervisor.max_restarts = 0;
    window.supervisor.start ();
    window.ask.begin ((object, result) => {
        try {
            assert (window.ask.end (result) == "not anything");
        } catch (Error error) {
            assert_not_reached ();
        }
        loop.quit ();
    });
    loop.run ();
    assert (window.supervisor.get_n_starts () == 3);
    assert ("NORPC_SUPERVISOR_FAILED" in window.states);
    window.supervisor.stop_async.begin (Norpc.StopMode.FINISH, null, (object, result) => {
        try {
            assert (window.supervisor.stop_async.end (result));
        } catch (Error error) {
            assert_not_reached ();
        }
        loop.quit ();
    });
    loop.run ();
    assert (window.supervisor.state == Norpc.SupervisorState.STOPPED);
}

int main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala-supervisor/replaced", test_replaced);
    GLib.Test.add_func ("/vala-supervisor/state", test_state);
    return GLib.Test.run ();
}
