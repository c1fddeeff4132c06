// SPDX-License-Identifier: LGPL-2.1-or-later

// Services in JavaScript, which run in the main context, as their clients do.

imports.gi.versions.Kv = '1';
imports.gi.versions.Lists = '1';
imports.gi.versions.Norpc = '1';
imports.gi.versions.Streams = '1';
imports.gi.versions.Test = '1';
const { Gio, GLib, GObject, Kv, Lists, Norpc, Streams, Test } = imports.gi;
const System = imports.system;
const { assert, assertRejects, equal, run, test } = imports.tap;

const bytes = text => new TextEncoder().encode(text);
const text = array => new TextDecoder().decode(array);
const pause = () => new Promise(resolve => GLib.idle_add(GLib.PRIORITY_LOW, () => {
    resolve();
    return GLib.SOURCE_REMOVE;
}));

// Runs a function with a proxy of a service.
async function withService(service, func) {
    const server = Norpc.serve(service);
    try {
        await func(server.make_proxy(), server);
    } finally {
        server.stop(Norpc.StopMode.ABANDON, null);
    }
}

// A service with state, which needs no lock.
const Store = GObject.registerClass({
    Implements: [Kv.Store],
}, class Store extends Norpc.Service {
    values = new Map();

    get(_database, key) {
        return this.values.get(text(key)) ?? null;
    }

    set(_database, key, value, _ttl, _flags) {
        const previous = this.values.get(text(key)) ?? null;
        this.values.set(text(key), value);
        return [true, previous];
    }

    async take(database, key) {
        while (!this.values.has(text(key)))
            await pause();
        const value = this.get(database, key);
        this.values.delete(text(key));
        return value;
    }
});

// Each method fails in another way.
const Faulty = GObject.registerClass({
    Implements: [Kv.Store],
}, class Faulty extends Norpc.Service {
    get() {
        return 'not bytes';
    }

    set() {
        return true;
    }

    async take() {
        await pause();
        return 5;
    }

    get_length() {
        return -1;
    }

    get_size(database) {
        if (database === 1)
            throw 'a text';  // eslint-disable-line no-throw-literal
        if (database === 2)
            throw undefined;  // eslint-disable-line no-throw-literal
        throw new RangeError('on purpose');
    }

    async flush() {
        await pause();
        throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.BUSY, 'not now');
    }

    persist() {
        Norpc.Call.get_current().return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.EXISTS, 'by hand');
    }
});

const Notes = GObject.registerClass({
    Implements: [Test.Language],
}, class Notes extends Norpc.Service {
    async one_entry(entry) {
        await pause();
        System.gc();
        return entry;
    }

    async one_file(file) {
        await pause();
        return file;
    }

    options(options) {
        return { ...options, more: [1, 2] };
    }

    note(entry) {
        this.last = entry;
        this.emit_noted(entry, [], Test.Mode.FAST, null);
    }

    refuse(code) {
        throw new Test.StoreError({ code, message: 'as asked' });
    }
});

const Mixer = GObject.registerClass({
    Implements: [Test.Mixer, Norpc.Lifecycle],
}, class Mixer extends Norpc.Service {
    lives = [];

    vfunc_start() {
        this.volume = 0.5;
        this.options = new GLib.Variant('a{sv}', { one: new GLib.Variant('i', 1) });
        this.lives.push('start');
        return true;
    }

    vfunc_stop() {
        this.lives.push('stop');
    }
});

const Hasty = GObject.registerClass({
    Implements: [Test.Mixer, Norpc.Lifecycle],
}, class Hasty extends Norpc.Service {
    async vfunc_start() {
        return true;
    }
});

const Feed = GObject.registerClass({
    Implements: [Streams.Feed],
}, class Feed extends Norpc.Service {
    async count(stream, upto) {
        for (let number = 1; number <= upto; number++) {
            await stream.send(number, `${number}`);
            this.sent = number;
        }
        return upto * (upto + 1) / 2;
    }

    async collect(stream) {
        const texts = [];
        for await (const item of stream)
            texts.push(item);
        return texts.join(' ');
    }
});

const Library = GObject.registerClass({
    Implements: [Lists.Library],
}, class Library extends Norpc.Service {
    _init() {
        super._init();
        this.songs = Gio.ListStore.new(Lists.Song.$gtype);
        this.songs.append(Lists.Song.new('first', 1));
    }

    find() {
        return this.songs;
    }

    add(titles) {
        titles.forEach(title => this.songs.append(Lists.Song.new(title, 2)));
    }
});

