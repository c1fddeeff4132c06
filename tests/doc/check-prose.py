#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""check-prose.py SOURCE [FOLDER...]: docs and comments are free of phrases that are hard to read.

Checks the documentation, and the comments of C, JavaScript, Python and Vala files in CODE or,
if folders are given, in these alone. A finding is FILE:LINE: "PHRASE".
"""

import pathlib
import re
import sys

DOCS = ['README.md', 'NEWS', 'doc/*.md', 'data/*.1']
CODE = ['norpc-glib', 'codegen', 'examples', 'tests']

C_COMMENT = re.compile(r'/\*.*?\*/|(?:^[ \t]*//[^\n]*\n)+|//[^\n]*', re.S | re.M)
COMMENTS = {
    '.c': C_COMMENT, '.h': C_COMMENT, '.template': C_COMMENT, '.js': C_COMMENT, '.vala': C_COMMENT,
    '.py': re.compile(r'""".*?"""|(?:^[ \t]*#[^\n]*\n)+|(?<=\s)#[^\n]*', re.S | re.M),
}

# A sentence that begins with "Who" or "What" and ends in a full stop has no subject that
# a reader can see. A question may begin so.
SENTENCE = re.compile(r'(?:^|(?<=[.:?!]\s)|(?<=\n\n))(?P<phrase>(?:Who|What)\b(?:[^.?!]|\.(?!\s|$))*)\.(?=\s|$)')

# Phrases of a private language, and the words of the field in place of them.
PHRASES = {
    r'lets? go of|(?:is|are|was|were|be|been) let go': 'release',
    r'(?:calls?|repl(?:y|ies)|answers?|it|they) (?:comes?|came|coming) back|not come back': 'complete, reply',
    r'(?:is|are|was|were|be|been) told of': 'notify, report',
    r'(?:is|are|was|were) over with': 'complete',
    r'(?:gave|gives?|given|giving) (?:\w+ )?up': 'cancel',
    r'ha(?:s|ve|d) the word': 'decide',
    r'(?<!there )(?:is|are) none\.': 'is not',
    r'br(?:ings?|ought) (?:\w+ )?home': 'deliver',
    r'whoever is at it': 'the thread that …',
    r'plain forms?': 'synchronous handler',
    r'full forms?': 'asynchronous handler',
}
PATTERNS = {re.compile(rf'\b(?P<phrase>{phrase})(?!\w)', re.I): word for phrase, word in PHRASES.items()}

# (file, phrase): why it stays.
EXCEPTIONS = {}


def blank(match):
    """The text of a match without its letters, so that lines keep their numbers."""
    return re.sub(r'[^\n]', ' ', match[0])


def read_doc(path):
    """Gets the prose of a page: its text without blocks of code."""
    text = re.sub(r'^```.*?^```$|^(?:Title|Slug|#+)\b[^\n]*', blank, path.read_text(), flags=re.S | re.M)
    return [(0, text)]


def read_comments(path):
    """Gets the comments of a source file, each with the offset of its text."""
    text = path.read_text()
    comments = []
    for match in COMMENTS[path.suffix].finditer(text):
        inner = re.sub(r'^\s*(?:/\*+|\*+/?|//+|#+|""")', blank, match[0], flags=re.M)
        inner = re.sub(r'\*+/\s*$|"""$', blank, inner)
        # The description of a parameter is not a sentence.
        inner = re.sub(r'^ *@\w+:.*$', blank, inner, flags=re.M)
        comments.append((match.start(), inner))
    return comments


def squeeze(text):
    """Gets a text with one blank between words, and the offset of each of its characters."""
    squeezed, offsets = [], []
    for match in re.finditer(r'\n\s*\n|\s+|\S', text):
        squeezed.append('\n\n' if match[0].count('\n') > 1 else ' ' if match[0].isspace() else match[0])
        offsets += [match.start()] * len(squeezed[-1])
    return ''.join(squeezed), offsets


def find(text):
    """Finds the phrases in a text: offset, phrase and what to write instead."""
    squeezed, offsets = squeeze(text)
    skipped = len(squeezed) - len(squeezed.lstrip())
    squeezed, offsets = squeezed[skipped:], offsets[skipped:]

    for match in SENTENCE.finditer(squeezed):
        yield offsets[match.start('phrase')], match['phrase'][:60], 'name the subject'
    for pattern, word in PATTERNS.items():
        for match in pattern.finditer(squeezed):
            yield offsets[match.start('phrase')], match['phrase'], f'write: {word}'


def check(source, path, read):
    """Gets the findings in a file."""
    name = path.relative_to(source).as_posix()
    text = path.read_text()
    found = set()
    for start, part in read(path):
        for offset, phrase, advice in find(part):
            if (name, phrase) not in EXCEPTIONS:
                found.add((text.count('\n', 0, start + offset) + 1, phrase.replace('\n', ' '), advice))
    return [f'{name}:{line}: "{phrase}" ({advice})' for line, phrase, advice in sorted(found)]


def get_pages(source, pattern):
    return sorted(path for path in source.glob(pattern))


def report(number, name, findings):
    print('not ok' if findings else 'ok', number, f'{name}: {len(findings)} phrases')
    if findings:
        print('\n'.join(findings), file=sys.stderr)  # where Meson shows it


def main():
    source = pathlib.Path(sys.argv[1])
    folders = sys.argv[2:] or CODE
    groups = [] if sys.argv[2:] else [(pattern, get_pages(source, pattern), read_doc) for pattern in DOCS]
    groups += [(folder, sorted(path for path in (source / folder).rglob('*') if path.suffix in COMMENTS), read_comments)
               for folder in folders]

    print(f'1..{len(groups)}')
    for number, (name, paths, read) in enumerate(groups, 1):
        assert paths, name
        report(number, name, [finding for path in paths for finding in check(source, path, read)])


if __name__ == '__main__':
    main()
