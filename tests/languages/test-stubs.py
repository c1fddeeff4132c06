# SPDX-License-Identifier: LGPL-2.1-or-later
"""Stubs for type checkers: they say what the classes of the typelibs have, and mypy finds mistakes by them."""

import ast
import importlib
import inspect
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import gi

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
DESCRIPTIONS = {
    'Kv': pathlib.Path(os.environ['NORPC_TEST_KV_XML']),
    'Lists': HERE / 'lists.xml',
    'Names': HERE / 'names.xml',
    'Streams': HERE / 'streams.xml',
    'Test': HERE.parent / 'generated' / 'language.xml',
}

for _namespace in DESCRIPTIONS:
    gi.require_version(_namespace, '1')
gi.require_version('Norpc', '1')
from gi.repository import Norpc

import tap

# A few classes in place of PyGObject's own stubs, which Debian does not have.
PYGOBJECT = {
    'GObject': '''class Object:
    class Props: ...
    @property
    def props(self) -> Props: ...
class GInterface: ...
''',
    'GLib': '''class Bytes:
    @staticmethod
    def new(data: bytes) -> Bytes: ...
class DateTime: ...
class Error(Exception):
    def matches(self, domain: int, code: int) -> bool: ...
class MainContext: ...
class Regex: ...
class Variant: ...
''',
    'Gio': '''import enum
class AsyncResult: ...
class Cancellable: ...
class DBusConnection: ...
class File: ...
class FileCopyFlags(enum.IntFlag):
    NONE = 0
class FileType(enum.IntEnum):
    UNKNOWN = 0
class ListModel: ...
''',
}


def generate(namespace, folder):
    path = pathlib.Path(folder, f'{namespace}.pyi')
    subprocess.run([os.environ['NORPC_TEST_CODEGEN'], '-Wno-binding-name', '-Wno-renamed-call',
                    '--interface-prefix', f'org.example.{namespace}.', '--c-namespace', namespace,
                    f'--generate-python-stubs={path}', DESCRIPTIONS[namespace]], check=True)
    return path


def get_parameters(function):
    """Gets the names of the parameters of a function in a stub, and those that can be left out."""
    args = function.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs)]
    optional = [arg.arg for arg in args.args[len(args.args) - len(args.defaults):]]
    optional += [arg.arg for arg, default in zip(args.kwonlyargs, args.kw_defaults) if default is not None]
    return names, optional


class Names(unittest.TestCase):
    """The classes and functions in a stub are those of PyGObject and of the module."""

    def test_names(self):
        with tempfile.TemporaryDirectory() as folder:
            for namespace in DESCRIPTIONS:
                module = importlib.import_module(f'gi.repository.{namespace}')
                tree = ast.parse(generate(namespace, folder).read_text(encoding='utf-8'))
                for stub in tree.body:
                    if isinstance(stub, ast.ClassDef):
                        with self.subTest(f'{namespace}.{stub.name}'):
                            self.check_class(getattr(module, stub.name), stub)

    def check_class(self, cls, stub):
        functions = {node.name: node for node in stub.body if isinstance(node, ast.FunctionDef)}
        for name in functions:  # those of services are not there
            if f'complete_{name}' not in functions and f'complete_{name.rstrip("_")}' not in functions:
                self.assertTrue(hasattr(cls, name), name)
        for field in (node.target.id for node in stub.body if isinstance(node, ast.AnnAssign)):
            self.assertTrue(field == 'props' or hasattr(cls, field), field)
        for name, function in vars(cls).items():
            if type(function).__name__ == '_Function' and not name.startswith('call_'):
                self.check_function(function, functions[name])

    def check_function(self, function, stub):
        parameters = inspect.signature(function).parameters
        if 'stop' in parameters:
            return  # a Gio.Cancellable: GObject Introspection lets any one be None
        self.assertEqual(get_parameters(stub), (
            list(parameters),
            [name for name, parameter in parameters.items() if parameter.default is not inspect.Parameter.empty]))

    def test_module(self):
        """The stub of the module names what there is."""
        tree = ast.parse((ROOT / 'norpc-glib' / 'python' / 'stubs' / 'Norpc.pyi').read_text(encoding='utf-8'))
        for node in tree.body:
            name = getattr(node, 'name', '_')
            if name[0] == '_':
                continue
            self.assertTrue(hasattr(Norpc, name), name)
            if isinstance(node, ast.FunctionDef):
                self.assertEqual(get_parameters(node)[0], list(inspect.signature(getattr(Norpc, name)).parameters))
            else:
                for member in node.body:
                    if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef)) and name != 'Service':
                        self.assertTrue(member.name == '__getattr__' or hasattr(getattr(Norpc, name), member.name),
                                        f'{name}.{member.name}')
                    elif isinstance(member, ast.Assign):
                        self.assertEqual(getattr(getattr(Norpc, name), member.targets[0].id), ast.literal_eval(member.value))


@unittest.skipIf(shutil.which('mypy') is None, 'there is no mypy')
class Mypy(unittest.TestCase):
    def test_program(self):
        with tempfile.TemporaryDirectory() as folder:
            stubs = pathlib.Path(folder, 'gi', 'repository')
            stubs.mkdir(parents=True)
            pathlib.Path(folder, 'gi', '__init__.pyi').touch()
            (stubs / '__init__.pyi').touch()
            for name, text in PYGOBJECT.items():
                (stubs / f'{name}.pyi').write_text(text, encoding='utf-8')
            shutil.copy(ROOT / 'norpc-glib' / 'python' / 'stubs' / 'Norpc.pyi', stubs)
            paths = [generate(namespace, stubs) for namespace in DESCRIPTIONS if namespace != 'Names']
            program = HERE / 'stubs-program.py'
            result = subprocess.run(
                ['mypy', '--strict', '--no-error-summary', '--show-error-codes', '--hide-error-context',
                 '--cache-dir', folder, program, stubs / 'Norpc.pyi', *paths],
                env={**os.environ, 'MYPYPATH': folder}, capture_output=True, text=True, check=False)
            lines = program.read_text(encoding='utf-8').splitlines()
            expected = [(number, line.partition('# mistake: ')[2]) for number, line in enumerate(lines, 1)
                        if '# mistake: ' in line]
            found = {(int(match[1]), match[2]) for match in
                     re.finditer(r'stubs-program\.py:(\d+): error: .*(\[[a-z-]+\])', result.stdout)}
            others = [line for line in result.stdout.splitlines()
                      if ': error: ' in line and 'stubs-program.py' not in line]
            self.assertEqual((sorted(found), others, result.stderr), (expected, [], ''), result.stdout)


if __name__ == '__main__':
    tap.main()
