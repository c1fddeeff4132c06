// SPDX-License-Identifier: LGPL-2.1-or-later

/* Layers and their functions in Vala. */

/* Lets one method pass. */
class Only : Norpc.Layer {
    private string name;

    public Only (string name) {
        this.name = name;
    }

    public override bool take (Norpc.Call call) throws Error {
        if (call.get_method_name () != name)
            throw new IOError.PERMISSION_DENIED ("%s is not allowed here", call.get_method_name ());
        pass_on (call);
        return true;
    }
}

/* Passes calls on in another thread. */
class Later : Norpc.Layer {
    public override bool take (Norpc.Call call) throws Error {
        Norpc.Call kept = call;

        new Thread<void> ("later", () => pass_on (kept));
        return true;
    }
}

/* Forgets its calls. */
class Forgetful : Norpc.Layer {
    public override bool take (Norpc.Call call) throws Error {
        return true;
    }
}

/* Answers one method itself. */
class Room : Object, Norpc.Endpoint {
    public bool take_call (Norpc.Call call) throws Error {
        if (call.get_method_name () != "Say")
            throw new IOError.NOT_SUPPORTED ("%s is not here", call.get_method_name ());
        Value answer = "here";
        call.return_values ({ answer });
        return true;
    }
}

delegate void Body (Norpc.Server server) throws Error;

void add (string name, owned Body body) {
    GLib.Test.add_data_func ("/vala/layers/" + name, () => {
        try {
            var server = new Norpc.Server (Test.caller_new_service ());
            server.start (null);
            body (server);
            server.stop (Norpc.StopMode.FINISH, null);
        } catch (Error error) {
            assert_no_error (error);
        }
    });
}

Test.LanguageProxy put (Norpc.Layer layer, Norpc.Endpoint behind) {
    return new Test.LanguageProxy (Norpc.stack_newv ({ layer, behind }));
}

Norpc.Filter new_filter (owned Norpc.FilterFunc func) {
    var filter = new Norpc.Filter ();

    filter.set_call_func ((owned) func);
    return filter;
}

string? echo (Test.LanguageProxy proxy, string path) throws Error {
    return proxy.call_one_file_sync (File.new_for_path (path)).get_path ();
}

void assert_refused (Test.LanguageProxy proxy, Quark domain, int code) {
    try {
        echo (proxy, "/a");
        assert_not_reached ();
    } catch (Error error) {
        assert_error (error, domain, code);
    }
}

void test_own (Norpc.Server server) throws Error {
    var channel = server.get_channel ();

    assert (echo (put (new Only ("OneFile"), channel), "/a") == "/a");
    assert_refused (put (new Only ("Other"), channel), IOError.quark (), IOError.PERMISSION_DENIED);
    assert_refused (put (new Forgetful (), channel), Norpc.Error.quark (), Norpc.Error.NO_REPLY);
    assert (echo (put (new Later (), channel), "/a") == "/a");
}

void test_filter (Norpc.Server server) throws Error {
    var channel = server.get_channel ();
    Norpc.FilterFunc set_file = (call) => {
        var file = Value (typeof (File));
        var number = Value (typeof (int));

        try {
            call.set_arg (0, number);
            assert_not_reached ();
        } catch (Error error) {
            assert_error (error, Norpc.Error.quark (), Norpc.Error.INVALID_ARGUMENT);
        }
        file.set_object (File.new_for_path ("/set"));
        return call.set_arg (0, file);
    };

    assert (echo (put (new_filter ((owned) set_file), channel), "/a") == "/set");
    assert_refused (put (new_filter ((call) => { throw new IOError.PERMISSION_DENIED ("Not you"); }), channel),
                    IOError.quark (), IOError.PERMISSION_DENIED);
    assert_refused (put (new_filter ((call) => false), channel), Norpc.Error.quark (), Norpc.Error.FAILED);
}

Test.LanguageProxy put_balance (owned Norpc.KeyFunc func, Norpc.Endpoint behind) {
    var balance = new Norpc.Balance (Norpc.BalancePolicy.BY_KEY);

    balance.set_key_func ((owned) func);
    balance.add_endpoint (behind);
    return new Test.LanguageProxy (balance);
}

void test_key (Norpc.Server server) throws Error {
    var channel = server.get_channel ();

    assert (echo (put_balance ((call, out key) => { key = 7; return true; }, channel), "/a") == "/a");
    assert_refused (put_balance ((call, out key) => { throw new IOError.PERMISSION_DENIED ("Not you"); }, channel),
                    IOError.quark (), IOError.PERMISSION_DENIED);
}

void test_retry (Norpc.Server server) throws Error {
    var n_attempts = 0;
    var retry = new Norpc.Retry (3);
    var filter = new_filter ((call) => {
        if (AtomicInt.add (ref n_attempts, 1) == 0)
            throw new IOError.BUSY ("Not yet");
        return true;
    });

    retry.set_func ((call, error, n) => error is IOError.BUSY && n == 1);
    assert (echo (put (retry, Norpc.stack_newv ({ filter, server.get_channel () })), "/a") == "/a");
    assert (AtomicInt.get (ref n_attempts) == 2);
}

void test_endpoint (Norpc.Server server) throws Error {
    var room = new Room ();
    var proxy = new Test.RoomProxy (room);

    assert (proxy.call_say_sync ("where", null) == "here");
    try {
        proxy.call_listeners_sync (null);
        assert_not_reached ();
    } catch (IOError.NOT_SUPPORTED error) {
    }
}

void main (string[] args) {
    GLib.Test.init (ref args);
    add ("own", test_own);
    add ("filter", test_filter);
    add ("key", test_key);
    add ("retry", test_retry);
    add ("endpoint", test_endpoint);
    GLib.Test.run ();
}
