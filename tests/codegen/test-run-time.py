#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads descriptions at run time, and compares the interface infos with those of generated code.

A description that the generator accepts must be read, too, and all members must be the same: their
signatures, flags, names of GObject and annotations. Members that need generated code must be left out,
and only those. A description that the generator rejects must be rejected, or read; a crash or a hang
fails the test.

The descriptions that exported objects give of themselves are compared in the same way: for each description,
that of its exports, which must be accepted. The export of an export has the same description again, and its
members, the values of which have another form there, are those that were exported.

Descriptions are those of the tests. There are besides:

NORPC_TEST_DESCRIPTIONS  folders of descriptions, with colons between them
NORPC_TEST_MALFORMED     folders of bad descriptions, the same way

usage: test-run-time.py GENERATOR DUMPER EXPORTER SOURCE_ROOT BUILD_ROOT
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import compilation

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 60
# Of NorpcArgFlags, and of NorpcMethodFlags
NULLABLE = 1
MOVED = 2
STREAM = 8
FUNCTION = re.compile(r'^const NorpcInterfaceInfo +\*(\w+_interface_info) +\(void\)', re.MULTILINE)
ANNOTATION = re.compile(r' @(?: "(?:[^"\\]|\\.)*"){2}')
# A signature, the name of a type, and flags, as dump-infos.c prints them.
TYPE = re.compile(r'(?<= )(\S+) (?:G[A-Za-z]+|-) (\d+)(?= |$)')


def folders(variable):
    return [pathlib.Path(path) for path in os.environ.get(variable, '').split(':') if path]


def files_of(folder):
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix == '.xml')


def is_utf8(path):
    """Only the generator reads other encodings."""
    content = path.read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return b'\0' not in content


def generate(generator, path, directory, number):
    """Returns the generated file, or None if the generator rejects the description."""
    name = f'{compilation.PREFIX}{number}'
    run = subprocess.run([generator, '--c-namespace', name, '--generate-c-code', name.lower(),
                          '--output-directory', directory, path], capture_output=True, timeout=TIMEOUT)
    source = pathlib.Path(directory) / f'{name.lower()}.c'
    return source if run.returncode == 0 and source.exists() else None


def dump_compiled(tools, sources, directory):
    """Returns the lines by interface of each description, as the generated code has them."""
    main = ['#include "dump-infos.h"', '#include <stdio.h>']
    body = []
    for path, source in sources.items():
        header = source.with_suffix('.h')
        main.append(f'#include "{header}"')
        body.append(f'  g_print ("%s\\n", "file {path}");')
        body += [f'  dump_info ({function} ());' for function in FUNCTION.findall(header.read_text())]
    unit = pathlib.Path(directory) / 'main.c'
    unit.write_text('\n'.join([*main, 'int main (void)', '{', *body, '  return 0;', '}']))
    program = str(pathlib.Path(directory) / 'main')
    flags = [*tools.cflags, f'-I{HERE}', '-O0', '-w']

    paths = [str(source) for source in sources.values()]
    chunks = [compilation.unite(paths[i:i + compilation.CHUNK], pathlib.Path(directory) / f'chunk{i}.c')
              for i in range(0, len(paths), compilation.CHUNK)]
    messages = compilation.run([*tools.cc, *flags, str(unit), str(HERE / 'dump-infos.c'), *chunks, '-o', program,
                                f'-L{tools.library_dir}', '-lnorpc-glib-1', *tools.libs])
    if messages:
        sys.exit(messages)
    environment = {**os.environ, 'LD_LIBRARY_PATH': f'{tools.library_dir}:{os.environ.get("LD_LIBRARY_PATH", "")}'}
    return split(subprocess.run([program], check=True, capture_output=True, text=True, env=environment).stdout)


def split(output):
    """The lines of each file."""
    files, lines = {}, None
    for line in output.splitlines():
        if line.startswith('file '):
            lines = files.setdefault(line[len('file '):], [])
        else:
            lines.append(line)
    return files


