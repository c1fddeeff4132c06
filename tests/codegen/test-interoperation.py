#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compares the signatures of generated functions with gdbus-codegen's.

Both generate from the same descriptions with the same options. For each method,
signal and property the functions must have the same arguments, by name and type,
and GSignals and GObject properties the same names, but for what is listed here and
explained in doc/gdbus-codegen.md.

Descriptions: some of our own that gdbus-codegen can read, and those that
test-corpus.py takes; all of them if NORPC_TEST_THOROUGH is set, else 100 or so.

Where SOURCE and BUILD are given, a program compares the types of GObject properties and
of the arguments of GSignals, in world/properties.xml.

usage: test-interoperation.py GENERATOR [SOURCE BUILD]
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import compilation

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS = ['--c-namespace', 'Demo', '--generate-c-code', 'out']
OWN = ['golden/kv.xml', 'golden/members.xml', 'golden/comments.xml', 'world/structure.xml',
       'world/overloads.xml', 'world/properties.xml', 'world/introspected.xml']
MOST = 100
PROTOTYPE = re.compile(r'^(?:G_\w+ )*(\w[\w \*]*?[ \*])(\w+_(?:call|complete|emit|get|dup|set)_\w+) *\(([^()]*)\)', re.MULTILINE)
HANDLER = re.compile(r'^ +gboolean +\(\*(handle_\w+)\) *\(\s*([^()]*)\)', re.MULTILINE)
PARAMETER = re.compile(r'^(.*?)(\w+)$', re.DOTALL)
# The comment of a GSignal or a GObject property.
DOCUMENTED = re.compile(r'^ \* (Demo\w+::?[\w-]+):', re.MULTILINE)
ACCESSOR = re.compile(r'_(emit|get|dup|set)_(\w+)$')
# Of an interface that every object of D-Bus has
STANDARD = re.compile('org_?freedesktop_?dbus_?(introspectable|peer|properties)', re.IGNORECASE)
COMMENT = re.compile(r'/\*.*?\*/', re.DOTALL)

# gdbus-codegen's types that have another type here
TYPES = {
    ('const char*', 'GBytes*'),         # ay
    ('char**', 'GBytes**'),
    ('const char*const*', 'GVariant*'),  # aay
    ('char***', 'GVariant**'),
    ('GVariant*', 'gint'),              # h
    ('GVariant**', 'gint*'),
    ('GVariant*', 'const char*const*'),  # ag
    ('GVariant**', 'char***'),
    # copies of properties
    ('char*', 'GBytes*'),
    ('char**', 'GVariant*'),
    ('GVariant*', 'char**'),
}
# which has no effect here, and maybe types, which D-Bus does not have
FORCED_VARIANT = re.compile(rb'org\.gtk\.GDBus\.C\.ForceGVariant|\stype="m')
# of properties, and of arguments of signals
VALUE_TYPES = {
    ('gchararray', 'GBytes'),  # ay
    ('GStrv', 'GVariant'),     # aay
    ('GVariant', 'gint'),      # h
    ('GVariant', 'GStrv'),     # ag
}
PROGRAM = '''
#include "out.c"

int
main (void)
{
  gpointer object_class = g_type_class_ref (G_TYPE_OBJECT);  /* has what properties are installed in */
  gpointer iface = g_type_default_interface_ref (DEMO_TYPE_ORG_EXAMPLE_PROPERTIES);
  const char *signals[] = { "numbers", "texts" };
  guint n;
  GParamSpec **pspecs = g_object_interface_list_properties (iface, &n);
  GSignalQuery query;

  for (guint i = 0; i < n; i++)
    g_print ("%s %s\\n", pspecs[i]->name, g_type_name (pspecs[i]->value_type));
  for (guint i = 0; i < 2; i++)
    {
      g_signal_query (g_signal_lookup (signals[i], DEMO_TYPE_ORG_EXAMPLE_PROPERTIES), &query);
      for (guint j = 0; j < query.n_params; j++)
        g_print ("%s:%u %s\\n", signals[i], j, g_type_name (query.param_types[j] & ~G_SIGNAL_TYPE_STATIC_SCOPE));
    }
  g_type_class_unref (object_class);
  return 0;
}
'''
# and parameters
NAMES = {'proxy': 'self', 'object': 'self', 'invocation': 'call', 'res': 'result'}


def plain_type(text):
    text = re.sub(r'\bg(char|double)\b', r'\1', ' '.join(text.split()))
    text = re.sub(r'\bguchar\b', 'guint8', text)
    return re.sub(r' *(\*) *', r'\1', text).strip()


def parameters(text):
    """None if it is not C, as with gdbus-codegen and names that have hyphens."""
    pairs = [PARAMETER.match(part.strip()) for part in text.split(',')]
    if not all(pair and re.fullmatch(r'[\w\s*]*', pair[1]) for pair in pairs):
        return None
    return [(plain_type(pair[1]), pair[2]) for pair in pairs]


