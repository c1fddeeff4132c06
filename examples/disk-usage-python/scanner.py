# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service: it owns the walk through the file system, in a thread of its own."""

import asyncio
import collections
import os
import pathlib
import time

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('disk-usage.xml')))


def read_folder(path):
    with os.scandir(path) as files:
        for file in files:
            try:
                yield file, file.stat(follow_symlinks=False), file.is_dir(follow_symlinks=False)
            except FileNotFoundError:
                pass  # it was removed meanwhile


class Scanner(Norpc.Service, demo.DiskUsage):
    scanning = None  # the task of the scan that runs
    folders = ()

    async def scan(self, stream, folder):
        if self.scanning:
            self.scanning.cancel()
        self.scanning = asyncio.current_task()
        try:
            device = os.stat(folder).st_dev
            os.scandir(folder).close()
        except OSError as error:
            raise GLib.Error.new_literal(Gio.io_error_quark(), f'{folder}: {error.strerror}',
                                         Gio.io_error_from_errno(error.errno)) from None

        self.folders, linked, sizes = [], set(), collections.Counter()
        waiting, fraction, n_unreadable, refresh_time = [(folder, None, 1)], 0, 0, 0
        while waiting:
            path, top, share = waiting.pop()  # the folders that are left, and their shares of the scan
            inner = []
            try:
                for file, info, is_folder in read_folder(path):
                    # Other file systems are left out, and a file with several names counts once.
                    if info.st_dev == device and info.st_ino not in linked:
                        sizes[top or (GLib.filename_display_name(file.name) if is_folder else '')] += info.st_blocks * 512
                        if is_folder:
                            inner.append((file.path, top or GLib.filename_display_name(file.name)))
                        elif info.st_nlink > 1:
                            linked.add(info.st_ino)
            except OSError as error:
                n_unreadable += not isinstance(error, FileNotFoundError)
            part = share / (len(inner) + 1)
            fraction += part
            waiting += [(path, top, part) for path, top in inner]
            self.folders += [path for path, _top in inner]
            if time.monotonic() >= refresh_time or not waiting:
                self.props.size = sizes.total()
                await stream.send(sizes, min(fraction, 1))
                await asyncio.sleep(0)  # other calls
                refresh_time = time.monotonic() + 0.05
        return n_unreadable

    def search(self, text):
        return [GLib.filename_display_name(path) for path in self.folders
                if text.casefold() in os.path.basename(path).casefold()]
