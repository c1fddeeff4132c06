// SPDX-License-Identifier: LGPL-2.1-or-later

// Types of descriptions that are read at run time: named ones of libraries, declared ones, and large numbers.

imports.gi.versions.Norpc = '1';
const { Gio, GLib, GObject, Norpc } = imports.gi;
const { assert, assertRejects, equal, run, test } = imports.tap;

const { Atlas, AtlasInfo, AtlasProxy, Entry, Mode, Parts, Point } = Norpc.load_text(`
<node>
  <enum name="Mode"><value name="fast"/><value name="read-only"/><value name="Slow" value="10"/></enum>
  <flags name="Parts"><value name="head"/><value name="tail"/></flags>
  <record name="Point"><field name="x" type="i"/><field name="y" type="i"/><field name="name" type="s" nullable="true"/></record>
  <record name="Entry">
    <field name="mode" type="Mode"/>
    <field name="place" type="Gio.File" nullable="true"/>
    <field name="bytes" type="GLib.Bytes"/>
    <field name="points" type="Point[]"/>
    <field name="options" type="a{sv}"/>
  </record>
  <record name="Song" object="true"><field name="title" type="s"/></record>
  <interface name="org.example.js.Atlas">
    <method name="Entry"><arg name="entry" type="Entry"/><arg name="out" type="Entry" direction="out"/></method>
    <method name="Best">
      <arg name="points" type="Point[]"/>
      <arg name="best" type="Point" nullable="true" direction="out"/>
      <arg name="n" type="u" direction="out"/>
    </method>
    <method name="Numbers">
      <arg name="mode" type="Mode"/><arg name="parts" type="Parts"/>
      <arg name="mode" type="Mode" direction="out"/><arg name="parts" type="Parts" direction="out"/>
    </method>
    <method name="Named">
      <arg name="file" type="Gio.File"/><arg name="time" type="GLib.DateTime" nullable="true"/><arg name="files" type="Gio.File[]"/>
      <arg name="file" type="Gio.File" direction="out"/><arg name="time" type="GLib.DateTime" nullable="true" direction="out"/>
      <arg name="files" type="Gio.File[]" direction="out"/>
    </method>
    <method name="Large">
      <arg name="signed" type="x"/><arg name="unsigned" type="t"/>
      <arg name="text" type="s" direction="out"/><arg name="signed" type="x" direction="out"/>
    </method>
    <method name="Sing"><arg name="song" type="Song"/></method>
    <method name="Stop"><arg name="cancellable" type="Gio.Cancellable"/></method>
    <method name="Blob"><arg name="bytes" type="GLib.Bytes"/></method>
    <stream name="Songs"><arg name="song" type="Song" direction="out"/></stream>
    <property name="LastSong" type="Song" nullable="true" access="readwrite"/>
    <stream name="Walk"><arg name="point" type="Point" direction="out"/><result name="last" type="Point"/></stream>
    <signal name="Moved"><arg name="point" type="Point"/><arg name="mode" type="Mode"/></signal>
    <property name="Place" type="Point" nullable="true" access="readwrite"/>
    <property name="BestMode" type="Mode" access="readwrite"/>
    <property name="Volume" type="d" access="readwrite"/>
  </interface>
</node>`);

const MyAtlas = GObject.registerClass(class MyAtlas extends Atlas {
    entry(entry) {
        this.got = entry;
        return this.result ?? entry;
    }

    best(points) {
        return [points.length > 0 ? points[0] : null, points.length];
    }

    numbers(mode, parts) {
        return [mode, parts];
    }

    named(file, time, files) {
        this.got = [file, time, files];
        return [file, time, files];
    }

    large(signed, unsigned) {
        return [`${signed} ${unsigned}`, this.result ?? 2n ** 53n];
    }

    async walk(stream) {
        for (let x = 0; x < 2; x++)
            await stream.send({ x, y: 0 });
        this.emit('moved', new Point({ x: 1, y: 2 }), Mode.SLOW);
        return new Point({ x: 2, y: 0 });
    }
});

