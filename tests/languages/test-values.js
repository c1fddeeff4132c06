// SPDX-License-Identifier: LGPL-2.1-or-later

// Values that GObject has in another form than JavaScript, with generated code and with a description that is read at
// run time.

imports.gi.versions.Norpc = '1';
imports.gi.versions.People = '1';
const { GLib, GObject, Norpc, People } = imports.gi;
const { assert, assertRejects, equal, run, test } = imports.tap;

const Loaded = Norpc.load_text(`
<node>
  <interface name="org.example.People.Tour">
    <property name="Paths" type="ao" access="readwrite"/>
    <property name="Signatures" type="ag" access="readwrite"/>
    <property name="Number" type="mi" access="readwrite"/>
    <method name="Visit">
      <arg name="path" type="o"/>
      <arg name="paths" type="ao"/>
      <arg name="signatures" type="ag"/>
      <arg name="number" type="mi"/>
      <arg name="path" type="o" direction="out"/>
      <arg name="paths" type="ao" direction="out"/>
      <arg name="signatures" type="ag" direction="out"/>
      <arg name="number" type="mi" direction="out"/>
    </method>
    <signal name="Visited"><arg name="paths" type="ao"/><arg name="signatures" type="ag"/><arg name="number" type="mi"/></signal>
  </interface>
</node>`);

const methods = Base => class extends Base {
    visit(path, paths, signatures, number) {
        Object.assign(this, { paths, signatures, number });
        this.emit_visited(paths, signatures, number);
        return [path, paths, signatures, number];
    }
};
const services = [
    GObject.registerClass({ Implements: [People.Tour] }, class Tour extends methods(Norpc.Service) {}),
    GObject.registerClass(class LoadedTour extends methods(Loaded.Tour) {}),
];

async function forEach(func) {
    for (const Service of services) {
        const service = new Service();
        Object.assign(service, { paths: [], signatures: [], number: null });
        const server = Norpc.serve(service);
        for (const Proxy of [People.TourProxy, Loaded.TourProxy])
            await func(Proxy.new(server.get_endpoint()), service);  // eslint-disable-line no-await-in-loop
        server.stop(Norpc.StopMode.ABANDON, null);
    }
}

// A typelib has a number that may be missing as a variant, except for calls.
const plain = value => value instanceof GLib.Variant ? value.recursiveUnpack() : value;

test('arguments, results, properties and signals', () => forEach(async proxy => {
    const seen = [];
    await proxy.load_async(null);
    proxy.connect('visited', (_proxy, ...values) => seen.push(values.map(plain)));
    for (const number of [5, null]) {
        const args = ['/', ['/a', '/b'], ['s', 'a{sv}'], number];
        equal(await proxy.visit(...args), args);  // eslint-disable-line no-await-in-loop
        equal([proxy.paths, proxy.signatures, plain(proxy.number)], args.slice(1));
        equal(seen.pop(), args.slice(1));
    }
}));

test('wrong values', () => forEach(async (proxy, service) => {
    for (const [index, value, message] of [
        [0, 'no', "argument 'path': expected an object path, got 'no'"],
        [0, 5, "argument 'path': expected a string, got the number 5"],
        [1, ['/', 'no'], "argument 'paths'[1]: expected an object path, got 'no'"],
        [1, '/', "argument 'paths': expected an array, got a string"],
        [2, ['!'], "argument 'signatures'[0]: expected a signature, got '!'"],
    ]) {
        const args = ['/', ['/a'], ['s'], 5];
        args[index] = value;
        const error = await assertRejects(() => proxy.visit(...args));  // eslint-disable-line no-await-in-loop
        assert(error instanceof TypeError, `${error}`);
        equal(error.message, message);
        assert(await assertRejects(() => proxy.visit_sync(...args)) instanceof TypeError, 'sync');  // eslint-disable-line no-await-in-loop
    }
    for (const [name, value] of [['paths', ['no']], ['paths', null], ['signatures', ['!']], ['number', 'x']]) {
        const error = await assertRejects(async () => (service[name] = value));  // eslint-disable-line no-await-in-loop
        assert(error instanceof TypeError && error.message.toLowerCase().includes(name), `${error}`);
    }
    assert(await assertRejects(() => service.emit_visited('/', [], 5)) instanceof TypeError, 'signal');
}));

test('a signal with records', async () => {
    const error = await assertRejects(() => new services[0]().emit_found([People.File.new(1, 'one', new GLib.Variant('a{sv}', {}))]));
    equal(error.message, "argument 'files': GJS cannot send an array of records");
    new services[0]().emit_found([]);
});

run();
