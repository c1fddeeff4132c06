# SPDX-License-Identifier: LGPL-2.1-or-later
"""Enumerations, flags and records that a description at run time declares.

A codec has the values of one type: take() gets a checked value of Python, encode() makes of that what the constructor
of GLib.Variant takes, make_variant() makes a variant, and decode() gets a value of Python from a variant, by request with
duplicates of its descriptors, which belong to the caller.
"""

import enum

from gi.repository import Gio, GLib, GObject

from . import names, values
from .parameters import Argument, Parameters


class _Codec:
    """A type of D-Bus."""

    def __init__(self, signature):
        self.signature = signature
        self._take_content = values.get_content_taker(signature)

    def take(self, value, name):
        content = self._take_content(value, name)
        return content if self.signature in 'bynqiuxtdhsog' else value  # without what the constructor wants

    def encode(self, value):
        return self._take_content(value, '')

    def make_variant(self, value):
        return GLib.Variant(self.signature, self.encode(value))

    def decode(self, variant, owns=False):
        return values.give_result(variant) if owns else variant.unpack()


class _Bytes(_Codec):
    def __init__(self):
        super().__init__('ay')

    def take(self, value, name):
        return values.give(values.take_bytes(value, name))

    def make_variant(self, value):
        """PyGObject would make a variant of each byte."""
        return GLib.Variant.new_from_bytes(GLib.VariantType('ay'), GLib.Bytes(value), True)

    def decode(self, variant, owns=False):
        return bytes(variant.get_data_as_bytes().get_data() or b'')


class _Text(_Codec):
    """A type whose values are texts outside of the process."""

    def __init__(self, take, encode, decode):
        super().__init__('s')
        self.take = take
        self.encode = encode
        self._decode = decode

    def decode(self, variant, owns=False):
        return self._decode(variant.get_string())


_TEXTS = {
    'GFile': _Text(values.make_instance_taker(Gio.File), lambda file: file.get_uri(), Gio.File.new_for_uri),
    'GUri': _Text(values.make_instance_taker(GLib.Uri), lambda uri: uri.to_string(),
                  lambda text: GLib.Uri.parse(text, GLib.UriFlags.NONE)),
    'GDateTime': _Text(lambda value, name: values.give(values.take_datetime(value, name)),
                       lambda time: values.take_datetime(time, '').format_iso8601(),
                       lambda text: values.give(GLib.DateTime.new_from_iso8601(text, None))),
}


class _Number(_Codec):
    """An enumeration, or flags."""

    def __init__(self, cls, signature):
        super().__init__(signature)
        self.cls = cls
        if issubclass(cls, enum.IntFlag):
            self.take = values.make_flags_taker(cls)
        else:
            self.take = values.make_enum_taker(cls, lambda cls, number: number)

    def encode(self, value):
        return int(value)

    def decode(self, variant, owns=False):
        return self.get(variant.unpack())

    def get(self, number):
        try:
            return self.cls(number)
        except ValueError:
            return number  # which the description does not name


class _Array(_Codec):
    def __init__(self, element):
        self.signature = 'a' + element.signature
        self._element = element
        self.take = values.make_array_taker(element.take)

    def encode(self, value):
        return [self._element.encode(item) for item in value]

    def make_variant(self, value):
        return GLib.Variant.new_array(GLib.VariantType(self._element.signature),
                                      [self._element.make_variant(item) for item in value])

    def decode(self, variant, owns=False):
        return [self._element.decode(variant.get_child_value(index), owns) for index in range(variant.n_children())]


class _Maybe(_Codec):
    def __init__(self, content):
        self.signature = 'm' + content.signature
        self._content = content
        self.take = values.make_nullable(content.take)

    def make_variant(self, value):
        return GLib.Variant.new_maybe(GLib.VariantType(self._content.signature),
                                      None if value is None else self._content.make_variant(value))

    def decode(self, variant, owns=False):
        return self._content.decode(variant.get_child_value(0), owns) if variant.n_children() > 0 else None


