# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams of descriptions that are loaded at run time."""

import functools

import gi

gi.require_version('Norpc', '1')
from gi.repository import GLib, Norpc

import tap
from lamps import Case, Lamp, LampError, lamp


class Streamed(Case):
    def setUp(self):
        self.service = Lamp()
        self.lamp = self.serve(self.service)

    def test_errors_of_streams(self):
        """A declared error that ends a stream is an exception of its class, however the client reads."""
        class Dark(Norpc.Service, lamp.Lamp):
            async def shine(self, stream):
                raise LampError.TOO_DARK('night')

        async def read():
            return [item async for item in dark.shine()]

        async def get_outcome():
            await dark.shine().outcome()

        dark = self.serve(Dark())
        for function in (lambda: list(dark.shine()), lambda: dark.shine().outcome_sync(), lambda: dark.shine().next_sync(),
                         *(functools.partial(run, main()) for main in (read, get_outcome) for run in [Norpc.run])):
            with self.assertRaises(LampError.TOO_DARK):
                function()

    def test_items_without_variants(self):
        """GLib.Uri has one, but not as the value of PyGObject that an item has here."""
        self.assertEqual([(uri.to_string(), data) for uri, data in self.lamp.shine()],
                         [(f'http://{number}', bytes([number])) for number in range(3)])

        async def main():
            stream = self.lamp.shine()
            self.assertEqual([data async for _, data in stream], [b'\0', b'\1', b'\2'])
            self.assertIsNone(await stream.outcome())

        self.run_everywhere(main)


tap.main()
