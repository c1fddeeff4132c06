// SPDX-License-Identifier: LGPL-2.1-or-later

// A client in JavaScript, and a service in JavaScript where it can be.

imports.gi.versions.Kv = '1';
imports.gi.versions.Norpc = '1';
imports.gi.versions.Test = '1';
const { Gio, GLib, GObject, Kv, Norpc, Test } = imports.gi;
const ByteArray = imports.byteArray;
const System = imports.system;
const { assert, run, test } = imports.tap;

// GJS releases what is transferred to a virtual function, and does so when the program ends.
const releasesAtEnd = System.version >= 17701;

function data(text) {
    return new GLib.Bytes(ByteArray.fromString(text));
}

function text(bytes) {
    return ByteArray.toString(bytes.toArray());
}

function get(proxy, key) {
    const loop = new GLib.MainLoop(null, false);
    let outcome = null;
    proxy.call_get(0, data(key), null, (source, result) => {
        try {
            [, outcome] = source.call_get_finish(result);
        } catch (error) {
            outcome = error;
        }
        loop.quit();
    });
    loop.run();
    return outcome;
}

const JsStore = GObject.registerClass({
    Implements: [Kv.Store],
}, class JsStore extends GObject.Object {
    vfunc_get(_database, key) {
        return [true, data(`${text(key)}!`)];
    }

    vfunc_get_size(database) {
        return [true, database === 0 ? 7 : -1];
    }
});

const LaterStore = GObject.registerClass({
    Implements: [Kv.Store],
}, class LaterStore extends GObject.Object {
    vfunc_handle_get(call, _database, key) {
        const kept = call.ref();
        const value = data(`${text(key)} later`);
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            if (value.get_size() > 6)
                this.complete_get(kept, value);
            else
                kept.return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT, 'No key');
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }
});

// Answers with what moves to it.
const Mover = GObject.registerClass({
    Implements: [Test.Language],
}, class Mover extends GObject.Object {
    vfunc_moved(...args) {
        return [true, ...args];
    }
});

// Keeps the call, and gives back what moved when it is told to.
const LaterMover = GObject.registerClass({
    Implements: [Test.Language],
}, class LaterMover extends GObject.Object {
    vfunc_handle_moved(call, cancellable, _text, entry, files) {
        const kept = call.ref();
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            System.gc();
            this.complete_moved(kept, cancellable, 'later', entry, files);
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }
});

function tracked(object) {
    Test.caller_track(object);
    return object;
}

// How a call ends whose arguments move, all of which are counted.
function move(proxy, call, withText) {
    const loop = new GLib.MainLoop(null, false);
    const entry = Test.Entry.new('key', 7, Test.Mode.FAST, Test.Parts.HEAD, data('bytes'),
        tracked(Gio.File.new_for_path('/b')), null, [], null);
    const args = [tracked(new Gio.Cancellable()), ...withText ? ['text'] : [], entry,
        [tracked(Gio.File.new_for_path('/c'))]];
    let outcome = null;
    proxy[`call_${call}`](...args, null, (source, result) => {
        try {
            const [ok, , text, back, files] = source[`call_${call}_finish`](result);
            outcome = `${ok} ${text} ${back.key} ${back.place.get_path()} ${files[0].get_path()}`;
        } catch (error) {
            outcome = error;
        }
        loop.quit();
    });
    loop.run();
    return outcome;
}

// Also objects that are finalized in idle time.
function collect() {
    for (let i = 0; i < 4; i++) {
        System.gc();
        while (GLib.MainContext.default().iteration(false));
    }
}

function assertNoneLeft() {
    collect();
    assert(Test.caller_get_n_tracked() === 0, `${Test.caller_get_n_tracked()} objects are left`);
}

test('client', () => {
    const server = Norpc.Server.new(Kv.caller_new_store());
    server.start(null);
    const proxy = Kv.StoreProxy.new(server.get_channel());
    proxy.call_set_sync(0, data('key'), data('value'), 0, 0, null);
    const [ok, value] = proxy.call_get_sync(0, data('key'), null);
    assert(ok && text(value) === 'value', 'sync');
    assert(text(get(proxy, 'key')) === 'value', 'async');
    server.stop(Norpc.StopMode.FINISH, null);
});

