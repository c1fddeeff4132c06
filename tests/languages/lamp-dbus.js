// SPDX-License-Identifier: LGPL-2.1-or-later

// lamp-dbus.js [serve]: a service over D-Bus, and its client.

imports.gi.versions.Norpc = '1';
const { Gio, GLib, GObject, Norpc } = imports.gi;
const System = imports.system;
const { describeLamp } = imports.lamp;

const { Lamp, LampInfo, LampProxy } = Norpc.load_text(describeLamp('org.example.Lamp', ''));
const NAME = 'org.example.Lamp';
const OBJECT_PATH = '/org/example/Lamp';
const SIGTERM = 15;

const MyLamp = GObject.registerClass(class MyLamp extends Lamp {
    // The test ends the program meanwhile.
    async dim(by) {
        print('dimming');
        await new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, 100, resolve));
        this.brightness -= by;
        return this.brightness;
    }
});

function serve(bus) {
    const server = Norpc.serve(new MyLamp({ brightness: 1 }));
    const served = Norpc.DBusExport.new(bus, OBJECT_PATH, server.get_endpoint(), LampInfo);
    const loop = new GLib.MainLoop(null, false);

    // The last replies have been sent when the main loop is idle.
    const stopped = () => GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE, () => loop.quit());
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, SIGTERM, () => {
        server.stop_async(Norpc.StopMode.FINISH, null, stopped);
        return GLib.SOURCE_CONTINUE;
    });
    Gio.bus_own_name_on_connection(bus, NAME, Gio.BusNameOwnerFlags.DO_NOT_QUEUE, () => print('serving'), () => {
        printerr(`cannot own the name '${NAME}'`);
        System.exit(1);
    });
    loop.run();
    bus.flush_sync(null);
    served.unexport();  // until here, GJS must not collect it
}

async function call(bus, loop) {
    const lamp = LampProxy.new(Norpc.DBusEndpoint.new(bus, NAME, OBJECT_PATH));
    print(await lamp.dim(0.25));
    loop.quit();
}

const bus = Gio.bus_get_sync(Gio.BusType.SESSION, null);
if (ARGV.length > 0) {
    serve(bus);
} else {
    const loop = new GLib.MainLoop(null, false);
    call(bus, loop).catch(error => {
        printerr(`${error}`);
        System.exit(1);
    });
    loop.run();
}
