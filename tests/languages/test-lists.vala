// SPDX-License-Identifier: LGPL-2.1-or-later

/* List models of a service in another thread, and their mirrors. */

class Library : Object, Lists.Library {
    private ListStore store = new ListStore (typeof (Lists.Song));

    public ListModel songs { get { return store; } }

    public Library () {
        store.append (new Lists.Song ("first", 1));
    }

    public void clear () {
        store = new ListStore (typeof (Lists.Song));
        notify_property ("songs");
    }

    public ListModel find () throws Error {
        return store;
    }

    public bool add (string[] titles) throws Error {
        foreach (unowned string title in titles) {
            store.append (new Lists.Song (title, store.get_n_items () + 1));
        }
        store.remove (0);
        return true;
    }
}

string titles (ListModel songs) {
    var result = new StringBuilder ();
    for (uint i = 0; i < songs.get_n_items (); i++) {
        var song = (Lists.Song) songs.get_item (i);
        result.append_printf ("%u %s;", song.get_number (), song.title);
    }
    return result.str;
}

void test_followed () {
    try {
        var server = new Norpc.Server (new Library ());
        server.start (null);
        var proxy = new Lists.LibraryProxy.sync (server.get_channel (), null);
        ListModel songs = proxy.songs;
        string? changes = null;

        songs.items_changed.connect ((position, removed, added) => {
            changes = "%u-%u+%u".printf (position, removed, added);
        });
        assert (titles (songs) == "1 first;");
        assert (proxy.call_add_sync ({ "second", "third" }, null));
        assert (titles (songs) == "1 first;");
        while (changes == null) {
            MainContext.default ().iteration (true);
        }
        assert (changes == "0-1+2");
        assert (titles (songs) == "2 second;3 third;");
        assert (proxy.call_find_sync (null) == songs);
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
}

/* The service runs in the main context, so the test may use it. */
void test_another_list () {
    try {
        var library = new Library ();
        var server = new Norpc.Server.in_context (library, MainContext.default ());
        server.start (null);
        var proxy = new Lists.LibraryProxy (server.get_channel ());

        while (!proxy.ready) {
            MainContext.default ().iteration (true);
        }
        ListModel songs = proxy.songs;
        library.clear ();
        while (proxy.songs == songs) {
            MainContext.default ().iteration (true);
        }
        assert (titles (songs) == "1 first;");
        assert (titles (proxy.songs) == "");
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void main (string[] args) {
    GLib.Test.init (ref args);
    GLib.Test.add_func ("/vala/lists/followed", test_followed);
    GLib.Test.add_func ("/vala/lists/another-list", test_another_list);
    GLib.Test.run ();
}
