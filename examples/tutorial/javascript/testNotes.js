// SPDX-License-Identifier: LGPL-2.1-or-later

import GLib from 'gi://GLib';
import Norpc from 'gi://Norpc?version=1';
import System from 'system';
import { Demo, Notes } from './notesService.js';

function equal(actual, expected) {
    if (JSON.stringify(actual) !== JSON.stringify(expected))
        throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

async function test(file) {
    const server = Norpc.serve(new Notes(file));
    const notes = server.make_proxy();

    equal(await notes.add('Buy milk'), 1);
    equal(await notes.find('milk'), ['Buy milk']);
    const empty = Demo.NotesInfo.new_error('NotesError.Empty', '');
    const error = await notes.add('').catch(caught => caught);
    equal(error.matches(empty.domain, empty.code), true);
    server.stop(Norpc.StopMode.FINISH, null);
}

const folder = GLib.dir_make_tmp('notes-XXXXXX');
const file = GLib.build_filenamev([folder, 'notes.txt']);
const loop = new GLib.MainLoop(null, false);
let status = 0;

test(file).then(() => print('passed')).catch(error => {
    logError(error);
    status = 1;
}).finally(() => loop.quit());
loop.run();
GLib.unlink(file);
GLib.rmdir(folder);
System.exit(status);
