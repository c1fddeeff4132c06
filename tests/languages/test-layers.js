// SPDX-License-Identifier: LGPL-2.1-or-later

// Layers and their functions in JavaScript.

imports.gi.versions.Kv = '1';
imports.gi.versions.Norpc = '1';
imports.gi.versions.Test = '1';
const { Gio, GLib, GObject, Kv, Norpc, Test } = imports.gi;
const ByteArray = imports.byteArray;
const System = imports.system;
const { assert, run, test, testUnless } = imports.tap;

// GJS crashes when a function of JavaScript is called in another thread, before it blocks that.
const crashesInThreads = System.version >= 18190 && 'GJS crashes in other threads';

function data(text) {
    return new GLib.Bytes(ByteArray.fromString(text));
}

function text(bytes) {
    return ByteArray.toString(bytes.toArray());
}

const deny = () => {
    throw new GLib.Error(Gio.IOErrorEnum, Gio.IOErrorEnum.PERMISSION_DENIED, 'Not you');
};

const fault = () => {
    throw new Error('an exception that the function did not mean');
};

const Only = GObject.registerClass(class Only extends Norpc.Layer {
    vfunc_take(call) {
        if (call.get_method_name() !== 'GetSize')
            deny();
        this.pass_on(call);
        return true;
    }
});

const Later = GObject.registerClass(class Later extends Norpc.Layer {
    vfunc_take(call) {
        const kept = call.ref();
        GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            this.pass_on(kept);
            return GLib.SOURCE_REMOVE;
        });
        return true;
    }
});

const Faulty = GObject.registerClass(class Faulty extends Norpc.Layer {
    vfunc_take(call) {
        return this.func(call);
    }
});

// Runs func with a function that makes a proxy of a store behind layers.
function withStore(func) {
    const server = Norpc.Server.new(Kv.caller_new_store());
    server.start(null);
    func((...layers) => Kv.StoreProxy.new(Norpc.stack_new([...layers, server.get_channel()])),
        server);
    server.stop(Norpc.StopMode.FINISH, null);
}

function failure(func) {
    try {
        func();
    } catch (error) {
        return error;
    }
    throw new Error('assertion failed: it did not fail');
}

function assertMatches(error, domain, code) {
    assert(error instanceof GLib.Error && error.matches(domain, code), `${error}`);
}

// put(func) makes a proxy, whose calls must not reach the service.
function assertFailsClosed(put, plain) {
    const call = func => failure(() => put(func).call_append_sync(0, data('key'), data('x'), null));
    assertMatches(call(deny), Gio.IOErrorEnum, Gio.IOErrorEnum.PERMISSION_DENIED);
    assert(call(fault).message === 'an exception that the function did not mean', 'exception');
    assert(call(() => undefined) !== null, 'nothing');
    const [, value] = plain.call_get_sync(0, data('key'), null);
    assert(value === null, 'the service was not called');
}

function withFilter(func) {
    const filter = Norpc.Filter.new();
    filter.set_call_func(func);
    return filter;
}

test('layer', () => withStore(put => {
    const proxy = put(new Only());
    assert(proxy.call_get_size_sync(0, null)[1] === 0, 'passed on');
    assertMatches(failure(() => proxy.call_get_sync(0, data('key'), null)),
        Gio.IOErrorEnum, Gio.IOErrorEnum.PERMISSION_DENIED);
}));

test('layer that passes calls on later', () => withStore(put => {
    const loop = new GLib.MainLoop(null, false);
    let size = null;
    put(new Later()).call_get_size(0, null, (source, result) => {
        [, size] = source.call_get_size_finish(result);
        loop.quit();
    });
    System.gc();
    loop.run();
    assert(size === 0, `${size}`);
}));

test('layer fails closed', () => withStore(put => {
    const withLayer = func => {
        const layer = new Faulty();
        layer.func = func;
        return put(layer);
    };
    assertFailsClosed(withLayer, put());
    for (const returned of ['yes', 1, {}, Promise.resolve(true)]) {
        const error = failure(() => withLayer(() => returned).call_append_sync(0, data('key'), data('x'), null));
        assert(error.message.startsWith('vfunc_take(): expected a boolean, got '), error.message);
    }
    assertMatches(failure(() => withLayer(() => true).call_get_size_sync(0, null)),
        Norpc.Error, Norpc.Error.NO_REPLY);
}));

test('filter fails closed', () => withStore(put => {
    assertFailsClosed(func => put(withFilter(func)), put());
}));