test('service in a thread of its own is refused', () => {
    const server = Norpc.Server.new(new JsStore());
    let caught = null;
    try {
        server.start(null);
    } catch (error) {
        caught = error;
    }
    assert(caught !== null && caught.matches(Norpc.Error, Norpc.Error.FAILED), `${caught}`);
});

test('service in the context of the interpreter', () => {
    const server = Norpc.Server.new_in_context(new JsStore(), null);
    server.start(null);
    const proxy = Kv.StoreProxy.new(server.get_channel());
    assert(text(get(proxy, 'key')) === 'key!', 'async');
    server.stop(Norpc.StopMode.FINISH, null);
});

test('service that answers later', () => {
    const server = Norpc.Server.new_in_context(new LaterStore(), null);
    server.start(null);
    const proxy = Kv.StoreProxy.new(server.get_channel());
    assert(text(get(proxy, 'key')) === 'key later', 'async');
    assert(get(proxy, '').matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT), 'error');
    server.stop(Norpc.StopMode.FINISH, null);
});

test('types that have names', () => {
    const server = Norpc.Server.new(Test.caller_new_service());
    server.start(null);
    const proxy = Test.LanguageProxy.new(server.get_channel());
    const [, mode, parts, kind] = proxy.call_numbers_sync(
        Test.Mode.SLOW, Test.Parts.BOTH, Gio.FileType.SPECIAL, Gio.FileCopyFlags.BACKUP, null);
    assert(mode === Test.Mode.SLOW && parts === Test.Parts.BOTH && kind === Gio.FileType.SPECIAL,
        'enumerations and flags');
    const entry = Test.Entry.new('key', 7, Test.Mode.READ_ONLY, Test.Parts.HEAD, data('bytes'),
        null, null, ['one', 'two'], null);
    const back = proxy.call_one_entry_sync(entry, null);
    assert(back.key === 'key' && back.equal(entry), 'record');
    const file = Gio.File.new_for_path('/a');
    assert(proxy.call_one_file_sync(file, null).equal(file), 'object');
    const files = proxy.call_one_array_sync([file, file], null);
    assert(files.length === 2 && files[1].equal(file), 'array');
    let caught = null;
    try {
        proxy.call_refuse_sync(Test.StoreError.FULL, null);
    } catch (error) {
        caught = error;
    }
    assert(caught !== null && caught.matches(Test.StoreError, Test.StoreError.FULL), `${caught}`);
    server.stop(Norpc.StopMode.FINISH, null);
});

// How a call ends, asynchronously and synchronously.
function failures(proxy, call, ...args) {
    const loop = new GLib.MainLoop(null, false);
    const caught = [];
    proxy[`call_${call}`](...args, null, (source, result) => {
        try {
            source[`call_${call}_finish`](result);
        } catch (error) {
            caught.push(error);
        }
        loop.quit();
    });
    loop.run();
    try {
        proxy[`call_${call}_sync`](...args, null);
    } catch (error) {
        caught.push(error);
    }
    return caught;
}

function assertRefused(caught, message) {
    assert(caught.length === 2, 'both fail');
    for (const error of caught) {
        assert(error.matches(Norpc.Error, Norpc.Error.INVALID_ARGUMENT), `${error}`);
        assert(error.message === `org.example.Test.Language.${message}`, error.message);
    }
}

test('signals', () => {
    const server = Norpc.Server.new(Test.caller_new_service());
    server.start(null);
    const proxy = Test.LanguageProxy.new(server.get_channel());
    const seen = [];
    const handler = proxy.connect('noted', (source, entry, files, mode, previous) => {
        seen.push(`${source === proxy} ${entry.key} ${mode} ${previous?.key}`);
    });
    for (const key of ['a', 'b']) {
        proxy.call_note(Test.Entry.new(key, 7, Test.Mode.FAST, Test.Parts.HEAD, data('bytes'),
            null, null, [], null));
    }
    while (seen.length < 2)
        GLib.MainContext.default().iteration(true);
    assert(seen.join() === `true a ${Test.Mode.FAST} undefined,true b ${Test.Mode.FAST} a`, seen.join());
    proxy.disconnect(handler);
    server.stop(Norpc.StopMode.FINISH, null);
});

