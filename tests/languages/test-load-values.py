# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values of descriptions that are loaded at run time."""

import datetime

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib

import tap
from lamps import Case, Lamp, Mirror


class Values(Case):
    def setUp(self):
        self.service = Lamp()
        self.lamp = self.serve(self.service)

    def test_values(self):
        file = Gio.File.new_for_path('/a')
        time = datetime.datetime(2020, 2, 3, 4, 5, 6, 789000, datetime.timezone(datetime.timedelta(hours=1)))
        values = b'\0a', ['a', 'ä'], 255, -2**15, {'a': 1, 'b': [True, 'x']}, file, time
        got = self.lamp.echo_sync(*values)
        self.assertTrue(got[5].equal(file))
        self.assertEqual(got[:5] + got[6:], values[:5] + values[6:])
        self.assertEqual(self.service.got[:5] + self.service.got[6:], values[:5] + values[6:])
        self.assertEqual(self.lamp.echo_sync(b'', [], 0, 0, {}), (b'', [], 0, 0, {}, None, None))

    def test_wrong_arguments(self):
        right = {'data': b'', 'tags': [], 'level': 0, 'offset': 0, 'options': {}}
        for name, value, kind, message in (
                ('data', 'a', TypeError, "argument 'data': expected bytes, got str"),
                ('data', None, TypeError, "argument 'data': expected bytes, got None"),
                ('tags', 'a', TypeError, "argument 'tags': expected list, got str"),
                ('tags', ['a', 1], TypeError, "argument 'tags'[1]: expected str, got int"),
                ('level', 256, OverflowError, "argument 'level': expected a number from 0 to 255, got 256"),
                ('level', 1.5, TypeError, "argument 'level': expected int, got float"),
                ('offset', 2**15, OverflowError,
                 "argument 'offset': expected a number from -32768 to 32767, got 32768"),
                ('options', [], TypeError, "argument 'options': expected dict, got list"),
                ('options', GLib.Variant('a{ss}', {}), TypeError,
                 "argument 'options': expected a GLib.Variant of type 'a{sv}', got 'a{ss}'"),
                ('file', '/a', TypeError, "argument 'file': expected Gio.File, got str"),
                ('time', 1, TypeError, "argument 'time': expected datetime, got int")):
            for function in self.lamp.echo_sync, self.lamp.echo:
                with self.subTest(name, value=value), self.assertRaises(kind) as caught:
                    function(**{**right, name: value})
                self.assertEqual(str(caught.exception), message)
        self.assertFalse(hasattr(self.service, 'got'))


class Variants(Case):
    """Values within variants are checked as others are."""

    def setUp(self):
        self.mirror = self.serve(Mirror())

    def test_values(self):
        for function, value, expected in (
                ('show', b'\0a', [0, 97]), ('show', GLib.Variant('i', 1), 1), ('show', 'caf\xe9', 'caf\xe9'),
                ('counts', (1, 2), [1, 2]), ('ratios', [1, 1.5], [1.0, 1.5]), ('pair', ['a', 1], ('a', 1)),
                ('texts', {'a': 'b'}, {'a': 'b'}), ('lists', [['a'], ()], [['a'], []]), ('maybe', None, None),
                ('blobs', [(b'\0', '/a'), ([1, 2], '/')], [([0], '/a'), ([1, 2], '/')]), ('maybe', 3, 3)):
            with self.subTest(function, value=value):
                self.assertEqual(getattr(self.mirror, f'{function}_sync')(value), expected)

    def test_wrong_values(self):
        for function, value, kind, message in (
                ('show', 'a\0', ValueError, "argument 'v': the text contains a NUL character"),
                ('show', {'a\0': 1}, ValueError, "argument 'v': key 'a\\x00': the text contains a NUL character"),
                ('show', {'a': '\ud800'}, ValueError, "argument 'v'['a']: the text contains a surrogate, '\\ud800'"),
                ('counts', [1.9], TypeError, "argument 'v'[0]: expected int, got float"),
                ('counts', [True], TypeError, "argument 'v'[0]: expected int, got bool"),
                ('counts', {1, 2}, TypeError, "argument 'v': expected list, got set"),
                ('counts', [2**32], OverflowError, "argument 'v'[0]: expected a number from 0 to 4294967295, got 4294967296"),
                ('switches', ['x'], TypeError, "argument 'v'[0]: expected bool, got str"),
                ('ratios', [True], TypeError, "argument 'v'[0]: expected float, got bool"),
                ('ratios', [10**400], OverflowError, "argument 'v'[0]: the number is too large for a float"),
                ('pair', ('a', 1.7), TypeError, "argument 'v'[1]: expected int, got float"),
                ('pair', ('a',), TypeError, "argument 'v': expected a tuple of 2 values, got 1"),
                ('pair', 'ab', TypeError, "argument 'v': expected tuple, got str"),
                ('texts', [('a', 'b')], TypeError, "argument 'v': expected dict, got list"),
                ('lists', ['ab'], TypeError, "argument 'v'[0]: expected list, got str"),
                ('blobs', [(b'', 'a')], ValueError, "argument 'v'[0][1]: expected an object path, got 'a'"),
                ('maybe', 1.5, TypeError, "argument 'v': expected int, got float")):
            with self.subTest(function, value=value), self.assertRaises(kind) as caught:
                getattr(self.mirror, f'{function}_sync')(value)
            self.assertEqual(str(caught.exception), message)


tap.main()
