// SPDX-License-Identifier: LGPL-2.1-or-later

// Values of declared types between classes of a loaded description and those of a typelib of the same description.

imports.gi.versions.Norpc = '1';
imports.gi.versions.Test = '1';
const { Gio, GLib, GObject, Norpc, Test } = imports.gi;
const { assert, assertRejects, equal, iterateUntil, run, test } = imports.tap;

const XML = new TextDecoder().decode(
    Gio.File.new_for_path(imports.system.programPath).resolve_relative_path('../../generated/language.xml').load_contents(null)[1]);
const Loaded = Norpc.load_text(XML);

// The methods of both services.
const methods = {
    one_entry(entry) {
        this.got = entry;
        return entry;
    },

    async arrays(files, entries, modes, dates) {
        await null;
        return [files, entries, modes, dates];
    },

    note(entry) {
        this.emitNoted(entry);
    },

    async trail(stream, length) {
        for (let number = 0; number < length; number++)
            await stream.send(makeEntry(this.module, `${number}`), this.module.Mode.SLOW);
        return makeEntry(this.module, 'last');
    },

    async gather(stream) {
        const entries = [];
        for await (const entry of stream)
            entries.push(entry);
        return [entries.map(entry => entry.key), entries[entries.length - 1]];
    },
};

const LoadedService = GObject.registerClass(class LoadedService extends Loaded.Language {
    emitNoted(entry) {
        this.emit('noted', entry, [Gio.File.new_for_path('/a')], Loaded.Mode.SLOW, null);
    }
});
const CompiledService = GObject.registerClass({
    Implements: [Test.Language],
}, class CompiledService extends Norpc.Service {
    static _classInit(klass) {
        Object.assign(klass.prototype, methods);
        return super._classInit(klass);
    }

    emitNoted(entry) {
        this.emit_noted(entry, [Gio.File.new_for_path('/a')], Test.Mode.SLOW, null);
    }
});
Object.assign(LoadedService.prototype, methods);

function makeEntry(module, key) {
    const { Mode, Parts } = module;
    const time = GLib.DateTime.new_utc(2026, 1, 2, 3, 4, 5);
    if (module === Test) {
        return Test.Entry.new(key, 5, Mode.SLOW, Parts.BOTH, new GLib.Bytes([0, 1]), Gio.File.new_for_path('/place'), time, ['a', 'b'],
            null);
    }
    return new Loaded.Entry({
        key, size: 5, mode: Mode.SLOW, parts: Parts.BOTH, bytes: new Uint8Array([0, 1]), place: Gio.File.new_for_path('/place'),
        when: time, tags: ['a', 'b'],
    });
}

function assertEntry(entry, module, key) {
    assert(entry instanceof module.Entry, `${entry} is a record of the module`);
    equal([entry.key, entry.size, entry.mode, entry.parts, entry.place.get_path(), entry.tags],
        [key, 5, 10, 3, '/place', ['a', 'b']]);
}

// Runs a test for each pair of sides of which at least one is loaded.
async function onBothSides(use) {
    for (const [Service, serviceModule, module] of [
        [LoadedService, Loaded, Test], [CompiledService, Test, Loaded], [LoadedService, Loaded, Loaded]]) {
        const service = new Service();
        service.module = serviceModule;
        const server = Norpc.serve(service);
        try {
            const proxy = module.LanguageProxy.new(server.get_endpoint());
            await use(proxy, module, service);
        } finally {
            server.stop(Norpc.StopMode.ABANDON, null);
        }
    }
}

test('methods', () => onBothSides(async (proxy, module, service) => {
    assertEntry(await proxy.one_entry(makeEntry(module, 'k')), module, 'k');
    assertEntry(service.got, service.module, 'k');
    // GJS cannot send an array of records with generated code.
    const [files, entries, modes] = await proxy.arrays([Gio.File.new_for_path('/f')], [],
        [module.Mode.SLOW, module.Mode.FAST], null);
    equal(files.map(file => file.get_path()), ['/f']);
    equal([entries, modes], [[], [10, 0]]);
}));

test('signals', () => onBothSides(async (proxy, module) => {
    const seen = [];
    proxy.connect('noted', (_proxy, entry, files, mode, previous) => seen.push([entry.key, files[0].get_path(), mode, previous]));
    proxy.note(makeEntry(module, 'n'));
    iterateUntil(() => seen.length > 0);
    equal(seen, [['n', '/a', 10, null]]);
}));

test('streams', () => onBothSides(async (proxy, module) => {
    const trail = proxy.trail(2);
    const items = [];
    for await (const item of trail)
        items.push(item);
    equal(items.map(([, mode]) => mode), [10, 10]);
    assertEntry(items[1][0], module, '1');
    assertEntry(await trail.outcome(), module, 'last');

    const gather = proxy.gather();
    await gather.send(makeEntry(module, 'a'));
    await gather.send(makeEntry(module, 'b'));
    gather.end();
    const [keys, last] = await gather.outcome();
    equal(keys, ['a', 'b']);
    assertEntry(last, module, 'b');
}));

test('difference', async () => {
    const other = Norpc.load_text(XML.replace('name="Slow" value="10"', 'name="Slow" value="11"'));
    const server = Norpc.serve(new CompiledService());
    try {
        const entry = { ...makeEntry(Loaded, 'k'), mode: other.Mode.SLOW };
        const error = await assertRejects(() => other.LanguageProxy.new(server.get_endpoint()).one_entry(entry));
        assert(error.matches(Norpc.Error, Norpc.Error.NOT_IMPLEMENTED), `${error}`);
        assert(error.message.endsWith("argument 'entry' differs: field 'mode' of Entry: the value 'Slow' of 'Mode' is 11 in one, 10 in the other"),
            error.message);
    } finally {
        server.stop(Norpc.StopMode.ABANDON, null);
    }
});

run();
