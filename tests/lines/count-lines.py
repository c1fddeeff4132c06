#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""count-lines.py: compares a store that is written with norpc-glib with one that is written by hand.

Both have the methods Get and Set, as the store in Tokio's tutorial, and one further method, whose lines are
between marks. Empty lines and comments do not count; descriptions and headers do. Prints a table, and
fails if the part of norpc-glib is larger than LIMITS.
"""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
GENERATED = ['store.xml', 'store-generated.h', 'store-generated.c']
BY_HAND = ['store-by-hand.h', 'store-by-hand.c']
COMMENT = re.compile(r'/\*.*?\*/|<!--.*?-->', re.S)
FURTHER = re.compile(r'(?:/\*|<!--) further method: begin (?:\*/|-->)\n(.*?)'
                     r'(?:/\*|<!--) further method: end (?:\*/|-->)', re.S)
# The largest share of the lines by hand.
LIMITS = {'Get and Set': 1 / 3, 'a further method': 1 / 4}


def count(text):
    return sum(1 for line in COMMENT.sub('', text).splitlines() if line.strip())


def measure(names):
    texts = [(HERE / name).read_text() for name in names]
    further = sum(count(part) for text in texts for part in FURTHER.findall(text))
    return {'Get and Set': sum(map(count, texts)) - further, 'a further method': further}


def main():
    generated, by_hand = measure(GENERATED), measure(BY_HAND)
    failed = False

    print(f'1..{len(LIMITS)}')
    for number, (name, limit) in enumerate(LIMITS.items(), 1):
        share = generated[name] / by_hand[name]
        failed |= share > limit
        print(f'{"not ok" if share > limit else "ok"} {number} {name}: {generated[name]} of {by_hand[name]} '
              f'lines, 1/{1 / share:.1f}')
    return failed


if __name__ == '__main__':
    sys.exit(main())
