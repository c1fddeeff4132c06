// SPDX-License-Identifier: LGPL-2.1-or-later

// Descriptions that are read at run time, in JavaScript: a service and its client.

imports.gi.versions.Norpc = '1';
const { Gio, GLib, Norpc } = imports.gi;
const { describeLamp } = imports.lamp;
const { assert, run, test } = imports.tap;

const info = Norpc.InterfaceInfo.new_for_xml(
    describeLamp('org.example.js.Lamp', '<property name="MaxWatts" type="u" access="read"/>'), null);

function handleCall(service, call, methodName, args) {
    if (methodName === 'Blink') {
        const [times] = args.deepUnpack();
        const stream = Norpc.DynamicStream.get_for_call(call);
        for (let i = 0; i < times; i++)
            stream.write(new GLib.Variant('(b)', [i % 2 === 0]));
        call.return_variant(new GLib.Variant('(d)', [times / 2]));
        return true;
    }

    const [by] = args.deepUnpack();
    if (by > service.brightness)
        throw info.new_error('LampError.TooDark', 'It is darker than that');
    service.brightness -= by;
    service.emit('flickered', 2);
    call.return_variant(new GLib.Variant('(d)', [service.brightness]));
    return true;
}

function waitUntil(condition) {
    while (!condition())
        GLib.MainContext.default().iteration(true);
}

// The service runs in the main context, as the client does.
function withLamp(func) {
    const service = Norpc.DynamicService.new(info, handleCall);
    service.brightness = 1;
    const server = Norpc.Server.new_in_context(service, GLib.MainContext.default());
    server.start(null);
    func(Norpc.DynamicProxy.new(server.get_channel(), info));
    server.stop(Norpc.StopMode.FINISH, null);
}

// Returns the results, or throws the error.
function call(proxy, methodName, args) {
    let finished = false, results, error;
    proxy.call_method(methodName, args, null, (_proxy, result) => {
        finished = true;
        try {
            results = proxy.call_method_finish(result).deepUnpack();
        } catch (e) {
            error = e;
        }
    });
    assert(!finished, 'not within the call');
    waitUntil(() => finished);
    if (error)
        throw error;
    return results;
}

function errorOf(func) {
    try {
        func();
    } catch (error) {
        return error;
    }
    throw new Error('no error');
}

test('call', () => withLamp(proxy => {
    const [brightness] = call(proxy, 'Dim', new GLib.Variant('(d)', [0.25]));
    assert(brightness === 0.75);
}));

test('errors', () => withLamp(proxy => {
    let error = errorOf(() => call(proxy, 'Dim', new GLib.Variant('(d)', [2])));
    assert(error.message === 'It is darker than that');
    assert(info.dup_error_name(error) === 'LampError.TooDark');

    error = errorOf(() => call(proxy, 'Dim', new GLib.Variant('(s)', ['much'])));
    assert(error.matches(Norpc.Error, Norpc.Error.INVALID_ARGUMENT));
    assert(error.message.includes("argument 'by'"));

    error = errorOf(() => call(proxy, 'None', null));
    assert(error.message === "org.example.js.Lamp has no method 'None'");

    error = errorOf(() => Norpc.InterfaceInfo.new_for_xml('<node', null));
    assert(error.matches(Norpc.Error, Norpc.Error.INVALID_DESCRIPTION));
}));

test('signals and properties', () => withLamp(proxy => {
    const events = [];
    let loaded = false;
    proxy.load_async(null, (_proxy, result) => {
        loaded = proxy.load_finish(result);
    });
    waitUntil(() => loaded);
    assert(proxy.brightness === 1);
    proxy.connect('flickered', (_proxy, times) => events.push(`flickered ${times}`));
    proxy.connect('notify::brightness', () => events.push(`brightness ${proxy.brightness}`));

    call(proxy, 'Dim', new GLib.Variant('(d)', [0.5]));
    assert(events.join() === 'brightness 0.5,flickered 2', events.join());

    proxy.brightness = 0.25;
    assert(proxy.brightness === 0.25);
    assert(proxy.maxWatts === 0);
    assert(call(proxy, 'Dim', new GLib.Variant('(d)', [0]))[0] === 0.25);
}));

test('stream', () => withLamp(proxy => {
    const stream = proxy.open_stream('Blink', new GLib.Variant('(u)', [3]), null);
    const items = [];
    let seconds = null;
    const read = (_stream, result) => {
        const item = stream.next_finish(result);
        if (item) {
            items.push(item.deepUnpack()[0]);
            stream.next_async(null, read);
        } else {
            stream.outcome_async(null, (__stream, outcome) => {
                [seconds] = stream.outcome_finish(outcome).deepUnpack();
            });
        }
    };
    stream.next_async(null, read);
    waitUntil(() => seconds !== null);
    assert(items.join() === 'true,false,true', items.join());
    assert(seconds === 1.5);
}));

test('members', () => {
    assert(info.list_methods().join() === 'Dim,Blink');
    assert(info.list_properties().join() === 'Brightness,MaxWatts');
    assert(info.list_in_args(0).join() === 'by');
    assert(info.get_in_type(0) === '(d)' && info.get_item_type(1) === '(b)');
    assert(info.get_gobject_name('MaxWatts') === 'max-watts');
});

// GJS runs no function of a program in another thread.
test('own thread', () => {
    const server = Norpc.Server.new(Norpc.DynamicService.new(info, handleCall));
    const error = errorOf(() => server.start(null));
    assert(error.matches(Norpc.Error, Norpc.Error.FAILED));
    assert(error.message.includes('written in JavaScript'));
});

run();