async function withAtlas(func) {
    const atlas = new MyAtlas();
    const server = Norpc.serve(atlas);
    try {
        await func(server.make_proxy(), atlas);
    } finally {
        server.stop(Norpc.StopMode.ABANDON, null);
    }
}

const makeEntry = fields => ({
    mode: Mode.READ_ONLY, bytes: new Uint8Array([1, 2]), points: [{ x: 1, y: 2 }], options: { a: 1 }, ...fields,
});

async function assertFails(calls) {
    for (const [call, type, message] of calls) {
        const error = await assertRejects(call);
        assert(error instanceof type, `${error}`);
        equal(error.message, message);
    }
}

test('records', () => withAtlas(async (proxy, atlas) => {
    const entry = await proxy.entry(makeEntry({ place: Gio.File.new_for_path('/a') }));
    assert(entry instanceof Entry && atlas.got instanceof Entry && entry !== atlas.got, 'a record');
    assert(entry.points[0] instanceof Point, 'a record in a record');
    equal(entry.points, [{ x: 1, y: 2, name: null }]);
    assert(entry.bytes instanceof Uint8Array && entry.bytes.length === 2, 'bytes');
    equal([entry.mode, entry.place.get_path(), entry.options], [1, '/a', { a: 1 }]);

    const again = await proxy.entry(new Entry(makeEntry()));
    equal([again.place, again.mode], [null, 1]);
    equal(await proxy.best([new Point({ x: 5, y: 6 }), { x: 0, y: 0, name: 'zero' }]), [{ x: 5, y: 6, name: null }, 2]);
    equal(await proxy.best([]), [null, 0]);

    atlas.result = { mode: 1 };
    const error = await assertRejects(() => proxy.entry(makeEntry()));
    assert(error.matches(Norpc.Error, Norpc.Error.FAILED), `${error}`);
    equal(error.message, "TypeError: result 'out': field 'bytes': expected an array, got undefined");
}));

test('wrong records', () => withAtlas(proxy => assertFails([
    [() => proxy.entry(5), TypeError, "argument 'entry': expected a Entry, or an object with its fields, got the number 5"],
    [() => proxy.entry(makeEntry({ mood: 1 })), TypeError, "argument 'entry': Entry has no field 'mood'"],
    [() => proxy.entry(makeEntry({ mode: 2 ** 31 })), RangeError,
        "argument 'entry': field 'mode': expected a number from -2147483648 to 2147483647, got 2147483648"],
    [() => proxy.entry(makeEntry({ points: [{ x: 1 }] })), TypeError,
        "argument 'entry': field 'points'[0]: field 'y': expected an integer, got undefined"],
    [() => proxy.best([new Entry(makeEntry())]), TypeError,
        "argument 'points'[0]: expected a Point, or an object with its fields, got Entry"],
    [() => new Point({ x: 1, y: '2' }), TypeError, "field 'y': expected an integer, got a string"],
    [() => new Point({ x: 1, y: 2, z: 3 }), TypeError, "Point has no field 'z'"],
    [() => new Point(5), TypeError, 'Point: expected an object with the fields, got the number 5'],
])));

test('enumerations and flags', () => withAtlas(async proxy => {
    equal(Mode, { FAST: 0, READ_ONLY: 1, SLOW: 10 });
    equal(Parts, { HEAD: 1, TAIL: 2 });
    equal(await proxy.numbers(Mode.SLOW, Parts.HEAD | Parts.TAIL), [10, 3]);
    await assertFails([
        [() => proxy.numbers(2 ** 31, 0), RangeError,
            "argument 'mode': expected a number from -2147483648 to 2147483647, got 2147483648"],
        [() => proxy.numbers('fast', 0), TypeError, "argument 'mode': expected an integer, got a string"],
        [() => proxy.numbers(1, -1), RangeError, "argument 'parts': expected a number from 0 to 4294967295, got -1"],
    ]);
}));

