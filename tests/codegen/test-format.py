#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""norpc-codegen format: the canonical form of a description, which says the
same as before.

NORPC_TEST_DESCRIPTIONS  folders of descriptions, with colons between them, to
NORPC_TEST_MALFORMED     be formatted besides the project's own

usage: test-format.py GENERATOR
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

GENERATOR = str(pathlib.Path(sys.argv.pop(1)).resolve())
SOURCE = pathlib.Path(__file__).resolve().parents[2]

BEFORE = '''<?xml version="1.0" encoding='ISO-8859-1'?>
<!DOCTYPE node [ <!ENTITY e "é"> ]><node   xmlns:x='urn:x'><interface
   x:odd="1" name='org.example.A'>


\t<!--
\t\tM:
\t\t@a: text
\t\t\tthat goes on\r
\t-->
\t<method name="M"   ><!-- here --><arg direction="in"\r
   type='s' name="a"></arg> <!-- behind -->

\t</method>
        <x:other><y>
          a  b
        </y></x:other>
<doc>First &amp; &e;
     second.</doc>
<annotation value='"quoted"' name="x.y"><annotation name="n" value="&lt;v"/></annotation>

<!-- last --></interface>
</node><!-- end -->'''

AFTER = '''<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE node [ <!ENTITY e "é"> ]>
<node xmlns:x="urn:x">
  <interface name="org.example.A" x:odd="1">
    <!--
      M:
      @a: text
        that goes on
    -->
    <method name="M"> <!-- here -->
      <arg name="a" type="s" direction="in"/> <!-- behind -->
    </method>
    <x:other><y>
      a  b
    </y></x:other>
    <doc>First &amp; &e;
         second.</doc>
    <annotation name="x.y" value='"quoted"'>
      <annotation name="n" value="&lt;v"/>
    </annotation>

    <!-- last -->
  </interface>
</node> <!-- end -->
'''


class Format(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)

    def run_generator(self, *args):
        return subprocess.run([GENERATOR, *args], cwd=self.directory, capture_output=True, timeout=60)

    def write(self, data, name='a.xml'):
        (self.directory / name).write_bytes(data)

    def read(self, name='a.xml'):
        return (self.directory / name).read_bytes()

    def test_form(self):
        self.write(BEFORE.encode('iso-8859-1'))
        run = self.run_generator('format', 'a.xml')
        self.assertEqual((run.returncode, run.stderr, run.stdout), (0, b'', b''))
        self.assertEqual(self.read().decode(), AFTER)

    def test_canonical_is_not_touched(self):
        self.write(AFTER.encode())
        os.utime(self.directory / 'a.xml', (1000, 1000))
        self.assertEqual(self.run_generator('format', 'a.xml').returncode, 0)
        self.assertEqual(self.read().decode(), AFTER)
        self.assertEqual((self.directory / 'a.xml').stat().st_mtime, 1000)

    def test_check(self):
        self.write(AFTER.encode())
        self.write(BEFORE.encode('iso-8859-1'), 'b.xml')
        run = self.run_generator('format', '--check', 'a.xml', 'b.xml')
        self.assertEqual((run.returncode, run.stdout), (3, b'b.xml\n'))
        self.assertEqual(self.read('b.xml'), BEFORE.encode('iso-8859-1'))
        self.assertEqual(self.run_generator('format', '--check', 'a.xml').returncode, 0)

    def test_nothing_is_written_after_an_error(self):
        self.write(BEFORE.encode('iso-8859-1'))
        self.write(b'<node><interface', 'b.xml')
        run = self.run_generator('format', 'a.xml', 'b.xml')
        self.assertEqual(run.returncode, 1)
        self.assertIn(b'b.xml:1:7: error: ', run.stderr)
        self.assertEqual(self.read(), BEFORE.encode('iso-8859-1'))

    def test_types_do_not_matter(self):
        self.write(b'<node><interface name="org.example.A"><method name="M"><arg type="Unknown.Type"/></method></interface></node>')
        self.assertEqual(self.run_generator('format', 'a.xml').returncode, 0)

    def test_usage(self):
        for args in (['format'], ['format', '--nonsense', 'a.xml']):
            run = self.run_generator(*args)
            self.assertEqual(run.returncode, 2)
            self.assertIn(b"Try 'norpc-codegen format --help'.", run.stderr)

    def generate(self, path):
        """All that comes of a description, or None if it is refused."""
        names = [self.directory / name for name in ('o.h', 'o.c', 'o.md')]
        for name in names:
            name.unlink(missing_ok=True)
        run = self.run_generator('--c-namespace', 'X', '--generate-c-code', 'o', '--markdown', 'o.md', path)
        return [name.read_bytes() for name in names] if run.returncode == 0 else None

    def descriptions(self):
        found = sorted(SOURCE.glob('examples/**/*.xml')) + sorted(SOURCE.glob('tests/**/*.xml'))
        for variable in ('NORPC_TEST_DESCRIPTIONS', 'NORPC_TEST_MALFORMED'):
            for folder in filter(None, os.environ.get(variable, '').split(':')):
                found += sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())
        return found

    def test_says_the_same(self):
        """The same is generated from the canonical form, which has one itself."""
        n = 0
        for path in self.descriptions():
            before = self.generate(path)
            if before is None:
                continue
            n += 1
            self.write(path.read_bytes(), path.name)
            self.assertEqual(self.run_generator('format', path.name).returncode, 0, path)
            once = self.read(path.name)
            self.assertEqual(self.generate(path.name), before, path)
            self.assertEqual(self.run_generator('format', path.name).returncode, 0, path)
            self.assertEqual(self.read(path.name), once, path)
            (self.directory / path.name).unlink()
        self.assertGreater(n, 10)

    def test_examples_are_canonical(self):
        paths = sorted(SOURCE.glob('examples/**/*.xml'))
        run = self.run_generator('format', '--check', *paths)
        self.assertEqual((run.returncode, run.stdout), (0, b''))


if __name__ == '__main__':
    unittest.main()
