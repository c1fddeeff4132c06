# SPDX-License-Identifier: LGPL-2.1-or-later
"""Values of Python, checked against a typelib, and the values of PyGObject that stand for them.

A converter is a function that gets a value and the name that an error calls it by.
"""

import datetime
import functools
import importlib
import os

from gi._gi import _gvalue_get
from gi.repository import GLib, GObject

INTEGERS = {
    'gint8': (-2**7, 2**7 - 1), 'guint8': (0, 2**8 - 1),
    'gint16': (-2**15, 2**15 - 1), 'guint16': (0, 2**16 - 1),
    'gint32': (-2**31, 2**31 - 1), 'guint32': (0, 2**32 - 1),
    'gint64': (-2**63, 2**63 - 1), 'guint64': (0, 2**64 - 1),
}


def wrong_type(name, expected, value):
    """Makes the exception for a value that has another type than described."""
    got = 'None' if value is None else type(value).__name__
    return TypeError(f'{name}: expected {expected}, got {got}')


# To PyGObject.

def _take_boolean(value, name):
    if not isinstance(value, bool):
        raise wrong_type(name, 'bool', value)
    return value


def _make_integer(lowest, highest):
    def take(value, name):
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong_type(name, 'int', value)
        if not lowest <= value <= highest:
            raise OverflowError(f'{name}: expected a number from {lowest} to {highest}, got {value}')
        return value

    return take


def _take_float(value, name):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise wrong_type(name, 'float', value)
    try:
        return float(value)
    except OverflowError:
        raise OverflowError(f'{name}: the number is too large for a float') from None


def _take_text(value, name):
    if not isinstance(value, str):
        raise wrong_type(name, 'str', value)
    if '\0' in value:
        raise ValueError(f'{name}: the text contains a NUL character')
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f'{name}: the text contains a surrogate, {value[error.start]!a}') from None
    return value


def _take_path(value, name):
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise wrong_type(name, 'str, bytes or a path', value)
    return os.fspath(value)


def take_bytes(value, name):
    if isinstance(value, GLib.Bytes):
        return value
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise wrong_type(name, 'bytes', value)
    return GLib.Bytes.new(bytes(value))


def take_datetime(value, name):
    if isinstance(value, GLib.DateTime):
        return value
    if not isinstance(value, datetime.datetime):
        raise wrong_type(name, 'datetime', value)
    if value.tzinfo is None:
        value = value.astimezone()  # it is local time
    zone = GLib.TimeZone.new_offset(int(value.utcoffset().total_seconds()))
    return GLib.DateTime.new(zone, value.year, value.month, value.day, value.hour, value.minute,
                             value.second + value.microsecond / 1e6)


# Variants. A converter makes what the constructor of GLib.Variant takes for a signature, and nothing that
# this would convert by itself: it takes the truth of a value, drops a fraction, and ends a text at a NUL.

def _box(value, name):
    """Makes a variant of the type that suits the value."""
    if isinstance(value, GLib.Variant):
        return value
    for kind, signature in ((bool, 'b'), (int, 'x'), (float, 'd'), (str, 's'), ((bytes, bytearray, memoryview), 'ay'),
                            (dict, 'a{sv}')):
        if isinstance(value, kind):
            return _make_variant(signature, value, name)
    if isinstance(value, (list, tuple)):
        return _make_variant('as' if value and all(isinstance(item, str) for item in value) else 'av', value, name)
    raise wrong_type(name, 'a value that a GLib.Variant can have', value)


def _make_variant(signature, value, name):
    return GLib.Variant(signature, get_content_taker(signature)(value, name))


def _find_end(signature, start):
    """Gets where a complete type of a signature ends."""
    while signature[start] in 'am':
        start += 1
    depth = 0
    for index in range(start, len(signature)):
        depth += (signature[index] in '({') - (signature[index] in ')}')
        if depth == 0:
            return index + 1
    raise ValueError(f"'{signature}' is not a signature")


def split_signature(signature):
    """Gets the complete types that a signature has side by side."""
    types = []
    while signature:
        end = _find_end(signature, 0)
        types.append(signature[:end])
        signature = signature[end:]
    return types


def _take_content_bytes(value, name):
    if isinstance(value, (bytes, bytearray, memoryview)):
        return list(bytes(value))
    return make_array_taker(SIMPLE['guint8'])(value, name)


def _make_dict_taker(signature):
    take_key, take = map(get_content_taker, split_signature(signature))

    def take_dict(value, name):
        if not isinstance(value, dict):
            raise wrong_type(name, 'dict', value)
        return {take_key(key, f'{name}: key {key!r}'): take(item, f'{name}[{key!r}]') for key, item in value.items()}

    return take_dict


