// SPDX-License-Identifier: LGPL-2.1-or-later

// List models of a service in JavaScript, and their mirrors.

imports.gi.versions.Lists = '1';
imports.gi.versions.Norpc = '1';
const { Gio, GLib, GObject, Lists, Norpc } = imports.gi;
const { assert, run, test } = imports.tap;

const Library = GObject.registerClass({
    Implements: [Lists.Library],
    Properties: {
        'songs': GObject.ParamSpec.override('songs', Lists.Library),
    },
}, class Library extends GObject.Object {
    _init() {
        super._init();
        this.store = Gio.ListStore.new(Lists.Song.$gtype);
        this.store.append(Lists.Song.new('first', 1));
    }

    get songs() {
        return this.store;
    }

    vfunc_find() {
        return this.store;
    }

    vfunc_add(titles) {
        titles.forEach((title, index) => this.store.append(Lists.Song.new(title, index)));
        this.store.remove(0);
        return true;
    }
});

function waitUntil(condition) {
    while (!condition())
        GLib.MainContext.default().iteration(true);
}

function titlesOf(model) {
    const titles = [];
    for (let i = 0; i < model.get_n_items(); i++)
        titles.push(model.get_item(i).title);
    return titles.join(' ');
}

// The service runs in the main context, as the client does.
function start() {
    const server = Norpc.Server.new_in_context(new Library(), GLib.MainContext.default());
    server.start(null);
    return server;
}

test('followed', () => {
    const server = start();
    const proxy = Lists.LibraryProxy.new(server.get_channel());
    const changes = [];
    waitUntil(() => proxy.is_ready());

    const songs = proxy.songs;
    assert(titlesOf(songs) === 'first', titlesOf(songs));
    songs.connect('items-changed', (model, ...change) => changes.push(`${change} ${titlesOf(model)}`));
    proxy.call_add(['second', 'third'], null, null);
    waitUntil(() => changes.length > 0);
    assert(changes.join(';') === '0,1,2 second third', changes.join(';'));
});

test('result', () => {
    const server = start();
    const proxy = Lists.LibraryProxy.new(server.get_channel());
    let songs = null;
    proxy.call_find(null, (source, result) => {
        songs = source.call_find_finish(result);
    });
    waitUntil(() => songs !== null && proxy.is_ready());
    assert(songs === proxy.songs, 'one list has one mirror');
});

test('record', () => {
    const song = new Lists.Song({title: 'a title', number: 5});
    assert(song.title === 'a title' && song.get_number() === 5, 'its fields are properties');
});

run();
