# SPDX-License-Identifier: LGPL-2.1-or-later
"""A window with a search entry, a spinner, a list and a label would show this model. It knows the directory only as a
proxy, so a test can put a fake behind that."""

import gi

gi.require_version('Norpc', '1')
from gi.repository import GLib, Norpc


class FinderModel:
    def __init__(self, directory):
        self.directory = directory
        self.task = None
        self.text = None
        self.busy, self.names, self.message = False, [], None
        directory.connect('changed', lambda directory: self.text and self.search(self.text))

    def search(self, text):
        """A newer search takes the place of an older one."""
        if self.task:
            self.task.cancel()
        self.text = text
        self.busy = True
        self.task = Norpc.create_task(self.find(text))

    async def find(self, text):
        self.names, self.message = [], None
        try:
            self.names = await self.directory.find(text, timeout=2000)
            self.message = None if self.names else 'Nobody has this name'
        except GLib.Error as error:
            timed_out = error.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT)
            self.message = 'The directory does not answer' if timed_out else error.message
        self.busy = False