def _make_tuple_taker(signature):
    takers = [get_content_taker(part) for part in split_signature(signature)]

    def take_tuple(value, name):
        if not isinstance(value, (list, tuple)):
            raise wrong_type(name, 'tuple', value)
        if len(value) != len(takers):
            raise TypeError(f'{name}: expected a tuple of {len(takers)} values, got {len(value)}')
        return tuple(take(item, f'{name}[{index}]') for index, (take, item) in enumerate(zip(takers, value)))

    return take_tuple


def _make_pattern_taker(is_valid, expected):
    def take(value, name):
        if not is_valid(_take_text(value, name)):
            raise ValueError(f'{name}: expected {expected}, got {value!r}')
        return value

    return take


@functools.cache
def get_content_taker(signature):
    """Gets the converter for a type of variants."""
    if signature in _BASIC_CONTENT:
        return _BASIC_CONTENT[signature]
    if signature == 'ay':
        return _take_content_bytes
    if signature.startswith('a{'):
        return _make_dict_taker(signature[2:-1])
    if signature.startswith('a'):
        return make_array_taker(get_content_taker(signature[1:]))
    if signature.startswith('m'):
        return make_nullable(get_content_taker(signature[1:]))
    if signature.startswith('('):
        return _make_tuple_taker(signature[1:-1])
    return lambda value, name: value  # there are no others in descriptions


def make_variant_taker(signature):
    def take(value, name):
        if isinstance(value, GLib.Variant):
            if signature == 'v' and value.get_type_string() != 'v':
                return GLib.Variant('v', value)
            if signature is not None and not value.is_of_type(GLib.VariantType.new(signature)):
                raise TypeError(f"{name}: expected a GLib.Variant of type '{signature}', "
                                f"got '{value.get_type_string()}'")
            return value
        if signature is None:
            raise wrong_type(name, 'GLib.Variant', value)
        return _make_variant(signature, value, name)

    return take


def make_flags_taker(wrapper):
    def take(value, name):
        if isinstance(value, wrapper):
            return value
        if type(value) is not int:
            raise wrong_type(name, wrapper.__name__, value)
        return wrapper(SIMPLE['guint32'](value, name))

    return take


def _make_unnamed(wrapper, number):
    """Makes a value of an enumeration of PyGObject that has no name. The class itself accepts only those that have one."""
    value = GObject.Value(wrapper)
    value.set_enum(number)
    return _gvalue_get(value)


def make_enum_taker(wrapper, make_unnamed=None):
    """Makes the converter to an enumeration, of which `make_unnamed` makes values without a name, if there can be some."""
    def take(value, name):
        if isinstance(value, wrapper):
            return value
        if type(value) is not int:
            raise wrong_type(name, wrapper.__name__, value)
        SIMPLE['gint32'](value, name)
        try:
            return wrapper(value)
        except ValueError:
            if make_unnamed is None:
                raise ValueError(f'{name}: {value} is not a valid {wrapper.__name__}') from None
        return make_unnamed(wrapper, value)

    return take


_records = set()  # whose fields a dict can have


def add_record(wrapper):
    """Has a dict stand for a record."""
    _records.add(wrapper)


def _make_record(wrapper, fields, name):
    try:
        if not fields:
            wrapper.__signature__.bind()  # a record without arguments is an empty one
        return wrapper(**fields)
    except (TypeError, ValueError, OverflowError) as error:
        raise type(error)(f'{name}: {error}') from None


def make_instance_taker(wrapper):
    def take(value, name):
        if isinstance(value, dict) and wrapper in _records:
            return _make_record(wrapper, value, name)
        gtype = getattr(value, '__gtype__', None)
        if isinstance(value, type) or gtype is None or not GObject.type_is_a(gtype, wrapper.__gtype__):
            raise wrong_type(name, f'{wrapper.__module__.rpartition(".")[2]}.{wrapper.__name__}', value)
        return value

    return take


def make_class_taker(cls):
    """Makes the converter to a class of Python that stands for a record."""
    def take(value, name):
        if isinstance(value, dict):
            return _make_record(cls, value, name)
        if not isinstance(value, cls):
            raise wrong_type(name, f'{cls.__module__}.{cls.__name__}', value)
        return value

    return take


def make_array_taker(element):
    def take(value, name):
        if not isinstance(value, (list, tuple)):
            raise wrong_type(name, 'list', value)
        return [element(item, f'{name}[{index}]') for index, item in enumerate(value)]

    return take


