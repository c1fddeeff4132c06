// SPDX-License-Identifier: LGPL-2.1-or-later

// Descriptions that are read at run time: their classes are as those of generated code.

imports.gi.versions.Norpc = '1';
const { Gio, GLib, GObject, Norpc } = imports.gi;
const { describeLamp } = imports.lamp;
const { assert, assertRejects, equal, run, test } = imports.tap;

const file = GLib.build_filenamev([GLib.get_tmp_dir(), `norpc-${GLib.uuid_string_random()}.xml`]);
GLib.file_set_contents(file, describeLamp('org.example.loaded.Lamp', `
    <method name="Describe">
      <arg name="options" type="a{sv}"/>
      <arg name="name" type="s" nullable="true"/>
      <arg name="text" type="s" direction="out"/>
      <arg name="parts" type="as" direction="out"/>
    </method>
    <method name="Connect"/>
    <method name="CallMethod"><arg name="name" type="s"/><arg name="name" type="s" direction="out"/></method>
    <method name="LampCount"><arg name="count" type="y" direction="out"/></method>
    <method name="Forget" oneway="true"><arg name="what" type="s"/></method>`));
const { Lamp, LampError, LampInfo, LampProxy } = Norpc.load(file);
GLib.unlink(file);

const MyLamp = GObject.registerClass(class MyLamp extends Lamp {
    async dim(by) {
        await null;
        if (by > this.brightness)
            throw new LampError({ code: LampError.TOO_DARK, message: 'It is darker than that' });
        this.brightness -= by;
        this.emit_flickered(2);
        return this.brightness;
    }

    describe(options, name) {
        return [`${JSON.stringify(options)} ${name}`, Object.keys(options)];
    }

    connect_() {
        return undefined;
    }

    call_method(name) {
        return name;
    }

    lamp_count() {
        return 300;
    }

    forget(what) {
        this.forgotten = what;
    }

    async blink(stream, times) {
        for (let i = 0; i < times; i++)
            await stream.send(i % 2 === 0);
        return times / 2;
    }
});

async function withLamp(func) {
    const lamp = new MyLamp({ brightness: 1 });
    const server = Norpc.serve(lamp);
    try {
        await func(server.make_proxy(), lamp, server);
    } finally {
        server.stop(Norpc.StopMode.FINISH, null);
    }
}

// Another process, because the module has a console of its own.
test('misspelled elements', () => {
    const xml = describeLamp('org.example.misspelled.Lamp', '<metod name="Missing"/>').replace(/\n/g, ' ');
    GLib.file_set_contents(file, xml);
    const program = `imports.gi.versions.Norpc = '1'; imports.gi.Norpc.load('${file}');`;
    const process = Gio.Subprocess.new(['timeout', '30', 'gjs', '-c', program], Gio.SubprocessFlags.STDERR_PIPE);
    const [, , text] = process.communicate_utf8(null, null);
    GLib.unlink(file);
    assert(process.get_if_exited() && process.get_exit_status() === 0, text);
    const place = `${file}: line 1, column ${xml.indexOf('<metod') + 1}`;
    assert(text.includes('WARNING **') && text.includes(
        `${place}: <metod> is not known; it is ignored with all in it; did you mean 'method'?`), text);
});

// Rounds what it is set to, and keeps it itself.
const accessors = Base => class extends Base {
    get brightness() {
        return this.kept ?? 0.5;
    }

    set brightness(value) {
        if (value > 1) {
            Norpc.Call.get_current().return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT, 'too bright');
            return;
        }
        this.kept = Math.round(value * 10) / 10;
        this.notify('brightness');
    }

    async dim(by) {
        this.brightness -= by;
        return this.brightness;
    }
};

test('accessors of a service', async () => {
    for (const Bright of [GObject.registerClass({ GTypeName: 'BrightLamp' }, accessors(Lamp)),
        GObject.registerClass(class BrighterLamp extends accessors(Lamp) {})]) {
        const lamp = new Bright();
        const server = Norpc.serve(lamp);
        const proxy = server.make_proxy();
        const write = value => proxy.set_value('Brightness', new GLib.Variant('d', value), null);
        await proxy.load_async(null);
        equal(proxy.brightness, 0.5);
        await write(0.77);
        equal([lamp.kept, proxy.brightness], [0.8, 0.8]);
        const error = await assertRejects(() => write(7));
        assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_ARGUMENT) && error.message === 'too bright', `${error}`);
        equal([lamp.kept, proxy.brightness], [0.8, 0.8]);
        equal([await proxy.dim(0.2), proxy.brightness], [0.6, 0.6]);
        equal(new Bright({ brightness: 0.33 }).kept, 0.3);
        server.stop(Norpc.StopMode.FINISH, null);
    }
});