test('numbers without a name', () => withAtlas(async (proxy, atlas) => {
    equal(await proxy.numbers(2, 128), [2, 128]);
    equal(await proxy.numbers(-(2 ** 31), 0), [-(2 ** 31), 0]);
    equal((await proxy.entry(makeEntry({ mode: 5 }))).mode, 5);
    atlas.best_mode = 3;
    await proxy.load_async(null);
    equal(proxy.best_mode, 3);
}));

test('named types', () => withAtlas(async (proxy, atlas) => {
    const time = GLib.DateTime.new_from_iso8601('2026-01-02T03:04:05Z', null);
    const [file, got, files] = await proxy.named(Gio.File.new_for_path('/a'), time, [Gio.File.new_for_path('/b')]);
    equal([file.get_path(), got.equal(time), files.map(each => each.get_path())], ['/a', true, ['/b']]);
    assert(atlas.got[0] instanceof Gio.File && atlas.got[1] instanceof GLib.DateTime, 'the service has them, too');
    equal((await proxy.named(file, new Date('2026-01-02T03:04:05Z'), []))[1].to_unix(), time.to_unix());
    equal((await proxy.named(file, null, []))[1], null);
    await assertFails([
        [() => proxy.named('/a', null, []), TypeError, "argument 'file': expected a GFile, got a string"],
        [() => proxy.named(file, 5, []), TypeError, "argument 'time': expected a Date or a GLib.DateTime, got the number 5"],
        [() => proxy.named(file, null, ['/a']), TypeError, "argument 'files'[0]: expected a GFile, got a string"],
    ]);
}));

test('large numbers', () => withAtlas(async (proxy, atlas) => {
    equal(await proxy.large(2n ** 53n, 2 ** 53), [`${2 ** 53} ${2 ** 53}`, 2 ** 53]);
    atlas.large = (signed, unsigned) => [`${typeof signed} ${unsigned}`, atlas.result];
    for (const [number, received] of [[2n ** 53n - 1n, 2 ** 53 - 1], [-(2n ** 63n), -(2 ** 63)], [-5, -5],
        [2n ** 63n - 1n, 2 ** 63]]) {  // the last one is rounded
        atlas.result = number;
        equal((await proxy.large(0n, 2n ** 64n - 1n)), ['number 18446744073709552000', received]);
    }
    await assertFails([
        [() => proxy.large(2n ** 63n, 0), RangeError,
            "argument 'signed': expected a number from -9223372036854775808 to 9223372036854775807, got 9223372036854775808"],
        [() => proxy.large(0, -1n), RangeError,
            "argument 'unsigned': expected a number from 0 to 18446744073709551615, got -1"],
        [() => proxy.large(0.5, 0), TypeError, "argument 'signed': expected an integer or a BigInt, got the number 0.5"],
        [() => proxy.numbers(1n, 0), TypeError, "argument 'mode': expected an integer, got a bigint"],
    ]);
}));

test('streams and signals', () => withAtlas(async proxy => {
    const seen = [];
    proxy.connect('moved', (_proxy, point, mode) => seen.push([point, mode]));
    const watch = Norpc.SignalWatch.new(proxy, 'moved');
    const stream = proxy.walk();
    const points = [];
    for await (const point of stream)
        points.push(point);
    equal(points, [{ x: 0, y: 0, name: null }, { x: 1, y: 0, name: null }]);
    assert(points[0] instanceof Point, 'a record');
    equal(await stream.outcome(), { x: 2, y: 0, name: null });
    for await (const [point, mode] of watch) {
        assert(point instanceof Point, 'a record');
        equal([point, mode], [{ x: 1, y: 2, name: null }, Mode.SLOW]);
        break;
    }
    equal(seen, [[{ x: 1, y: 2, name: null }, Mode.SLOW]]);
    assert(seen[0][0] instanceof Point, 'a record');
}));

