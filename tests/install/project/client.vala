// SPDX-License-Identifier: LGPL-2.1-or-later

/* A service in Vala, with one of the two handlers. */
class Reverser : Object, Words.Joiner {
    public string join (string[] words, string separator) throws Error {
        var text = "";

        foreach (unowned string word in words)
            text = text == "" ? word : word + separator + text;
        return text;
    }
}

int main () {
    try {
        var reversing = Norpc.serve (new Reverser ());
        var server = Norpc.serve (new Words.Service ());
        var proxy = new Words.JoinerProxy (server.get_endpoint ());
        string[] words = { "a", "b" };

        assert (proxy.call_join_sync (words, "+", null) == "a+b");
        assert (new Words.JoinerProxy (reversing.get_endpoint ()).call_join_sync (words, "+", null) == "b+a");

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
