#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The schema of descriptions agrees with the generator, and with the docs.

NORPC_TEST_DESCRIPTIONS  folders of descriptions, with colons between them, to
NORPC_TEST_MALFORMED     be validated besides the project's own

usage: test-schema.py GENERATOR
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

GENERATOR = str(pathlib.Path(sys.argv.pop(1)).resolve())
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = SOURCE / 'data' / 'norpc-description.rng'
RNG = '{http://relaxng.org/ns/structure/1.0}'
# The warnings that the schema cannot check, and those that make a file invalid.
HARMLESS = {'annotation-value', 'c-name', 'duplicate-argument', 'empty-name', 'ignored-annotation',
            'name-without-dot', 'renamed-call', 'signal-direction', 'unknown-annotation'}
INVALID = {'misplaced-element', 'stray-text', 'unknown-attribute', 'unknown-element'}


def descriptions():
    found = sorted(SOURCE.glob('examples/**/*.xml')) + sorted(SOURCE.glob('tests/**/*.xml'))
    for variable in ('NORPC_TEST_DESCRIPTIONS', 'NORPC_TEST_MALFORMED'):
        for folder in filter(None, os.environ.get(variable, '').split(':')):
            found += sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())
    return found


def validate(paths):
    """The paths that are valid; what is no XML is not."""
    run = subprocess.run(['xmllint', '--noout', '--nonet', '--relaxng', SCHEMA, *paths],
                         capture_output=True, text=True, errors='replace')
    return set(re.findall(r'^(.*) validates$', run.stderr, re.MULTILINE))


def elements_of_schema():
    """The attributes of each element, as {name: (required, optional)}."""
    root = xml.etree.ElementTree.parse(SCHEMA).getroot()
    defines = {define.get('name'): define for define in root.iter(RNG + 'define')}
    elements = {}

    def collect(node, optional, attributes):
        for child in node:
            if child.tag == RNG + 'attribute' and child.get('name'):
                attributes[optional].add(child.get('name'))
            elif child.tag == RNG + 'optional':
                collect(child, True, attributes)
            elif child.tag == RNG + 'ref' and child.get('name') in ('history', 'value-attributes'):
                collect(defines[child.get('name')], optional, attributes)

    for element in root.iter(RNG + 'element'):
        if element.get('name'):
            attributes = {False: set(), True: set()}
            collect(element, False, attributes)
            elements[element.get('name')] = attributes[False], attributes[True]
    return elements


def elements_of_parser():
    text = (SOURCE / 'codegen' / 'parse' / 'cg-elements.c').read_text()
    table = re.search(r'^static const Element elements\[\] = \{\n(.*?)^\};', text, re.DOTALL | re.MULTILINE)[1]
    elements = {}
    for name, required, optional in re.findall(r'\{ "([\w-]+)", KIND_[^{]*\{([^}]*)\},\s*\{([^}]*)\}(?:,\s*CG_\w+)? \}', table):
        elements[name] = tuple(set(re.findall(r'"([\w-]+)"', words)) for words in (required, optional))
    return elements


class Schema(unittest.TestCase):
    maxDiff = None

    def test_same_elements(self):
        self.assertGreater(len(elements_of_parser()), 8)
        self.assertEqual(elements_of_schema(), elements_of_parser())

    def test_documented(self):
        page = (SOURCE / 'doc' / 'description.md').read_text()
        section = page.split('## Elements')[1].split('\n## ')[0]
        for name, attributes in elements_of_parser().items():
            row = re.search(rf'^\| `<{name}>`.*$', section, re.MULTILINE)
            self.assertIsNotNone(row, name)
            for attribute in attributes[0] | attributes[1]:
                self.assertIn(f'`{attribute}`', row[0])

    def test_descriptions(self):
        counts = {True: 0, False: 0}
        paths = descriptions()
        valid = validate(paths)
        with tempfile.TemporaryDirectory() as directory:
            for path in paths:
                run = subprocess.run([GENERATOR, '--c-namespace', 'X', '--markdown', f'{directory}/o', path],
                                     capture_output=True, text=True, timeout=60)
                warnings = set(re.findall(r'\[-W([a-z-]+)\]$', run.stderr, re.MULTILINE))
                if run.returncode == 0 and warnings <= HARMLESS:
                    expected = True
                elif (warnings & INVALID and 'taken like the others' not in run.stderr) or \
                        ': error: <' in run.stderr and 'needs the attribute' in run.stderr:
                    expected = False
                else:
                    continue
                counts[expected] += 1
                self.assertEqual(str(path) in valid, expected, f'{path}\n{run.stderr}')
        self.assertGreater(counts[True], 10)
        self.assertGreater(counts[False], 2)
        print(f'{counts[True]} are valid, {counts[False]} are not', file=sys.stderr)


if __name__ == '__main__':
    unittest.main()
