# SPDX-License-Identifier: LGPL-2.1-or-later
"""A list model of a service in a list view, without GtkExpression."""

import sys
import unittest

import gi

gi.require_version('Lists', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Lists, Norpc

try:
    gi.require_version('Gdk', '4.0')
    gi.require_version('Gtk', '4.0')
    from gi.repository import Gdk, Gtk
except (ImportError, ValueError) as error:
    print(f'1..0 # SKIP {error}')
    sys.exit()
if Gdk.Display.get_default() is None:
    print('1..0 # SKIP no display')
    sys.exit()

import tap


class Library(GObject.Object, Lists.Library):
    songs = GObject.Property(type=Gio.ListModel)

    def __init__(self):
        super().__init__(songs=Gio.ListStore.new(Lists.Song))

    def do_add(self, titles):
        for title in titles:
            self.songs.append(Lists.Song.new(title, self.songs.get_n_items() + 1))
        return True


def compare_titles(song, other, *_data):
    return (song.get_title() > other.get_title()) - (song.get_title() < other.get_title())


def create_list(songs):
    """Creates a list view of the songs from the second one on, sorted by title."""
    rest = Gtk.FilterListModel.new(songs, Gtk.CustomFilter.new(lambda song, *_data: song.get_number() > 1, None))
    ordered = Gtk.SortListModel.new(rest, Gtk.CustomSorter.new(compare_titles, None))
    factory = Gtk.SignalListItemFactory()
    factory.connect('setup', lambda _factory, row: row.set_child(Gtk.Label()))
    factory.connect('bind', lambda _factory, row: row.get_child().set_label(row.get_item().get_title()))
    return Gtk.ListView.new(Gtk.NoSelection.new(ordered), factory)


class ListView(unittest.TestCase):
    def get_titles(self, view):
        titles = []
        row = view.get_first_child()
        while row:
            titles.append(row.get_first_child().get_label())
            row = row.get_next_sibling()
        return titles

    def test_list_view(self):
        server = Norpc.Server.new(Library())
        server.start(None)
        proxy = Lists.LibraryProxy.new_sync(server.get_channel(), None)
        view = create_list(proxy.props.songs)
        window = Gtk.Window(child=view)
        window.present()
        proxy.call_add_sync(['first', 'z', 'a'], None)
        while len(self.get_titles(view)) < 2:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(self.get_titles(view), ['a', 'z'])
        window.destroy()
        server.stop(Norpc.StopMode.FINISH, None)


tap.main()
