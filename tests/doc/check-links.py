#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-links.py SOURCE [--update]: the pages of the documentation lead to each other.

The order of the pages is that of `content_files` in doc/norpc-glib.toml.in. Each page is in it, ends with
links to the page before and the page after it, and is listed in doc/overview.md, in this order. Each link
to a page, a heading or a file leads somewhere. gi-docgen checks the links to the reference, and
check-site.py all links of the pages that it makes.

--update writes the last line of each page.
"""

import pathlib
import re
import sys
import tomllib
import unicodedata

OVERVIEW = 'overview.md'
# These are for contributors, who read them in the source tree.
NOT_ON_THE_SITE = {'decisions.md', 'hacking.md'}

FOOTER = re.compile(r'\n---\n\n\[(?:Previous|Next): [^\n]*\n\Z')
LINK = re.compile(r'\]\(\s*([^)\s]+)\s*\)')


class Page:
    def __init__(self, path):
        self.path = path
        self.name = path.name
        self.text = path.read_text()
        # Code has neither links nor headings.
        self.prose = re.sub(r'^```.*?^```$|^    [^\n]*$', lambda code: '\n' * code[0].count('\n'), self.text,
                            flags=re.S | re.M)
        title = re.search(r'^Title: (.*)$', self.text, re.M)
        self.title = title[1] if title else self.name
        self.html = path.with_suffix('.html').name

    def get_links(self):
        """Gets the line and the target of each link."""
        for link in LINK.finditer(self.prose):
            yield self.prose.count('\n', 0, link.start()) + 1, link[1]

    def get_anchors(self):
        """Gets the identifiers of the headings, as Markdown makes them."""
        anchors = set()
        for heading in re.findall(r'^#+ (.*)$', self.prose, re.M):
            text = re.sub(r'\[([^]]*)\]\([^)]*\)', r'\1', heading)
            text = unicodedata.normalize('NFKD', text).encode('ascii', 'ignore').decode()
            anchor = base = re.sub(r'[-\s]+', '-', re.sub(r'[^\w\s-]', '', text).strip().lower())
            number = 0
            while anchor in anchors:
                number += 1
                anchor = f'{base}_{number}'
            anchors.add(anchor)
        return anchors


def make_footer(pages, index):
    links = []
    if index > 0:
        links.append(f'[Previous: {pages[index - 1].title}]({pages[index - 1].html})')
    if index + 1 < len(pages):
        links.append(f'[Next: {pages[index + 1].title}]({pages[index + 1].html})')
    if index > 0:
        links.append('[All pages](overview.html#all-pages)')
    return '\n---\n\n' + ' · '.join(links) + '\n'


def check_footer(pages, index):
    page = pages[index]
    footer = FOOTER.search(page.text)
    if not footer:
        return [f'{page.name}: its last line is no link to another page; see check-links.py --update']
    if footer[0] != make_footer(pages, index):
        return [f'{page.name}: its last line does not have the pages before and after it; see check-links.py --update']
    return []


def check_link(page, target, by_html):
    """Gets the problem of a link, or None."""
    if re.match(r'https?:|\w+@', target):
        return None
    name, _, anchor = target.partition('#')
    if name.endswith('.html') and page.path.parent.name == 'doc':
        if name not in by_html:
            return f'there is no page {name}'
        linked = by_html[name]
    else:
        path = page.path.parent / name if name else page.path
        if not path.exists():
            return f'there is no file {name}'
        linked = Page(path) if path.suffix == '.md' else None
    if anchor and linked and anchor not in linked.get_anchors():
        return f'{linked.name} has no heading #{anchor}'
    return None


def check_links(page, pages):
    by_html = {other.html: other for other in pages}
    problems = []
    for line, target in page.get_links():
        problem = check_link(page, target, by_html)
        if problem:
            problems.append(f'{page.name}:{line}: {problem}')
    return problems


def check_lists(source, config, pages):
    """Checks that nothing is missing in the lists of files."""
    listed = set(config['content_files']) | set(config['content_images'])
    there = {path.name for pattern in ['*.md', '*.svg', '*.png'] for path in (source / 'doc').glob(pattern)}
    problems = [f'norpc-glib.toml.in does not list {name}' for name in sorted(there - listed - NOT_ON_THE_SITE)]
    return problems + [f'norpc-glib.toml.in lists {name}, which is not there' for name in sorted(listed - there)]


def check_overview(pages):
    """Checks that the list of all pages is one."""
    overview = next((page for page in pages if page.name == OVERVIEW), None)
    if not overview:
        return [f'there is no {OVERVIEW}']
    section = overview.prose.partition('\n## All pages\n')[2].partition('\n---\n')[0]
    listed = re.findall(r'^- \[[^]]*\]\(([^)#]+)\)', section, re.M)
    expected = [page.html for page in pages if page is not overview]
    return [f'{OVERVIEW} does not list {name}' for name in expected if name not in listed] or \
        ([] if listed == expected else [f'{OVERVIEW} lists the pages in another order than norpc-glib.toml.in'])


def update(pages):
    for index, page in enumerate(pages):
        text = FOOTER.sub('', page.text).rstrip('\n') + '\n' + make_footer(pages, index)
        if text != page.text:
            page.path.write_text(text)


def main():
    source = pathlib.Path(sys.argv[1])
    config = tomllib.loads((source / 'doc' / 'norpc-glib.toml.in').read_text())['extra']
    pages = [Page(source / 'doc' / name) for name in config['content_files']]

    if sys.argv[2:] == ['--update']:
        update(pages)
        return

    tests = [('lists of files', check_lists(source, config, pages)), ('list of all pages', check_overview(pages))]
    tests += [(page.name, check_footer(pages, index) + check_links(page, pages))
              for index, page in enumerate(pages)]
    others = [source / 'README.md', *(source / 'doc' / name for name in sorted(NOT_ON_THE_SITE))]
    tests += [(path.name, check_links(Page(path), pages)) for path in others]

    print(f'1..{len(tests)}')
    for number, (name, problems) in enumerate(tests, 1):
        print('not ok' if problems else 'ok', number, name)
        if problems:
            print('\n'.join(problems), file=sys.stderr)  # where Meson shows it


if __name__ == '__main__':
    main()