def functions(header):
    """Their return types and parameters, by name."""
    text = COMMENT.sub('', header.read_text(encoding='utf-8'))
    found = {match[2]: (plain_type(match[1]), parameters(match[3])) for match in PROTOTYPE.finditer(text)}
    for block in re.finditer(r'^struct _(\w+?)I(?:nter)?face\n\{.*?^\};', text, re.MULTILINE | re.DOTALL):
        for match in HANDLER.finditer(block[0]):
            found[f'{block[1]}:{match[1]}'] = ('gboolean', parameters(match[2]))
    return {name: function for name, function in found.items() if function[1] is not None}


def is_same_type(theirs, ours):
    if theirs.startswith('Demo') and ours.startswith('Demo'):
        return ours in (theirs, theirs[:-1] + 'Proxy*')
    return theirs == ours or (theirs, ours) in TYPES or \
        (theirs, ours) == ('GDBusMethodInvocation*', 'NorpcCall*')


def is_same_name(theirs, ours):
    """An argument has arg_ in front only where it needs it."""
    theirs = NAMES.get(theirs, theirs)
    ours = ours.rstrip('_')
    theirs = theirs.rstrip('_')
    bare = re.sub(r'^arg_', '', theirs)
    return re.sub(r'^arg_', '', ours) in (theirs, bare)


def our_form(name, theirs):
    """gdbus-codegen's parameters in the order that they have here."""
    _, params = theirs
    if name.endswith('_finish') and len(params) > 2:
        params = params[:1] + [params[-2]] + params[1:-2] + params[-1:]
    elif ':' in name:
        params = params + [('GError**', 'error')]
    return params


def compare(name, theirs, ours):
    """Gets the difference, or None."""
    return_type, our_params = ours
    params = our_form(name, theirs)
    if return_type not in ('gboolean', 'void'):
        outs = [i for i, (kind, _) in enumerate(params) if kind == return_type + '*' or
                (kind, return_type + '*') in TYPES]
        outs = [i for i in outs if params[i][1].startswith('out_')]
        if len(outs) != 1:
            return f'{name} returns {return_type}'
        del params[outs[0]]
    if len(params) != len(our_params):
        return f'{name}: {params} and {our_params}'
    for (their_type, their_name), (our_type, our_name) in zip(params, our_params):
        if not is_same_type(their_type, our_type) or not is_same_name(their_name, our_name):
            return f'{name}: {their_type} {their_name} and {our_type} {our_name}'
    return None


def compare_accessor(name, theirs, ours):
    """Of a signal or a property. Gets the difference, or None."""
    if not is_same_type(theirs[0], ours[0]):
        return f'{name} returns {theirs[0]} and {ours[0]}'
    if len(theirs[1]) != len(ours[1]):
        return f'{name}: {theirs[1]} and {ours[1]}'
    for (their_type, their_name), (our_type, our_name) in zip(theirs[1], ours[1]):
        if not is_same_type(their_type, our_type) or not is_same_name(their_name, our_name):
            return f'{name}: {their_type} {their_name} and {our_type} {our_name}'
    return None


def is_accessor(name, params):
    """Whether it emits a signal, or gets or sets a property."""
    return ':' not in name and ACCESSOR.search(name) and params[0][1] == 'object' and \
        not any(kind == 'GDBusMethodInvocation*' for kind, _ in params)


def is_left_out(name, theirs, ours):
    """A property that is read-only has no setter here, and one that is write-only has no getters; gdbus-codegen's
    handles are variants, which have a copy."""
    match = ACCESSOR.search(name)
    start, kind, rest = name[:match.start()], match[1], match[2]
    if kind == 'emit':
        return False
    if kind == 'dup' and theirs[0] == 'GVariant*' and ours.get(f'{start}_get_{rest}', ('',))[0] == 'gint':
        return True
    return f'{start}_{"get" if kind == "set" else "set"}_{rest}' in ours


def compare_documented(theirs, ours, handlers):
    """How many GSignals and GObject properties were compared, and the differences."""
    names = [name for name in theirs if re.sub('::handle-.*', lambda match: ':' + match[0][2:].replace('-', '_'), name)
             not in handlers]
    # Names that are taken here.
    missing = [name for name in names if name not in ours and
               not any(f'{name}-{word}' in ours for word in ('signal', 'property'))]
    return len(names), [f'{name} is missing' for name in missing]


def is_of_method(name, params):
    """And not of a property, a signal or a class, with a name that looks like it."""
    return ':' in name or params[0][1] == 'proxy' or \
        any(kind == 'GDBusMethodInvocation*' for kind, _ in params)


def our_name(name, ours):
    """The functions of clients are those of the proxy."""
    names = [f'{name[:match.start()]}_proxy{name[match.start():]}' for match in re.finditer('(?=_call_)', name)]
    # Names that bindings would misread.
    names += [re.sub('(_sync|_finish|_async)(_finish|_sync|)$', r'\1_\2', name) for name in names]
    return next((name for name in names if name in ours), name)