def _make_byte_array_taker(element):
    take_list = make_array_taker(element)

    def take(value, name):
        if isinstance(value, (bytes, bytearray)):
            if value[:-1].find(0) >= 0:
                raise ValueError(f'{name}: the bytes contain a NUL byte')
            return bytes(value)
        return take_list(value, name)

    return take


def make_nullable(take):
    return lambda value, name: None if value is None else take(value, name)


def get_wrapper(info):
    """Gets the class of a type in a typelib."""
    return getattr(importlib.import_module('gi.repository.' + info.get_namespace()), info.get_name())


def _make_interface_taker(info, signature, is_property):
    wrapper = get_wrapper(info)
    if wrapper is GLib.Bytes:
        return take_bytes
    if wrapper is GLib.DateTime:
        return take_datetime
    if wrapper is GLib.Variant:
        return make_variant_taker(signature)
    if isinstance(wrapper, type) and issubclass(wrapper, int):
        if issubclass(wrapper, GObject.GFlags):
            return make_flags_taker(wrapper)
        return make_enum_taker(wrapper, None if is_property else _make_unnamed)
    return make_instance_taker(wrapper)


SIMPLE = {
    'gboolean': _take_boolean, 'gfloat': _take_float, 'gdouble': _take_float,
    'utf8': _take_text, 'filename': _take_path,
    **{tag: _make_integer(*limits) for tag, limits in INTEGERS.items()},
}

_BASIC_CONTENT = {
    'b': _take_boolean, 'd': _take_float, 's': _take_text, 'v': _box,
    'o': _make_pattern_taker(GLib.Variant.is_object_path, 'an object path'),
    'g': _make_pattern_taker(GLib.Variant.is_signature, 'a signature'),
    **{letter: SIMPLE[tag] for letter, tag in {
        'y': 'guint8', 'n': 'gint16', 'q': 'guint16', 'i': 'gint32', 'h': 'gint32', 'u': 'guint32', 'x': 'gint64',
        't': 'guint64'}.items()},
}


def make_taker(type_info, nullable=False, signature=None, is_property=False):
    """Makes the converter of values of Python to a type of a typelib. GObject properties have only named values."""
    tag = type_info.get_tag_as_string()
    if tag in SIMPLE:
        take = SIMPLE[tag]
    elif tag == 'array':
        element = type_info.get_param_type(0)
        take = make_taker(element, signature=signature[1:] if signature else None)
        is_bytes = element.get_tag_as_string() == 'guint8'
        take = _make_byte_array_taker(take) if is_bytes else make_array_taker(take)
    elif tag == 'interface':
        take = _make_interface_taker(type_info.get_interface(), signature, is_property)
    else:
        return lambda value, name: value  # PyGObject checks what is rare
    return make_nullable(take) if nullable else take


# From PyGObject.

def _give_datetime(value):
    zone = datetime.timezone(datetime.timedelta(microseconds=value.get_utc_offset()))
    return datetime.datetime(*value.get_ymd(), value.get_hour(), value.get_minute(), value.get_second(),
                             value.get_microsecond(), zone)


def _unpack_own(variant):
    """Unpacks a variant, with duplicates of its descriptors, which are closed with the variant."""
    signature = variant.get_type_string()
    if 'h' not in signature and 'v' not in signature:
        return variant.unpack()
    if signature == 'h':
        handle = variant.get_handle()
        return os.dup(handle) if handle >= 0 else handle
    children = [_unpack_own(variant.get_child_value(i)) for i in range(variant.n_children())]
    if signature[0] == '(':
        return tuple(children)
    if signature[0] == '{':
        return children
    if signature.startswith('a{'):
        return dict(children)
    if signature[0] == 'a':
        return children
    return children[0] if children else None


def give_result(value):
    """Converts a result of PyGObject to a plain value of Python, whose descriptors belong to the caller."""
    return _unpack_own(value) if isinstance(value, GLib.Variant) else give(value)


def give(value):
    """Converts a value of PyGObject to a plain one of Python."""
    if isinstance(value, GLib.Bytes):
        return value.get_data() or b''
    if isinstance(value, GLib.Variant):
        return value.unpack()
    if isinstance(value, GLib.DateTime):
        return _give_datetime(value)
    if isinstance(value, list):
        return [give(item) for item in value]
    return value


def own(value):
    """Gets a copy of a value that belongs to another object."""
    return value.copy() if isinstance(value, GObject.GBoxed) and hasattr(value, 'copy') else value