test('properties', () => withAtlas(async (proxy, atlas) => {
    atlas.place = { x: 1, y: 2 };
    atlas.bestMode = Mode.SLOW;
    await proxy.load_async(null);
    assert(proxy.place instanceof Point, 'a record');
    equal([proxy.place.x, proxy.best_mode, proxy.bestMode, atlas.place.y], [1, 10, 10, 2]);
    proxy.place = new Point({ x: 3, y: 4 });
    proxy.volume = 0.5;
    await proxy.best([]);
    equal([atlas.place, atlas.volume], [{ x: 3, y: 4, name: null }, 0.5]);
    atlas.place = null;
    equal(atlas.place, null);
    await assertFails([
        [() => (atlas.volume = 'loud'), TypeError, "property 'Volume': expected a number, got a string"],
        [() => (proxy.volume = 'loud'), TypeError, "property 'Volume': expected a number, got a string"],
        [() => (atlas.place = 5), TypeError, "property 'Place': expected a Point, or an object with its fields, got the number 5"],
        [() => (atlas.best_mode = 2 ** 31), RangeError,
            "property 'BestMode': expected a number from -2147483648 to 2147483647, got 2147483648"],
        [() => atlas.emit('moved', 1, 2), TypeError,
            "argument 'point': expected a Point, or an object with its fields, got the number 1"],
    ]);
}));

test('members that need generated code', () => withAtlas(async proxy => {
    const reasons = {
        sing: "org.example.js.Atlas: the method 'Sing' needs code that norpc-codegen generates: its argument 'song' has " +
            "the type 'Song', a <record> that is an object",
        stop: "org.example.js.Atlas: the value 'cancellable' of Stop has the type GCancellable, which JavaScript has only " +
            'with generated code',
        blob: "org.example.js.Atlas: the value 'bytes' of Blob has the type GBytes, which JavaScript has only with generated code",
    };
    for (const [name, reason] of Object.entries(reasons)) {
        for (const func of [name, `${name}_sync`]) {
            const error = await assertRejects(() => proxy[func](null));
            assert(error.matches(Norpc.Error, Norpc.Error.NOT_IMPLEMENTED), `${error}`);
            equal(error.message, reason);
        }
    }
    for (const func of [() => proxy.songs(null), () => proxy.last_song, () => proxy.lastSong, () => (proxy.last_song = null)]) {
        const error = await assertRejects(async () => assert(!(func() instanceof Promise), 'a promise'));
        assert(error.matches?.(Norpc.Error, Norpc.Error.NOT_IMPLEMENTED), `${error}`);
    }
    const error = await assertRejects(async () => GObject.registerClass(class Singer extends Atlas {
        sing() {
            return undefined;
        }
    }));
    equal(error.message, `Singer.sing(): ${reasons.sing}`);
}));

test('fakes and names', async () => {
    const fake = Norpc.Fake.new(AtlasInfo);
    fake.answer_variant('Best', new GLib.Variant('(m(iims)u)', [[1, 2, null], 1]));
    equal(await AtlasProxy.new(fake).best([]), [{ x: 1, y: 2, name: null }, 1]);
});

test('accessors of a service', async () => {
    const server = Norpc.serve(new (GObject.registerClass(class ModeAtlas extends Atlas {
        get best_mode() {
            return Mode.SLOW;
        }

        set best_mode(mode) {
            this.mode = mode;
        }
    }))());
    const proxy = server.make_proxy();
    await proxy.load_async(null);
    equal(proxy.best_mode, Mode.SLOW);
    server.stop(Norpc.StopMode.FINISH, null);

    const error = await assertRejects(() => GObject.registerClass(class PlaceAtlas extends Atlas {
        get place() {
            return null;
        }
    }));
    assert(error instanceof TypeError && error.message.includes('PlaceAtlas.place'), `${error}`);
});

run();
