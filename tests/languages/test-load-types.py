# SPDX-License-Identifier: LGPL-2.1-or-later
"""Enumerations, flags and records of descriptions that are loaded at run time."""

import asyncio
import datetime
import enum
import inspect
import io
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import tap

DESCRIPTION = '''
<node>
  <enum name="Mode"><value name="fast"/><value name="read-only"/><value name="Slow" value="10"/></enum>
  <flags name="Parts"><value name="head"/><value name="tail"/><value name="both" value="3"/></flags>
  <record name="Point"><field name="x" type="i"/><field name="y" type="i"/><field name="name" type="s" nullable="true"/></record>
  <record name="Entry">
    <field name="key" type="s"/>
    <field name="size" type="t"/>
    <field name="mode" type="Mode"/>
    <field name="parts" type="Parts"/>
    <field name="bytes" type="GLib.Bytes"/>
    <field name="place" type="Gio.File" nullable="true"/>
    <field name="when" type="GLib.DateTime" nullable="true"/>
    <field name="tags" type="as"/>
    <field name="count" type="mi"/>
    <field name="class" type="v"/>
    <field name="points" type="Point[]"/>
    <field name="files" type="Gio.File[]" nullable="true"/>
    <field name="options" type="a{sv}"/>
    <field name="origin" type="Point" nullable="true"/>
  </record>
  <interface name="org.example.Atlas">
    <method name="Entry"><arg name="entry" type="Entry"/><arg name="out" type="Entry" direction="out"/></method>
    <method name="Points">
      <arg name="points" type="Point[]"/>
      <arg name="best" type="Point" nullable="true"/>
      <arg name="points" type="Point[]" direction="out"/>
      <arg name="best" type="Point" nullable="true" direction="out"/>
    </method>
    <method name="Mode">
      <arg name="mode" type="Mode"/><arg name="parts" type="Parts"/><arg name="modes" type="Mode[]"/>
      <arg name="mode" type="Mode" direction="out"/><arg name="parts" type="Parts" direction="out"/>
      <arg name="modes" type="Mode[]" direction="out"/>
    </method>
    <method name="Files"><arg name="files" type="Gio.File[]"/><arg name="files" type="Gio.File[]" direction="out"/></method>
    <method name="Shout"><arg name="point" type="Point"/></method>
    <stream name="Walk"><arg name="point" type="Point" direction="out"/><result name="last" type="Point"/></stream>
    <stream name="Draw" direction="in"><arg name="point" type="Point" direction="out"/><result name="n" type="u"/></stream>
    <signal name="Moved"><arg name="point" type="Point"/><arg name="mode" type="Mode"/></signal>
    <property name="Place" type="Point" nullable="true" access="readwrite"/>
    <property name="Mode" type="Mode" access="readwrite"/>
  </interface>
</node>
'''

atlas = Norpc.load(io.StringIO(DESCRIPTION))
Point, Entry, Mode, Parts = atlas.Point, atlas.Entry, atlas.Mode, atlas.Parts


class Atlas(Norpc.Service, atlas.Atlas):
    """Answers with what it got."""

    def __init__(self):
        super().__init__(place=Point(1, 2), mode=Mode.SLOW)
        self.got = None
        self.result = None
        self.emitted = Mode.FAST

    def entry(self, entry):
        self.got = entry
        return entry if self.result is None else self.result

    def points(self, points, best):
        self.got = points, best
        return points, best

    def mode_(self, mode, parts, modes):
        self.got = mode, parts, modes
        return mode, parts, modes

    def files(self, files):
        self.got = files
        return files

    def shout(self, point):
        self.emit_moved(point, self.emitted)

    async def walk(self, stream):
        for x in range(3):
            await stream.send({'x': x, 'y': 0})
        return Point(3, 0)

    async def draw(self, stream):
        self.got = [point async for point in stream]
        return len(self.got)


def make_entry(**fields):
    return Entry(**{
        'key': 'k', 'size': 2**63, 'mode': Mode.READ_ONLY, 'parts': Parts.BOTH, 'bytes': b'\0\1', 'tags': ['a'],
        'class_': 7, 'points': [Point(1, 2), Point(3, 4, 'x')], 'options': {'a': 1}, **fields})


