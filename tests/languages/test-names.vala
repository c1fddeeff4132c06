// SPDX-License-Identifier: LGPL-2.1-or-later

// Names that are right in C, and would clash in Vala.

class Service : Object, Names.Clashes {
    // The asynchronous handler calls the function that completes the call.
    public bool handle_run (Norpc.Call call, string text) throws Error {
        complete_run (call, "completed " + text);
        return true;
    }

    public string complete_run_ (string text) throws Error {
        return "CompleteRun " + text;
    }

    public string run_async (string text) throws Error {
        return "RunAsync " + text;
    }

    public new string connect (string text) throws Error {
        return "Connect " + text;
    }

    public string notify_ (string text) throws Error {
        return "Notify " + text;
    }
}

class Members : Object, Names.Members {
    public uint level { get; set; default = 5; }
    public string call_go_property { owned get; set; default = "a"; }
    public string complete_go_property { owned get; set; default = "b"; }
    public string get_level_property { owned get; set; default = "c"; }

    public string go (string text) throws Error {
        emit_go ("Go");
        emit_complete_go ("CompleteGo");
        level_signal ("Level");
        return "Go " + text;
    }

    public string call_go_ (string text) throws Error {
        return "CallGo " + text;
    }

    public string level_ (string text) throws Error {
        return "Level " + text;
    }
}

Names.ClashesProxy make_proxy (Norpc.Server server) {
    try {
        server.start (null);
    } catch (Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
    return new Names.ClashesProxy (server.channel);
}

void test_methods () {
    var server = new Norpc.Server (new Service ());
    var proxy = make_proxy (server);

    try {
        assert_cmpstr (proxy.call_run_sync ("x", null), EQ, "completed x");
        assert_cmpstr (proxy.call_complete_run_sync ("x", null), EQ, "CompleteRun x");
        assert_cmpstr (proxy.call_connect_sync ("x", null), EQ, "Connect x");
        assert_cmpstr (proxy.call_notify_sync ("x", null), EQ, "Notify x");
    } catch (Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

async void run (Names.ClashesProxy proxy, MainLoop loop) {
    try {
        assert_cmpstr (yield proxy.call_run ("x", null), EQ, "completed x");
        assert_cmpstr (yield proxy.call_run_async_ ("x", null), EQ, "RunAsync x");
    } catch (Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
    loop.quit ();
}

void test_asynchronous () {
    var server = new Norpc.Server (new Service ());
    var loop = new MainLoop ();

    run.begin (make_proxy (server), loop);
    loop.run ();
}

void test_members () {
    var server = new Norpc.Server (new Members ());
    string[] heard = {};

    make_proxy (server);
    try {
        var proxy = new Names.MembersProxy.sync (server.channel, null);

        proxy.go_signal_signal.connect ((text) => { heard += text; });
        proxy.complete_go_signal.connect ((text) => { heard += text; });
        proxy.level_signal.connect ((text) => { heard += text; });
        assert_cmpstr (proxy.call_go_sync ("x", null), EQ, "Go x");
        assert_cmpstr (proxy.call_call_go_sync ("x", null), EQ, "CallGo x");
        assert_cmpstr (proxy.call_level_sync ("x", null), EQ, "Level x");
        while (heard.length < 3)
            MainContext.default ().iteration (true);
        assert_cmpstr (string.joinv (" ", heard), EQ, "Go CompleteGo Level");
        assert_cmpuint (proxy.level, EQ, 5);
        assert_cmpstr (proxy.call_go_property + proxy.complete_go_property + proxy.get_level_property, EQ, "abc");
    } catch (Error error) {
        Test.message ("%s", error.message);
        Test.fail ();
    }
}

void test_fields () {
    var blob = new Names.Blob ("a", "b", "c", "d", "e", "f");
    Names.Blob other = blob;

    assert_cmpstr (other.copy + other.equal + other.free, EQ, "abc");
    assert_cmpstr (other.hash + other.to_variant + other.new_from_variant, EQ, "def");
}

int main (string[] args) {
    Test.init (ref args);
    Test.add_func ("/names/methods", test_methods);
    Test.add_func ("/names/asynchronous", test_asynchronous);
    Test.add_func ("/names/members", test_members);
    Test.add_func ("/names/fields", test_fields);
    return Test.run ();
}
