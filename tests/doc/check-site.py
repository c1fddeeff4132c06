#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-site.py FOLDER COMMAND…: makes the documentation in FOLDER by COMMAND, and follows its links.

Each link to a page, a heading or a file of the documentation leads somewhere, and each page is reached
from the overview.
"""

import html.parser
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

START = 'overview.html'
EXTERNAL = ('http:', 'https:', 'mailto:', 'javascript:')


class Page(html.parser.HTMLParser):
    """The links and the identifiers of a page."""

    def __init__(self, path):
        super().__init__()
        self.links = set()
        self.ids = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if attrs.get('id'):
            self.ids.add(attrs['id'])
        for name in ['href', 'src']:
            link = attrs.get(name)
            if link and not link.startswith(EXTERNAL):
                self.links.add((tag, link))


def is_misnamed(target, folder):
    """Whether gi-docgen (2025) takes a constructor that finishes an operation for a function of the type."""
    kind, _, symbol = target.partition('.')
    return kind == 'type_func' and symbol.endswith('_finish.html') and (folder / f'ctor.{symbol}').is_file()


def check_links(name, pages, folder):
    """Gets the dead links of a page."""
    dead = []
    for _tag, link in sorted(pages[name].links):
        target, _, anchor = urllib.parse.unquote(link).partition('#')
        target = target or name
        if target in pages:
            if anchor and anchor not in pages[target].ids:
                dead.append(f'{name}: {target} has no #{anchor}')
        elif not (folder / target).is_file() and not is_misnamed(target, folder):
            dead.append(f'{name}: there is no {target}')
    return dead


def get_reached(pages):
    """Gets the pages that a reader reaches from the first one."""
    reached, waiting = set(), [START]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in pages:
            continue
        reached.add(name)
        waiting += [link.partition('#')[0] for tag, link in pages[name].links if tag == 'a']
    return reached


def main():
    folder = pathlib.Path(sys.argv[1])
    shutil.rmtree(folder, ignore_errors=True)
    if subprocess.run(sys.argv[2:]).returncode != 0:
        sys.exit('the documentation has mistakes')

    pages = {path.name: Page(path) for path in folder.glob('*.html')}
    problems = [problem for name in sorted(pages) for problem in check_links(name, pages, folder)]
    problems += [f'{name}: no link leads to it' for name in sorted(set(pages) - get_reached(pages))]
    if problems:
        sys.exit('\n'.join(problems))
    print(f'{len(pages)} pages, {sum(len(page.links) for page in pages.values())} links')


if __name__ == '__main__':
    main()
