# SPDX-License-Identifier: LGPL-2.1-or-later
"""A database of SQLite with one owner. Its thread opens it, uses it and closes it, so that there is no lock, no
transaction that another thread gets into, and no database that is busy."""

import pathlib
import sqlite3
import threading

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('contacts.xml')))


class Contacts(Norpc.Service, demo.Contacts):
    def do_start(self):
        self.database = sqlite3.connect(':memory:')
        self.database.execute('CREATE TABLE contact (name TEXT PRIMARY KEY)')

    def do_stop(self):
        self.database.close()

    def add(self, names):
        try:
            with self.database:  # a transaction, which no other call gets into
                self.database.executemany('INSERT INTO contact VALUES (?)', [(name,) for name in names])
        except sqlite3.IntegrityError as error:
            raise GLib.Error.new_literal(Gio.io_error_quark(), str(error), Gio.IOErrorEnum.EXISTS) from None
        return self.database.execute('SELECT count(*) FROM contact').fetchone()[0]

    def find(self, text):
        sql = 'SELECT name FROM contact WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name'
        return [name for name, in self.database.execute(sql, (text,))]


def add_names(contacts, client):
    for i in range(25):
        contacts.add_sync([f'Client {client}, name {i:02}'])


with Norpc.serve(Contacts()) as contacts:
    clients = [threading.Thread(target=add_names, args=(contacts, client)) for client in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    try:
        contacts.add_sync(['Bob', 'Ada', 'Bob'])
    except GLib.Error as error:
        print('Not added:', error.message)
    print(contacts.add_sync(['Bob', 'Ada']), 'names')
    print(len(contacts.find_sync('Client 3, name 0')), 'of them are of the last client')