// Reads a stream to its end.
async function sumUp(feed, upto) {
    const stream = feed.count(upto);
    let total = 0;
    for await (const [number] of stream)
        total += number;
    return [total, await stream.outcome()];
}

// Writes a stream.
async function join(feed, texts) {
    const stream = feed.collect();
    for (const item of texts)
        await stream.send(item);
    stream.end();
    return stream.outcome();
}

test('methods', () => withService(new Store(), async store => {
    assert(store instanceof Kv.StoreProxy, `${store}`);
    equal(await store.get(0, bytes('a')), null);
    equal(await store.set(0, bytes('a'), bytes('1'), 0, 0), [true, null]);
    equal(text(await store.get(0, bytes('a'))), '1');
    const taking = store.take(0, bytes('b'));
    await store.set(0, bytes('b'), bytes('2'), 0, 0);
    System.gc();
    equal(text(await taking), '2');
    const error = await assertRejects(() => store.get_ttl(0, bytes('a')));
    assert(error.matches(Norpc.Error, Norpc.Error.NOT_IMPLEMENTED), `${error}`);
    assert((await assertRejects(async () => store.get_sync(0, bytes('a'))))
        .matches(Norpc.Error, Norpc.Error.WOULD_DEADLOCK), 'in the same context');
}));

test('wrong results, and exceptions', () => withService(new Faulty(), async store => {
    const key = bytes('key');
    for (const [call, message] of [
        [() => store.get(0, key), "TypeError: result 'value': expected a Uint8Array, got a string"],
        [() => store.set(0, key, key, 0, 0), 'TypeError: set(): expected an array of 2 results, got a boolean'],
        [() => store.take(0, key), "TypeError: result 'value': expected a Uint8Array, got the number 5"],
        [() => store.get_size(0), 'RangeError: on purpose'],
        [() => store.get_size(1), 'a text'],
        [() => store.get_size(2), 'undefined'],
        [() => store.flush(), 'not now'],
        [() => store.persist(0, key), 'by hand'],
    ])
        equal((await assertRejects(call)).message, message);
    assert((await assertRejects(() => store.get_length(0, key))).message.startsWith('RangeError: result '), 'range');
}));

test('named types', () => withService(new Notes(), async proxy => {
    const entry = Test.Entry.new('key', 7, Test.Mode.FAST, Test.Parts.HEAD, bytes('bytes'), null, null, [], null);
    assert((await proxy.one_entry(entry)).equal(entry), 'record');
    equal((await proxy.one_file(Gio.File.new_for_path('/a'))).get_path(), '/a');
    equal(await proxy.options({ a: 1 }), { a: 1, more: [1, 2] });
    const error = await assertRejects(() => proxy.refuse(Test.StoreError.FULL));
    assert(error.matches(Test.StoreError, Test.StoreError.FULL), `${error}`);
}));

// The record that a method got may be kept.
test('record of a call that has ended', async () => {
    const notes = new Notes();
    await withService(notes, async proxy => {
        for (const key of ['kept', 'other']) {
            proxy.note(Test.Entry.new(key, 7, Test.Mode.FAST, Test.Parts.HEAD, bytes(''), null, null, [], null));
            await proxy.options({});
            notes.first ??= notes.last;
        }
        System.gc();
        equal(notes.first.key, 'kept');
    });
});

test('signals', () => withService(new Notes(), async proxy => {
    const entry = Test.Entry.new('key', 7, Test.Mode.FAST, Test.Parts.HEAD, bytes('bytes'), null, null, [], null);
    const noted = new Promise(resolve => proxy.connect('noted', (_proxy, { key }) => resolve(key)));
    proxy.note(entry);
    equal(await noted, 'key');
}));

test('properties and life cycle', async () => {
    const mixer = new Mixer();
    await withService(mixer, async proxy => {
        await proxy.load_async(null);
        equal(proxy.volume, 0.5);
        equal(proxy.options.recursiveUnpack(), { one: 1 });
        const changed = new Promise(resolve => proxy.connect('notify::volume', () => resolve(proxy.volume)));
        mixer.volume = 0.75;
        equal(await changed, 0.75);
        for (const [name, value, message] of [
            ['volume', 'loud', "property 'volume': expected a number, got a string"],
            ['volume', undefined, "property 'volume': expected a number, got undefined"],
            ['options', 5, "property 'options': expected an object, got the number 5"],
        ])
            equal((await assertRejects(async () => (mixer[name] = value))).message, message);
        mixer.options = { two: 2 };
        equal([mixer.volume, mixer.options.recursiveUnpack()], [0.75, { two: 2 }]);
    });
    equal(mixer.lives, ['start', 'stop']);
});

