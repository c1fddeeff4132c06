// SPDX-License-Identifier: LGPL-2.1-or-later

// Programs, as modules, that end with calls in flight, and one that collects what is left: no hang, no crash.

const { Gio, GLib } = imports.gi;
const { assert, equal, run, test } = imports.tap;

const HEAD = `
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Kv from 'gi://Kv?version=1';
import Norpc from 'gi://Norpc?version=1';
import System from 'system';
const bytes = text => new TextEncoder().encode(text);
const Slow = GObject.registerClass({ Implements: [Kv.Store] }, class Slow extends Norpc.Service {
    take() {
        return new Promise(() => {});
    }
    get() {
        return bytes('value');
    }
});
const loop = new GLib.MainLoop(null, false);
`;

// Runs a module in another process, and gets what it prints.
function runModule(code) {
    const [file, stream] = Gio.File.new_tmp('norpc-XXXXXX.js');
    try {
        stream.output_stream.write_all(new TextEncoder().encode(HEAD + code), null);
        stream.close(null);
        const process = Gio.Subprocess.new(['timeout', '30', 'gjs', '-m', file.get_path()],
            Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);
        const [, out, err] = process.communicate_utf8(null, null);
        assert(process.get_if_exited() && process.get_exit_status() === 0, `${process.get_status()} ${err}`);
        return out.trim();
    } finally {
        file.delete(null);
    }
}

test('module', () => equal(runModule(`
const server = Norpc.serve(new Slow());
const store = server.make_proxy();
store.get(0, bytes('key')).then(value => {
    print(new TextDecoder().decode(value));
    loop.quit();
});
loop.run();
`), 'value'));

test('exit with calls in flight', () => equal(runModule(`
const [remote] = Norpc.serve(Kv.caller_new_store()).make_proxy();
const store = Norpc.serve(new Slow()).make_proxy();
for (let i = 0; i < 10; i++)
    Promise.all([store.take(0, bytes('key')), remote.take(0, bytes('key'))]).catch(() => {});
GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => loop.quit());
loop.run();
print('end');
`), 'end'));

test('exit within a handler', () => equal(runModule(`
const Leaving = GObject.registerClass({ Implements: [Kv.Store] }, class Leaving extends Norpc.Service {
    get() {
        print('end');
        System.exit(0);
    }
});
const server = Norpc.serve(new Leaving());
server.make_proxy().get(0, bytes('key')).catch(() => {});
loop.run();
`), 'end'));

// The wrapper of the server is not used any more, so its server may be finalized, and the calls end.
test('server that nobody holds', () => equal(runModule(`
const store = (() => Norpc.serve(new Slow()).make_proxy())();
let ended = false;
store.take(0, bytes('key')).catch(error => {
    print(error.matches(Norpc.Error, Norpc.Error.CLOSED));
    ended = true;
});
const context = GLib.MainContext.default();
while (!ended) {
    System.gc();
    context.iteration(false);
}
`), 'true'));

// Calls leave nothing behind, neither in this process nor in the service.
test('memory', () => {
    const grown = Number(runModule(`
const server = Norpc.serve(new Slow());
const store = server.make_proxy();
const read = () => Number(new TextDecoder().decode(GLib.file_get_contents('/proc/self/statm')[1]).split(' ')[1]) * 4;
const key = bytes('k'.repeat(20000));
async function round() {
    for (let i = 0; i < 1000; i++)
        await store.get(0, key);
    System.gc();
    System.gc();
    return read();
}
(async () => {
    await round();
    const before = await round();
    await round();
    await round();
    print(await round() - before);
    loop.quit();
})();
loop.run();
`));
    assert(grown < 8000, `${grown} KiB`);
});

run();
