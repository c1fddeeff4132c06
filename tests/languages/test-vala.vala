// SPDX-License-Identifier: LGPL-2.1-or-later

/* Types that have names, from Vala: a service in C, and one in Vala. */

/* Answers with what it is given. */
class Service : Object, Test.Language {
    private Test.Entry? noted;

    public bool objects (File file, Cancellable? arg_cancellable, Regex regex, Bytes bytes,
                         out File out_file, out Cancellable? out_cancellable, out Regex out_regex,
                         out Bytes out_bytes) throws Error {
        out_file = file;
        out_cancellable = arg_cancellable;
        out_regex = regex;
        out_bytes = bytes;
        return true;
    }

    public bool numbers (Test.Mode mode, Test.Parts parts, FileType type, FileCopyFlags flags,
                         out Test.Mode out_mode, out Test.Parts out_parts, out FileType out_type,
                         out FileCopyFlags out_flags) throws Error {
        out_mode = mode;
        out_parts = parts;
        out_type = type;
        out_flags = flags;
        return true;
    }

    public bool arrays (GenericArray<File> files, GenericArray<Test.Entry> entries,
                        Array<Test.Mode> modes, GenericArray<DateTime>? dates,
                        out GenericArray<File> out_files, out GenericArray<Test.Entry> out_entries,
                        out Array<Test.Mode> out_modes, out GenericArray<DateTime>? out_dates) throws Error {
        out_files = files;
        out_entries = entries;
        out_modes = modes;
        out_dates = dates;
        return true;
    }

    public bool records (Test.Entry entry, Test.Tree? tree, out Test.Entry out_entry,
                         out Test.Tree? out_tree) throws Error {
        out_entry = entry.copy ();
        out_tree = tree != null ? tree.copy () : null;
        return true;
    }

    public File one_file (File file) throws Error {
        return file;
    }

    public GenericArray<File> one_array (GenericArray<File> files) throws Error {
        return files;
    }

    /* An asynchronous handler: it completes the call later. */
    public bool handle_one_entry (Norpc.Call call, Test.Entry entry) throws Error {
        Test.Entry copy = entry.copy ();

        Idle.add (() => {
            complete_one_entry (call, copy);
            return Source.REMOVE;
        });
        return true;
    }

    public bool refuse (int code) throws Error {
        throw new Error.literal (Test.StoreError.quark (), code, "as told");
    }

    public bool note (Test.Entry entry) throws Error {
        noted = entry.copy ();
        emit_noted (entry, new GenericArray<File> (), Test.Mode.FAST, null);
        return true;
    }

    public bool last_note (out Test.Entry? out_entry) throws Error {
        out_entry = (owned) noted;
        return true;
    }
}

Test.Entry make_entry (string key) {
    return new Test.Entry (key, 7, Test.Mode.READ_ONLY, Test.Parts.HEAD, new Bytes (key.data),
                           null, null, { "one", "two" }, null);
}

delegate void Body (Test.LanguageProxy proxy) throws Error;
delegate Test.Language Make ();

void run (Make make, Body body) {
    try {
        var server = new Norpc.Server (make ());
        server.start (null);
        body (new Test.LanguageProxy (server.get_channel ()));
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_no_error (error);
    }
}

void test_objects (Test.LanguageProxy proxy) throws Error {
    var file = File.new_for_path ("/a");
    var cancellable = new Cancellable ();
    File file_back;
    Cancellable? cancellable_back;
    Regex regex_back;
    Bytes bytes_back;

    proxy.call_objects_sync (file, cancellable, new Regex ("a"), new Bytes ("x".data),
                             out file_back, out cancellable_back, out regex_back, out bytes_back);
    assert (file_back == file && cancellable_back == cancellable);
    assert (regex_back.get_pattern () == "a" && bytes_back.compare (new Bytes ("x".data)) == 0);
    proxy.call_objects_sync (file, null, regex_back, bytes_back,
                             out file_back, out cancellable_back, out regex_back, out bytes_back);
    assert (cancellable_back == null);
}

void test_numbers (Test.LanguageProxy proxy) throws Error {
    Test.Mode mode;
    Test.Parts parts;
    FileType type;
    FileCopyFlags flags;

    proxy.call_numbers_sync (Test.Mode.SLOW, Test.Parts.HEAD | Test.Parts.TAIL, FileType.SPECIAL,
                             FileCopyFlags.BACKUP, out mode, out parts, out type, out flags);
    assert (mode == Test.Mode.SLOW && parts == Test.Parts.BOTH);
    assert (type == FileType.SPECIAL && flags == FileCopyFlags.BACKUP);
}

void test_arrays (Test.LanguageProxy proxy) throws Error {
    var files = new GenericArray<File> ();
    var entries = new GenericArray<Test.Entry> ();
    var modes = new Array<Test.Mode> ();
    var mode = Test.Mode.SLOW;

    files.add (File.new_for_path ("/a"));
    files.add (File.new_for_path ("/b"));
    entries.add (make_entry ("a"));
    modes.append_val (mode);

    GenericArray<weak File> files_back;
    GenericArray<weak Test.Entry> entries_back;
    Array<Test.Mode> modes_back;
    GenericArray<weak DateTime>? dates_back;

    proxy.call_arrays_sync (files, entries, modes, null,
                            out files_back, out entries_back, out modes_back, out dates_back);
    assert (files_back.length == 2 && files_back[1] == files[1]);
    assert (entries_back.length == 1 && entries_back[0].key == "a");
    assert (modes_back.length == 1 && modes_back.index (0) == Test.Mode.SLOW);
    assert (dates_back == null);
    assert (proxy.call_one_array_sync (files)[0] == files[0]);
}

