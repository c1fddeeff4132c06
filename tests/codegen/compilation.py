# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles much generated code in little time: many files in one translation
unit, with several compilers, and all of it through the scanner of GObject
Introspection.

Whoever generates gives each file a C namespace of its own, which begins with
PREFIX.
"""

import concurrent.futures
import os
import pathlib
import shlex
import shutil
import subprocess

PREFIX = 'Corpus'
CHUNK = 100
WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Werror']


class Tools:
    """The compilers and flags."""

    def __init__(self, include_dirs, library_dir=None, gir=None):
        pkg_config = os.environ.get('PKG_CONFIG', 'pkg-config')
        self.cflags = self._ask(pkg_config, '--cflags') + [f'-I{path}' for path in include_dirs]
        self.libs = self._ask(pkg_config, '--libs')
        self.library_dir = library_dir
        self.gir = gir
        self.cc = shlex.split(os.environ.get('CC', 'cc'))
        cxx = shlex.split(os.environ.get('CXX', 'c++'))
        self.checkers = [('C', self.cc), ('C++', cxx + ['-x', 'c++'])]
        for language, name, option in (('C', 'clang', []), ('C++', 'clang++', ['-x', 'c++'])):
            if shutil.which(name) and name not in (self.cc[0], cxx[0]):
                self.checkers.append((f'{language} with clang', [name, *option]))

    @staticmethod
    def _ask(pkg_config, what):
        return subprocess.run([pkg_config, what, 'gio-unix-2.0'], check=True,
                              capture_output=True, text=True).stdout.split()

    def can_scan(self):
        return self.gir is not None and shutil.which('g-ir-scanner') is not None


def run(command, **options):
    """Its messages if it failed, else None."""
    result = subprocess.run(command, capture_output=True, **options)
    if result.returncode == 0:
        return None
    return (result.stdout + result.stderr).decode('utf-8', 'replace') or f'ended with {result.returncode}'


def unite(sources, path):
    path.write_text(''.join(f'#include "{source}"\n' for source in sources))
    return str(path)


def has_types(source):
    """GObject refuses structs of interfaces that are larger than 64 KiB."""
    header = pathlib.Path(source[:-1] + 'h').read_text(encoding='utf-8')
    return header.count('(*handle_') * 16 < 65000


class Chunk:
    """Some of the sources: path to the path of the description."""

    def __init__(self, tools, owners, directory, optimise):
        self.tools = tools
        self.owners = owners
        self.directory = directory
        self.optimise = optimise
        directory.mkdir()
        self.unit = unite(owners, directory / 'unit.c')

    def check(self, language, compiler):
        command = compiler + WARNINGS + self.tools.cflags + ['-fsyntax-only']
        return self._blame(language, command)

    def optimised(self):
        """Compiles with optimisation, as some warnings need data-flow analysis."""
        if not self.optimise:
            return []
        command = self.tools.cc + WARNINGS + self.tools.cflags + ['-O2', '-c', '-o', '/dev/null']
        return self._blame('C with -O2', command)

    def _blame(self, language, command):
        together = run([*command, self.unit])
        if together is None:
            return []
        failures = [(self.owners[source], f'not {language}', messages) for source in self.owners
                    if (messages := run([*command, source])) is not None]
        return failures or [('all together', f'not {language}', together)]

    def scan(self):
        """Scans, too, what of it is only in the types at run time."""
        sources = [source for source in self.owners if has_types(source)]
        if not self.tools.can_scan() or not sources:
            return []
        directory, library_dir = self.directory, self.tools.library_dir
        library = directory / 'libunit.so'
        messages = run(self.tools.cc + self.tools.cflags + [
            '-O0', '-w', '-fPIC', '-shared', '-o', str(library), unite(sources, directory / 'types.c'),
            f'-L{library_dir}', '-lnorpc-glib-1'] + self.tools.libs)
        if messages is None:
            messages = self._scan(str(directory), library_dir, sources)
        return [] if messages is None else [('a chunk', 'not for the scanner', messages)]

    def _scan(self, directory, library_dir, sources):
        paths = [directory, library_dir, os.environ.get('LD_LIBRARY_PATH')]
        environment = {**os.environ, 'GI_SCANNER_DISABLE_CACHE': '1', 'CC': shlex.join(self.tools.cc),
                       'LD_LIBRARY_PATH': ':'.join(filter(None, paths))}
        return run(['g-ir-scanner', '--warn-all', '--warn-error', '--quiet',
                    '--namespace', PREFIX, '--nsversion', '1',
                    '--identifier-prefix', PREFIX, '--symbol-prefix', PREFIX.lower(),
                    '--include', 'Gio-2.0', '--include-uninstalled', self.tools.gir,
                    '--library', 'unit', '-L', directory, '-L', library_dir,
                    *[flag for flag in self.tools.cflags if flag[:2] in ('-I', '-D')],
                    '--output', f'{directory}/{PREFIX}-1.gir',
                    *sources, *[source[:-1] + 'h' for source in sources]],
                   env=environment, cwd=directory)


def compile_all(tools, owners, directory, optimise=False):
    """The failures, as (path of the description, what is wrong, messages).

    owners: the path of each C source, with that of its description.
    """
    items = sorted(owners.items())
    chunks = [Chunk(tools, dict(items[i:i + CHUNK]), pathlib.Path(directory) / f'chunk-{i}', optimise)
              for i in range(0, len(items), CHUNK)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(chunk.scan) for chunk in chunks]
        jobs += [pool.submit(chunk.optimised) for chunk in chunks]
        jobs += [pool.submit(chunk.check, language, compiler)
                 for chunk in chunks for language, compiler in tools.checkers]
        return [failure for job in jobs for failure in job.result()]
