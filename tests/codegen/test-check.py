#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""norpc-codegen check: what breaks for callers.

usage: test-check.py GENERATOR
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

GENERATOR = str(pathlib.Path(sys.argv.pop(1)).resolve())
FINDING = re.compile(r'^(old|new)\.xml:\d+:\d+: (breaking|risky|compatible): (.*)$', re.MULTILINE)


def method(inside='', attributes=''):
    return f'<method name="M" {attributes}>{inside}</method>'


def arg(rest):
    return f'<arg {rest}/>'


A = arg('name="a" type="s"')
B = arg('name="b" type="s"')
OUT = arg('name="o" type="s" direction="out"')
OVERLOAD = method('<annotation name="org.gtk.GDBus.C.Name" value="Other"/>' + A + B)

# before, now, what is said: file, severity, part of the text
CASES = [
    (method(A), method(A), []),
    (method(A) + OVERLOAD, method(A) + OVERLOAD, []),
    (method(A) + OVERLOAD, method(A), [('old', 'breaking', "method 'M' is not there")]),
    (method(A), '', [('old', 'breaking', "method 'M' is not there")]),
    ('', method(A), [('new', 'compatible', "method 'M' is new")]),
    ('<method name="GetItem"/>', '<method name="GetItems"/>',
     [('old', 'breaking', "is it 'GetItems' now?"), ('new', 'compatible', 'is new')]),
    (method(A), method(A + B), [('new', 'breaking', 'has 2 arguments; there were 1')]),
    (method(OUT), method(), [('new', 'breaking', 'has 0 results; there were 1')]),
    (method(A), method(arg('name="a" type="u"')), [('new', 'breaking', "of the type 'u'; it was 's'")]),
    (method(A + B), method(B + A), [('new', 'breaking', 'another order')]),
    (method(A), method(B), [('new', 'risky', "was 'a'")]),
    (method(A), method(arg('name="a" type="s" nullable="true"')), [('new', 'compatible', 'may be NULL now')]),
    (method(arg('name="a" type="s" nullable="true"')), method(A), [('new', 'breaking', 'cannot be NULL any more')]),
    (method(arg('name="a" type="s" nullable="true"')), method(arg('name="a" type="ms"')),
     [('new', 'breaking', "out of the process the argument 'a' of 'M' is of the type 'ms'")]),
    (method(OUT), method(arg('name="o" type="s" direction="out" nullable="true"')),
     [('new', 'risky', 'may be NULL now'), ('new', 'breaking', 'is an out parameter in C')]),
    (method(arg('name="o" type="s" direction="out" nullable="true"')), method(OUT),
     [('new', 'compatible', 'never NULL'), ('new', 'breaking', 'is the return value in C')]),
    (method(arg('name="a" type="Gio.File"')), method(arg('name="a" type="Gio.File" transfer="full"')),
     [('new', 'breaking', 'moves to the service now')]),
    (method(arg('name="a" type="Gio.File"')), method(arg('name="a" type="GLib.DateTime"')),
     [('new', 'breaking', "it was 'Gio.File'")]),
    (method(), method(attributes='timeout="50"'), [('new', 'risky', 'less time')]),
    (method(attributes='timeout="90"'), method(attributes='timeout="50"'), [('new', 'risky', 'less time')]),
    (method(attributes='timeout="50"'), method(), [('new', 'compatible', 'more time')]),
    (method(), method(attributes='oneway="true"'), [('new', 'breaking', 'one-way now')]),
    (method(), method(attributes='latest-wins="true" oneway="true"'),
     [('new', 'breaking', 'one-way now'), ('new', 'risky', 'latest-wins now')]),
    (method(attributes='idempotent="true"'), method(), [('new', 'risky', 'not idempotent any more')]),
    (method(), method('<annotation name="org.freedesktop.DBus.Deprecated" value="true"/>'),
     [('new', 'risky', 'deprecated now')]),
    (method(), method('<annotation name="org.gtk.GDBus.C.Name" value="Other"/>'),
     [('new', 'breaking', "'demo_a_proxy_call_other' in C; it was 'demo_a_proxy_call_m'")]),
    ('<signal name="S"><arg name="a" type="s"/></signal>', '<signal name="S"><arg name="a" type="i"/></signal>',
     [('new', 'breaking', "it was 's'")]),
    ('<signal name="S"/>', '', [('old', 'breaking', "signal 'S' is not there")]),
    ('<property name="P" type="s" access="readwrite"/>', '<property name="P" type="s" access="read"/>',
     [('new', 'breaking', 'cannot be written any more')]),
    ('<property name="P" type="s" access="read"/>', '<property name="P" type="s" access="write"/>',
     [('new', 'breaking', 'cannot be read any more')]),
    ('<property name="P" type="s" access="read"/>', '<property name="P" type="s" access="readwrite"/>',
     [('new', 'compatible', 'can be read and written')]),
    ('<property name="P" type="s" access="read"/>', '<property name="P" type="i" access="read"/>',
     [('new', 'breaking', "it was 's'")]),
    ('<stream name="T"><arg name="a" type="s"/></stream>', '<stream name="T"/>',
     [('new', 'breaking', '0 arguments')]),
]


