// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls with promises: what proxies have in JavaScript.

imports.gi.versions.Kv = '1';
imports.gi.versions.Lists = '1';
imports.gi.versions.Norpc = '1';
imports.gi.versions.People = '1';
imports.gi.versions.Streams = '1';
imports.gi.versions.Test = '1';
const { Gio, GLib, GObject, Kv, Norpc, People, Test } = imports.gi;
const System = imports.system;
const { assert, assertRejects, equal, run, test } = imports.tap;

const bytes = text => new TextEncoder().encode(text);
const text = array => new TextDecoder().decode(array);

// Runs a function with a proxy of a store in C.
async function withStore(func) {
    const server = Norpc.serve(Kv.caller_new_store());
    const [store] = server.make_proxy();
    try {
        await func(store, server);
    } finally {
        server.stop(Norpc.StopMode.FINISH, null);
    }
}

// Runs a function with a proxy of a service in C that gives back what it gets.
async function withLanguage(func) {
    const server = Norpc.serve(Test.caller_new_service());
    try {
        await func(Test.LanguageProxy.new(server.get_endpoint()));
    } finally {
        server.stop(Norpc.StopMode.FINISH, null);
    }
}

function makeEntry(key) {
    return Test.Entry.new(key, 7, Test.Mode.FAST, Test.Parts.HEAD, bytes('bytes'), null, null, ['one'], null);
}

// Reads several values at once.
function readAll(store, keys) {
    return Promise.all(keys.map(key => store.get(0, bytes(key))));
}

// Reads a value unless that takes too long.
async function readQuickly(store, key) {
    try {
        return await store.get(0, bytes(key), { timeout: 100, priority: Norpc.Priority.URGENT });
    } catch (error) {
        if (error.matches(Norpc.Error, Norpc.Error.TIMED_OUT))
            return null;
        throw error;
    }
}

test('results', () => withStore(async store => {
    equal(await store.set(0, bytes('key'), bytes('old'), 0, Kv.SetFlags.NONE), [true, null]);
    const [, previous] = await store.set(0, bytes('key'), bytes('new'), 0, Kv.SetFlags.GET_PREVIOUS);
    equal(text(previous), 'old');
    const value = await store.get(0, bytes('key'));
    assert(value instanceof Uint8Array && text(value) === 'new', 'bytes');
    equal(await store.get(0, bytes('none')), null);
    equal(await store.get_length(0, bytes('key')), 3);
    equal(await store.remove(0, [bytes('key')]).catch(error => error.message.split(':')[0]), "argument 'keys'");
    equal((await readAll(store, ['key', 'key'])).length, 2);
}));

test('synchronous calls', () => withStore(store => {
    store.set_sync(0, bytes('key'), bytes('value'), 0, 0);
    equal(text(store.get_sync(0, bytes('key'))), 'value');
    equal(store.get_sync(0, bytes('none')), null);
}));

test('named types', () => withLanguage(async proxy => {
    const entry = makeEntry('key');
    const back = await proxy.one_entry(entry);
    assert(back.key === 'key' && back.equal(entry), 'record');
    const file = Gio.File.new_for_path('/a');
    assert((await proxy.one_file(file)).equal(file), 'object');
    const files = await proxy.one_array([file, file]);
    assert(files.length === 2 && files[1].equal(file), 'array');
    equal((await proxy.numbers(Test.Mode.SLOW, Test.Parts.BOTH, Gio.FileType.SPECIAL, Gio.FileCopyFlags.BACKUP))
        .slice(0, 2), [Test.Mode.SLOW, Test.Parts.BOTH]);
}));

test('errors', () => withLanguage(async proxy => {
    const error = await assertRejects(() => proxy.refuse(Test.StoreError.FULL));
    assert(error.matches(Test.StoreError, Test.StoreError.FULL), `${error}`);
}));

// Each is rejected before anything is sent.
test('wrong arguments', () => withStore(async store => {
    const key = bytes('key');
    for (const [call, message] of [
        [() => store.get(0, 5), "argument 'key': expected a Uint8Array, got the number 5"],
        [() => store.get(0), "argument 'key': expected a Uint8Array, got undefined"],
        [() => store.get('0', key), "argument 'database': expected an integer, got a string"],
        [() => store.get(0.5, key), "argument 'database': expected an integer, got the number 0.5"],
        [() => store.get(2 ** 32 + 5, key),
            "argument 'database': expected a number from 0 to 4294967295, got 4294967301"],
        [() => store.get(0, key, { tiemout: 3 }),
            "options: 'tiemout' is not an option; expected one of cancellable, parent, priority, timeout"],
        [() => store.get(0, key, { timeout: 0 }),
            "option 'timeout': expected a number of milliseconds greater than 0, got the number 0"],
        [() => store.get(0, key, { timeout: NaN }),
            "option 'timeout': expected a number of milliseconds greater than 0, got the number NaN"],
        [() => store.get(0, key, { cancellable: '' }), "option 'cancellable': expected a Gio.Cancellable, got a string"],
        [() => store.get(0, key, { cancellable: new Gio.SimpleAction() }),
            "option 'cancellable': expected a Gio.Cancellable, got GSimpleAction"],
        [() => store.get(0, key, { parent: false }), "option 'parent': expected a Norpc.Call, got a boolean"],
        [() => store.get(0, key, { priority: 'urgent' }), "option 'priority': expected a Norpc.Priority, got a string"],
        [() => store.get(0, key, { priority: 77 }), "option 'priority': expected a Norpc.Priority, got the number 77"],
        [() => store.get(0, key, []), 'options: expected an object or a Gio.Cancellable, got Array'],
        [() => store.get(0, key, new Date()), 'options: expected an object or a Gio.Cancellable, got Date'],
        [() => store.get(0, key, 5), 'options: expected an object or a Gio.Cancellable, got the number 5'],
        [() => store.get(0, key, {}, 1), 'get(): expected 2 arguments and options, got 4'],
    ])
        equal((await assertRejects(call)).message, message);
}));

