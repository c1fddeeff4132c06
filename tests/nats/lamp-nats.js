// SPDX-License-Identifier: LGPL-2.1-or-later

// lamp-nats.js URL [serve]: a service over NATS, and its client.

imports.gi.versions.Norpc = '1';
imports.gi.versions.NorpcNats = '1';
const { Gio, GLib, GObject, Norpc, NorpcNats } = imports.gi;
const System = imports.system;
const { describeLamp } = imports.lamp;

const { Lamp, LampInfo, LampProxy } = Norpc.load_text(describeLamp('org.example.Lamp', ''));
const PREFIX = 'example.lamp';
const SIGTERM = 15;

Gio._promisify(NorpcNats.Connection.prototype, 'flush', 'flush_finish');
Gio._promisify(NorpcNats.Export.prototype, 'drain', 'drain_finish');

const MyLamp = GObject.registerClass(class MyLamp extends Lamp {
    // The test ends the program meanwhile.
    async dim(by) {
        print('dimming');
        await new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, resolve));
        this.brightness -= by;
        return this.brightness;
    }
});

// The handler stays: without it, a second signal would end the program at once.
const terminated = () => new Promise(resolve => GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, SIGTERM, () => {
    resolve();
    return GLib.SOURCE_CONTINUE;
}));

async function serve(connection) {
    const server = Norpc.serve(new MyLamp({ brightness: 1 }));
    const served = NorpcNats.Export.new(connection, PREFIX, server.get_endpoint(), LampInfo);
    await connection.flush(5000, null);
    print('serving');
    await terminated();
    await served.drain();
    server.stop(Norpc.StopMode.FINISH, null);
}

async function call(connection) {
    const lamp = LampProxy.new(NorpcNats.Endpoint.new(connection, PREFIX));
    print(await lamp.dim(0.25));
}

const connection = NorpcNats.Connection.new_sync(ARGV[0], null);
const loop = new GLib.MainLoop(null, false);
const running = ARGV.length > 1 ? serve(connection) : call(connection);
running.then(() => loop.quit(), error => {
    printerr(`${error}`);
    System.exit(1);
});
loop.run();
