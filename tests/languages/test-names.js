// SPDX-License-Identifier: LGPL-2.1-or-later

// Names that are right in C, and would clash in JavaScript.

imports.gi.versions.Names = '1';
imports.gi.versions.Norpc = '1';
const { GLib, GObject, Names, Norpc } = imports.gi;
const { assert, run, test } = imports.tap;

// Virtual functions and calls.
const methods = {
    import__: 'import', dispose_: 'dispose', finalize_: 'finalize', get_property_: 'get_property',
    notify_: 'notify', set_property_: 'set_property', constructed_: 'constructed', start_: 'start',
    complete_run_: 'complete_run', handle_run_: 'handle_run', run_async: 'run_async_', connect: 'connect',
    dispatch_properties_changed_: 'dispatch_properties_changed',
};

class Service extends GObject.Object {
    vfunc_start() {
        this.started = true;
        return true;
    }
}
for (const name of Object.keys(methods))
    Service.prototype[`vfunc_${name}`] = text => `${name} ${text}`;
GObject.registerClass({ Implements: [Names.Clashes, Norpc.Lifecycle] }, Service);

function call(proxy, name) {
    const loop = new GLib.MainLoop(null, false);
    let outcome = null;
    proxy[`call_${name}`]('x', null, (source, result) => {
        try {
            outcome = source[`call_${name}_finish`](result);
        } catch (error) {
            outcome = error.message;
        }
        loop.quit();
    });
    loop.run();
    return outcome;
}

function check(name, actual, expected) {
    test(name, () => assert(actual === expected, `${actual}, not ${expected}`));
}

const service = new Service();
const server = Norpc.Server.new_in_context(service, GLib.MainContext.default());
server.start(null);
const proxy = Names.ClashesProxy.new(server.get_channel());
for (const [vfunc, name] of Object.entries(methods))
    check(vfunc, call(proxy, name), `${vfunc} x`);
check('lifecycle', service.started, true);

const blob = Names.Blob.new('a', 'b', 'c', 'd', 'e', 'f');
const fields = ['copy', 'equal', 'free', 'hash', 'to_variant', 'new_from_variant'];
check('fields', fields.map(field => blob[field]).join(), 'a,b,c,d,e,f');
const letter = Names.Letter.new('a', 'b');
check('letter', letter.from + letter.from__, 'ab');

// The functions with promises, also where those of C begin so.
const openers = ['open', 'open_file', 'open_log_', 'call_home', 'call_open_', 'nfds', 'httpget'];
const description = GLib.build_filenamev([GLib.path_get_dirname(imports.tap.__file__), 'names.xml']);

function makeOpener(base, Implements) {
    class Opener extends base {}
    for (const name of openers)
        Opener.prototype[name] = text => `${name} ${text}`;
    return new (GObject.registerClass({ Implements, GTypeName: `Opener${Implements.length}` }, Opener))();
}

for (const [kind, opener] of Object.entries({
    typelib: makeOpener(Norpc.Service, [Names.Openers]),
    loaded: makeOpener(Norpc.load(description, 'org.example.Names.').Openers, []),
})) {
    const openingServer = Norpc.serve(opener);
    const openingProxy = openingServer.make_proxy();
    for (const name of openers) {
        check(`${kind}: ${name}_sync`, typeof openingProxy[`${name}_sync`], 'function');
        const loop = new GLib.MainLoop(null, false);
        let answer = null;
        Promise.resolve(openingProxy[name]?.('x')).then(back => (answer = back)).catch(logError)
            .finally(() => loop.quit());
        loop.run();
        check(`${kind}: ${name}`, answer, `${name} x`);
    }
    openingServer.stop(Norpc.StopMode.FINISH, null);
}

run();
