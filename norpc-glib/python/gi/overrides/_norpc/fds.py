# SPDX-License-Identifier: LGPL-2.1-or-later
"""File descriptors in the results of methods and streams, whose types are those of Norpc.InterfaceInfo."""

import os

from gi.repository import GLib


def _make_signature(text):
    """Gets the type of variants for a type, or '' if it has none."""
    signature = text.replace('?', 'm', 1)
    return signature if GLib.variant_type_string_is_valid(signature) else ''


def find(types):
    """Gets the positions of results that are file descriptors, or None if there can be none, also within the results."""
    if not any('h' in signature or 'v' in signature for signature in map(_make_signature, types)):
        return None
    return [index for index, text in enumerate(types) if text == 'h']


def close(positions, results):
    """Closes the file descriptors among the results that PyGObject returns. Those within a variant belong to it."""
    results = results if isinstance(results, tuple) else (results,)
    for position in positions:
        if position < len(results) and type(results[position]) is int and results[position] >= 0:
            os.close(results[position])
