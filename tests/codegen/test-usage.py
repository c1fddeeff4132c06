#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command line: exit status, where messages go, and what is written.

usage: test-usage.py GENERATOR
"""

import ast
import os
import pathlib
import re
import resource
import socket
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

GENERATOR = str(pathlib.Path(sys.argv.pop(1)).resolve())
MAN_PAGE = pathlib.Path(__file__).resolve().parents[2] / 'data' / 'norpc-codegen.1'
DESCRIPTION = '<node><interface name="org.example.A"><method name="M"/></interface></node>\n'


class Usage(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)
        (self.directory / 'a.xml').write_text(DESCRIPTION)

    def run_generator(self, *args, **environment):
        return subprocess.run([GENERATOR, *args], cwd=self.directory, timeout=60,
                              capture_output=True, text=True, env={**os.environ, **environment})

    def written(self):
        return sorted(path.name for path in self.directory.rglob('*')
                      if path.is_file() and path.name != 'a.xml')

    def test_help(self):
        run = self.run_generator('--help')
        self.assertEqual(run.returncode, 0)
        for option in ('--interface-prefix', '--c-namespace', '--generate-c-code', '--header',
                       '--body', '--output', '--output-directory', '--pragma-once',
                       '--symbol-decorator', '--symbol-decorator-define',
                       '--symbol-decorator-header', '--dbus-xml', '--dex-futures', '--markdown', '--generate-python-stubs',
                       '--vala-metadata', '--depfile', '--version'):
            self.assertIn(option, run.stdout)

    def test_commands(self):
        for command, arguments in (('check', 'OLD NEW'), ('skeleton', 'FILE…')):
            run = self.run_generator(command, '--help')
            self.assertEqual(run.returncode, 0)
            self.assertRegex(run.stdout, rf'Usage:\n  norpc-codegen {command} \[OPTION.\] ' + arguments.replace('…', '...'))
        for wrong, hint in (('chekc', "; did you mean 'check'\\?"), ('skeletn', "; did you mean 'skeleton'\\?"),
                            ('compile', '')):
            run = self.run_generator(wrong, 'a.xml')
            self.assertEqual((run.returncode, run.stdout), (2, ''))
            self.assertRegex(run.stderr, f"^norpc-codegen: Unknown command '{wrong}'{hint}\n")

    def test_file_without_suffix(self):
        """A file is not taken for a command."""
        (self.directory / 'chekc').write_text(DESCRIPTION)
        self.assertEqual(self.run_generator('chekc', '--markdown', 'a.md').returncode, 0)

    def test_skeleton_text(self):
        """No line ends with blanks, and parameters in Python have names of their own."""
        tests = pathlib.Path(__file__).resolve().parents[1]
        for path in (*(tests / 'skeleton').glob('*.xml'), tests / 'languages' / 'names.xml'):
            for language in ('c', 'python', 'vala'):
                run = self.run_generator('skeleton', '--language', language, '--c-namespace', 'A',
                                         '--generate-c-code', path.stem, path)
                self.assertEqual(run.returncode, 0)
        for name in self.written():
            self.assertNotRegex((self.directory / name).read_text(), r'[ \t]\n', name)
        self.assertIn('def send_(self, from_, from__):', (self.directory / 'names_service.py').read_text())
        self.assertIn('async def import_(self, stream, arg_call, stream_, name, file):',
                      (self.directory / 'streams_service.py').read_text())
        self.assertIn('self.files = Gio.ListStore.new(Gio.File)', (self.directory / 'lists_service.py').read_text())
        self.assertIn('# TODO: the first value of self.file\n', (self.directory / 'lists_service.py').read_text())

    def test_version(self):
        run = self.run_generator('--version')
        self.assertEqual(run.returncode, 0)
        self.assertRegex(run.stdout, r'^norpc-codegen \d+\.\d+\.\d+\n$')

    def test_file_name(self):
        """Outputs are UTF-8 whatever the file is called, and it breaks out of no comment."""
        for name in (b'\xff.xml', b'a\nb.xml', b'*_ .xml', b'--.xml', b'b\\.xml'):
            path = bytes(self.directory) + b'/' + name
            with open(path, 'wb') as file:
                file.write(DESCRIPTION.encode())
            run = self.run_generator('--c-namespace', 'A', '--header', '--output', 'a.h', '--dbus-xml', 'a.dbus', '--markdown', 'a.md', path)
            self.assertEqual((run.returncode, run.stderr), (0, ''))
            self.assertEqual((self.directory / 'a.h').read_text('utf-8').split('\n')[3], ' */')
            xml.dom.minidom.parse(str(self.directory / 'a.dbus'))
            (self.directory / 'a.md').read_text('utf-8')

    def test_dbus_limits(self):
        """Types that records make longer or deeper than D-Bus allows are left out of its XML."""
        def record(name, fields):
            return f'<record name="{name}">' + ''.join(
                f'<field name="f{i}" type="{field}"/>' for i, field in enumerate(fields)) + '</record>'

        def method(name, *types):
            return f'<method name="{name}">' + ''.join(f'<arg type="{type}"/>' for type in types) + '</method>'

        records = [record('Long', 'u' * 254), record('Half', 'u' * 200), record('Deep0', 'u')]
        records += [record(f'Deep{i}', [f'Deep{i - 1}']) for i in range(1, 33)]
        methods = [method('Long', 'Long'), method('Half', 'Half'), method('Halves', 'Half', 'Half'),
                   method('Deepest', 'Deep31'), method('TooDeep', 'Deep32')]
        (self.directory / 'a.xml').write_text(
            '<node>' + ''.join(records) + '<interface name="org.example.A">' + ''.join(methods) + '</interface></node>')
        run = self.run_generator('--c-namespace', 'A', '--dbus-xml', 'a.dbus', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        text = (self.directory / 'a.dbus').read_text()
        self.assertEqual(re.findall('<method name="(.*?)"', text), ['Half', 'Deepest'])
        self.assertIn('Left out: method Long, method Halves, method TooDeep', text)

    def describe_methods(self, n_methods):
        methods = ''.join(f'<method name="M{i}"/>' for i in range(n_methods))
        (self.directory / 'a.xml').write_text(f'<node>\n<interface name="org.example.A">{methods}</interface></node>')

    def test_large_interface(self):
        """An interface with too many methods for GObject causes a warning if C is written."""
        self.describe_methods(4095)
        run = self.run_generator('--c-namespace', 'A', '--generate-c-code', 'a', 'a.xml')
        self.assertEqual(run.returncode, 0)
        self.assertRegex(run.stderr, r'^a.xml:2:1: note: .*4095 methods.*4094.* \[-Wlarge-interface\]\n')
        for silent in (['--body', '--output', 'b.c', '-Wno-large-interface'], ['--markdown', 'a.md']):
            run = self.run_generator('--c-namespace', 'A', *silent, 'a.xml')
            self.assertEqual((run.returncode, run.stderr), (0, ''))
        run = self.run_generator('--c-namespace', 'A', '--body', '--output', 'c.c', '-Werror=large-interface', 'a.xml')
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stderr, r'^a.xml:2:1: error: .* \[-Werror=large-interface\]\n')
        self.assertNotIn('c.c', self.written())

        self.describe_methods(4094)
        run = self.run_generator('--c-namespace', 'A', '--generate-c-code', 'a', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))

    def test_wrong_usage(self):
        for args in ([], ['a.xml'], ['--nonsense', 'a.xml'],
                     ['--header', 'a.xml'],
                     ['--generate-c-code', 'a'],
                     ['--header', '--body', '--output', 'a.h', 'a.xml'],
                     ['--header', '--generate-c-code', 'a', 'a.xml'],
                     ['--generate-c-code', 'a', '--output', 'a.h', 'a.xml'],
                     ['--header', '--output', 'a.h', '--output-directory', '.', 'a.xml'],
                     ['--header', '--output', '-', 'a.xml'],
                     ['--markdown', 'a.md', '--output', 'b', 'a.xml'],
                     ['--markdown', '-', 'a.xml'],
                     ['--depfile', '-', 'a.xml'],
                     ['--generate-c-code', 'a', '--c-namespace', '1x', 'a.xml'],
                     ['--generate-c-code', 'a', '--c-namespace', 'G', 'a.xml'],
                     ['--generate-c-code', 'a', '--symbol-decorator-define', 'X', 'a.xml'],
                     ['--generate-c-code', 'a', '--symbol-decorator', 'A\nB', 'a.xml']):
            with self.subTest(args=args):
                run = self.run_generator(*args)
                self.assertEqual(run.returncode, 2)
                self.assertEqual(run.stdout, '')
                self.assertIn("Try 'norpc-codegen --help'.", run.stderr)
                self.assertEqual(self.written(), [])

    def test_generate_c_code(self):
        (self.directory / 'out').mkdir()
        run = self.run_generator('--generate-c-code', 'a', '--output-directory', 'out', 'a.xml')
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, '', ''))
        self.assertEqual(self.written(), ['a.c', 'a.h'])
        self.assertIn('#include "a.h"', (self.directory / 'out' / 'a.c').read_text())
        self.assertIn('#ifndef __A_H__', (self.directory / 'out' / 'a.h').read_text())

    def test_header_and_body(self):
        for option, name in (('--header', 'b-c.h'), ('--body', 'b-c.c')):
            run = self.run_generator(option, '--output', name, '--pragma-once', 'a.xml')
            self.assertEqual((run.returncode, run.stderr), (0, ''))
        self.assertEqual(self.written(), ['b-c.c', 'b-c.h'])
        self.assertIn('#include "b-c.h"', (self.directory / 'b-c.c').read_text())
        self.assertIn('#pragma once', (self.directory / 'b-c.h').read_text())

    def test_skeleton(self):
        args = ['skeleton', '--c-namespace', 'Demo', '--generate-c-code', 'a-b', 'a.xml']
        run = self.run_generator(*args)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, '', ''))
        self.assertEqual(self.written(), ['a-b-service-test.c', 'a-b-service.c', 'a-b-service.h', 'meson.build'])
        (self.directory / 'a-b-service.c').write_text('filled in')
        (self.directory / 'a-b-service.h').unlink()
        run = self.run_generator(*args)
        self.assertEqual(run.returncode, 1)
        self.assertIn("'a-b-service.c' is there already", run.stderr)
        self.assertEqual(self.written(), ['a-b-service-test.c', 'a-b-service.c', 'meson.build'])
        self.assertEqual((self.directory / 'a-b-service.c').read_text(), 'filled in')

    def test_skeleton_in_python(self):
        run = self.run_generator('skeleton', '--language=python', '--c-namespace', 'Demo',
                                 '--generate-c-code', 'a-b', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        self.assertEqual(self.written(), ['a_b_service.py', 'a_b_service_test.py', 'meson.build'])

    def test_skeleton_in_a_project(self):
        """A meson.build that exists stays, and so do the paths of descriptions."""
        (self.directory / 'meson.build').write_text('mine')
        run = self.run_generator('skeleton', '--c-namespace', 'Demo', '--generate-c-code', 'a', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        self.assertEqual((self.directory / 'meson.build').read_text(), 'mine')
        (self.directory / 'sub').mkdir()
        run = self.run_generator('skeleton', '--c-namespace', 'Demo', '--generate-c-code', 'a',
                                 '--output-directory', 'sub', 'a.xml')
        self.assertIn(f"input: ['{self.directory / 'a.xml'}']", (self.directory / 'sub' / 'meson.build').read_text())

    def test_skeleton_in_a_new_folder(self):
        args = ['skeleton', '--c-namespace', 'Demo', '--generate-c-code', 'a', '--output-directory']
        run = self.run_generator(*args, 'new/sub', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        self.assertTrue((self.directory / 'new' / 'sub' / 'a-service.c').is_file())
        run = self.run_generator(*args, 'a.xml/sub', 'a.xml', LC_ALL='C')
        self.assertEqual((run.returncode, run.stderr),
                         (1, "norpc-codegen: error: cannot create the folder 'a.xml/sub': Not a directory\n"))
        run = self.run_generator(*args, 'other', '--asynchronous', 'Nothing', 'a.xml')
        self.assertEqual(run.returncode, 1)
        self.assertFalse((self.directory / 'other').exists())

    def test_asynchronous_skeleton(self):
        run = self.run_generator('skeleton', '--c-namespace', 'Demo', '--generate-c-code', 'a',
                                 '--asynchronous', 'Nothing', 'a.xml')
        self.assertEqual(run.returncode, 1)
        self.assertIn("No method of the description has the name 'Nothing'", run.stderr)
        self.assertEqual(self.written(), [])
        for language, name, text in (('c', 'a-service.c', '.handle_m = '), ('python', 'a_service.py', 'async def m(self):'),
                                     ('vala', 'a-service.vala', 'bool handle_m (Norpc.Call call)')):
            run = self.run_generator('skeleton', '--c-namespace', 'Demo', '--generate-c-code', 'a',
                                     '--language', language, '--asynchronous', 'M', 'a.xml')
            self.assertEqual((run.returncode, run.stderr), (0, ''))
            self.assertIn(text, (self.directory / name).read_text())

    def test_skeleton_in_python_is_valid(self):
        """Names that cannot be those of a module, and keywords, are as good as others."""
        (self.directory / 'a.xml').write_text(''.join((
            '<node>', *(f'<interface name="org.example.{name}"><method name="M"/></interface>'
                        for name in ('none', 'True', 'False', 'other')), '</node>')))
        run = self.run_generator('skeleton', '--language=python', '--c-namespace', 'Demo', '--interface-prefix',
                                 'org.example.', '-Wno-binding-name', '--generate-c-code', '1+a.b', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        self.assertEqual(self.written(), ['_1_a_b_service.py', '_1_a_b_service_test.py', 'meson.build'])
        for name in self.written()[:2]:
            ast.parse((self.directory / name).read_text())
        self.assertIn("class NoneService(Norpc.Service, getattr(Demo, 'None')):",
                      (self.directory / '_1_a_b_service.py').read_text())

    def test_skeleton_in_python_with_start(self):
        """The life cycle has a function of this name, too."""
        (self.directory / 'a.xml').write_text(
            '<node><interface name="org.example.A"><method name="Start"/></interface></node>')
        run = self.run_generator('skeleton', '--language=python', '--c-namespace', 'Demo', '--interface-prefix',
                                 'org.example.', '--generate-c-code', 'a', 'a.xml')
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        text = (self.directory / 'a_service.py').read_text()
        self.assertEqual(text.count('def do_start(self)'), 1)
        self.assertEqual(text.count('def start(self)'), 1)

    def test_wrong_usage_of_skeleton(self):
        for args in ([], ['a.xml'], ['--c-namespace', 'A', 'a.xml'], ['--generate-c-code', 'a', 'a.xml'],
                     ['--c-namespace', 'A', '--generate-c-code', 'a'],
                     ['--c-namespace', 'None', '--generate-c-code', 'a', '--language', 'python', 'a.xml'],
                     ['--c-namespace', 'A', '--generate-c-code', 'a/b', 'a.xml'],
                     ['--c-namespace', 'A', '--generate-c-code', 'a', '--language', 'c++', 'a.xml']):
            with self.subTest(args=args):
                run = self.run_generator('skeleton', *args)
                self.assertEqual(run.returncode, 2)
                self.assertIn("Try 'norpc-codegen skeleton --help'.", run.stderr)
                self.assertEqual(self.written(), [])

    def test_commands_in_help(self):
        listed = self.run_generator('--help').stdout
        for command in ('check', 'skeleton'):
            self.assertIn(f'\n  {command} ', listed)
            self.assertEqual(self.run_generator(command, '--help').returncode, 0)
            self.assertIn(f'.B norpc-codegen {command}', MAN_PAGE.read_text())

    def test_cannot_write(self):
        run = self.run_generator('--generate-c-code', 'a', '--output-directory', 'nowhere', 'a.xml', LC_ALL='C')
        self.assertEqual((run.returncode, run.stderr),
                         (1, "norpc-codegen: error: cannot write 'nowhere/a.h': No such file or directory\n"))

    def test_cannot_read(self):
        run = self.run_generator('--generate-c-code', 'a', 'b.xml', '.', 'a.xml')
        self.assertEqual(run.returncode, 1)
        self.assertIn('b.xml: error: ', run.stderr)
        self.assertIn('.: error: ', run.stderr)
        self.assertEqual(self.written(), [])

    def make_odd_files(self, name):
        """Makes files that a reader can block on, or never reach the end of."""
        for kind in ('fifo', 'directory', 'device', 'link', 'socket'):
            path = self.directory / kind / name
            path.parent.mkdir()
            if kind == 'fifo':
                os.mkfifo(path)
            elif kind == 'directory':
                path.mkdir()
            elif kind == 'device':
                path.symlink_to('/dev/zero')
            elif kind == 'link':
                path.symlink_to('../fifo/' + name)
            else:
                server = socket.socket(socket.AF_UNIX)
                self.addCleanup(server.close)
                server.bind(str(path))
            yield path, 'Is a directory' if kind == 'directory' else 'it is not a regular file'

    def test_odd_descriptions(self):
        for path, message in self.make_odd_files('b.xml'):
            for args in (['--generate-c-code', 'a', 'a.xml', path], ['check', 'a.xml', path],
                         ['skeleton', '--c-namespace', 'A', '--generate-c-code', 'a', path]):
                run = self.run_generator(*args)
                self.assertEqual((run.returncode, run.stderr),
                                 (1, f'{path}: error: the file cannot be read: {message}\n'))
                self.assertEqual(self.written(), [])

    def test_odd_girs(self):
        (self.directory / 'a.xml').write_text(
            '<node><include name="Odd" version="1.0"/><interface name="org.example.A">'
            '<method name="M"><arg type="Odd.Thing"/></method></interface></node>')
        for path, message in self.make_odd_files('Odd-1.0.gir'):
            run = self.run_generator('--gir-path', path.parent, '--generate-c-code', 'a', 'a.xml')
            self.assertEqual(run.returncode, 1)
            self.assertIn(f'a.xml:1:102: error: {path}: {message}\n', run.stderr)
            self.assertEqual(self.written(), [])

    def test_gir_path(self):
        (self.directory / 'girs').mkdir()
        for args, message in ((['girs'], None), (['nowhere'], "'nowhere' does not exist"),
                              (['girs', 'a.xml'], "'a.xml' is not a directory")):
            args = [part for arg in args for part in ('--gir-path', arg)]
            for command in (['--markdown', 'a.md', 'a.xml'], ['check', 'a.xml', 'a.xml']):
                run = self.run_generator(*command, *args)
                self.assertEqual((run.returncode, run.stderr),
                                 (0, f'--gir-path: warning: {message} [-Wgir-path]\n' if message else ''))
            run = self.run_generator('--markdown', 'a.md', '-Werror', 'a.xml', *args)
            self.assertEqual(run.returncode, 1 if message else 0)

    def test_clash_of_files(self):
        (self.directory / 'b.xml').write_text(DESCRIPTION)
        run = self.run_generator('--generate-c-code', 'a', 'a.xml', 'b.xml')
        self.assertEqual(run.returncode, 1)
        self.assertTrue(run.stderr.startswith('b.xml:1:24: error: '), run.stderr)
        self.assertIn('\na.xml:1:24: note: ', run.stderr)

    def run_warned(self, *args):
        (self.directory / 'w.xml').write_text(
            '<node><interface name="org.example.W"><method name="M" nam="x"/>'
            '<method name="N"><arg name="a" type="s"/><arg name="a" type="s"/></method></interface></node>')
        return self.run_generator(*args, '--generate-c-code', 'w', 'w.xml')

    def generated(self, description, *others):
        (self.directory / 'b.xml').write_text(description)
        run = self.run_generator('-Werror', '-Wno-misplaced-element', '--c-namespace', 'B', '--dbus-xml', 'b.dbus.xml',
                                 'b.xml', *others)
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        return re.findall('<interface name="(.*?)"', (self.directory / 'b.dbus.xml').read_text())

    def test_standard_interfaces(self):
        """Those that every object of D-Bus has are left out, but for a file that has only them."""
        introspected = (MAN_PAGE.parents[1] / 'tests' / 'codegen' / 'world' / 'introspected.xml').read_text()
        self.assertEqual(self.generated(introspected), ['org.example.Introspected', 'org.example.Introspected.Child'])

        standard = [f'org.freedesktop.DBus.{name}' for name in ('Introspectable', 'Peer', 'Properties')]
        alone = ''.join(f'<interface name="{name}"/>' for name in standard)
        self.assertEqual(self.generated(f'<node>{alone}</node>'), standard)
        self.assertEqual(self.generated(f'<node>{alone}</node>', 'a.xml'), [*standard, 'org.example.A'])
        manager = '<interface name="org.freedesktop.DBus.ObjectManager"/>'
        self.assertEqual(self.generated(f'<node>{alone}{manager}</node>'), ['org.freedesktop.DBus.ObjectManager'])

    def test_warnings_are_named(self):
        run = self.run_warned()
        self.assertEqual(run.returncode, 0)
        self.assertIn("; did you mean 'name'? [-Wunknown-attribute]\n", run.stderr)
        self.assertIn('warning: duplicate argument', run.stderr)
        self.assertIn('note: ', run.stderr)

    def test_warnings_as_errors(self):
        for args, attribute, argument in (
                (['-Werror'], 'error', 'error'),
                (['-Werror=unknown-attribute'], 'error', 'warning'),
                (['-Werror', '-Wno-error=unknown-attribute'], 'warning', 'error'),
                (['-Werror', '-Wno-error'], 'warning', 'warning'),
                (['-Wno-unknown-attribute'], None, 'warning'),
                (['-Wno-unknown-attribute', '-Wunknown-attribute'], 'warning', 'warning'),
                (['-Werror', '-Wno-duplicate-argument'], 'error', None),
                (['-Wno-duplicate-argument', '-Werror=duplicate-argument'], 'warning', 'error')):
            with self.subTest(args=args):
                for path in ('w.c', 'w.h'):
                    (self.directory / path).unlink(missing_ok=True)
                run = self.run_warned(*args)
                found = dict((name, kind) for kind, option, name in re.findall(
                    r': (error|warning): .* \[-W(error=)?([a-z-]+)\]$', run.stderr, re.MULTILINE))
                self.assertEqual(found.get('unknown-attribute'), attribute)
                self.assertEqual(found.get('duplicate-argument'), argument)
                self.assertEqual('note: ' in run.stderr, argument is not None)
                failed = 'error' in (attribute, argument)
                self.assertEqual(run.returncode, 1 if failed else 0)
                self.assertEqual((self.directory / 'w.c').exists(), not failed)

    def test_warnings_in_man_page(self):
        listed = re.findall(r'^  ([a-z-]+)  +\w', self.run_generator('--help').stdout.split('Warnings:')[1],
                            re.MULTILINE)
        self.assertGreater(len(listed), 10)
        described = re.findall(r'^\.B ([a-z-]+)$', MAN_PAGE.read_text().split('.SH WARNINGS')[1].split('.SH')[0],
                               re.MULTILINE)
        self.assertEqual(described, listed)

    def test_unknown_warning(self):
        run = self.run_warned('-Wno-unknwon-attribute')
        self.assertEqual(run.returncode, 2)
        self.assertIn("did you mean 'unknown-attribute'?", run.stderr)

    def test_many_errors_in_one_line(self):
        members = ''.join(f'<method name="M{i}"><arg type="z"/></method>' for i in range(5000))
        (self.directory / 'long.xml').write_text(
            f'<node><interface name="org.example.A">{members}</interface></node>')
        run = self.run_generator('--generate-c-code', 'long', 'long.xml')
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr.count('\n      | '), 5000)
        self.assertLess(max(len(line) for line in run.stderr.splitlines()), 190)

    def test_hostile(self):
        """Enormous input takes neither much time nor much memory, and messages stay short."""
        def describe(text):
            return f'<node><interface name="org.example.A">{text}</interface></node>'
        large, many = 10_000_000, 1_000_000
        bomb = ''.join(f'<!ENTITY e{i + 1} "{f"&e{i};" * 10}">' for i in range(9))
        cases = {
            'value': (describe(f'<method name="{"M" * large}"/>'), 'at most 255 characters'),
            'attribute': (describe(f'<method {"m" * large}="x" name="M"/>'), 'has no attribute'),
            'element': (describe(f'<{"e" * large}/>'), 'is not known'),
            'text': (describe('x' * large), 'text does not belong'),
            'comment': (describe(f'<!-- {"c" * large} --><method name="M"/>'), None),
            'elements': (describe('<x:x xmlns:x="urn:x"/>' * many + '<method name="M"/>'), None),
            'depth': (describe('<annotation name="a.b" value="c">' * many), 'nested more than 100 deep'),
            'bomb': (f'<!DOCTYPE node [<!ENTITY e0 "e">{bomb}]>' + describe('<doc>&e9;</doc>'), 'too much text'),
            'attributes': (describe('<method ' + ' '.join(f'a{i}=""' for i in range(many)) + '/>'), 'more than 100 attributes'),
        }
        for name, (text, message) in cases.items():
            with self.subTest(name=name):
                (self.directory / 'a.xml').write_text(text)
                run = subprocess.run([GENERATOR, '--c-namespace', 'A', '--generate-c-code', 'a', 'a.xml'],
                                     cwd=self.directory, timeout=20, capture_output=True, text=True)
                self.assertIn(run.returncode, (0, 1))
                self.assertLess(len(run.stderr), 3000)
                if message is None:
                    self.assertEqual(run.stderr, '')
                else:
                    self.assertIn(message, run.stderr)
        if 'ASAN_OPTIONS' not in os.environ:
            self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, 400 * 1024)

    def test_linear_documentation(self):
        """Markup without an end is not looked for again and again."""
        # AddressSanitizer's strstr() reads all of the text each time.
        size = 20000 if 'ASAN_OPTIONS' in os.environ else 400000
        for text in ('<para>', '|[', '</para>', '<literal>x</literal>', '|[ x ]|', '<a</para>', '# a.b.', '```\n'):
            with self.subTest(text=text):
                body = text * (size // len(text))
                (self.directory / 'doc.xml').write_text(
                    f'<node><interface name="org.example.A"><!--\nM:\n{body}\n--><method name="M"/></interface></node>')
                run = subprocess.run([GENERATOR, '--generate-c-code', 'doc', 'doc.xml'], cwd=self.directory,
                                     timeout=10, capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stderr)

    def test_linear(self):
        members = ''.join(f'<method name="Method{i}"><arg name="a" type="s"/>'
                          f'<arg name="b" type="a{{sv}}" direction="out"/></method>' for i in range(5000))
        (self.directory / 'big.xml').write_text(
            f'<node><interface name="org.example.A">{members}</interface></node>')
        run = self.run_generator('--generate-c-code', 'big', 'big.xml')
        self.assertEqual(run.returncode, 0, run.stderr)


if __name__ == '__main__':
    unittest.main()