class Types(unittest.TestCase):
    def setUp(self):
        self.service = Atlas()
        server = Norpc.serve(self.service)
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON)
        self.atlas = server.make_proxy()

    def assert_raises(self, kind, message, function, *args, **kwargs):
        with self.assertRaises(kind) as caught:
            function(*args, **kwargs)
        self.assertEqual(str(caught.exception), message)

    def test_record(self):
        entry = make_entry(when=datetime.datetime(2026, 1, 2, 3, 4, 5, 6000, datetime.timezone.utc),
                           files=[Gio.File.new_for_path('/a')], count=-5, origin=Point(x=0, y=0))
        got = self.atlas.entry_sync(entry)
        self.assertIsInstance(got, Entry)
        self.assertIsNot(got, entry)
        self.assertEqual([file.get_path() for file in got.files], ['/a'])
        got.files = entry.files  # files have no ==
        self.assertEqual(got, entry)
        self.assertIsInstance(self.service.got.mode, Mode)
        self.assertEqual(self.service.got.points[1], Point(3, 4, 'x'))
        self.assertEqual(type(got.bytes), bytes)
        self.assertEqual((got.when, got.place, got.count, got.class_), (entry.when, None, -5, 7))

        place = self.atlas.entry_sync(make_entry(place=Gio.File.new_for_uri('http://a/b'))).place
        self.assertEqual(place.get_uri(), 'http://a/b')

    def test_record_class(self):
        point = Point(1, 2)
        self.assertEqual(repr(point), 'description.Point(x=1, y=2, name=None)')
        self.assertEqual(str(inspect.signature(Point)), '(x, y, name=None)')
        self.assertEqual(point, Point(y=2, x=1))
        self.assertNotEqual(point, Point(1, 3))
        self.assertNotEqual(point, (1, 2, None))
        self.assertEqual(len({point, Point(1, 2), Point(2, 2)}), 2)
        self.assertRaises(TypeError, hash, make_entry())
        point.x = 5
        point.name = 'five'
        self.assertEqual((point, point.copy()), (Point(5, 2, 'five'), Point(5, 2, 'five')))
        self.assertIsNot(point.copy(), point)

        self.assert_raises(TypeError, "field 'x': expected int, got str", setattr, point, 'x', '1')
        self.assert_raises(OverflowError, "field 'y': expected a number from -2147483648 to 2147483647, got 2147483648",
                           Point, 1, 2**31)
        self.assert_raises(AttributeError, "Point has no field 'z'", setattr, point, 'z', 1)
        self.assert_raises(AttributeError, "the field 'x' of Point cannot be deleted", delattr, point, 'x')
        self.assert_raises(TypeError, "missing a required argument: 'y'", Point, 1)
        self.assert_raises(TypeError, "got an unexpected keyword argument 'z'", Point, 1, z=2)
        self.assertRaises(TypeError, Point)
        self.assertEqual(point.x, 5)

    def test_records(self):
        self.assertEqual(self.atlas.points_sync([Point(1, 2), {'x': 3, 'y': 4}]), ([Point(1, 2), Point(3, 4)], None))
        self.assertEqual(self.service.got, ([Point(1, 2), Point(3, 4)], None))
        self.assertEqual(self.atlas.points_sync([], Point(5, 6)), ([], Point(5, 6)))
        self.assert_raises(TypeError, "argument 'points'[1]: expected description.Point, got tuple",
                           self.atlas.points_sync, [Point(1, 2), (3, 4)])
        self.assert_raises(TypeError, "argument 'points'[0]: missing a required argument: 'y'",
                           self.atlas.points_sync, [{'x': 1}])
        self.assert_raises(TypeError, "argument 'entry': expected description.Entry, got Point",
                           self.atlas.entry_sync, Point(1, 2))
        entry = make_entry()
        entry.points.append('no point')
        self.assert_raises(TypeError, "argument 'entry': field 'points'[2]: expected description.Point, got str",
                           self.atlas.entry_sync, entry)
        self.service.result = Point(1, 2)
        with self.assertRaises(GLib.Error) as caught:
            self.atlas.entry_sync(make_entry())
        self.assertIn("result 'out' of entry(): expected description.Entry, got Point", caught.exception.message)

    def test_enumerations(self):
        self.assertEqual([(mode.name, mode.value) for mode in Mode], [('FAST', 0), ('READ_ONLY', 1), ('SLOW', 10)])
        self.assertTrue(issubclass(Mode, enum.IntEnum) and issubclass(Parts, enum.IntFlag))
        got = self.atlas.mode_sync_  # a property has the name
        mode, parts, modes = got(Mode.SLOW, Parts.HEAD | Parts.TAIL, [Mode.FAST, 1])
        self.assertIs(mode, Mode.SLOW)
        self.assertEqual(parts, Parts.BOTH)
        self.assertIsInstance(parts, Parts)
        self.assertEqual(modes, [Mode.FAST, Mode.READ_ONLY])
        self.assertIsInstance(self.service.got[2][1], Mode)
        self.assert_raises(OverflowError, "argument 'mode': expected a number from -2147483648 to 2147483647, got 2147483648",
                           got, 2**31, 0, [])
        self.assert_raises(TypeError, "argument 'mode': expected Mode, got str", got, 'fast', 0, [])
        self.assert_raises(TypeError, "argument 'modes'[0]: expected Mode, got float", got, 0, 0, [1.0])

    def test_numbers_without_a_name(self):
        """An enumeration can have any number, in every place."""
        self.assertEqual(self.atlas.mode_sync_(5, 128, [-6, 1]), (5, 128, [-6, Mode.READ_ONLY]))
        self.assertEqual(self.service.got, (5, 128, [-6, Mode.READ_ONLY]))
        self.assertEqual([type(number) for number in (self.service.got[0], self.service.got[2][0])], [int, int])
        self.assertEqual(self.atlas.entry_sync(make_entry(mode=2**31 - 1)).mode, 2**31 - 1)
        self.atlas.set_mode_sync(-2**31)
        self.assertEqual((self.service.props.mode, self.atlas.props.mode), (-2**31, -2**31))
        seen = []
        self.atlas.connect('moved', lambda _atlas, _point, mode: seen.append(mode))
        self.service.emitted = 7
        self.atlas.shout_sync(Point(1, 2))
        while not seen:
            GLib.MainContext.default().iteration(True)
        self.assertEqual(seen, [7])

    def test_files(self):
        files = self.atlas.files_sync([Gio.File.new_for_path('/a'), Gio.File.new_for_path('/b')])
        self.assertEqual([file.get_path() for file in files], ['/a', '/b'])
        self.assertEqual(self.service.got[1].get_path(), '/b')

    def test_streams(self):
        async def main():
            stream = self.atlas.walk()
            points = [point async for point in stream]
            stream_in = self.atlas.draw()
            await stream_in.send(Point(1, 1))
            stream_in.end()
            return points, await stream.outcome(), await stream_in.outcome()

        points = [Point(x, 0) for x in range(3)]
        self.assertEqual(Norpc.run(main()), (points, Point(3, 0), 1))
        self.assertEqual(self.service.got, [Point(1, 1)])
        self.assertEqual(list(self.atlas.walk()), points)

    def test_signals(self):
        async def main():
            watch = Norpc.SignalWatch.new(self.atlas, 'moved')
            await self.atlas.shout(Point(1, 2))
            async for emission in watch:
                return emission

        seen = []
        self.atlas.connect('moved', lambda *args: seen.append(args), 'data')
        self.assertEqual(Norpc.run(main()), (Point(1, 2), Mode.FAST))
        self.assertEqual(seen, [(self.atlas, Point(1, 2), Mode.FAST, 'data')])
        self.assertIsInstance(seen[0][2], Mode)
        self.assert_raises(TypeError, "argument 'point': expected description.Point, got int",
                           self.service.emit_moved, 1, Mode.FAST)

    def test_properties(self):
        self.atlas.load_sync(None)
        self.assertEqual((self.atlas.props.place, self.atlas.get_place(), self.atlas.get_property('place')),
                         (Point(1, 2),) * 3)
        self.assertIs(self.atlas.props.mode, Mode.SLOW)
        self.atlas.set_place_sync(Point(3, 4))
        self.assertEqual((self.atlas.props.place, self.service.props.place), (Point(3, 4),) * 2)
        self.atlas.props.place = {'x': 5, 'y': 6}
        self.assertEqual(self.atlas.props.place, Point(5, 6))
        self.atlas.set_place_sync(None)
        self.assertIsNone(self.service.props.place)
        self.service.props.mode = Mode.FAST
        self.assertIs(self.service.props.mode, Mode.FAST)
        self.assert_raises(TypeError, "property 'place': expected description.Point, got int",
                           setattr, self.atlas.props, 'place', 3)

    def test_same_classes(self):
        """A description that is loaded again has the same classes, another one has not."""
        again = Norpc.load(io.StringIO(DESCRIPTION))
        self.assertIs(again.Point, Point)
        self.assertIs(again.AtlasProxy, atlas.AtlasProxy)
        other = Norpc.load(io.StringIO(DESCRIPTION.replace('name="y"', 'name="z"')))
        self.assertIsNot(other.Point, Point)
        self.assertEqual(other.Point(1, 2).z, 2)

    def test_awaited(self):
        async def main():
            return await asyncio.gather(self.atlas.entry(make_entry(key='a')), self.atlas.points([], Point(1, 2)))

        self.assertEqual(Norpc.run(main()), [make_entry(key='a'), ([], Point(1, 2))])


tap.main()