def dump_run_time(dumper, paths):
    """Each by itself, so that a crash is known by its description."""
    def dump(path):
        try:
            run = subprocess.run([dumper, path], capture_output=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            return path, ['timed out']
        output = run.stdout.decode('utf-8', 'replace')
        lines = split(output).get(str(path), [])
        return path, lines if run.returncode == 0 else [f'crashed with {run.returncode}: {run.stderr.decode()}']

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(pool.map(dump, paths))


def name_of(line):
    """The name of the member that a line is about."""
    words = line.split(' ')
    return words[2 if words[0] == 'dbus' else 1].strip('"')


def compare(compiled, read):
    """Returns what differs."""
    if read and read[0].startswith(('error', 'crashed', 'timed out')):
        return read
    left_out = {line.split(' ', 1)[1] for line in read if line.startswith('left-out ')}
    read = [line for line in read if not line.startswith('left-out ')]
    wrong = [f'only at run time: {line}' for line in read if line not in compiled]
    wrong += [f'only compiled: {line}' for line in compiled if line not in read and name_of(line) not in left_out]
    wrong += [f'left out, but no type needs code: {name}' for name in left_out
              if not any(name_of(line) == name for line in compiled)]
    if not wrong and not left_out and compiled != read:
        wrong.append('the members are in another order')
    return wrong


def check(generator, dumper, tools, name, paths):
    with tempfile.TemporaryDirectory() as directory:
        sources = {}
        for number, path in enumerate(paths):
            source = generate(generator, path, directory, number)
            if source is not None:
                sources[str(path)] = source
        compiled = dump_compiled(tools, sources, directory) if sources else {}
    read = dump_run_time(dumper, paths)
    wrong = {}
    n_rejected = 0
    for path in paths:
        lines = read[path]
        n_rejected += bool(lines) and lines[0].startswith('error')
        if lines and lines[0].startswith(('crashed', 'timed out')):
            wrong[path] = lines
        elif str(path) in compiled and is_utf8(path):
            wrong[path] = compare(compiled[str(path)], lines)
    wrong = {path: lines for path, lines in wrong.items() if lines}
    print(f'{name}: {len(paths)} descriptions, {len(compiled)} compared, {n_rejected} rejected, {len(wrong)} differ')
    for path, lines in wrong.items():
        print(f'{path.name}:', *lines[:6], sep='\n  ')
    return not wrong


def export(exporter, path):
    """Returns the description of the exported objects, or None if the description is rejected."""
    run = subprocess.run([exporter, path], capture_output=True, encoding='utf-8', timeout=TIMEOUT)
    if run.returncode not in (0, 1):
        sys.exit(f'{path.name}: the exporter crashed with {run.returncode}: {run.stderr}')
    return run.stdout if run.returncode == 0 else None


def list_members(lines):
    """Returns the lines of members, by interface, kind and name. They are without annotations, names of types, and
    flags that an export does not tell; a type of values that may be NULL begins with m."""
    def without_names(match):
        signature, flags = match[1], int(match[2]) & ~MOVED
        return f'{"m" if flags & NULLABLE and signature[0] != "m" else ""}{signature} {flags}'

    members, interface = {}, None
    for line in lines:
        words = ANNOTATION.sub('', line).split(' ')
        if words[0] == 'interface':
            interface = words[1]
        elif words[0] in ('method', 'signal', 'property'):
            if words[0] == 'method' and int(words[2]) & STREAM and words[4] == '0':
                words[4] = '64'
            members[(interface, words[0], name_of(line))] = TYPE.sub(without_names, ' '.join(words))
    return members


def compare_export(exporter, dumper, path, exported):
    """Returns what differs between a description and that of its exports."""
    wrong = []
    # GDBus writes white space in values so that it is read as blanks.
    if (export(exporter, exported) or 'rejected').split() != exported.read_text(encoding='utf-8').split():
        wrong.append('the export of the export has another description')
    read, again = (list_members(dump_run_time(dumper, [file])[file]) for file in (path, exported))
    wrong += [f'exported: {line}\n  described: {read.get(key)}' for key, line in again.items() if read.get(key) != line]
    return wrong


def find_errors(generator, path):
    """Returns the errors of the generator, which are none for a description that it accepts."""
    run = subprocess.run([generator, '--c-namespace', 'Again', '--dbus-xml', os.devnull, path], capture_output=True,
                         encoding='utf-8', timeout=TIMEOUT)
    return [run.stderr] if run.returncode != 0 else []


def is_exportable(generator, path):
    """Whether the generator has to accept the exports of a description. They do not have the names in C, by which
    members are told apart that have one name on D-Bus."""
    return is_utf8(path) and b'GDBus.C.Name' not in path.read_bytes() and not find_errors(generator, path)


def check_exports(generator, dumper, exporter, tools, name, paths):
    with tempfile.TemporaryDirectory() as directory:
        exports = {}
        for path in paths:
            xml = export(exporter, path) if is_exportable(generator, path) else None
            if xml is not None:
                exports[path] = pathlib.Path(directory) / path.name
                exports[path].write_text(xml, encoding='utf-8')
        wrong = {path.name: find_errors(generator, exported) +
                 compare_export(exporter, dumper, path, exported) for path, exported in exports.items()}
        outcome = check(generator, dumper, tools, f'exports of {name}', list(exports.values()))
    wrong = {path: lines for path, lines in wrong.items() if lines}
    for path, lines in wrong.items():
        print(f'export of {path}:', *lines[:6], sep='\n  ')
    return outcome and not wrong


def main():
    generator, dumper, exporter = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:4])
    source_root = pathlib.Path(sys.argv[4])
    tools = compilation.Tools(sys.argv[4:6], str(pathlib.Path(sys.argv[5]) / 'norpc-glib'))
    own = [source_root / 'tests' / 'unit', source_root / 'tests' / 'generated', HERE / 'golden', HERE / 'world',
           source_root / 'tests' / 'stress', source_root / 'tests' / 'languages']
    outcomes = [check(generator, dumper, tools, folder.name, files_of(folder)) for folder in own if files_of(folder)]
    outcomes += [check_exports(generator, dumper, exporter, tools, folder.name, files_of(folder))
                 for folder in own if files_of(folder)]
    outcomes += [check(generator, dumper, tools, folder.name, files_of(folder))
                 for folder in folders('NORPC_TEST_DESCRIPTIONS')]
    outcomes += [check(generator, dumper, tools, folder.name, files_of(folder))
                 for folder in folders('NORPC_TEST_MALFORMED')]
    return 0 if all(outcomes) else 1


if __name__ == '__main__':
    sys.exit(main())
