# SPDX-License-Identifier: LGPL-2.1-or-later
"""The model, in front of a fake of its service, and without waiting."""

import pathlib
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

from finder_model import FinderModel

demo = Norpc.load(str(pathlib.Path(__file__).with_name('finder.xml')))


class FinderTest(unittest.TestCase):
    def setUp(self):
        self.clock = Norpc.ManualClock.new()
        self.fake = Norpc.Fake.new(Norpc.InterfaceInfo.for_type(demo.Directory))
        self.model = FinderModel(demo.DirectoryProxy.new(self.fake))

    def answer(self, *names):
        return self.fake.answer_variant('Find', GLib.Variant('(as)', [names]))

    def assert_shows(self, busy, names, message):
        self.assertEqual((self.model.busy, self.model.names, self.model.message), (busy, names, message))

    def test_found(self):
        """An answer, and what the service was asked."""
        self.answer('Ada', 'Adam')
        self.model.search('ad')
        self.assert_shows(True, [], None)
        self.clock.run(0)
        self.assert_shows(False, ['Ada', 'Adam'], None)
        self.assertEqual(self.fake.get_call('Find', 0).dup_args().unpack(), ('ad',))

    def test_failed(self):
        self.fake.answer_error('Find', GLib.Error.new_literal(Gio.io_error_quark(), 'No network',
                                                              Gio.IOErrorEnum.NOT_CONNECTED))
        self.model.search('ad')
        self.clock.run(0)
        self.assert_shows(False, [], 'No network')

    def test_timeout(self):
        """The service never answers. The two seconds of the timeout pass at once."""
        self.fake.never_answer('Find')
        self.model.search('ad')
        self.clock.run(1999)
        self.assert_shows(True, [], None)
        self.clock.run(1)
        self.assert_shows(False, [], 'The directory does not answer')

    def test_newest(self):
        """The answer to an older search comes later than that to a newer one."""
        slow = self.answer('Ada')
        slow.set_delay(1000)
        slow.match_variant(GLib.Variant('(s)', ['a']))
        self.answer('Bob')
        self.model.search('a')
        self.clock.run(300)
        self.model.search('b')
        self.clock.run(0)
        self.assertTrue(self.fake.get_call('Find', 0).is_cancelled())
        self.clock.run(1000)
        self.assert_shows(False, ['Bob'], None)

    def test_changed(self):
        """A signal makes the model search again."""
        self.answer()
        self.answer('Ada')
        self.model.search('ad')
        self.clock.run(0)
        self.assert_shows(False, [], 'Nobody has this name')
        self.fake.get_service().emit_changed()
        self.clock.run(0)
        self.assert_shows(False, ['Ada'], None)


if __name__ == '__main__':
    unittest.main()
