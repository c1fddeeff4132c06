# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names of Python, made of those of a description as generated code makes its own."""

import re


def make_identifier(name):
    """Replaces what the name of a variable cannot have."""
    return re.sub('[^A-Za-z0-9_]', '_', '_' + name if name[:1].isdigit() else name)


def make_constant(name):
    """Turns NotFound and not-found into NOT_FOUND."""
    identifier = make_identifier(name)
    if '_' not in identifier and identifier.upper() != identifier:
        identifier = re.sub('(?<=[^A-Z])(?=[A-Z])', '_', identifier)
    return identifier.upper()
