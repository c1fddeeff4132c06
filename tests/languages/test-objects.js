// SPDX-License-Identifier: LGPL-2.1-or-later

// Objects as arguments and results, from and to a service in another thread. Those in JavaScript
// are called in the thread of the interpreter.

imports.gi.versions.Norpc = '1';
imports.gi.versions.Test = '1';
const { Gio, GLib, GObject, Norpc, Test } = imports.gi;
const System = imports.system;
const { assert, run, test } = imports.tap;

const Listener = GObject.registerClass({
    Implements: [Test.Listener],
}, class Listener extends GObject.Object {
    vfunc_hear(text) {
        return text.toUpperCase();
    }
});

const Room = GObject.registerClass({
    Implements: [Test.Room],
    Properties: { 'host': GObject.ParamSpec.override('host', Test.Room) },
}, class Room extends GObject.Object {
    get host() {
        return this.hostListener || null;
    }

    set host(listener) {
        if (listener === null)
            Norpc.Call.get_current().return_error_literal(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT, 'No host');
        else
            this.hostListener = listener;
    }

    vfunc_join(listener) {
        this.listener = listener;
        return true;
    }

    vfunc_open() {
        this.room = new Room();
        return this.room;
    }
});

function iterateUntil(condition) {
    while (!condition())
        GLib.MainContext.default().iteration(true);
}

function say(proxy, text) {
    let answer = null;
    proxy.call_say(text, null, (source, result) => {
        answer = source.call_say_finish(result);
    });
    iterateUntil(() => answer !== null);
    return answer;
}

function withRoomInC(func) {
    const server = Norpc.Server.new(Test.caller_new_room());
    server.start(null);
    func(Test.RoomProxy.new_sync(server.get_channel(), null));
    server.stop(Norpc.StopMode.FINISH, null);
}

test('listener', () => withRoomInC(proxy => {
    const listener = new Listener();
    const joined = [];
    proxy.connect('joined', (_proxy, joining) => joined.push(joining));
    proxy.call_join_sync(listener, null);
    assert(say(proxy, 'hello') === 'HELLO', 'the answer');
    assert(joined.length === 1 && joined[0] === listener, 'the signal');
    assert(proxy.call_listeners_sync(null)[0] === listener, 'the result');
}));

test('property', () => withRoomInC(proxy => {
    const listener = new Listener();
    proxy.host = listener;
    assert(proxy.host === listener, 'written');
    proxy.load_sync(null);
    assert(proxy.get_host() === listener, 'loaded');
    proxy.host = null;
}));

test('result', () => withRoomInC(proxy => {
    const before = Test.caller_get_n_tracked();
    let room = proxy.call_open_sync(null);
    assert(room instanceof Test.RoomProxy, 'a proxy');
    room.call_join_sync(new Listener(), null);
    assert(room.call_listeners_sync(null).length === 1, 'a call');
    room = null;
    while (Test.caller_get_n_tracked() > before) {
        System.gc();
        GLib.MainContext.default().iteration(false);
        proxy.call_listeners_sync(null);
    }
}));

// In the context of the interpreter, the objects are themselves.
test('room in JavaScript', () => {
    const service = new Room();
    const server = Norpc.Server.new_in_context(service, null);
    server.start(null);
    const proxy = Test.RoomProxy.new(server.get_channel());
    const listener = new Listener();
    let joined = false, room = null;
    proxy.call_join(listener, null, (source, result) => {
        joined = source.call_join_finish(result);
    });
    proxy.call_open(null, (source, result) => {
        room = source.call_open_finish(result);
    });
    iterateUntil(() => joined && room !== null);
    assert(service.listener === listener, 'the argument');
    assert(room === service.room, 'the result');
    server.stop(Norpc.StopMode.FINISH, null);
});

test('property that is refused', () => {
    const service = new Room();
    const server = Norpc.Server.new_in_context(service, null);
    server.start(null);
    const proxy = Test.RoomProxy.new(server.get_channel());
    const listener = new Listener();
    let written = false, message = '';
    proxy.set_host_async(listener, null, (source, result) => {
        written = source.set_host_finish(result);
    });
    iterateUntil(() => written);
    proxy.set_host_async(null, null, (source, result) => {
        try {
            source.set_host_finish(result);
        } catch (error) {
            message = error.message;
        }
    });
    iterateUntil(() => message !== '');
    assert(message === 'No host', message);
    assert(service.host === listener && proxy.host === listener, 'the values');
    server.stop(Norpc.StopMode.FINISH, null);
});

run();
