#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes a C file with the templates: embed-templates.py OUTPUT TEMPLATE..."""

import pathlib
import sys


def embed(path, index):
    """The text as an array of numbers, because compilers limit the length of strings."""
    data = [*path.read_bytes(), 0]
    lines = [', '.join(map(str, data[i:i + 20])) for i in range(0, len(data), 20)]
    return f'static const char text_{index}[] = {{\n  ' + ',\n  '.join(lines) + '\n};\n'


def main():
    output, *templates = map(pathlib.Path, sys.argv[1:])
    rows = [f'  {{ "{path.stem}", text_{i} }},' for i, path in enumerate(templates)]
    output.write_text('\n'.join([
        '#include "model/cg-template-files.h"\n',
        *(embed(path, i) for i, path in enumerate(templates)),
        'const CgTemplateFile cg_template_files[] = {',
        *rows,
        '  { 0, 0 }',
        '};\n',
    ]))


main()
