# SPDX-License-Identifier: LGPL-2.1-or-later
"""File descriptors in the results of methods and streams, whose types are those of Norpc.InterfaceInfo."""

import contextlib
import os

from gi.repository import GLib, GObject, Norpc

from . import values


def get_signatures(info, method):
    """Gets the D-Bus signatures of the results of a method or a stream, each of which is empty if there is none."""
    return [arg.signature for arg in info.methods[method].dbus.out_args or ()]


def find(signatures):
    """Gets the positions and signatures of results with descriptors that no variant owns.

    If there can be no descriptors at all, it returns None.
    """
    if not any('h' in signature or 'v' in signature for signature in signatures):
        return None
    return [(index, signature) for index, signature in enumerate(signatures) if 'h' in signature]


def close(positions, results):
    """Closes the file descriptors among the results that PyGObject returns. Those within a variant belong to it."""
    results = results if isinstance(results, tuple) else (results,)
    for position, signature in positions:
        if position < len(results):
            _close(signature, results[position])


def _close(signature, value):
    if signature == 'h':
        if type(value) is int and value >= 0:
            os.close(value)
    elif signature.startswith('m'):
        _close(signature[1:], value)
    elif isinstance(value, list):
        for item in value:
            _close(signature[1:], item)
    else:
        for item_signature, item in _get_fields(signature, value):
            _close(item_signature, item)


def _get_fields(signature, value):
    """Gets the fields of a record in which there can be descriptors, with their signatures."""
    if not signature.startswith('('):
        return []
    signatures = values.split_signature(signature[1:-1])
    if hasattr(value, '_norpc_get_fields'):
        fields = zip(signatures, value._norpc_get_fields())
    elif isinstance(value, GObject.GBoxed) and hasattr(value, '__info__'):
        infos = value.__info__.get_fields()
        fields = ((item, getattr(value, field.get_name())) for item, field in zip(signatures, infos) if 'h' in item)
    else:
        fields = ()
    return [(item, field) for item, field in fields if 'h' in item or 'v' in item]


def close_returned(signatures, results):
    """Closes the file descriptors in the results of a service, which may be wrong ones."""
    if len(signatures) == 1 and not (signatures[0] == 'h' and isinstance(results, tuple)):
        results = (results,)
    elif not isinstance(results, tuple):
        results = (results,)
    found = set()
    for signature, value in zip(signatures, results):
        _collect(signature, value, found)
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
    else:
        for item_signature, item in _get_fields(signature, value):
            _collect(item_signature, item, found)


def _get_item_signatures(signature, n_items):
    if signature[0] == '(':
        return values.split_signature(signature[1:-1])
    return n_items * ['v' if signature == 'v' else signature[1:]]
