// SPDX-License-Identifier: LGPL-2.1-or-later

int main () {
    try {
        var service = new Words.Service ();
        var server = new Norpc.Server (service);
        server.start (null);
        var proxy = new Words.JoinerProxy (server.get_channel ());
        string[] words = { "a", "b" };

        assert (proxy.call_join_sync (words, "+", null) == "a+b");

        var loop = new MainLoop ();
        proxy.call_join.begin (words, "-", null, (source, result) => {
            try {
                assert (proxy.call_join.end (result) == "a-b");
            } catch (Error error) {
                assert_not_reached ();
            }
            loop.quit ();
        });
        loop.run ();
    } catch (Error error) {
        printerr ("%s\n", error.message);
        return 1;
    }
    return 0;
}
