#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Uses every type of every installed GIR, and compiles what is generated.

Each type that has a GType is an argument, a result, nullable, moved, in an array,
in a record, in a signal and in a property. The code must compile as C and as C++
without a warning, and the types must be at run time what the generator takes
them for. Types that no GValue can hold must be refused. The types of GLib, GObject
and Gio 2.74 must need no GIR.

usage: test-girs.py GENERATOR SOURCE_ROOT BUILD_ROOT
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import compilation

CORE = '{http://www.gtk.org/introspection/core/1.0}'
GLIB = '{http://www.gtk.org/introspection/glib/1.0}'
C = '{http://www.gtk.org/introspection/c/1.0}'
KINDS = {'class': 'G_TYPE_OBJECT', 'interface': 'G_TYPE_INTERFACE', 'record': 'G_TYPE_BOXED', 'union': 'G_TYPE_BOXED',
         'enumeration': 'G_TYPE_ENUM', 'bitfield': 'G_TYPE_FLAGS'}
CONTAINERS = {'GLib.Variant', 'GLib.Array', 'GLib.PtrArray', 'GLib.HashTable'}
# Facts that GIRs do not have: more headers, and more modules of pkg-config.
HEADERS = {'Gtk': ['gtk/gtkunixprint.h'], 'HarfBuzz': ['hb-ot.h', 'hb-aat.h'],
           'Gsk': ['gsk/broadway/gskbroadwayrenderer.h']}
MODULES = {'Gtk': ['gtk4-unix-print']}
LEFT_OUT = {
    # GLib 2.84's GIR has it, but no header that is installed does.
    'Gio.ThreadedResolver',
    # Their header is another one in later versions of GTK 4.
    'Gsk.GLRenderer', 'Gsk.NglRenderer',
    # Pointer types in later versions, which GIRs do not tell from boxed types.
    'Gdk.DragSurfaceSize', 'Gdk.ToplevelSize',
}


class Gir:
    def __init__(self, path):
        root = xml.etree.ElementTree.parse(path).getroot()
        namespace = root.find(CORE + 'namespace')
        self.path = path
        self.name = namespace.get('name')
        self.version = namespace.get('version')
        self.packages = [package.get('name') for package in root.findall(CORE + 'package')]
        self.types = [element for element in namespace
                      if element.tag.replace(CORE, '') in KINDS and element.get(GLIB + 'get-type') and
                      self.qualified(element) not in LEFT_OUT]

    def needs_gir(self):
        """Later versions of GLib have types that the generator does not know."""
        version = subprocess.run([os.environ.get('PKG_CONFIG', 'pkg-config'), '--modversion', 'glib-2.0'],
                                 check=True, capture_output=True, text=True).stdout
        return self.name not in ('GLib', 'GObject', 'Gio') or not version.startswith('2.74.')

    def qualified(self, element):
        return f'{self.name}.{element.get("name")}'

    def is_usable(self, element):
        return (element.get(GLIB + 'get-type') != 'intern' and element.get(GLIB + 'fundamental') != '1' and
                element.get(C + 'type') is not None and self.qualified(element) not in CONTAINERS)

    def describe(self, elements):
        includes = ''.join(f'<include name="{self.name}" version="{self.version}" header="{header}"/>'
                           for header in HEADERS.get(self.name, []))
        includes += f'<include name="{self.name}" version="{self.version}"/>'
        fields, members = [], []
        for i, element in enumerate(elements):
            name = self.qualified(element)
            is_number = element.tag.replace(CORE, '') in ('enumeration', 'bitfield')
            fields.append(f'<field name="f{i}" type="{name}"/><field name="a{i}" type="{name}[]"/>')
            args = [('', name), ('', f'{name}[]'), ('nullable="true"', f'{name}[]'), ('transfer="full"', f'{name}[]'),
                    ('direction="out"', name), ('direction="out"', f'{name}[]')]
            if not is_number:
                fields.append(f'<field name="n{i}" type="{name}" nullable="true"/>')
                args += [('nullable="true"', name), ('transfer="full"', name), ('direction="out" nullable="true"', name)]
            args = [f'<arg name="a{j}" type="{type_}" {rest}/>' for j, (rest, type_) in enumerate(args)]
            members.append(f'<method name="Some{i}">{"".join(args)}</method>\n')
            for kind, type_ in (('Value', name), ('Array', f'{name}[]')):
                members.append(f'<method name="One{kind}{i}"><arg type="{type_}" direction="out"/></method>\n')
            members.append(f'<signal name="Signal{i}"><arg type="{name}"/></signal>\n')
            members.append(f'<property name="Property{i}" type="{name}" access="read"/>\n')
        return (f'<node>{includes}<record name="All">{"".join(fields)}</record>\n'
                f'<interface name="org.example.Every">{"".join(members)}</interface></node>')


