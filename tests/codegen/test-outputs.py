#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Outputs of the generator besides C, and how it writes files.
NORPC_TEST_DESCRIPTIONS  folders of descriptions, with colons between them, to
                         go through D-Bus XML besides the project's own

usage: test-outputs.py GENERATOR
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

GENERATOR = str(pathlib.Path(sys.argv.pop(1)).resolve())
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
A = '<node><interface name="org.example.A"><method name="M"/></interface></node>\n'
EVERY = ['--generate-c-code', 'o', '--dbus-xml', 'o.dbus.xml', '--markdown', 'o.md',
         '--generate-python-stubs', 'o.pyi', '--vala-metadata', 'o.metadata',
         '--depfile', 'o.d']
NAMES = ['o.c', 'o.d', 'o.dbus.xml', 'o.h', 'o.md', 'o.metadata', 'o.pyi']

# By GDBus itself: python3-gi may be another Python's.
CHECK_INFO = '''
import sys
from gi.repository import Gio
for path in sys.argv[1:]:
    try:
        info = Gio.DBusNodeInfo.new_for_xml(open(path, encoding='utf-8').read())
    except Exception as error:
        sys.exit(f'{path}: {error}')
    assert info.interfaces or 'Left out' in open(path).read(), path
'''


class Outputs(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        (self.directory / 'a.xml').write_text(A)

    def generate(self, *args, status=0):
        run = subprocess.run([GENERATOR, *map(str, args)], cwd=self.directory, timeout=60,
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, status, run.stderr)
        return run.stderr

    def files(self):
        return {path.name: path.read_text() for path in self.directory.iterdir()
                if path.is_file() and path.name != 'a.xml'}

    def test_all_at_once(self):
        self.assertEqual(self.generate(*EVERY, 'a.xml'), '')
        self.assertEqual(sorted(self.files()), NAMES)

    def test_alone(self):
        for option in ('--dbus-xml', '--markdown'):
            self.generate(option, 'alone', 'a.xml')
            self.assertEqual(list(self.files()), ['alone'])

    def test_futures(self):
        """The header of futures includes that of --generate-c-code, which it needs."""
        self.generate('--generate-c-code', 'kv.service', '--dex-futures', 'futures.h', 'a.xml')
        self.assertIn('#include "kv.service.h"\n', self.files()['futures.h'])

        run = subprocess.run([GENERATOR, '--c-namespace', 'Demo', '--dex-futures', 'alone.h', 'a.xml'],
                             cwd=self.directory, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 2)
        self.assertIn('--dex-futures needs --generate-c-code', run.stderr)
        self.assertNotIn('alone.h', self.files())

    def test_depfile_alone(self):
        """The description of no output is that of the depfile."""
        self.generate('--depfile', 'o.d', 'a.xml')
        self.assertEqual(self.files(), {'o.d': 'o.d: \\\n  a.xml\n'})

    def test_same_each_time(self):
        self.generate(*EVERY, 'a.xml')
        first = self.files()
        for name in first:
            (self.directory / name).unlink()
        self.generate(*EVERY, 'a.xml')
        self.assertEqual(self.files(), first)

    def test_unchanged_are_not_touched(self):
        self.generate(*EVERY, 'a.xml')
        for name in NAMES:
            os.utime(self.directory / name, (1000, 1000))
        (self.directory / 'o.c').write_text('changed')
        self.generate(*EVERY, 'a.xml')
        touched = [name for name in NAMES if (self.directory / name).stat().st_mtime != 1000]
        self.assertEqual(touched, ['o.c'])

    def test_nowhere(self):
        for option in ('--dbus-xml', '--depfile'):
            self.assertIn("cannot write 'nowhere/x'", self.generate('--generate-c-code', 'o', option, 'nowhere/x',
                                                                     'a.xml', status=1))

    def test_streams_are_not_replaced(self):
        pipe = self.directory / 'pipe'
        os.mkfifo(pipe)
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.generate('--dbus-xml', 'pipe', 'a.xml')
        self.assertIn(b'<method name="M"/>', os.read(reader, 4096))
        self.assertTrue(pipe.is_fifo())

    def test_links_are_written_through(self):
        """To a file that exists, and to one that does not yet."""
        (self.directory / 'there').mkdir()
        (self.directory / 'there' / 'old.xml').write_text('old')
        for link, target in (('old', 'there/old.xml'), ('new', 'there/new.xml')):
            (self.directory / link).symlink_to(target)
            self.generate('--dbus-xml', link, 'a.xml')
            self.assertEqual(os.readlink(self.directory / link), target)
            self.assertIn('<method name="M"/>', (self.directory / target).read_text())

    def test_standard_output(self):
        """The file behind /dev/stdout can be one that has no name."""
        with tempfile.TemporaryFile(dir=self.directory) as file:
            subprocess.run([GENERATOR, '--dbus-xml', '/dev/stdout', 'a.xml'], cwd=self.directory, check=True,
                           stdout=file, timeout=60)
            self.assertIn(b'<method name="M"/>', file.seek(0) or file.read())
        self.assertEqual(self.files(), {})
        self.assertTrue(pathlib.Path('/dev/stdout').is_symlink())

    def test_nothing_is_written_after_an_error(self):
        self.generate(*EVERY, 'a.xml')
        before = self.files()
        (self.directory / 'a.xml').write_text(A.replace('"M"', '"1"'))
        self.generate(*EVERY, 'a.xml', status=1)
        self.assertEqual(self.files(), before)

    def test_clashing_names(self):
        self.assertIn('another output', self.generate('--dbus-xml', 'x', '--markdown', './x', 'a.xml', status=1))
        self.assertIn('that were read', self.generate('--dbus-xml', 'a.xml', 'a.xml', status=1))
        (self.directory / 'link.xml').symlink_to('a.xml')
        self.assertIn('that were read', self.generate('--dbus-xml', 'link.xml', 'a.xml', status=1))
        self.assertEqual((self.directory / 'a.xml').read_text(), A)

    def test_depfile(self):
        (self.directory / 'b c#$.xml').write_text(A.replace('.A', '.B'))
        (self.directory / 'out').mkdir()
        self.generate('--generate-c-code', 'o', '--output-directory', 'out', '--depfile', 'o.d', 'a.xml', 'b c#$.xml')
        self.assertEqual(self.files()['o.d'],
                         'out/o.h out/o.c: \\\n  a.xml \\\n  b\\ c\\#$$.xml\n')

    def test_depfile_has_girs(self):
        for type_, gir in (('Test.Thing', f' \\\n  {HERE}/gir/Test-1.0.gir'), ('Gio.File', '')):
            (self.directory / 'a.xml').write_text(
                A.replace('<method name="M"/>', f'<method name="M"><arg type="{type_}"/></method>'))
            self.generate('--generate-c-code', 'o', '--gir-path', HERE / 'gir', '--depfile', 'o.d', 'a.xml')
            self.assertEqual(self.files()['o.d'], f'o.h o.c: \\\n  a.xml{gir}\n')

    def test_missing_gir(self):
        """The error names the package, if it is known and the GIR not installed."""
        for name, version, package in (('Gst', '1.0', 'libgstreamer1.0-dev'), ('Secret', '1', 'libsecret-1-dev')):
            if list(pathlib.Path('/usr/share/gir-1.0').glob(f'{name}-*.gir')):
                continue
            for include in ('', f'<include name="{name}" version="{version}"/>'):
                (self.directory / 'b.xml').write_text(
                    f'<node>{include}<interface name="a.B"><method name="M"><arg type="{name}.X"/></method></interface></node>')
                self.assertRegex(self.generate('--markdown', 'o.md', 'b.xml', status=1),
                                 rf'error: cannot find .*{name}.*; install it \(on Debian: {package}\) .*--gir-path\n')

    def test_depfile_in_make(self):
        """make takes the names for what they are."""
        (self.directory / 'b c#$.xml').write_text(A.replace('.A', '.B'))
        self.generate('--generate-c-code', 'o', '--depfile', 'o.d', 'a.xml', 'b c#$.xml')
        (self.directory / 'Makefile').write_text('o.h o.c:\n\t@echo made $@\ninclude o.d\n')
        make = shutil.which('make')
        if make is None:
            self.skipTest('make is not there')
        def made():
            return subprocess.run([make, '-s', 'o.h'], cwd=self.directory, check=True,
                                  capture_output=True, text=True).stdout
        self.assertNotIn('made', made())
        os.utime(self.directory / 'b c#$.xml', (5000000000, 5000000000))
        self.assertIn('made o.h', made())

    def test_markdown_links_resolve(self):
        self.generate('--markdown', 'o.md', SOURCE / 'tests' / 'codegen' / 'golden' / 'comments.xml')
        text = (self.directory / 'o.md').read_text()
        links = re.findall(r'\]\(#([^)]*)\)', text)
        self.assertGreater(len(links), 2)
        self.assertLessEqual(set(links), set(re.findall(r'<a id="([^"]*)">', text)))

    def descriptions(self):
        found = sorted(path for room in ('examples', 'tests') for path in (SOURCE / room).rglob('*.xml')
                       if path.parent.name != 'errors')
        for folder in filter(None, os.environ.get('NORPC_TEST_DESCRIPTIONS', '').split(':')):
            found += sorted(pathlib.Path(folder).iterdir())
        return found

    def test_dbus_xml_round_trip(self):
        """The same code is generated from the D-Bus XML and from the description."""
        whole = []
        for path in self.descriptions():
            first, second = self.directory / '1', self.directory / '2'
            for folder in (first, second):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            xml = second / path.name
            run = subprocess.run([GENERATOR, '--c-namespace', 'X', '--generate-c-code', 'x', '--output-directory',
                                  first, '--markdown', first / 'x.md', '--dbus-xml', xml, path],
                                 capture_output=True, timeout=60)
            if run.returncode != 0:
                continue
            kept = self.directory / f'{len(whole)}-{path.stem}.xml'
            shutil.copy(xml, kept)
            whole.append(kept)
            # D-Bus XML has interfaces, and no error domains.
            if b'Left out' in xml.read_bytes() or b'<error-domain' in path.read_bytes():
                continue
            self.generate('--c-namespace', 'X', '--generate-c-code', 'x', '--output-directory', second,
                          '--markdown', second / 'x.md', '--dbus-xml', second / 'again.xml', xml)
            self.assertEqual((second / 'again.xml').read_text(), xml.read_text())
            self.assertEqual((second / 'x.h').read_text(), (first / 'x.h').read_text(), path)
            self.assertEqual((second / 'x.md').read_text(), (first / 'x.md').read_text(), path)
        self.assertGreater(len(whole), 5)
        subprocess.run(['/usr/bin/python3', '-c', CHECK_INFO, *whole], check=True)
        for path in whole[::len(whole) // 10]:
            # gdbus-codegen cannot compare the versions in documented.xml, which are not numbers
            if '<interface' in path.read_text() and 'documented' not in path.name:
                subprocess.run(['gdbus-codegen', '--generate-c-code', 'g', '--output-directory', first, path], check=True)


if __name__ == '__main__':
    unittest.main()
