# SPDX-License-Identifier: LGPL-2.1-or-later
"""List models of a service in Python, and their mirrors."""

import threading
import unittest
import unittest.mock

import gi

gi.require_version('Lists', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Lists, Norpc

import tap


class Library(Norpc.Service, Lists.Library):
    """Shows its clients a list."""

    songs = GObject.Property(type=Gio.ListModel)

    def __init__(self):
        super().__init__(songs=Gio.ListStore.new(Lists.Song))
        self.songs.append(Lists.Song(title='first', number=1))

    def find(self):
        return self.songs

    def add(self, titles):
        for title in titles:
            self.songs.append(Lists.Song(title=title, number=len(self.songs) + 1))
        self.songs.remove(0)


class PlainLibrary(GObject.Object, Lists.Library):
    """Implements the virtual functions."""

    songs = GObject.Property(type=Gio.ListModel)

    def __init__(self):
        super().__init__(songs=Gio.ListStore.new(Lists.Song))
        self.songs.append(Lists.Song.new('first', 1))

    def do_find(self):
        return self.songs

    def do_add(self, titles):
        for title in titles:
            self.songs.append(Lists.Song.new(title, self.songs.get_n_items() + 1))
        self.songs.remove(0)
        return True


class ListModels(unittest.TestCase):
    service = Library

    def setUp(self):
        self.server = Norpc.Server.new(self.service())
        self.server.start(None)
        self.proxy = Lists.LibraryProxy.new_sync(self.server.get_channel(), None)

    def tearDown(self):
        self.server.stop(Norpc.StopMode.FINISH, None)

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)

    def test_followed(self):
        songs = self.proxy.props.songs
        changes = []
        songs.connect('items-changed', lambda model, *change: changes.append(
            (change, model.get_n_items(), threading.current_thread() is threading.main_thread())))
        self.assertIsInstance(songs, Gio.ListModel)
        self.assertEqual([song.props.title for song in songs], ['first'])
        self.proxy.call_add_sync(['second', 'third'], None)
        self.assertEqual(len(songs), 1)
        self.wait_until(lambda: changes)
        self.assertEqual(changes, [((0, 1, 2), 2, True)])
        self.assertEqual([song.get_title() for song in songs], ['second', 'third'])
        self.assertEqual(songs[1].get_number(), 3)

    def test_result(self):
        results = []
        self.proxy.call_find(None, lambda source, result: results.append(source.call_find_finish(result)))
        self.wait_until(lambda: results)
        self.assertEqual(results, [self.proxy.get_songs()])
        self.assertEqual(results[0].get_item_type(), Lists.Song.__gtype__)

    def test_await(self):
        async def main():
            songs = await self.proxy.find()
            self.assertIs(songs, self.proxy.props.songs)
            await self.proxy.add(['second', 'third'])
            self.assertEqual([song.get_title() for song in songs], ['second', 'third'])

        Norpc.run(main())
        self.assertEqual(len(self.proxy.find_sync()), 2)

    def test_outlives_server(self):
        songs = self.proxy.find_sync()
        self.server.stop(Norpc.StopMode.FINISH, None)
        self.assertEqual([song.get_title() for song in songs], ['first'])

    def test_wrong_type(self):
        """The service returns what is no list, or nothing."""
        if self.service is PlainLibrary:
            return
        for result, message in (([], "TypeError: result 'songs' of find(): expected Gio.ListModel, got list"),
                                (None, "TypeError: result 'songs' of find(): expected Gio.ListModel, got None")):
            with unittest.mock.patch.object(Library, 'find', lambda self: result), \
                    unittest.mock.patch('traceback.print_exception'), self.assertRaises(GLib.Error) as caught:
                self.proxy.find_sync()
            self.assertEqual(caught.exception.message, message)

    def test_record(self):
        song = Lists.Song(title='a title', number=5)
        other = Lists.Song()
        label = Gio.SimpleAction(name='a')
        self.assertEqual((song.props.title, song.get_number()), ('a title', 5))
        self.assertEqual((other.get_title(), other.props.number), ('', 0))
        self.assertTrue(type(song).find_property('title').flags & GObject.ParamFlags.CONSTRUCT_ONLY)
        song.bind_property('number', label, 'enabled', GObject.BindingFlags.SYNC_CREATE, lambda _binding, number: number > 5)
        self.assertFalse(label.props.enabled)


class OfVirtualFunctions(ListModels):
    service = PlainLibrary


tap.main()
