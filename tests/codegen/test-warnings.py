#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Compiles the code of the golden descriptions, and the skeletons, with -Wall -Wextra -Wpedantic
-Werror.

The generated code is compiled as C and as C++, with all compilers that there are. The services of
a skeleton and their test are C. No warning is turned off: authors compile the code with flags of
their own.

usage: test-warnings.py GENERATOR SOURCE_ROOT BUILD_ROOT
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

import compilation

HERE = pathlib.Path(__file__).resolve().parent
SKELETONS = (HERE.parent / 'skeleton', HERE.parent / 'languages')

# The headers of other libraries that descriptions name.
OTHER_HEADERS = {
    'demo-api.h': '#define DEMO_API\n',
    'test/extra.h': '',
    'test/test.h': """
#include <gio/gio.h>
typedef struct _TestAble TestAble;
typedef struct _TestBox TestBox;
typedef struct _TestThing TestThing;
typedef enum { TEST_MODE_A } TestMode;
typedef enum { TEST_PARTS_A } TestParts;
GType test_able_get_type (void);
GType test_box_get_type (void);
GType test_mode_get_type (void);
GType test_parts_get_type (void);
GType test_thing_get_type (void);
guint test_box_hash (const TestBox *box);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestAble, g_object_unref)
""",
}


def options_of(case):
    path = case.with_suffix('.options')
    return path.read_text().split() if path.exists() else ['--c-namespace', 'Demo']


def generate(generator, case, directory):
    """Generates the code, and a skeleton for it."""
    for name, text in OTHER_HEADERS.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    options = [*options_of(case), '--generate-c-code', case.stem, '--output-directory', directory, case.name]
    commands = [[generator, *options]]
    if '--c-namespace' in options:  # a skeleton needs it
        commands.append([generator, 'skeleton', *(option for option in options if option != '--pragma-once')])
    for command in commands:
        subprocess.run(command, cwd=case.parent, check=True, stderr=subprocess.DEVNULL)
    return sorted(directory.glob('*.c'))


def check(tools, source):
    """Gets what the compilers say of a source."""
    is_skeleton = source.stem.endswith(('-service', '-service-test'))
    messages = []
    for language, compiler in tools.checkers:
        if is_skeleton and language.startswith('C++'):
            continue
        said = compilation.run([*compiler, *compilation.WARNINGS, *tools.cflags, f'-I{source.parent}', '-fsyntax-only',
                                str(source)])
        if said is not None:
            messages.append(f'{source.name}: not {language}:\n{said}')
    return messages


def main():
    generator = str(pathlib.Path(sys.argv[1]).resolve())
    tools = compilation.Tools(sys.argv[2:4])
    cases = sorted(path for folder in (HERE / 'golden', *SKELETONS) for path in folder.glob('*.xml'))
    with tempfile.TemporaryDirectory() as directory, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        sources = [source for i, case in enumerate(cases)
                   for source in generate(generator, case, pathlib.Path(directory) / str(i))]
        problems = [message for messages in pool.map(lambda source: check(tools, source), sources)
                    for message in messages]
    print(f'{len(sources)} sources of {len(cases)} descriptions, {len(problems)} problems')
    for problem in problems:
        print(problem)
    return 1 if problems or not sources else 0


if __name__ == '__main__':
    sys.exit(main())