def generate(command, path, directory):
    directory.mkdir()
    result = subprocess.run([*command, *OPTIONS, '--output-directory', str(directory), str(path)],
                            capture_output=True)
    header = directory / 'out.h'
    if result.returncode != 0 or not header.exists():
        return None, set()
    return functions(header), set(DOCUMENTED.findall((directory / 'out.c').read_text(encoding='utf-8')))


def is_one_way(ours, name):
    """It has nothing to finish, and takes no callback."""
    base = our_name(re.sub(r'_(finish|sync)$', '', name), ours)
    return base in ours and not any(kind == 'GAsyncReadyCallback' for kind, _ in ours[base][1])


def without_standard(names):
    return {name: names[name] for name in names if not STANDARD.search(name)}


def compare_file(generator, path):
    """How many functions were compared, and the differences."""
    with tempfile.TemporaryDirectory() as directory:
        theirs, their_names = generate(['gdbus-codegen'], path, pathlib.Path(directory) / 'theirs')
        ours, our_names = generate([generator], path, pathlib.Path(directory) / 'ours')
    if not theirs or not ours:
        return 0, []
    # Beside others, these interfaces are left out here.
    if without_standard(ours) == ours:
        theirs = without_standard(theirs)
        their_names = {name for name in their_names if not STANDARD.search(name)}
    count, differences = compare_documented(their_names, our_names, theirs)
    differences = [f'{path.name}: {difference}' for difference in differences]
    is_forced = FORCED_VARIANT.search(path.read_bytes())
    has_fds = {name for name, (_, params) in theirs.items() if any('GUnixFDList' in kind for kind, _ in params)}
    for name, function in theirs.items():
        if is_accessor(name, function[1]):
            count += 1
            if name not in ours:
                found = None if is_left_out(name, function, ours) else f'{name} is missing'
            else:
                found = compare_accessor(name, function, ours[name])
            if found and not (is_forced and 'GVariant*' in found):
                differences.append(f'{path.name}: {found}')
            continue
        if name in has_fds or not is_of_method(name, function[1]) or is_one_way(ours, name):
            continue
        peer = ours.get(our_name(name, ours))
        count += 1
        if peer is None:
            differences.append(f'{path.name}: {name} is missing')
        else:
            found = compare(name, function, peer)
            if found and not (is_forced and 'GVariant*' in found):
                differences.append(f'{path.name}: {found}')
    return count, differences


def value_types(command, directory, tools):
    """The types of properties and arguments, by name."""
    generate(command, HERE / 'world' / 'properties.xml', directory)
    (directory / 'program.c').write_text(PROGRAM)
    libs = [f'-L{tools.library_dir}', f'-Wl,-rpath,{tools.library_dir}', '-lnorpc-glib-1', *tools.libs]
    message = compilation.run([*tools.cc, *tools.cflags, str(directory / 'program.c'), '-o', str(directory / 'program'), *libs])
    if message is not None:
        sys.exit(message)
    lines = subprocess.run([str(directory / 'program')], check=True, capture_output=True, text=True).stdout.splitlines()
    return dict(line.split() for line in lines)


def compare_value_types(generator, source, build):
    """How many were compared, and the differences."""
    tools = compilation.Tools([source, build, f'{build}/norpc-glib'], f'{build}/norpc-glib')
    with tempfile.TemporaryDirectory() as directory:
        theirs = value_types(['gdbus-codegen'], pathlib.Path(directory) / 'theirs', tools)
        ours = value_types([generator], pathlib.Path(directory) / 'ours', tools)
    return len(theirs), [f'{name} is {kind} and {ours.get(name)}' for name, kind in theirs.items()
                         if kind != ours.get(name) and (kind, ours.get(name)) not in VALUE_TYPES]


def descriptions():
    listed = os.environ.get('NORPC_TEST_DESCRIPTIONS')
    folders = [pathlib.Path(path) for path in listed.split(':')] if listed else [
        pathlib.Path(path) / 'dbus-1' / 'interfaces'
        for path in (os.environ.get('XDG_DATA_DIRS') or '/usr/local/share:/usr/share').split(':')]
    found = [path for folder in folders if folder.is_dir() for path in sorted(folder.glob('*.xml'))]
    # gdbus-codegen is slow: of many, some
    if 'NORPC_TEST_THOROUGH' not in os.environ:
        found = found[::max(1, len(found) // MOST)]
    return [HERE / name for name in OWN] + found


def main():
    if shutil.which('gdbus-codegen') is None:
        print('there is no gdbus-codegen')
        return 77
    generator = str(pathlib.Path(sys.argv[1]).resolve())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda path: compare_file(generator, path), descriptions()))
    # a program of its own cannot load a library with sanitizers
    if len(sys.argv) > 3 and 'ASAN_OPTIONS' not in os.environ:
        results.append(compare_value_types(generator, *sys.argv[2:4]))
    differences = [difference for _, found in results for difference in found]
    for difference in differences:
        print(difference)
    count = sum(number for number, _ in results)
    print(f'{count} functions, names and types of {len(results)} descriptions compared, {len(differences)} differ')
    return 0 if count > 0 and not differences else 1


if __name__ == '__main__':
    sys.exit(main())
