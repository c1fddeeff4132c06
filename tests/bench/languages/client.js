// SPDX-License-Identifier: LGPL-2.1-or-later

// client.js SECONDS: measures calls from JavaScript, of a service in C and of one in JavaScript.

imports.gi.versions.Bench = '1';
imports.gi.versions.Norpc = '1';
const { Bench, GLib, GObject, Norpc } = imports.gi;

const Echo = GObject.registerClass({
    Implements: [Bench.Echo],
}, class Echo extends Norpc.Service {
    say(text) {
        return text;
    }
});

const seconds = ARGV.length > 0 ? Number(ARGV[0]) : 1;
const now = () => GLib.get_monotonic_time();

async function measure(row, call) {
    const start = now();
    let n = 0;
    for (; now() < start + seconds * 1e6; n++)
        await call();
    print(`javascript.${row} ${((now() - start) / n).toFixed(2)} µs`);
}

// As measure (), but with the functions that GJS makes itself.
function measureCallbacks(row, echo) {
    return new Promise(resolve => {
        const start = now();
        let n = 0;
        const said = (_echo, result) => {
            echo.call_say_finish(result);
            n++;
            if (now() < start + seconds * 1e6) {
                echo.call_say('text', null, said);
                return;
            }
            print(`javascript.${row} ${((now() - start) / n).toFixed(2)} µs`);
            resolve();
        };
        echo.call_say('text', null, said);
    });
}

async function measureAll() {
    const server = Norpc.serve(Bench.new_echo_in_c());
    const echo = Bench.EchoProxy.new(server.get_endpoint());
    await measure('async', () => echo.say('text'));
    await measure('sync', () => echo.say_sync('text'));
    await measureCallbacks('callback', echo);

    const ownServer = Norpc.serve(new Echo());
    const own = ownServer.make_proxy();
    await measure('async.own', () => own.say('text'));
}

const loop = new GLib.MainLoop(null, false);
measureAll().catch(logError).finally(() => loop.quit());
loop.run();