class Check(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.directory = pathlib.Path(temporary.name)

    def check(self, before, now, *options):
        for name, text in (('old', before), ('new', now)):
            (self.directory / f'{name}.xml').write_text(text)
        return subprocess.run([GENERATOR, 'check', '--c-namespace', 'Demo', '--interface-prefix', 'org.example.',
                               *options, 'old.xml', 'new.xml'],
                              cwd=self.directory, capture_output=True, text=True, timeout=60)

    def check_members(self, before, now, *options):
        return self.check(*(f'<node><interface name="org.example.A">\n{members}\n</interface></node>'
                            for members in (before, now)), *options)

    def test_cases(self):
        for before, now, expected in CASES:
            with self.subTest(before=before, now=now):
                run = self.check_members(before, now)
                found = FINDING.findall(run.stdout)
                self.assertEqual(sorted(finding[:2] for finding in found), sorted(case[:2] for case in expected))
                for _, severity, text in expected:
                    self.assertTrue(any(text in finding[2] for finding in found if finding[1] == severity), run.stdout)
                counts = [sum(case[1] == severity for case in expected)
                          for severity in ('breaking', 'risky', 'compatible')]
                self.assertTrue(run.stdout.endswith('%d breaking, %d risky, %d compatible\n' % tuple(counts)))
                self.assertEqual(run.returncode, 3 if counts[0] else 0)
                self.assertEqual(run.stderr, '')

    def test_interfaces(self):
        run = self.check('<node><interface name="org.example.A"/></node>',
                         '<node><interface name="org.example.B"/></node>')
        self.assertEqual([finding[:2] for finding in FINDING.findall(run.stdout)],
                         [('old', 'breaking'), ('new', 'compatible')])

    def test_types(self):
        """Before, now, and the severities of what is said."""
        for before, now, expected in (
                ('<enum name="E"><value name="A"/></enum>', '<enum name="E"><value name="A"/></enum>', []),
                ('<enum name="E"><value name="A"/></enum>', '', ['breaking']),
                ('<enum name="E"><value name="A" value="1"/></enum>', '<flags name="E"><value name="A"/></flags>', ['breaking']),
                ('<enum name="E"><value name="A"/></enum>', '<enum name="E"><value name="A" value="3"/></enum>', ['breaking']),
                ('<enum name="E"><value name="A"/></enum>', '<enum name="E"><value name="A" nick="b"/></enum>', ['risky']),
                ('<enum name="E"><value name="A"/></enum>', '<enum name="E"><value name="A"/><value name="B"/></enum>', ['risky']),
                ('<enum name="E"><value name="A"/><value name="B"/></enum>', '<enum name="E"><value name="A"/></enum>', ['breaking']),
                ('<error-domain name="E"><error name="A"/></error-domain>',
                 '<error-domain name="E"><error name="A"/><error name="B"/></error-domain>', ['compatible']),
                ('<error-domain name="E"><error name="A"/></error-domain>',
                 '<error-domain name="E"><error name="A" dbus-name="org.x.A"/></error-domain>', ['breaking']),
                ('<record name="R"><field name="a" type="s"/><field name="b" type="s"/></record>',
                 '<record name="R"><field name="b" type="s"/><field name="a" type="s"/></record>', ['breaking']),
                ('<record name="R"><field name="a" type="s"/></record>',
                 '<record name="R"><field name="a" type="s" nullable="true"/></record>', ['breaking', 'risky']),
                ('<record name="R"><field name="a" type="s"/></record>',
                 '<record name="R"><field name="a" type="u"/></record>', ['breaking'])):
            with self.subTest(before=before, now=now):
                run = self.check(*(f'<node>{types}<interface name="org.example.A"/></node>' for types in (before, now)))
                self.assertEqual(run.stderr, '')
                self.assertEqual([finding[1] for finding in FINDING.findall(run.stdout)], expected)

    def test_place_and_peer(self):
        run = self.check_members('\n' + method(A), method(arg('name="a" type="u"')))
        self.assertIn('new.xml:2:39: breaking: ', run.stdout)
        self.assertIn('old.xml:3:39: note: it was here\n    3 | <method name="M" ><arg name="a" type="s"/>', run.stdout)

    def test_fail_on(self):
        risky = method(A), method(B)
        compatible = '', method(A)
        for option, statuses in (('breaking', (0, 0)), ('risky', (3, 0)), ('compatible', (3, 3))):
            self.assertEqual(self.check_members(*risky, '--fail-on', option).returncode, statuses[0])
            self.assertEqual(self.check_members(*compatible, f'--fail-on={option}').returncode, statuses[1])

    def test_wrong_input(self):
        run = self.check_members(method(A), method(arg('type="z"')))
        self.assertEqual((run.returncode, run.stdout), (1, ''))
        self.assertIn('new.xml:2:', run.stderr)

    def test_usage(self):
        for args in (['check'], ['check', 'a.xml'], ['check', 'a.xml', 'b.xml', 'c.xml'],
                     ['check', '--fail-on', 'x', 'a.xml', 'b.xml']):
            run = subprocess.run([GENERATOR, *args], capture_output=True, text=True, timeout=60)
            self.assertEqual(run.returncode, 2)
            self.assertIn("Try 'norpc-codegen check --help'.", run.stderr)


if __name__ == '__main__':
    unittest.main()
