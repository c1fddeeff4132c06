#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-code.py SOURCE [--update]: the code in the docs is code that is tested.

A fenced block of code in README.md and doc/*.md stands below a comment:
`<!-- FILE -->` if it is the whole of FILE, `<!-- part of FILE -->` if it is
lines of it. --update copies the whole files.
"""

import pathlib
import re
import sys

BLOCK = re.compile(r'(?:<!-- (?P<part>part of )?(?P<file>\S+) -->\n)?'
                   r'^```(?P<language>\w*)\n(?P<code>.*?)^```$', re.M | re.S)


def problem(block, source):
    """Gets the problem of a block, or None."""
    if not block['file']:
        return 'it does not say which file it is from'
    path = source / block['file']
    if not path.is_file():
        return f'there is no {block["file"]}'
    if block['part']:
        if '\n' + block['code'] not in '\n' + path.read_text():
            return f'it is not in {block["file"]}'
    elif block['code'] != path.read_text():
        return f'it is not the same as {block["file"]}'
    return None


def updated(block, source):
    """The text of a block, with the code of its file."""
    if not block['file'] or block['part']:
        return block[0]
    code = (source / block['file']).read_text()
    return f'<!-- {block["file"]} -->\n```{block["language"]}\n{code}```'


def main():
    source = pathlib.Path(sys.argv[1])
    pages = [source / 'README.md', *sorted((source / 'doc').glob('*.md'))]

    if sys.argv[2:] == ['--update']:
        for page in pages:
            page.write_text(BLOCK.sub(lambda block: updated(block, source), page.read_text()))
        return

    print(f'1..{len(pages)}')
    for number, page in enumerate(pages, 1):
        text = page.read_text()
        found = [(text.count('\n', 0, block.start('code')), problem(block, source))
                 for block in BLOCK.finditer(text)]
        wrong = [f'{page.name}:{line}: {what}' for line, what in found if what]
        print('not ok' if wrong else 'ok', number, f'{page.name}: {len(found)} blocks of code')
        if wrong:
            print('\n'.join(wrong), file=sys.stderr)  # where Meson shows it


if __name__ == '__main__':
    main()
