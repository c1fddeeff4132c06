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

    supervisor.min_delay = 1;
    supervisor.start ();
    try {
        room.call_say_sync ("hello");
        assert_not_reached ();
    } catch (Error error) {
        assert (error is Norpc.Error.CLOSED);
        assert (error.message.has_suffix ("its service has ended: there is no room"));
    }
    assert (supervisor.dup_error ().matches (IOError.quark (), IOError.NOT_FOUND));

    while (supervisor.get_state () != Norpc.SupervisorState.RUNNING) {
        Thread.yield ();
    }
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

int main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala-supervisor/replaced", test_replaced);
    return GLib.Test.run ();
}
