# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values of declared types between classes of a loaded description and those of a typelib of the same description."""

import asyncio
import datetime
import io
import pathlib

import gi

gi.require_version('Norpc', '1')
gi.require_version('Test', '1')
from gi.repository import Gio, GLib, Norpc, Test

import tap
from lamps import Case

XML = (pathlib.Path(__file__).parent.parent / 'generated' / 'language.xml').read_text()


def load(xml):
    return Norpc.load(io.StringIO(xml), interface_prefix='org.example.Test')


loaded = load(XML)
Norpc.extend_records(Test)


def make_service(module):
    class Language(Norpc.Service, module.Language):
        """Answers with what it gets."""

        def __init__(self):
            super().__init__()
            self.noted = None

        def arrays(self, files, entries, modes, dates):
            self.got = modes
            return files, entries, modes, dates

        async def one_entry(self, entry):
            await asyncio.sleep(0)
            self.got = entry
            return entry

        def one_array(self, files):
            return files

        def moved(self, cancellable, text, entry, files):
            return cancellable, text, entry, files

        def note(self, entry):
            self.emit_noted(entry, [Gio.File.new_for_path('/a')], module.Mode.SLOW, self.noted)
            self.noted = entry.copy()

        def last_note(self):
            return self.noted

        async def trail(self, stream, length):
            for number in range(length):
                await stream.send(make_entry(module, key=str(number)), module.Mode.READ_ONLY)
            return make_entry(module, key='last')

        async def gather(self, stream):
            entries = [entry async for entry in stream]
            return [entry.key for entry in entries], entries[-1]

    return Language()


def make_entry(module, **fields):
    return module.Entry(**{
        'key': 'k', 'size': 2**63, 'mode': module.Mode.SLOW, 'parts': module.Parts.BOTH, 'bytes': b'\0\1',
        'place': Gio.File.new_for_path('/place'), 'when': datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc),
        'tags': ['a', 'b'], **fields})


def get_data(data):
    return data.get_data() if isinstance(data, GLib.Bytes) else data


class Declared(Case):
    def setUp(self):
        super().setUp()
        self.module = None

    def on_both_sides(self, use):
        """Runs a test for each pair of sides of which at least one is loaded."""
        for service_module, client_module in (loaded, Test), (Test, loaded), (loaded, loaded):
            self.service = make_service(service_module)
            self.serve(self.service)
            self.module = client_module
            proxy = client_module.LanguageProxy.new(self.server.get_endpoint())
            with self.subTest(service=service_module.__name__, client=client_module.__name__):
                self.service_module = service_module
                use(proxy)

    def assert_entry(self, entry, module, key='k'):
        self.assertIsInstance(entry, module.Entry)
        self.assertEqual((entry.key, entry.size, entry.mode, entry.parts, bytes(get_data(entry.bytes))),
                         (key, 2**63, module.Mode.SLOW, module.Parts.BOTH, b'\0\1'))
        self.assertEqual(entry.place.get_path(), '/place')
        self.assertEqual(list(entry.tags), ['a', 'b'])

    def test_methods(self):
        def use(proxy):
            self.assert_entry(proxy.one_entry_sync(make_entry(self.module)), self.module)
            self.assert_entry(self.service.got, self.service_module)
            self.assertEqual(bytes(get_data(proxy.one_entry_sync(make_entry(self.module, bytes=b'')).bytes) or b''), b'')
            files, entries, modes, dates = proxy.arrays_sync(
                [Gio.File.new_for_path('/f')], [make_entry(self.module)], [self.module.Mode.SLOW, self.module.Mode.FAST],
                [datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone.utc)])
            self.assertEqual([file.get_path() for file in files], ['/f'])
            self.assert_entry(entries[0], self.module)
            self.assertEqual(list(modes), [self.module.Mode.SLOW, self.module.Mode.FAST])
            self.assertEqual([date.format('%F') if isinstance(date, GLib.DateTime) else f'{date:%F}' for date in dates], ['2026-01-02'])
            self.assertEqual(list(self.service.got), [10, 0])
            self.assertEqual([file.get_path() for file in proxy.one_array_sync([Gio.File.new_for_path('/g')])], ['/g'])
            cancellable = Gio.Cancellable()
            moved = proxy.moved_sync(cancellable, 'text', make_entry(self.module), [])
            self.assertIs(moved[0], cancellable)
            self.assert_entry(moved[2], self.module)
            self.assertIsNone(proxy.last_note_sync())

        self.on_both_sides(use)

    def test_awaited(self):
        async def main(proxy):
            entries = await asyncio.gather(*[proxy.one_entry(make_entry(self.module, key=str(i))) for i in range(20)])
            for number, entry in enumerate(entries):
                self.assert_entry(entry, self.module, str(number))

        self.on_both_sides(lambda proxy: Norpc.run(main(proxy)))

    def test_signals(self):
        def use(proxy):
            seen = []
            proxy.connect('noted', lambda _proxy, entry, files, mode, previous: seen.append(
                (entry.key, files[0].get_path(), mode, previous and previous.key)))
            proxy.note(make_entry(self.module, key='a'))
            proxy.note(make_entry(self.module, key='b'))
            self.wait_until(lambda: len(seen) == 2)
            self.assertEqual(seen, [('a', '/a', self.module.Mode.SLOW, None), ('b', '/a', self.module.Mode.SLOW, 'a')])
            self.assert_entry(proxy.last_note_sync(), self.module, 'b')

        self.on_both_sides(use)

    def test_streams(self):
        async def main(proxy):
            with proxy.trail(3) as stream:
                items = [item async for item in stream]
                self.assertEqual([mode for _entry, mode in items], [self.module.Mode.READ_ONLY] * 3)
                self.assert_entry(items[2][0], self.module, '2')
                self.assert_entry(await stream.outcome(), self.module, 'last')
            with proxy.gather() as stream:
                for key in 'ab':
                    await stream.send(make_entry(self.module, key=key))
                stream.end()
                keys, last = await stream.outcome()
                self.assertEqual(keys, ['a', 'b'])
                self.assert_entry(last, self.module, 'b')

        self.on_both_sides(lambda proxy: Norpc.run(main(proxy)))

    def test_difference(self):
        """The error names the difference of a declared type."""
        other = load(XML.replace('name="tags" type="as"', 'name="labels" type="as"'))
        self.serve(make_service(Test))
        with self.assertRaises(GLib.Error) as caught:
            other.LanguageProxy.new(self.server.get_endpoint()).one_entry_sync(other.Entry('k', 1, 0, 0, b'', labels=[]))
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))
        self.assertTrue(caught.exception.message.endswith(
            "argument 'entry' differs: field 8 of 'Entry' is 'labels' in one, 'tags' in the other"), caught.exception.message)


tap.main()