class Record:
    """The base class of records. Their fields are checked as arguments are."""

    def __init__(self, *args, **kwargs):
        fields = self._norpc_parameters.bind(self.__signature__, args, kwargs)
        for name, value in zip(self._norpc_parameters.names, fields):
            setattr(self, name, value)

    def __setattr__(self, name, value):
        take = self._norpc_takers.get(name)
        if take is None:
            raise AttributeError(f"{type(self).__name__} has no field '{name}'")
        object.__setattr__(self, name, take(value, f"field '{name}'"))

    def __delattr__(self, name):
        raise AttributeError(f"the field '{name}' of {type(self).__name__} cannot be deleted")

    def _norpc_get_fields(self):
        return [getattr(self, name) for name in self._norpc_parameters.names]

    def __eq__(self, other):
        return self._norpc_get_fields() == other._norpc_get_fields() if type(other) is type(self) else NotImplemented

    def __repr__(self):
        fields = ', '.join(f'{name}={getattr(self, name)!r}' for name in self._norpc_parameters.names)
        return f'{type(self).__module__}.{type(self).__name__}({fields})'

    def copy(self):
        return type(self)(**vars(self))


def _get_hash(self):
    return hash(tuple(self._norpc_get_fields()))


class _Record(_Codec):
    def __init__(self, cls, fields, signature):
        self.signature = signature
        self.cls = cls
        self._codecs = fields
        self._take_record = values.make_class_taker(cls)

    def take(self, value, name):
        """Checks the fields as well, because a list in one of them may have changed."""
        record = self._take_record(value, name)
        for field, take in self.cls._norpc_takers.items():
            take(getattr(record, field), f"{name}: field '{field}'")
        return record

    def make_variant(self, value):
        return GLib.Variant.new_tuple(*[codec.make_variant(getattr(value, name))
                                        for name, codec in zip(self.cls._norpc_parameters.names, self._codecs)])

    def decode(self, variant, owns=False):
        record = self.cls.__new__(self.cls)
        for index, (name, codec) in enumerate(zip(self.cls._norpc_parameters.names, self._codecs)):
            object.__setattr__(record, name, codec.decode(variant.get_child_value(index), owns))
        return record


class DeclaredTypes:
    """The types of one description."""

    def __init__(self, described, module_name):
        self._described = described
        self._module_name = module_name
        self._codecs = {}
        self.classes = {name: self._get_codec(name).cls for name in described}

    def find_codec(self, text):
        """Gets the codec of a type that Norpc.InterfaceInfo describes, if its values need one, or None."""
        element = text.removesuffix('[]')
        return self._get_codec(text) if element in self._described or element != text else None

    def _get_codec(self, text):
        if text not in self._codecs:
            self._codecs[text] = self._make_codec(text)
        return self._codecs[text]

    def _make_codec(self, text):
        if text.startswith('?'):
            return _Maybe(self._get_codec(text[1:]))
        if text.endswith('[]'):
            return _Array(self._get_codec(text[:-2]))
        if text in self._described:
            return self._make_declared(text, *self._described[text])
        if text in _TEXTS:
            return _TEXTS[text]
        return _Bytes() if text in ('ay', 'GBytes') else _Codec(text)

    def _make_declared(self, name, kind, signature, members):
        if kind == 'record':
            return self._make_record(name, signature, members)
        base = enum.IntFlag if kind == 'flags' else enum.IntEnum
        numbers = {names.make_constant(member): number for member, _type, number in members}
        return _Number(base(name, numbers, module=self._module_name), signature)

    def _make_record(self, name, signature, members):
        codecs = [self._get_codec(text) for _name, text, _number in members]
        parameters = Parameters([Argument(names.make_identifier(field), codec.take, isinstance(codec, _Maybe))
                                 for (field, _text, _number), codec in zip(members, codecs)])
        namespace = {'__module__': self._module_name, '__signature__': parameters.make_record_signature(),
                     '__hash__': None, '_norpc_parameters': parameters,
                     '_norpc_takers': dict(zip(parameters.names, parameters.takers))}
        if not any(text.endswith('[]') or text[-1] in '})v' or text in self._described or text.startswith(('a', '?a'))
                   for _name, text, _number in members):
            namespace['__hash__'] = _get_hash
        cls = type(name, (Record,), namespace)
        values.add_record(cls)
        return _Record(cls, codecs, signature)