void test_records (Test.LanguageProxy proxy) throws Error {
    var entry = make_entry ("key");
    var tree = new Test.Tree ("root", new GenericArray<Test.Tree> (), null);
    Test.Entry entry_back;
    Test.Tree? tree_back;

    proxy.call_records_sync (entry, tree, out entry_back, out tree_back);
    assert (entry_back.equal (entry) && tree_back.equal (tree));
    proxy.call_records_sync (entry, null, out entry_back, out tree_back);
    assert (tree_back == null);

    var keys = "";
    var handler = proxy.noted.connect ((noted_entry, files, mode, previous) => {
        assert (mode == Test.Mode.FAST && previous == null);
        keys += noted_entry.key;
    });
    proxy.call_note (entry);
    proxy.call_last_note_sync (out entry_back);
    while (MainContext.default ().iteration (false));
    proxy.disconnect (handler);
    assert (keys == "key");
    assert (entry_back.key == "key" && entry_back.tags[1] == "two");

    Variant? variant = entry_back.to_variant ();
    assert (!variant.is_floating ());
    assert (new Test.Entry.from_variant (variant).equal (entry));
}

/* A record owns its fields: one that is assigned outlives what it was assigned from, and is released once. */
void test_fields () {
    var file = File.new_for_path ("/a");
    var bytes = new Bytes ("bytes".data);
    var entry = make_entry ("key");
    Test.Entry entry_back;

    {
        string key = "%s %d".printf ("key", 2);
        string[] tags = { "three".up (), "four".up (), "five".up () };

        entry.key = key;
        entry.tags = tags;
        entry.bytes = bytes;
        entry.place = file;
        entry.count = new Variant.int32 (7);
    }
    assert (file.ref_count == 2 && bytes.length == 5);
    var box = new Test.Box (make_entry ("first"), new GenericArray<Test.Entry> (), null, new Array<Test.Mode> (),
                            new Variant ("a{sv}"));
    box.first = entry;
    box.entries = new GenericArray<Test.Entry> ();
    box.entries.add (entry.copy ());
    box.files = new GenericArray<File> ();
    box.files.add (file);
    assert (file.ref_count == 5);
    entry_back = box.first.copy ();
    assert (entry_back.equal (entry) && entry_back.key == "key 2" && entry_back.tags[2] == "FIVE");
    assert (entry_back.count.get_int32 () == 7);
    assert (box.copy ().equal (box));
    box = null;
    entry_back.place = null;
    entry_back.key = "key";
    assert (file.ref_count == 2);
    entry = null;
    assert (file.ref_count == 1);
}

async void call_later (Test.LanguageProxy proxy, MainLoop loop) {
    try {
        var back = yield proxy.call_one_entry (make_entry ("later"), null);
        var file = yield proxy.call_one_file (File.new_for_path ("/a"), null);

        assert (back.key == "later" && file.get_path () == "/a");
    } catch (Error error) {
        assert_no_error (error);
    }
    loop.quit ();
}

void test_later (Test.LanguageProxy proxy) throws Error {
    var loop = new MainLoop ();

    call_later.begin (proxy, loop);
    loop.run ();
}

void test_refuse (Test.LanguageProxy proxy) throws Error {
    try {
        proxy.call_refuse_sync (new Test.StoreError.FULL ("").code);
        assert_not_reached ();
    } catch (Test.StoreError.FULL error) {
        assert (error.message == "as told");
    }
}

void add (string name, owned Body body) {
    GLib.Test.add_data_func ("/vala/service-in-c/" + name, () => run (Test.caller_new_service, body));
    GLib.Test.add_data_func ("/vala/service-in-vala/" + name, () => run (() => new Service (), body));
}

/* Keeps what is written to its properties. */
class MixerService : Object, Test.Mixer {
    public double volume { get; set; default = 0.5; }
    public string title { get; set; default = "first"; }
    [CCode (array_length = false, array_null_terminated = true)]
    public string[] tags { get; set; }
    public Test.Mode mode { get; set; }
    public Test.Entry entry { get; set; }
    public File file { get; set; }
    public Variant options { get; default = new Variant ("a{sv}"); }

    construct {
        tags = { "one" };
    }
}

void test_properties () {
    try {
        var service = new MixerService ();
        var server = new Norpc.Server (service);
        server.start (null);
        var proxy = new Test.MixerProxy.sync (server.get_channel (), null);
        assert (proxy.ready && proxy.volume == 0.5 && proxy.title == "first" && proxy.tags[0] == "one");

        double[] volumes = {};
        proxy.notify["volume"].connect (() => {
            volumes += proxy.volume;
        });
        proxy.volume = 0.7;
        assert (proxy.set_title_sync ("second", null));
        assert (service.title == "second" && proxy.title == "second");
        service.volume = 0.9;
        while (proxy.volume != 0.9) {
            MainContext.default ().iteration (true);
        }
        assert (volumes.length == 2 && volumes[0] == 0.7 && volumes[1] == 0.9);
        server.stop (Norpc.StopMode.FINISH, null);
    } catch (Error error) {
        assert_not_reached ();
    }
}

void main (string[] args) {
    GLib.Test.init (ref args);
    add ("objects", test_objects);
    add ("numbers", test_numbers);
    add ("arrays", test_arrays);
    add ("records", test_records);
    add ("later", test_later);
    add ("refuse", test_refuse);
    GLib.Test.add_func ("/vala/fields", test_fields);
    GLib.Test.add_func ("/vala/properties", test_properties);
    GLib.Test.run ();
}
