// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import Norpc from 'gi://Norpc?version=1';
import System from 'system';
import { Notes } from './notesService.js';

const [file, command, text] = ARGV;

async function run() {
    const server = Norpc.serve(new Notes(file));
    const notes = server.make_proxy();
    notes.connect('added', (_notes, number, note) => print(`Note ${number}: ${note}`));
    if (command === 'add')
        await notes.add(text);
    else
        (await notes.find(text)).forEach(note => print(note));
    server.stop(Norpc.StopMode.FINISH, null);
}

if (ARGV.length !== 3 || !['add', 'find'].includes(command)) {
    printerr('usage: notes.js FILE add TEXT\n       notes.js FILE find TEXT');
    System.exit(2);
}

const loop = new GLib.MainLoop(null, false);
let status = 0;

run().catch(error => {
    printerr(error.message);
    status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