test('wrong arguments of named types', () => withLanguage(async proxy => {
    for (const [call, message] of [
        [() => proxy.one_file('/a'), "argument 'file': expected a GFile, got a string"],
        [() => proxy.one_file(null), "argument 'file': expected a GFile, got null"],
        [() => proxy.one_entry(Gio.File.new_for_path('/')), "argument 'entry': expected a TestEntry, got GLocalFile"],
        [() => proxy.one_array([Gio.File.new_for_path('/'), 5]),
            "argument 'files'[1]: expected a GFile, got the number 5"],
        [() => proxy.options([]), "argument 'options': expected an object, got Array"],
        [() => proxy.options(new Map([['a', 1]])), "argument 'options': expected an object, got Map"],
        [() => proxy.options({ 'a\0b': 1 }), "argument 'options', a key: the string contains a NUL character"],
        [() => proxy.options({ a: '\ud800' }), "argument 'options'.a: the string contains half of a surrogate pair"],
        [() => proxy.options({ f: () => 1 }), "argument 'options'.f: expected a value that a GLib.Variant can have, got a function"],
        [() => proxy.options(new GLib.Variant('as', [])),
            "argument 'options': expected a GLib.Variant of type 'a{sv}', got 'as'"],
        [() => proxy.note(5), "argument 'entry': expected a TestEntry, got the number 5"],
    ])
        equal((await assertRejects(call)).message, message);
}));

test('cancellation', () => withStore(async store => {
    const cancellable = new Gio.Cancellable();
    const calls = [store.get(0, bytes('key'), cancellable), store.get(0, bytes('key'), { cancellable })];
    cancellable.cancel();
    for (const call of calls) {
        const error = await assertRejects(() => call);
        assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), `${error}`);
    }
}));

test('one-way calls', () => withLanguage(async proxy => {
    const noted = [];
    const handler = proxy.connect('noted', (_proxy, { key }) => noted.push(key));
    equal(proxy.note(makeEntry('a')), undefined);
    proxy.note(makeEntry('b'));
    equal((await proxy.last_note()).key, 'b');
    equal(noted, ['a', 'b']);
    proxy.disconnect(handler);
}));

test('signals', async () => {
    const fake = Norpc.Fake.new(People.directory_interface_info());
    const watch = Norpc.SignalWatch.new(People.DirectoryProxy.new(fake), 'changed');
    ['Ada', 'Adam'].forEach(name => fake.emit_variant('Changed', new GLib.Variant('(s)', [name])));
    const names = [];
    for await (const name of watch) {
        if (names.push(name) === 2)
            break;
    }
    equal(names, ['Ada', 'Adam']);
});

test('signal that does not exist', () => {
    const proxy = People.DirectoryProxy.new(Norpc.Fake.new(People.directory_interface_info()));
    for (const name of ['nothing', 'notify']) {
        try {
            Norpc.SignalWatch.new(proxy, name);
        } catch (error) {
            assert(error instanceof TypeError && error.message.endsWith(`has no signal '${name}'`), `${error}`);
            continue;
        }
        assert(false, name);
    }
    assert(Norpc.SignalWatch.new(proxy, 'Changed') !== null, 'the name of the description');
});

// A class of JavaScript inherits the functions, and may replace them.
test('derived class', () => withStore(async (_store, server) => {
    const Loud = GObject.registerClass(class Loud extends Norpc.Proxy {});
    equal(new Loud().get, undefined);
    const proxy = Kv.StoreProxy.new(server.get_endpoint());
    assert(proxy.connect !== undefined && proxy.nothing === undefined && proxy.then === undefined, 'others');
    proxy.get = () => 'mine';
    equal(proxy.get(), 'mine');
    await Kv.StoreProxy.new(server.get_endpoint()).get(0, bytes('key'));
}));

test('fake, with a timeout', async () => {
    const clock = Norpc.ManualClock.new();
    const fake = Norpc.Fake.new(Kv.store_interface_info());
    const store = Kv.StoreProxy.new(fake);
    fake.never_answer('Get');
    const reading = readQuickly(store, 'key');
    clock.run(100);
    equal(await reading, null);
    equal(fake.get_n_calls('Get'), 1);
    equal(fake.get_call('Get', 0).is_cancelled(), true);
});

test('fake that answers', async () => {
    const fake = Norpc.Fake.new(People.directory_interface_info());
    const directory = People.DirectoryProxy.new(fake);
    fake.answer_variant('Find', new GLib.Variant('(as)', [['Ada', 'Adam']]));
    equal(await directory.find('a', 10), ['Ada', 'Adam']);
    equal(fake.get_call('Find', 0).get_arg(0), 'a');
    equal((await assertRejects(() => directory.find('a\0b', 10))).message,
        "argument 'text': the string contains a NUL character");
    fake.close();
    const error = await assertRejects(() => directory.find('a', 10));
    assert(error.matches(Norpc.Error, Norpc.Error.CLOSED), `${error}`);
});

test('properties', async () => {
    const fake = Norpc.Fake.new(People.directory_interface_info());
    fake.get_service().size = 7;
    const directory = People.DirectoryProxy.new(fake);
    await directory.load_async(null);
    equal(directory.size, 7);
});

run();
