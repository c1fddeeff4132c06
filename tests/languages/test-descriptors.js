// SPDX-License-Identifier: LGPL-2.1-or-later

// File descriptors as arguments and results, with generated code and with a description that is read at run time.

imports.gi.versions.Norpc = '1';
imports.gi.versions.People = '1';
const { Gio, GLib, GObject, Norpc, People } = imports.gi;
const System = imports.system;
const { assert, assertRejects, equal, run, test } = imports.tap;

const Loaded = Norpc.load_text(`
<node>
  <interface name="org.example.People.Files">
    <method name="Identify"><arg name="file" type="h"/><arg name="path" type="s" direction="out"/></method>
    <method name="Open"><arg name="file" type="h" direction="out"/></method>
    <method name="OpenPair">
      <arg name="name" type="s" direction="out"/>
      <arg name="first" type="h" direction="out"/>
      <arg name="second" type="h" direction="out"/>
    </method>
    <method name="OpenArray"><arg name="files" type="ah" direction="out"/></method>
    <method name="OpenNamed"><arg name="file" type="(hs)" direction="out"/></method>
    <method name="OpenOptions"><arg name="options" type="a{sv}" direction="out"/></method>
    <stream name="Log"><arg name="line" type="s" direction="out"/><result name="file" type="h"/></stream>
  </interface>
</node>`);

const [file] = GLib.file_open_tmp('norpc-descriptors-XXXXXX');
const path = identify(file);

function identify(fd) {
    return GLib.file_read_link(`/proc/self/fd/${fd}`);
}

// Makes another descriptor of the file.
function open() {
    const list = new Gio.UnixFDList();
    list.append(file);
    return list.steal_fds()[0];
}

function count() {
    const files = Gio.File.new_for_path('/proc/self/fd').enumerate_children('standard::name', Gio.FileQueryInfoFlags.NONE, null);
    let n = 0;
    while (files.next_file(null) !== null)
        n++;
    files.close(null);
    return n;
}

const methods = Base => class extends Base {
    identify(fd) {
        return identify(fd);
    }

    open() {
        return open();
    }

    open_pair() {
        return ['pair', open(), open()];
    }

    open_array() {
        return [open(), open()];
    }

    open_named() {
        return [open(), 'name'];
    }

    open_options() {
        return { one: new GLib.Variant('h', open()), many: new GLib.Variant('ah', [open()]), number: file };
    }

    async log(stream) {
        await stream.send('line');
        return open();
    }
};
const services = [
    GObject.registerClass({ Implements: [People.Files] }, class Files extends methods(Norpc.Service) {}),
    GObject.registerClass(class LoadedFiles extends methods(Loaded.Files) {}),
];

async function forEach(func) {
    for (const Service of services) {
        const server = Norpc.serve(new Service());
        for (const Proxy of [People.FilesProxy, Loaded.FilesProxy])
            await func(Proxy.new(server.get_endpoint()), server);  // eslint-disable-line no-await-in-loop
        server.stop(Norpc.StopMode.ABANDON, null);
    }
}

// Checks that descriptors outlive what they came with, and closes them.
function take(...fds) {
    System.gc();
    for (const fd of fds) {
        equal(identify(fd), path);
        GLib.close(fd);
    }
}

test('argument', () => forEach(async proxy => {
    equal(await proxy.identify(file), path);
    const error = await assertRejects(() => proxy.identify('3'));
    assert(error instanceof TypeError && error.message.includes("'file'"), `${error}`);
}));

test('result', () => forEach(async proxy => {
    const fd = await proxy.open();
    assert(fd > 2 && fd !== file, `${fd}`);
    take(fd);
    const [name, first, second] = await proxy.open_pair();
    equal(name, 'pair');
    take(first, second);
}));

test('results within others', () => forEach(async proxy => {
    take(...await proxy.open_array());
    take((await proxy.open_named())[0]);
    const { one, many, number } = await proxy.open_options();
    take(one, ...many);
    equal(number, file);
}));

test('outcome of a stream', () => forEach(async proxy => {
    const stream = proxy.log(null);
    for await (const line of stream)
        equal(line, 'line');
    take(await stream.outcome());
}));

test('none is left open', () => forEach(async proxy => {
    const call = async () => {
        take(await proxy.open());
        take(...await proxy.open_array());
        await proxy.identify(file);
        const cancellable = new Gio.Cancellable();
        const cancelled = [proxy.open(cancellable), proxy.open_array(cancellable)].map(promise => assertRejects(() => promise));
        cancellable.cancel();
        await Promise.all(cancelled);
    };
    await call();
    System.gc();
    const before = count();
    for (let i = 0; i < 20; i++)
        await call();  // eslint-disable-line no-await-in-loop
    System.gc();
    assert(count() <= before, `${count() - before} are open`);
}));

run();
GLib.unlink(path);