class Check:
    def __init__(self, generator, tools, gir, directory):
        self.generator = generator
        self.tools = tools
        self.gir = gir
        self.directory = directory

    def generate(self, elements):
        (self.directory / 'every.xml').write_text(self.gir.describe(elements))
        return subprocess.run(
            [self.generator, '--c-namespace', f'Every{self.gir.name.capitalize()}', '--gir-path', self.gir.path.parent,
             '--generate-c-code', 'every', '--depfile', 'every.d', 'every.xml'],
            cwd=self.directory, capture_output=True, text=True, timeout=60)

    def cflags(self, what):
        packages = ['gio-unix-2.0', *self.gir.packages, *MODULES.get(self.gir.name, [])]
        result = subprocess.run([os.environ.get('PKG_CONFIG', 'pkg-config'), what, *packages],
                                capture_output=True, text=True)
        return result.stdout.split() if result.returncode == 0 else None

    def kinds(self, usable):
        """A program that compares the types with what they are taken for."""
        headers = re.findall('#include (<.*>|"every.h")', (self.directory / 'every.h').read_text())
        tests = '\n'.join(f'  if (!g_type_is_a ({element.get(GLIB + "get-type")} (), {KINDS[element.tag.replace(CORE, "")]}))\n'
                          f'    g_print ("%s\\n", "{element.get("name")}");' for element in usable)
        program = self.directory / 'kinds.c'
        program.write_text('#define G_SETTINGS_ENABLE_BACKEND\n' +
                           ''.join(f'#include {header}\n' for header in headers) + f'int\nmain (void)\n{{\n{tests}\n}}\n')
        binary = str(self.directory / 'kinds')
        messages = compilation.run([*self.tools.cc, '-w', *self.tools.cflags, *self.cflags('--cflags'), '-o', binary,
                                    str(program), *self.cflags('--libs')])
        if messages is not None:
            return [f'cannot be compared: {messages}']
        result = subprocess.run([binary], capture_output=True, text=True, timeout=60)
        return [f'ends with {result.returncode}'] * (result.returncode != 0) + [
            f'{name} is taken for something else' for name in result.stdout.split()]

    def problems(self):
        usable = [element for element in self.gir.types if self.gir.is_usable(element)]
        refused = [element for element in self.gir.types if element not in usable]
        problems = [f'{element.get("name")}: not refused' for element in refused
                    if self.generate([element]).returncode != 1]
        if not usable:
            return problems
        run = self.generate(usable)
        if run.returncode != 0:
            return [*problems, run.stderr]
        if not self.gir.needs_gir() and '.gir' in (self.directory / 'every.d').read_text():
            problems.append('reads a GIR')
        cflags = self.cflags('--cflags')
        if cflags is None:
            return [*problems, 'not compiled']
        for language, compiler in self.tools.checkers[:2]:
            command = [*compiler, *compilation.WARNINGS, *self.tools.cflags, *cflags, '-fsyntax-only']
            messages = compilation.run([*command, str(self.directory / 'every.c')])
            if messages is not None:
                problems.append(f'not {language}: {messages}')
        return problems + self.kinds(usable)


def check(generator, tools, path):
    gir = Gir(path)
    with tempfile.TemporaryDirectory() as directory:
        return path.name, len(gir.types), Check(generator, tools, gir, pathlib.Path(directory)).problems()


def installed():
    data = os.environ.get('XDG_DATA_DIRS') or '/usr/local/share:/usr/share'
    found = {}
    for folder in [*data.split(':'), '/usr/share']:
        for path in pathlib.Path(folder, 'gir-1.0').glob('*.gir'):
            found.setdefault(path.name, path)
    return [found[name] for name in sorted(found)]


def main():
    generator = str(pathlib.Path(sys.argv[1]).resolve())
    tools = compilation.Tools(sys.argv[2:4])
    girs = installed()
    if not girs:
        return 77
    status = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check, generator, tools, path) for path in girs]
        for job in jobs:
            name, n_types, problems = job.result()
            print(f'{name}: {n_types} types, {len(problems)} problems')
            for problem in problems:
                print(problem)
            status = status or bool([problem for problem in problems if problem != 'not compiled'])
    return int(status)


if __name__ == '__main__':
    sys.exit(main())
