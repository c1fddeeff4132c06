// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Norpc from 'gi://Norpc?version=1';
import Words from 'gi://Words?version=1';
import System from 'system';

const Shouter = GObject.registerClass({
    Implements: [Words.Joiner],
}, class Shouter extends Norpc.Service {
    join(words, separator) {
        return words.join(separator).toUpperCase();
    }
});

async function check(service, expected) {
    const server = Norpc.serve(service);
    const proxy = server.make_proxy();
    const joined = await proxy.join(['a', 'b'], '-');
    server.stop(Norpc.StopMode.FINISH, null);
    if (joined !== expected)
        throw new Error(`got ${joined}`);
}

const loop = new GLib.MainLoop(null, false);
let status = 1;

check(Words.Service.new(), 'a-b')
    .then(() => check(new Shouter(), 'A-B'))
    .then(() => (status = 0))
    .catch(logError)
    .finally(() => loop.quit());
loop.run();
System.exit(status);
