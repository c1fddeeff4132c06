// SPDX-License-Identifier: LGPL-2.1-or-later

/* Streams of a service in another thread. */

class Feed : Object, Streams.Feed {
    public bool handle_count (Norpc.Call call, Streams.FeedCountStream stream, uint upto) throws Error {
        if (upto > 1000) {
            throw new IOError.INVALID_ARGUMENT ("too many");
        }
        count.begin (call, stream, upto);
        return true;
    }

    private async void count (Norpc.Call call, Streams.FeedCountStream stream, uint upto) {
        try {
            for (uint number = 1; number <= upto; number++) {
                if (!stream.is_ready ()) {
                    yield stream.ready_async (null);
                }
                stream.write (number, number.to_string ());
            }
            complete_count (call, upto * (upto + 1) / 2);
        } catch (Error error) {
            /* The client has closed its end. */
        }
    }

    public bool handle_collect (Norpc.Call call, Streams.FeedCollectStream stream) throws Error {
        collect.begin (call, stream);
        return true;
    }

    private async void collect (Norpc.Call call, Streams.FeedCollectStream stream) {
        string[] texts = {};
        string text;

        try {
            while (yield stream.next_async (null, out text)) {
                texts += text;
            }
            complete_collect (call, string.joinv (" ", texts));
        } catch (Error error) {
            call.return_gerror (error);
        }
    }
}

Norpc.Server server;
Streams.FeedProxy proxy;

void start () {
    try {
        server = new Norpc.Server (new Feed ());
        server.start (null);
        proxy = new Streams.FeedProxy (server.get_channel ());
    } catch (Error error) {
        assert_not_reached ();
    }
}

void stop () {
    try {
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
    proxy = null;
    server = null;
}

async uint64 read_all (Streams.FeedCountStream stream, uint upto) throws Error {
    uint number, n = 0;
    string text;
    uint64 sum;

    while (yield stream.next_async (null, out number, out text)) {
        assert (number == ++n);
        assert (text == n.to_string ());
    }
    assert (n == upto);
    yield stream.outcome_async (null, out sum);
    return sum;
}

void test_async () {
    bool ended = false;

    start ();
    read_all.begin (proxy.open_count (20, null), 20, (source, result) => {
        try {
            assert (read_all.end (result) == 210);
        } catch (Error error) {
            assert_not_reached ();
        }
        ended = true;
    });
    while (!ended) {
        MainContext.default ().iteration (true);
    }
    stop ();
}

void test_sync () {
    uint number, n = 0;
    string text;
    uint64 sum;

    start ();
    try {
        var stream = proxy.open_count (10, null);
        while (stream.next_sync (out number, out text, null)) {
            assert (number == ++n);
        }
        assert (n == 10);
        stream.outcome_sync (out sum, null);
        assert (sum == 55);
    } catch (Error error) {
        assert_not_reached ();
    }
    stop ();
}

void test_failed () {
    uint number;
    string text;

    start ();
    try {
        proxy.open_count (1001, null).next_sync (out number, out text, null);
        assert_not_reached ();
    } catch (Error error) {
        assert (error is IOError.INVALID_ARGUMENT);
    }
    stop ();
}

void test_in () {
    start ();
    try {
        var stream = proxy.open_collect (null);
        assert (stream.write ("a"));
        assert (stream.write ("b"));
        stream.end ();
        assert (stream.outcome_sync (null) == "a b");
    } catch (Error error) {
        assert_not_reached ();
    }
    stop ();
}

void main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala/streams/async", test_async);
    GLib.Test.add_func ("/vala/streams/sync", test_sync);
    GLib.Test.add_func ("/vala/streams/failed", test_failed);
    GLib.Test.add_func ("/vala/streams/in", test_in);
    GLib.Test.run ();
}
