// SPDX-License-Identifier: LGPL-2.1-or-later

// A program in JavaScript that another one starts as its helper. Both are this file.

imports.gi.versions.Kv = '1';
imports.gi.versions.Norpc = '1';
const { GLib, GObject, Gio, Kv, Norpc } = imports.gi;
const System = imports.system;
const { assert, assertRejects, equal, run, test } = imports.tap;

const OBJECT_PATH = '/org/example/Store';

const Store = GObject.registerClass({
    Implements: [Kv.Store],
}, class Store extends Norpc.Service {
    size = 0;

    get_size(_database) {
        return ++this.size;
    }

    // The trace that the call belongs to.
    get(_database, _key) {
        const parent = Norpc.get_current_call().dup_trace_parent();
        return parent !== null ? new TextEncoder().encode(parent) : null;
    }

    take() {
        return new Promise(() => {});
    }

    flush() {
        System.exit(1);
    }
});

const kept = [];  // what GJS would collect

function serve() {
    const connection = Norpc.Helper.connect();
    const server = Norpc.serve(new Store());
    const info = Norpc.interface_info_for_type(Kv.Store.$gtype);
    kept.push(server, Norpc.DBusExport.new(connection, OBJECT_PATH, server.get_endpoint(), info));
    connection.start_message_processing();
    new GLib.MainLoop(null, false).run();
}

const makeHelper = (...args) => new Norpc.Helper({
    argv: ['gjs', System.programInvocationName, ...args],
    object_path: OBJECT_PATH,
    min_delay: 1,
    max_restarts: 2,
});

function untilStarted(helper, nStarts) {
    while (helper.get_n_starts() < nStarts)
        GLib.MainContext.default().iteration(false);
}

test('crash', async () => {
    const helper = makeHelper('serve');
    const store = Kv.StoreProxy.new(helper);
    for (let nStarts = 1; nStarts <= 2; nStarts++) {
        equal(await store.get_size(0), 1);
        equal(await store.get_size(0), 2);
        equal(helper.get_n_starts(), nStarts);
        const open = assertRejects(() => store.take(0, new Uint8Array([1])));
        const errors = [await assertRejects(() => store.flush()), await open];
        assert(errors.every(error => error.matches(Norpc.Error, Norpc.Error.CLOSED)), `${errors}`);
        untilStarted(helper, nStarts + 1);
    }
    helper.stop();
    assert((await assertRejects(() => store.get_size(0))).message.endsWith('its helper was stopped'), 'stopped');
});

test('trace', async () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const helper = makeHelper('serve');
    const store = Kv.StoreProxy.new(helper);
    const key = new Uint8Array([1]);

    Norpc.trace_context_push(trace, null);
    const reply = store.get(0, key);
    Norpc.trace_context_pop();
    equal(new TextDecoder().decode(await reply), trace);

    equal(await store.get(0, key), null);
    helper.stop();
});

test('program that was not started by a helper', async () => {
    const error = await assertRejects(() => Norpc.Helper.connect());
    assert(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_CONNECTED), error.message);
});

if (ARGV[0] === 'serve')
    serve();
else
    run();
