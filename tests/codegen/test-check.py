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


def arg(rest, inside=''):
    return f'<arg {rest}>{inside}</arg>' if inside else f'<arg {rest}/>'


def c_name(name):
    return f'<annotation name="org.gtk.GDBus.C.Name" value="{name}"/>'


def emits_changed(value):
    return f'<annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="{value}"/>'


A = arg('name="a" type="s"')
B = arg('name="b" type="s"')
OUT = arg('name="o" type="s" direction="out"')
A_IN_C = arg('name="a" type="s"', c_name('x'))
B_IN_C = arg('name="b" type="s"', c_name('x'))
OVERLOAD = method(c_name('Other') + A + B)

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
    (method(A + arg('name="n" type="u"')), method(arg('name="n" type="u"') + A), [('new', 'breaking', 'another order')]),
    (method(A), method(B), [('new', 'risky', "was 'a'")]),
    (method(A), method(arg('name="a" type="s" nullable="true"')), [('new', 'compatible', 'may be NULL now')]),
    (method(arg('name="a" type="s" nullable="true"')), method(A), [('new', 'breaking', 'cannot be NULL any more')]),
    (method(arg('name="l" type="Gio.ListModel" element-type="Gio.File" direction="out"')),
     method(arg('name="l" type="Gio.ListModel" element-type="Gio.Icon" direction="out"')),
     [('new', 'breaking', "the items of the argument 'l' of 'M' are of the type 'Gio.Icon'; they were 'Gio.File'")]),
    (method(arg('name="l" type="Gio.ListModel" direction="out"')),
     method(arg('name="l" type="Gio.ListModel" element-type="Gio.Icon" direction="out"')),
     [('new', 'breaking', "the argument 'l' of 'M' has an element-type now, 'Gio.Icon'")]),
    (method(arg('name="l" type="Gio.ListModel" element-type="Gio.Icon" direction="out"')),
     method(arg('name="l" type="Gio.ListModel" direction="out"')),
     [('new', 'breaking', "the argument 'l' of 'M' has no element-type any more; it was 'Gio.Icon'")]),
    (method(arg('name="a" type="s" nullable="true"')), method(arg('name="a" type="ms"')),
     [('new', 'breaking', "out of the process the argument 'a' of 'M' is of the type 'ms'")]),
    (method(OUT), method(arg('name="o" type="s" direction="out" nullable="true"')),
     [('new', 'breaking', 'is an out parameter in C')]),
    (method(arg('name="o" type="s" direction="out" nullable="true"')), method(OUT),
     [('new', 'breaking', 'is the return value in C')]),
    (method(arg('name="o" type="u" direction="out"')), method(arg('name="o" type="mu" direction="out"')),
     [('new', 'breaking', "the argument 'o' of 'M' is of the type 'mu'; it was 'u'")]),
    (method(A), method(arg('name="a" type="ms"')),
     [('new', 'breaking', "out of the process the argument 'a' of 'M' is of the type 'ms'; it was 's'")]),
    (method(arg('name="a" type="Gio.File"')), method(arg('name="a" type="Gio.File" nullable="true"')),
     [('new', 'breaking', "out of the process the argument 'a' of 'M' is of the type 'ms'; it was 's'")]),
    (method(arg('name="a" type="s" nullable="true"')), method(arg('name="a" type="u"')),
     [('new', 'breaking', "of the type 'u'; it was 's'")]),
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
    (method(), method(c_name('Other')), [('new', 'breaking', "'call_other' in C; it was 'call_m'")]),
    (method(), '<method name="m"/>', [('new', 'breaking', "out of the process the method is 'm'; it was 'M'")]),
    (method(A) + OVERLOAD, OVERLOAD + method(A), []),
    (method(A) + OVERLOAD, OVERLOAD, [('old', 'breaking', "method 'M' is not there")]),
    (method(A), method(A_IN_C), [('new', 'risky', "'x' of 'M' was 'a'")]),
    (method(A_IN_C), method(B_IN_C), []),
    (method(A_IN_C + B), method(B + A_IN_C), [('new', 'breaking', 'another order')]),
    (method(A + B), method(arg('name="b" type="s"', c_name('a')) + arg('name="a" type="s"', c_name('b'))), []),
    (f'<signal name="S">{A_IN_C}</signal>', f'<signal name="S">{A}</signal>', [('new', 'risky', "'a' of 'S' was 'x'")]),
    (f'<stream name="T">{A}</stream>', f'<stream name="T">{B}</stream>', [('new', 'risky', "'b' of 'T' was 'a'")]),
    ('<property name="P" type="s" access="read"/>', f'<property name="P" type="s" access="read">{c_name("Q")}</property>',
     [('new', 'breaking', "'q' in C; it was 'p'")]),
    ('<property name="P" type="s" access="write" nullable="true"/>', '<property name="P" type="s" access="write"/>',
     [('new', 'breaking', 'cannot be NULL any more')]),
    ('<property name="P" type="s" access="read"/>', '<property name="P" type="s" access="read" nullable="true"/>',
     [('new', 'risky', 'may be NULL now')]),
    ('<property name="P" type="s" access="write"/>', '<property name="P" type="s" access="write" nullable="true"/>',
     [('new', 'compatible', 'may be NULL now')]),
    ('<signal name="S"><arg name="a" type="s"/></signal>', '<signal name="S"><arg name="a" type="i"/></signal>',
     [('new', 'breaking', "it was 's'")]),
    ('<signal name="S"/>', f'<signal name="S">{A}</signal>', [('new', 'breaking', 'has 1 arguments; there were 0')]),
    (f'<signal name="S">{A}{B}</signal>', f'<signal name="S">{B}{A}</signal>',
     [('new', 'breaking', "the arguments of 'S' have another order")]),
    ('<signal name="S"/>', '<signal name="S" backlog="50"/>', [('new', 'risky', "backlog of 'S' is 50; it was 1000")]),
    ('<signal name="S" backlog="50"/>', '<signal name="S" backlog="90"/>', [('new', 'risky', 'is 90; it was 50')]),
    ('<signal name="S"/>', '<signal name="S" backlog="1000"/>', []),
    ('<signal name="S"/>', '<signal name="S" when-full="close"/>', [('new', 'risky', "'S' closes the subscriptions")]),
    ('<signal name="S" when-full="close"/>', '<signal name="S"/>', [('new', 'risky', "'S' drops the oldest")]),
    ('<signal name="Notify"/>', '<signal name="Notify"/><signal name="NotifySignal"/>',
     [('new', 'compatible', "'NotifySignal' is new"),
      ('new', 'breaking', "the GSignal of 'Notify' is 'notify-signal-signal'; it was 'notify-signal'")]),
    ('<signal name="Go"/>', '<signal name="Go"/><method name="Go"/>',
     [('new', 'compatible', "'Go' is new"), ('new', 'breaking', "the GSignal of 'Go' is 'go-signal'; it was 'go'")]),
    ('<property name="CallM" type="s" access="read"/>', f'<property name="CallM" type="s" access="read"/>{method()}',
     [('new', 'compatible', "'M' is new"),
      ('new', 'breaking', "the GObject property of 'CallM' is 'call-m-property'; it was 'call-m'")]),
    (f'<property name="P" type="s" access="read">{emits_changed("true")}</property>',
     '<property name="P" type="s" access="read"/>', []),
    ('<property name="P" type="s" access="read"/>', f'<property name="P" type="s" access="read"/>{emits_changed("const")}',
     [('new', 'risky', "EmitsChangedSignal of the property 'P' is 'const'; it was 'true'")]),
    (f'<property name="P" type="s" access="read">{emits_changed("const")}</property>',
     f'<property name="P" type="s" access="read"/>{emits_changed("const")}', []),
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
        """A new name in C is told once, not for each member."""
        run = self.check('<node><interface name="org.example.A"><method name="M"/><signal name="S"/></interface></node>',
                         f'<node><interface name="org.example.A">{c_name("FOO_Bar")}'
                         '<method name="M"/><signal name="S"/></interface></node>')
        self.assertEqual([finding[2] for finding in FINDING.findall(run.stdout)],
                         ["'org.example.A' is 'DemoFOOBar' and 'demo_foo_bar' in C; it was 'DemoA' and 'demo_a'"])

    def test_interface_gone(self):
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
                 '<record name="R"><field name="a" type="s" nullable="true"/></record>', ['breaking']),
                ('<record name="R"><field name="a" type="s"/></record>',
                 f'<record name="R"><field name="a" type="s">{c_name("x")}</field></record>', ['breaking']),
                (f'<record name="R"><field name="a" type="s">{c_name("x")}</field></record>',
                 f'<record name="R"><field name="b" type="s">{c_name("x")}</field></record>', []),
                ('<enum name="E"><value name="A"/></enum>', f'<enum name="E">{c_name("Q")}<value name="A"/></enum>', ['breaking']),
                ('<enum name="E"><value name="A"/></enum>', f'<enum name="Q">{c_name("E")}<value name="A"/></enum>', []),
                ('<enum name="E"><value name="A"/></enum>',
                 f'<enum name="E"><value name="A">{c_name("B")}</value></enum>', ['breaking']),
                ('<enum name="E"><value name="A"/></enum>',
                 f'<enum name="E"><value name="B">{c_name("A")}</value></enum>', []),
                ('<error-domain name="E" dbus-prefix="org.x"><error name="A"/></error-domain>',
                 f'<error-domain name="E" dbus-prefix="org.x"><error name="B">{c_name("A")}</error></error-domain>', ['breaking']),
                ('<record name="R"><field name="a" type="s"/></record>',
                 '<record name="R" object="true"><field name="a" type="s"/></record>', ['breaking']),
                ('<record name="R"><field name="a" type="s"/></record>',
                 '<record name="R"><field name="a" type="u"/></record>', ['breaking'])):
            with self.subTest(before=before, now=now):
                run = self.check(*(f'<node>{types}<interface name="org.example.A"/></node>' for types in (before, now)))
                self.assertEqual(run.stderr, '')
                self.assertEqual([finding[1] for finding in FINDING.findall(run.stdout)], expected)

    def test_types_in_use(self):
        """A difference of a type is told where it is declared, that of a use where it is used."""
        def make(record, use):
            return f'<node>{record}<interface name="org.example.A"><method name="M"><arg {use}/></method></interface></node>'

        one = '<record name="R"><field name="a" type="s"/></record>'
        for now, use, expected in (
                ('<record name="R"><field name="a" type="u"/></record>', 'type="R"', ["the field 'a' is of the type 'u'; it was 's'"]),
                (f'<record name="Q">{c_name("R")}<field name="a" type="s"/></record>', 'type="Q"', []),
                (one, 'type="R" nullable="true"',
                 ["out of the process the argument 'unnamed_arg0' of 'M' is of the type 'm(s)'; it was '(s)'"]),
                (one, 'type="R[]"', ["the argument 'unnamed_arg0' of 'M' is of the type 'R[]'; it was 'R'"])):
            with self.subTest(now=now, use=use):
                run = self.check(make(one, 'type="R"'), make(now, use))
                self.assertEqual(run.stderr, '')
                self.assertEqual([finding[2] for finding in FINDING.findall(run.stdout)], expected)

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
