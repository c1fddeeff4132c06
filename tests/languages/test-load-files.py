# SPDX-License-Identifier: LGPL-2.1-or-later
"""Descriptions that are loaded from files, and the names of their classes."""

import io
import pathlib
import re
import tempfile
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

import tap
from lamps import DESCRIPTION, lamp


class Files(unittest.TestCase):
    """Finding descriptions, and names for their classes."""

    def test_paths(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'lamp.xml')
            path.write_text(DESCRIPTION, encoding='utf-8')
            for module in Norpc.load(path), Norpc.load(str(path)):
                self.assertEqual(module.__name__, 'lamp')
                self.assertIs(module.LampProxy, lamp.LampProxy)
            with path.open('rb') as file:
                self.assertIs(Norpc.load(file).Lamp, lamp.Lamp)
        with self.assertRaises(FileNotFoundError):
            Norpc.load(path)

    def test_wrong_arguments(self):
        """The message names the argument."""
        class Service(Norpc.Service, lamp.Lamp):
            pass

        for function, argument, message in (
                (Norpc.load, 3, "argument 'file': expected a path or an open file, got int"),
                (Norpc.load, None, "argument 'file': expected a path or an open file, got None"),
                (Norpc.error_class, 3, "argument 'codes': expected the enumeration of an error domain, got int"),
                (Norpc.extend_records, lamp, "argument 'module': expected a module of gi.repository, got module"),
                (Norpc.serve, 3, "argument 'service': expected an object of a class derived from Norpc.Service, got int"),
                (Norpc.serve, Service, "argument 'service': expected an object of a class derived from Norpc.Service, "
                                       'got the class Service')):
            with self.assertRaises(TypeError) as caught:
                function(argument)
            self.assertEqual(str(caught.exception), message)
        server = Norpc.serve(Service())
        self.addCleanup(server.stop, Norpc.StopMode.ABANDON)
        proxy = server.make_proxy()
        for options, message in (({'timeout': 'x'}, "argument 'timeout': expected a number of milliseconds, got str"),
                                 ({'priority': 1}, "argument 'priority': expected Norpc.Priority, got int"),
                                 ({'cancellable': 1}, "argument 'cancellable': expected Gio.Cancellable, got int"),
                                 ({'txt': 'a'}, "got an unexpected keyword argument 'txt'")):
            with self.assertRaises(TypeError) as caught:
                proxy.fail_sync(*[] if 'txt' in options else ['a'], **options)
            self.assertEqual(str(caught.exception), message)

    def test_class_names(self):
        text = '''<node>
                    <interface name="org.example.one.Door"><method name="Open"/></interface>
                    <interface name="org.example.two.Door"><method name="Close"/></interface>
                  </node>'''
        with self.assertRaises(ValueError) as caught:
            Norpc.load(io.StringIO(text))
        self.assertIn("'Door'", str(caught.exception))
        module = Norpc.load(io.StringIO(text), interface_prefix='org.example')
        self.assertEqual(sorted(name for name in vars(module) if name[0] != '_'),
                         ['OneDoor', 'OneDoorProxy', 'TwoDoor', 'TwoDoorProxy'])
        self.assertTrue(hasattr(module.OneDoorProxy, 'open') and hasattr(module.TwoDoorProxy, 'close'))

    def test_wrong_description(self):
        with self.assertRaises(GLib.Error) as caught:
            Norpc.load(io.StringIO('<node>\n<interface name="a b"/></node>'))
        self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.INVALID_DESCRIPTION))
        self.assertEqual(caught.exception.message, "line 2, column 1: 'a b' is not a name of an interface")

    def test_misspelled(self):
        """An element that does not exist is ignored, with a warning. One of another tool may be there."""
        text = DESCRIPTION.replace('<interface', '<tool:thing xmlns:tool="urn:tool"/>\n<interface', 1)
        text = text.replace('</interface>', '<metod name="Missing"/></interface>', 1)
        message = r"line \d+, column \d+: <metod> is not known; it is ignored with all in it; did you mean 'method'\?"
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'lamp.xml')
            path.write_text(text, encoding='utf-8')
            with self.assertWarnsRegex(UserWarning, f'^{re.escape(str(path))}: {message}$') as caught:
                self.assertIs(Norpc.load(path).Lamp, lamp.Lamp)
        self.assertEqual((caught.filename, len(caught.warnings)), (__file__, 1))
        with self.assertWarnsRegex(UserWarning, f'^{message}$'):
            Norpc.load(io.StringIO(text))

    def test_wrong_file(self):
        """The error of a file has its name, and concerns records that no method uses, too."""
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, 'map.xml')
            for field, problem in {'type="Strng"': "'Strng' is not a type", 'type="Strng[]"': "'Strng[]' is not a type",
                                   'type="ss"': "'ss' is not a type", 'type="a.b.C"': "'a.b.C' is not a type",
                                   '': "<field> needs the attribute 'type'"}.items():
                path.write_text(f'<node>\n<record name="Point"><field name="x" {field}/></record></node>', encoding='utf-8')
                for file in path, str(path), bytes(path):
                    with self.assertRaises(GLib.Error) as caught:
                        Norpc.load(file)
                    self.assertEqual(caught.exception.message, f'{path}: line 2, column 22: {problem}')
                with open(path, encoding='utf-8') as file, self.assertRaises(GLib.Error) as caught:
                    Norpc.load(file)
                self.assertEqual(caught.exception.message, f'{path}: line 2, column 22: {problem}')
            path.write_text('<node><record name="Point"><field name="x" type="Point[]"/><field name="y" type="Gtk.Widget"/>'
                            '<field name="z" type="Kind"/><field name="p" type="org.example.Page[]"/></record>'
                            '<enum name="Kind"><value name="a"/></enum><interface name="org.example.Page"/></node>',
                            encoding='utf-8')
            self.assertTrue(hasattr(Norpc.load(path), 'Page'))


tap.main()
