# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values of any type of D-Bus, and file descriptors that stand for numbers."""

import os
import string

import gi

from gi.repository import GLib

_INTEGERS = {'y': (0, 8), 'n': (1, 16), 'q': (0, 16), 'i': (1, 32), 'u': (0, 32), 'x': (1, 64), 't': (0, 64)}
_TEXTS = ['', 'a', 'Ünïcödé', '\u2028', '\U0001f600', 'line\nline', "'\"\\", 'x' * 300]
_PATHS = ['/', '/a', '/org/example/_1/B']
_SIGNATURES = ['', 's', 'a{sv}', '(iay)', 'asas']
# No type of a variant is deeper, so that its value fits into any other one.
_IN_VARIANTS = ['b', 'y', 'n', 'q', 'i', 'u', 'x', 't', 'd', 's', 'o', 'g', 'v', 'as', 'ay', 'a{sv}', '(si)', 'a(ub)',
                'a{u(so)}', 'aai']


def split_types(types):
    """Returns the single types in a series of them."""
    found = []
    while types:
        end = _end_of_type(types)
        found.append(types[:end])
        types = types[end:]
    return found


def _end_of_type(types):
    if types[0] == 'a':
        return 1 + _end_of_type(types[1:])
    if types[0] not in '({':
        return 1
    depth = 0
    for i, letter in enumerate(types):
        depth += (letter in '({') - (letter in ')}')
        if depth == 0:
            return i + 1
    raise ValueError(types)


def _integer(type_, rng):
    signed, bits = _INTEGERS[type_]
    low, high = (-1 << bits - 1, (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return rng.choice([low, high, 0, 1, rng.randint(low, high)])


def _text(rng):
    return rng.choice(_TEXTS + [''.join(rng.choices(string.printable, k=5))])


def _basic(type_, rng):
    if type_ in _INTEGERS:
        return _integer(type_, rng)
    return {
        'b': lambda: rng.random() < 0.5,
        'd': lambda: rng.choice([0.0, -0.5, 1e300, -2.5e-308, float('inf'), rng.uniform(-1, 1)]),
        's': lambda: _text(rng),
        'o': lambda: rng.choice(_PATHS),
        'g': lambda: rng.choice(_SIGNATURES),
        'h': lambda: rng.randrange(1000),
    }[type_]()


def make(type_, rng, depth=0):
    """Makes a value as GLib.Variant takes it: an 'h' is a number that a descriptor stands for."""
    if type_ == 'v':
        inner = rng.choice(_IN_VARIANTS if depth < 3 else _IN_VARIANTS[:10])
        return GLib.Variant(inner, make(inner, rng, depth + 1))
    if type_[0] == '(':
        return tuple(make(child, rng, depth + 1) for child in split_types(type_[1:-1]))
    if type_[0] != 'a':
        return _basic(type_, rng)
    n = rng.choice([0, 1, 2, 3]) if depth < 6 else 0
    if type_[1] == '{':
        key, value = split_types(type_[2:-1])
        return {make(key, rng, depth + 1): make(value, rng, depth + 1) for _ in range(n)}
    return [make(type_[1:], rng, depth + 1) for _ in range(n)]


def make_tuple(types, rng):
    return GLib.Variant('(' + ''.join(types) + ')', tuple(make(type_, rng) for type_ in types))


def map_handles(value, func):
    """Returns the variant with func() of each 'h' in it."""
    type_ = value.get_type_string()
    if 'h' not in type_ and 'v' not in type_:
        return value
    if type_ == 'h':
        return GLib.Variant.new_handle(func(value.get_handle()))
    if type_ == 'v':
        return GLib.Variant.new_variant(map_handles(value.get_variant(), func))
    children = [map_handles(value.get_child_value(i), func) for i in range(value.n_children())]
    if type_[0] == 'a':
        return GLib.Variant.new_array(GLib.VariantType(type_[1:]), children)
    if type_[0] == '{':
        return GLib.Variant.new_dict_entry(*children)
    return GLib.Variant.new_tuple(*children)


def open_number(number):
    """Returns a new descriptor that stands for a number."""
    fd = os.memfd_create('number', os.MFD_CLOEXEC)
    os.write(fd, str(number).encode())
    return fd


def read_number(fd):
    return int(os.pread(fd, 16, 0))


def to_text(value):
    return value.print_(True)


def from_text(text):
    return GLib.Variant.parse(None, text, None, None)
