#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-files.py SOURCE: the files that the documentation names exist.

A name in backquotes such as `client/norpc-proxy.c` or `tests/unit/` is a path in the source
tree, in norpc-glib/ or in codegen/. In the pages for contributors, a name without a folder, such as
norpc-proxy.c, is a file anywhere in the tree. Each term in doc/concepts.md has a file of that name,
except for the terms below. README.md lists each example.
"""

import pathlib
import re
import sys

ROOTS = ['', 'norpc-glib', 'codegen']
FOLDERS = ['codegen', 'data', 'doc', 'examples', 'norpc-glib', 'tests']

# The terms that have no file of their name; doc/concepts.md says where they are.
OTHER_TERMS = {'asynchronous handler', 'description', 'list model', 'service', 'signal', 'synchronous handler'}


CONTRIBUTORS = ['architecture.md', 'architecture.svg', 'hacking.md']


def get_pages(source):
    return [source / 'README.md', *sorted((source / 'doc').glob('*.md')), source / 'doc' / 'architecture.svg', source / 'tests' / 'mutants' / 'README']


def find_paths(source, text):
    """Finds the names in backquotes that are paths of the source tree."""
    wings = {path.name for root in ROOTS[1:] for path in (source / root).iterdir() if path.is_dir()}
    for name in re.findall(r'`([\w./-]+)`', text):
        if name.split('/')[0] in wings | set(FOLDERS) and ('.' in name or name.endswith('/')) and 'NAME' not in name:
            yield name


def check_page(source, page):
    text = page.read_text()
    missing = [name for name in find_paths(source, text)
               if not any((source / root / name).exists() for root in ROOTS)]
    if page.name in CONTRIBUTORS:
        missing += [name for name in re.findall(r'[`>]([a-z][\w-]+\.[ch])\b', text)
                    if not any(True for folder in FOLDERS for _ in (source / folder).rglob(name))]
    return [f'{page.relative_to(source)}: no such file: {name}' for name in missing]


def check_terms(source):
    text = (source / 'doc' / 'concepts.md').read_text()
    text = re.search(r'^## Terms\n(.*?)^## ', text, re.DOTALL | re.MULTILINE)[1]
    terms = {term for line in re.findall(r'^(\w[^\n]*)\n: ', text, re.MULTILINE) for term in line.split(', ')}
    files = {path.name for path in (source / 'norpc-glib').glob('*/*.c')}
    problems = [f'doc/concepts.md: no file is named after the term: {term}'
                for term in sorted(terms - OTHER_TERMS) if f'norpc-{term.replace(" ", "-")}.c' not in files]
    return problems + [f'doc/concepts.md: no such term: {term}' for term in sorted(OTHER_TERMS - terms)]


def check_examples(source):
    text = (source / 'README.md').read_text()
    return [f'README.md: the example {path.name} is not listed' for path in sorted((source / 'examples').iterdir())
            if path.is_dir() and not re.search(rf'^\| [^|]*`{path.name}`', text, re.M)]


def main():
    source = pathlib.Path(sys.argv[1])
    tests = [(page.relative_to(source), check_page(source, page)) for page in get_pages(source)]
    tests.append(('terms', check_terms(source)))
    tests.append(('examples', check_examples(source)))

    print(f'1..{len(tests)}')
    for number, (name, problems) in enumerate(tests, 1):
        print('not ok' if problems else 'ok', number, name)
        if problems:
            print('\n'.join(problems), file=sys.stderr)  # where Meson shows it


if __name__ == '__main__':
    main()