test('filter has to return a boolean', () => withStore(put => {
    for (const func of [() => [], () => 'yes', async () => false]) {
        const error = failure(() => put(withFilter(func)).call_append_sync(0, data('key'), data('x'), null));
        assert(error.message.startsWith('the function of a filter: expected a boolean'), error.message);
    }
}));

test('filter sets arguments', () => withStore(put => {
    const database = new GObject.Value();
    database.init(GObject.TYPE_UINT);
    database.set_uint(1);
    let problem = null;
    const proxy = put(withFilter(call => {
        problem = failure(() => call.set_arg(1, 'text'));
        call.set_arg(0, database);
        call.set_arg(1, data('my key'));
        return true;
    }));
    assert(proxy.call_append_sync(0, data('key'), data('x'), null)[1] === 1, 'called');
    const [, value] = put().call_get_sync(1, data('my key'), null);
    assert(text(value) === 'x', 'as set');
    assertMatches(problem, Norpc.Error, Norpc.Error.INVALID_ARGUMENT);
    assert(problem.message.includes("argument 'key'"), problem.message);
}));

test('key function', () => withStore((put, server) => {
    const withKey = func => {
        const balance = Norpc.Balance.new(Norpc.BalancePolicy.BY_KEY);
        balance.set_key_func(func);
        balance.add_endpoint(server.get_channel());
        return Kv.StoreProxy.new(balance);
    };
    assert(withKey(() => [true, 7]).call_get_size_sync(0, null)[1] === 0, 'called');
    for (const returned of [[true, -1], [true, 2 ** 32], [true, 0.5], [1, 1], [true], 7, 'ab', Promise.resolve([true, 1])]) {
        const { message } = failure(() => withKey(() => returned).call_get_size_sync(0, null));
        assert(/^the key (function )?of a balance: expected /.test(message), message);
    }
    assertFailsClosed(withKey, put());
}));

// A call that waited is passed on in another thread, where GJS calls no function of JavaScript.
testUnless(crashesInThreads, 'filter behind a layer that holds calls', () => {
    const server = Norpc.Server.new_in_context(Kv.caller_new_store(), null);
    server.start(null);
    const proxy = Kv.StoreProxy.new(Norpc.stack_new([
        Norpc.ConcurrencyLimit.new(1), withFilter(() => true), server.get_channel()]));
    const loop = new GLib.MainLoop(null, false);
    const outcomes = [];
    for (let i = 0; i < 2; i++) {
        proxy.call_get_size(0, null, (source, result) => {
            try {
                outcomes.push(source.call_get_size_finish(result)[1]);
            } catch (error) {
                outcomes.push(error);
            }
            if (outcomes.length === 2)
                loop.quit();
        });
    }
    loop.run();
    // The layer answers the second call, and the service the first, in whatever order.
    assert(outcomes.includes(0), `${outcomes}`);
    assertMatches(outcomes.find(outcome => outcome !== 0), Norpc.Error, Norpc.Error.FAILED);
    server.stop(Norpc.StopMode.FINISH, null);
});

testUnless(crashesInThreads, 'retry function', () => withStore(put => {
    let attempts = 0;
    const retry = Norpc.Retry.new(3);
    retry.set_func(() => true);
    const proxy = put(retry, withFilter(() => {
        attempts++;
        return deny();
    }));
    assertMatches(failure(() => proxy.call_get_size_sync(0, null)),
        Gio.IOErrorEnum, Gio.IOErrorEnum.PERMISSION_DENIED);
    assert(attempts === 1, `${attempts}`);
}));

// The arguments of a call are released with it.
test('calls are released', () => {
    const funcs = [
        (layer, call) => layer.pass_on(call) ?? true,
        (layer, call) => layer.pass_on(call.ref()) ?? true,
        (_layer, call) => call.return_error_literal(Gio.io_error_quark(), 0, 'answered') ?? true,
        () => true,
        fault,
    ];
    const server = Norpc.Server.new(Test.caller_new_service());
    server.start(null);
    for (const func of funcs) {
        const layer = new Faulty();
        layer.func = call => func(layer, call);
        const proxy = Test.LanguageProxy.new(Norpc.stack_new([
            layer, withFilter(() => true), server.get_channel()]));
        const file = Gio.File.new_for_path('/a');
        Test.caller_track(file);
        try {
            proxy.call_one_file_sync(file, null);
        } catch (error) {
            // Some are to fail.
        }
    }
    server.stop(Norpc.StopMode.FINISH, null);
    for (let i = 0; i < 4; i++) {
        System.gc();
        while (GLib.MainContext.default().iteration(false));
    }
    // The interpreter may still keep the last one.
    const n = Test.caller_get_n_tracked();
    assert(n <= 1, `${n} arguments are left`);
});

run();
