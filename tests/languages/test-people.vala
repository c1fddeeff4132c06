// SPDX-License-Identifier: LGPL-2.1-or-later

/* A service in Vala from its start to its end, and clients that wait, await and cancel. */

/* A service with a life cycle, whose state only its thread uses. */
class Directory : Object, People.Directory, Norpc.Lifecycle {
    private string[] names;

    public static int n_stopped;
    public unowned Thread<void*> thread;
    public uint size { get { return names.length; } }

    public bool start () throws Error {
        thread = Thread.self<void*> ();
        names = { "Ada", "Adam", "Bob" };
        notify_property ("size");
        return true;
    }

    public void stop () {
        assert (thread == Thread.self<void*> ());
        AtomicInt.inc (ref n_stopped);
    }

    public string[] find (string text, uint limit) throws Error {
        string[] found = {};

        assert (thread == Thread.self<void*> ());
        if (limit == 0) {
            throw new IOError.INVALID_ARGUMENT ("the limit is 0");
        }
        foreach (unowned string name in names) {
            if (name.has_prefix (text) && found.length < limit) {
                found += name;
            }
        }
        emit_changed (text);
        return found;
    }
}

/* A service whose handler is a coroutine. */
class SlowDirectory : Object, People.Directory {
    public uint size { get { return 0; } }

    public bool handle_find (Norpc.Call call, string text, uint limit) throws Error {
        find_later.begin (call, text);
        return true;
    }

    private async void find_later (Norpc.Call call, string text) {
        try {
            yield pause (call.get_cancellable ());
            complete_find (call, { text });
        } catch (Error error) {
            call.return_gerror (error);
        }
    }

    /* Waits in the context of the service, until the call is cancelled. */
    private async void pause (Cancellable cancellable) throws Error {
        if (cancellable.is_cancelled ()) {
            throw new IOError.CANCELLED ("the client has cancelled the call");
        }
        Norpc.context_timeout_add_full (Priority.DEFAULT, 5, () => {
            pause.callback ();
            return Source.REMOVE;
        });
        yield;
    }
}

/* A service that cannot start. */
class BrokenDirectory : Object, People.Directory, Norpc.Lifecycle {
    public uint size { get { return 0; } }

    public bool start () throws Error {
        throw new IOError.NOT_FOUND ("there is no directory");
    }

    public void stop () {
        assert_not_reached ();
    }
}

/* Runs a coroutine in the main loop. */
class Runner {
    private MainLoop loop = new MainLoop ();

    public void end () {
        loop.quit ();
    }

    public void run () {
        loop.run ();
    }
}

async void use (People.DirectoryProxy directory, Runner runner) {
    try {
        string[] names = yield directory.call_find ("Ad", 10, null);
        assert (string.joinv (" ", names) == "Ada Adam");
    } catch (Error error) {
        assert_no_error (error);
    }

    try {
        yield directory.call_find ("Ad", 0, null);
        assert_not_reached ();
    } catch (IOError.INVALID_ARGUMENT error) {
        assert (error.message == "the limit is 0");
    } catch (Error error) {
        assert_no_error (error);
    }
    runner.end ();
}

void test_client () {
    try {
        var service = new Directory ();
        var server = Norpc.serve (service);
        var directory = new People.DirectoryProxy (server.get_endpoint ());
        var runner = new Runner ();
        string? changed = null;
        int n_stopped = Directory.n_stopped;

        directory.changed.connect ((name) => { changed = name; });
        use.begin (directory, runner);
        runner.run ();
        assert (changed == "Ad");
        assert (directory.size == 3);
        assert (service.thread != Thread.self<void*> ());
        server.stop (Norpc.StopMode.FINISH, null);
        assert (Directory.n_stopped == n_stopped + 1);

        try {
            directory.call_find_sync ("Ad", 10, null);
            assert_not_reached ();
        } catch (Norpc.Error.CLOSED error) {
        }
    } catch (Error error) {
        assert_no_error (error);
    }
}

async void cancel (People.DirectoryProxy directory, Runner runner) {
    var cancellable = new Cancellable ();

    directory.call_find.begin ("a", 1, cancellable, (source, result) => {
        try {
            directory.call_find.end (result);
            assert_not_reached ();
        } catch (IOError.CANCELLED error) {
            runner.end ();
        } catch (Error error) {
            assert_no_error (error);
        }
    });
    cancellable.cancel ();
}

async void await_slow (People.DirectoryProxy directory, Runner runner) {
    try {
        string[] names = yield directory.call_find ("later", 1, null);
        assert (names[0] == "later");
    } catch (Error error) {
        assert_no_error (error);
    }
    runner.end ();
}

void test_coroutine () {
    try {
        var server = Norpc.serve (new SlowDirectory ());
        var directory = new People.DirectoryProxy (server.get_endpoint ());
        var runner = new Runner ();

        await_slow.begin (directory, runner);
        runner.run ();
        cancel.begin (directory, runner);
        runner.run ();
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_no_error (error);
    }
}

void test_deadline () {
    try {
        var clock = new Norpc.ManualClock ();
        var fake = new Norpc.Fake (Norpc.InterfaceInfo.for_type (typeof (People.Directory)));
        var directory = new People.DirectoryProxy (fake);
        bool timed_out = false;

        fake.never_answer ("Find");
        Norpc.timeout_push (100);
        directory.call_find.begin ("a", 1, null, (source, result) => {
            try {
                directory.call_find.end (result);
            } catch (Norpc.Error.TIMED_OUT error) {
                timed_out = true;
            } catch (Error error) {
                assert_no_error (error);
            }
        });
        Norpc.timeout_pop ();
        clock.run (99);
        assert (!timed_out);
        clock.run (1);
        assert (timed_out);
        assert (fake.get_n_calls ("Find") == 1);
    } catch (Error error) {
        assert_no_error (error);
    }
}

void test_broken () {
    try {
        Norpc.serve (new BrokenDirectory ());
        assert_not_reached ();
    } catch (IOError.NOT_FOUND error) {
        assert (error.message == "there is no directory");
    } catch (Error error) {
        assert_no_error (error);
    }
}

/* A program that ends while its service works. */
void test_exit () {
    if (GLib.Test.subprocess ()) {
        try {
            var server = Norpc.serve (new SlowDirectory ());
            var directory = new People.DirectoryProxy (server.get_endpoint ());

            for (int i = 0; i < 10; i++) {
                directory.call_find.begin ("a", 1, null);
            }
            Process.exit (0);
        } catch (Error error) {
            assert_no_error (error);
        }
    }
    GLib.Test.trap_subprocess (null, 0, 0);
    GLib.Test.trap_assert_passed ();
}

void main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala/people/client", test_client);
    GLib.Test.add_func ("/vala/people/coroutine", test_coroutine);
    GLib.Test.add_func ("/vala/people/deadline", test_deadline);
    GLib.Test.add_func ("/vala/people/broken", test_broken);
    GLib.Test.add_func ("/vala/people/exit", test_exit);
    GLib.Test.run ();
}