const JsMixer = GObject.registerClass({
    Implements: [Test.Mixer],
    Properties: Object.fromEntries(['volume', 'title', 'tags', 'mode', 'entry', 'file', 'options'].map(
        name => [name, GObject.ParamSpec.override(name, Test.Mixer)])),
}, class JsMixer extends GObject.Object {
    _init() {
        super._init();
        this._volume = 0.5;
    }

    get volume() {
        return this._volume;
    }

    set volume(value) {
        if (value === this._volume)
            return;
        this._volume = Math.min(value, 1);
        this.notify('volume');
    }

    get title() {
        return 'first';
    }

    get tags() {
        return ['one'];
    }

    get mode() {
        return Test.Mode.SLOW;
    }

    get entry() {
        return null;
    }

    get file() {
        return null;
    }

    get options() {
        return new GLib.Variant('a{sv}', {});
    }
});

test('properties', () => {
    const server = Norpc.Server.new_in_context(new JsMixer(), null);
    server.start(null);
    const proxy = Test.MixerProxy.new(server.get_channel());
    while (!proxy.ready)
        GLib.MainContext.default().iteration(true);
    assert(proxy.volume === 0.5 && proxy.title === 'first', 'values');
    assert(proxy.tags.join() === 'one' && proxy.mode === Test.Mode.SLOW, 'values');
    const seen = [];
    proxy.connect('notify::volume', () => seen.push(proxy.volume));
    proxy.volume = 7;
    assert(proxy.volume === 7, 'written');
    while (proxy.volume !== 1)
        GLib.MainContext.default().iteration(true);
    assert(seen.join() === '7,1', seen.join());
    server.stop(Norpc.StopMode.FINISH, null);
});

test('values that are not as described', () => {
    const server = Norpc.Server.new(Test.caller_new_service());
    server.start(null);
    const proxy = Test.LanguageProxy.new(server.get_channel());
    assertRefused(failures(proxy, 'options', new GLib.Variant('a{ss}', {})),
        "Options: argument 'options': expected a GVariant of type 'a{sv}', got one of type 'a{ss}'");
    server.stop(Norpc.StopMode.FINISH, null);
});

test('proxy without an endpoint', () => {
    for (const error of failures(new Test.LanguageProxy(), 'one_array', []))
        assert(error.matches(Norpc.Error, Norpc.Error.CLOSED), `${error}`);
});

// GJS sets an error beside a result that it could not convert.
test('result that is out of range', () => {
    const server = Norpc.Server.new_in_context(new JsStore(), null);
    server.start(null);
    const proxy = Kv.StoreProxy.new(server.get_channel());
    const loop = new GLib.MainLoop(null, false);
    const outcomes = [];
    for (const database of [0, 1]) {
        proxy.call_get_size(database, null, (source, result) => {
            try {
                outcomes.push(source.call_get_size_finish(result)[1]);
            } catch (error) {
                outcomes.push(error.message);
            }
            if (outcomes.length === 2)
                loop.quit();
        });
    }
    loop.run();
    assert(outcomes[0] === 7, `${outcomes[0]}`);
    assert(`${outcomes[1]}`.includes('out of range'), `${outcomes[1]}`);
    server.stop(Norpc.StopMode.FINISH, null);
});

test('arguments that move are released', () => {
    for (const [service, expected] of [[new Mover(), 'true text key /b /c'],
        [new LaterMover(), 'true later key /b /c']]) {
        const server = Norpc.Server.new_in_context(service, null);
        server.start(null);
        const proxy = Test.LanguageProxy.new(server.get_channel());
        const outcome = move(proxy, 'moved', true);
        assert(outcome === expected, `${outcome}`);
        const error = move(proxy, 'unwanted', false);
        assert(error.matches(Norpc.Error, Norpc.Error.NOT_IMPLEMENTED), `${error}`);
        server.stop(Norpc.StopMode.FINISH, null);
        if (!releasesAtEnd)
            assertNoneLeft();
    }
});

run();
