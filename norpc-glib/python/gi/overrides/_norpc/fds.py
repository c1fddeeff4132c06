# SPDX-License-Identifier: LGPL-2.1-or-later
"""File descriptors in the results of methods and streams, whose types are those of Norpc.InterfaceInfo."""

import contextlib
import os

from gi.repository import GLib, Norpc

from . import values


def _make_signature(text):
    """Gets the type of variants for a type, or '' if it has none."""
    signature = text.replace('?', 'm', 1)
    return signature if GLib.variant_type_string_is_valid(signature) else ''


def find(types):
    """Gets the positions of results that are file descriptors, or None if there can be none at all."""
    if not any('h' in signature or 'v' in signature for signature in map(_make_signature, types)):
        return None
    return [index for index, text in enumerate(types) if text == 'h']


def close(positions, results):
    """Closes the file descriptors among the results that PyGObject returns. Those within a variant belong to it."""
    results = results if isinstance(results, tuple) else (results,)
    for position in positions:
        if position < len(results) and type(results[position]) is int and results[position] >= 0:
            os.close(results[position])


def close_returned(types, results):
    """Closes the file descriptors in the results of a service, which may be wrong ones."""
    if len(types) == 1 and not (types[0] == 'h' and isinstance(results, tuple)):
        results = (results,)
    elif not isinstance(results, tuple):
        results = (results,)
    found = set()
    for text, value in zip(types, results):
        _collect(_make_signature(text), value, found)
    for fd in found:
        with contextlib.suppress(OSError):
            os.close(fd)


def _collect(signature, value, found):
    """Adds the descriptors in a value that should be of a type. Those of variants are closed at once."""
    if isinstance(value, GLib.Variant):
        Norpc.variant_take_fds(value)  # with the variant that this makes
    elif signature == 'h':
        if type(value) is int and value >= 0:
            found.add(value)
    elif isinstance(value, dict) and signature[:2] in ('v', 'a{'):
        item_signature = 'v' if signature == 'v' else values.split_signature(signature[2:-1])[1]
        for item in value.values():
            _collect(item_signature, item, found)
    elif isinstance(value, (list, tuple)) and signature[:1] in tuple('va('):
        for item_signature, item in zip(_get_item_signatures(signature, len(value)), value):
            _collect(item_signature, item, found)
    elif signature.startswith('m'):
        _collect(signature[1:], value, found)


def _get_item_signatures(signature, n_items):
    if signature[0] == '(':
        return values.split_signature(signature[1:-1])
    return n_items * ['v' if signature == 'v' else signature[1:]]