test('objects without an interface', async () => {
    for (const [service, message] of [
        [new Gio.SimpleAction({ name: 'a' }), 'GSimpleAction implements no interface of a description, so it cannot be called'],
        [null, "argument 'service': expected an object, got null"],
    ])
        equal((await assertRejects(async () => Norpc.serve(service))).message, message);
});

test('start that is not done when it returns', async () => {
    const error = await assertRejects(async () => Norpc.serve(new Hasty()));
    equal(error.message, 'vfunc_start(): expected a boolean, got Promise');
});

test('streams', () => withService(new Feed(), async feed => {
    equal(await sumUp(feed, 20), [210, 210]);
    equal(await join(feed, ['a', 'b', 'c']), 'a b c');
    equal(await join(feed, []), '');
    const stream = feed.collect();
    equal((await assertRejects(() => stream.send(5))).message, "value 'text': expected a string, got the number 5");
    await Promise.all(['x', 'y'].map(item => stream.send(item)));
    stream.end();
    equal(await stream.outcome(), 'x y');
}));

test('wrong ends of streams', () => withService(new Feed(), async feed => {
    const reader = feed.count(1);
    equal((await assertRejects(() => reader.send(1, 'a'))).message,
        'this end of the stream reads; it cannot write items');
    const writer = feed.collect();
    const error = await assertRejects(async () => {
        for await (const item of writer)
            assert(false, item);
    });
    assert(error instanceof TypeError, `${error}`);
    reader.close();
    writer.close();
}));

// More than the reader lets wait, so that each waits for the one before.
test('items that are sent at once', () => withService(new Feed(), async feed => {
    const items = Array.from({ length: 300 }, (_, index) => `${index}`);
    const stream = feed.collect();
    await Promise.all(items.map(item => stream.send(item)));
    stream.end();
    equal(await stream.outcome(), items.join(' '));
}));

test('leaving a stream', async () => {
    const feed = new Feed();
    await withService(feed, async proxy => {
        const stream = proxy.count(1000);
        for await (const [number] of stream) {
            if (number === 3)
                break;
        }
        const error = await assertRejects(() => stream.outcome());
        assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), `${error}`);
        await pause();
    });
    assert(feed.sent < 20, `${feed.sent}`);
});

// A service that asks another one before it answers.
const Front = GObject.registerClass({
    Implements: [Kv.Store],
}, class Front extends Norpc.Service {
    async get(database, key) {
        const call = Norpc.get_current_call();
        await pause();
        return this.back.get(database, key, { parent: call });
    }
});

test('calls on behalf of a call', async () => {
    const fake = Norpc.Fake.new(Kv.store_interface_info());
    const front = new Front();
    front.back = Kv.StoreProxy.new(fake);
    fake.never_answer('Get');
    await withService(front, async store => {
        const cancellable = new Gio.Cancellable();
        const getting = store.get(0, bytes('key'), { cancellable });
        while (fake.get_n_calls('Get') === 0)
            await pause();
        equal(fake.get_call('Get', 0).is_cancelled(), false);
        cancellable.cancel();
        await assertRejects(() => getting);
        await pause();
        equal(fake.get_call('Get', 0).is_cancelled(), true);
        equal(Norpc.get_current_call(), null);
    });
});

test('list models', () => withService(new Library(), async proxy => {
    const songs = await proxy.find();
    equal([...songs].map(song => song.title), ['first']);
    equal(await proxy.add(['second']), undefined);
    equal([...songs].map(song => song.title), ['first', 'second']);
}));

test('a service in C has a thread of its own', async () => {
    const server = Norpc.serve(Kv.caller_new_store());
    const [store] = server.make_proxy();
    equal(store.get_sync(0, bytes('none')), null);
    server.stop(Norpc.StopMode.FINISH, null);
    const error = await assertRejects(() => store.get(0, bytes('none')));
    assert(error.matches(Norpc.Error, Norpc.Error.CLOSED), `${error}`);
});

run();
