// SPDX-License-Identifier: LGPL-2.1-or-later

// A client in JavaScript, and a service in JavaScript where it can be.

imports.gi.versions.Kv = '1';
imports.gi.versions.Norpc = '1';
const { Gio, GLib, GObject, Kv, Norpc } = imports.gi;
const ByteArray = imports.byteArray;

const points = [];

function test(name, func) {
    points.push([name, func]);
}

function assert(condition, what) {
    if (!condition)
        throw new Error(`assertion failed: ${what}`);
}

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
});

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

print(`1..${points.length}`);
points.forEach(([name, func], index) => {
    try {
        func();
        print(`ok ${index + 1} ${name}`);
    } catch (error) {
        print(`not ok ${index + 1} ${name}`);
        printerr(`${name}: ${error}`);
    }
});