test('calls', () => withLamp(async (proxy, lamp, server) => {
    equal(await proxy.dim(0.25), 0.75);
    equal(await LampProxy.new(server.get_endpoint()).dim(0.25), 0.5);
    equal(await proxy.describe({ a: 1 }, null), ['{"a":1} null', ['a']]);
    equal(await proxy.describe({}, 'x'), ['{} x', []]);
    equal(await proxy.connect_(), undefined);
    equal(await proxy.call_method('own'), 'own');
    proxy.forget('all');
    await proxy.dim(0);
    equal(lamp.forgotten, 'all');
}));

test('errors', () => withLamp(async proxy => {
    const error = await assertRejects(() => proxy.dim(2));
    equal(LampInfo.dup_error_name(error), 'LampError.TooDark');
    assert(error instanceof LampError && error instanceof GLib.Error, `${error}`);
    assert(error.matches(LampError.quark(), LampError.TOO_DARK), `${error}`);
    equal(error.message, 'It is darker than that');
    equal((await assertRejects(() => proxy.dim('much'))).message,
        "argument 'by': expected a number, got a string");
    equal((await assertRejects(() => proxy.describe({}, 5))).message,
        "argument 'name': expected a string, got the number 5");
    equal((await assertRejects(() => proxy.lamp_count())).message,
        "RangeError: result 'count': expected a number from 0 to 255, got 300");
}));

test('classes of errors', async () => {
    equal(Object.keys(LampError), ['TOO_DARK']);
    assert(!(new GLib.Error(Norpc.Error, Norpc.Error.FAILED, 'failed') instanceof LampError), 'another domain');
    for (const [make, type, message] of [
        [() => new LampError({ code: 7, message: '' }), RangeError, '7 is not a code of LampError'],
        [() => new LampError(), RangeError, 'undefined is not a code of LampError'],
        [() => new LampError({ code: LampError.TOO_DARK }), TypeError, 'message: expected a string, got undefined']]) {
        const error = await assertRejects(make);
        assert(error instanceof type, `${error}`);
        equal(error.message, message);
    }
});

test('signals that are emitted', () => withLamp(async (proxy, lamp) => {
    const seen = [];
    proxy.connect('flickered', (_proxy, times) => seen.push(times));
    lamp.emit_flickered(3);
    await proxy.dim(0);
    equal(seen, [3, 2]);
    equal((await assertRejects(() => lamp.emit_flickered('often'))).message, "argument 'times': expected an integer, got a string");
    equal((await assertRejects(() => lamp.emit_flickered())).message, "argument 'times': expected an integer, got undefined");
    equal((await assertRejects(() => lamp.emit_flickered(1, 2))).message, 'expected 1 arguments, got 2');
    assert(proxy.emit_flickered === undefined, 'a proxy emits nothing');
}));

test('methods that are missing', async () => {
    const Dark = GObject.registerClass(class Dark extends Lamp {});
    const server = Norpc.serve(new Dark());
    const error = await assertRejects(() => server.make_proxy().dim(0));
    assert(error.matches(Norpc.Error, Norpc.Error.NOT_IMPLEMENTED), `${error}`);
    server.stop(Norpc.StopMode.FINISH, null);
});

test('signals and properties', () => withLamp(async (proxy, lamp) => {
    const events = [];
    await proxy.load_async(null);
    proxy.connect('flickered', (_proxy, times) => events.push(`flickered ${times}`));
    proxy.connect('notify::brightness', () => events.push(`brightness ${proxy.brightness}`));
    await proxy.dim(0.5);
    equal(events, ['brightness 0.5', 'flickered 2']);
    equal(lamp.brightness, 0.5);
    await proxy.set_value('Brightness', new GLib.Variant('d', 0.25), null);
    equal(lamp.brightness, 0.25);
}));

test('streams', () => withLamp(async proxy => {
    const stream = proxy.blink(3);
    const items = [];
    for await (const on of stream)
        items.push(on);
    equal(items, [true, false, true]);
    equal(await stream.outcome(), 1.5);
}));

test('fake', async () => {
    const fake = Norpc.Fake.new(LampInfo);
    fake.answer_variant('Dim', new GLib.Variant('(d)', [0.5]));
    equal(await LampProxy.new(fake).dim(0.25), 0.5);
});

test('description that is read again', () => {
    const xml = '<node><interface name="org.example.loaded.Again"><method name="A"/></interface></node>';
    assert(Norpc.load_text(xml).Again === Norpc.load_text(`${xml} `).Again, 'the same class');
});

test('description that is wrong', async () => {
    const error = await assertRejects(async () => Norpc.load_text('<node><interface/></node>'));
    assert(error.matches(Norpc.Error, Norpc.Error.INVALID_DESCRIPTION), `${error}`);

    GLib.file_set_contents(file, '<node><record name="Point"><field name="x" type="Strng"/></record></node>');
    const fileError = await assertRejects(async () => Norpc.load(file));
    GLib.unlink(file);
    assert(fileError.matches(Norpc.Error, Norpc.Error.INVALID_DESCRIPTION), `${fileError}`);
    equal(fileError.message, `${file}: line 1, column 28: 'Strng' is not a type`);
});

run();
