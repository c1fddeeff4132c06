# SPDX-License-Identifier: LGPL-2.1-or-later
"""Arguments of descriptions that are read at run time: values of Python, and the GValues that carry them."""

import re

from gi.repository import Gio, GLib, GObject, Norpc

from . import values
from .parameters import Argument

_RANGES = {'n': 'gint16', 'q': 'guint16', 'i': 'gint32', 'h': 'gint32', 'u': 'guint32', 'x': 'gint64', 't': 'guint64',
           'y': 'guint8'}

# The named types that need no generated code.
_CLASSES = (GLib.Bytes, GLib.DateTime, GLib.Error, GLib.Uri, GLib.VariantType, GObject.Object, Gio.Cancellable,
            Gio.File, Gio.FileInfo, Gio.Icon, Gio.InputStream, Gio.OutputStream)


def _make_taker(gtype, signature):
    if gtype == GLib.Bytes.__gtype__:
        return values.take_bytes
    if gtype == GLib.DateTime.__gtype__:
        return values.take_datetime
    if gtype == GObject.TYPE_VARIANT:
        return values.make_variant_taker(signature)
    if gtype == GObject.TYPE_STRV:
        return values.make_array_taker(values.SIMPLE['utf8'])
    if gtype == GObject.TYPE_BOOLEAN:
        return values.SIMPLE['gboolean']
    if gtype == GObject.TYPE_DOUBLE:
        return values.SIMPLE['gdouble']
    if gtype == GObject.TYPE_STRING:
        return values.SIMPLE['utf8']
    if signature in _RANGES:
        return values.SIMPLE[_RANGES[signature]]
    return values.make_instance_taker(next(cls for cls in _CLASSES if cls.__gtype__ == gtype))


class Described:
    """Arguments, results, or the values of an item, of one member."""

    def __init__(self, infos):
        self._gtypes = [info.get_value_type() for info in infos]
        self.args = [self._read(info, gtype) for info, gtype in zip(infos, self._gtypes)]

    @staticmethod
    def _read(info, gtype):
        signature = info.dbus.signature
        nullable = signature.startswith('m') or bool(info.flags & Norpc.ArgFlags.NULLABLE)
        take = _make_taker(gtype, signature.removeprefix('m'))
        return Argument(make_identifier(info.dbus.name), values.make_nullable(take) if nullable else take, nullable)

    def __len__(self):
        return len(self.args)

    def check(self, function, args):
        """Checks values that a function of PyGObject would only convert, and gets those of PyGObject."""
        if len(args) != len(self.args):
            raise TypeError(f'{function}() takes {len(self.args)} values, got {len(args)}')
        return [arg.take(value, f"argument '{arg.name}'") for arg, value in zip(self.args, args)]

    def to_gvalues(self, args):
        return [GObject.Value(gtype, value) for gtype, value in zip(self._gtypes, args)]

    def from_gvalues(self, args):
        """Gets values as PyGObject has them, which are independent of their owner."""
        return [values.own(ord(value) if isinstance(value, bytes) else value)  # PyGObject has bytes for a guchar
                for value in args]


def make_identifier(name):
    """Replaces what the name of a variable cannot have, as generated code does."""
    return re.sub('[^A-Za-z0-9_]', '_', '_' + name if name[:1].isdigit() else name)


def make_constant(name):
    """Turns NotFound and not-found into NOT_FOUND, as generated code does."""
    identifier = make_identifier(name)
    if '_' not in identifier and identifier.upper() != identifier:
        identifier = re.sub('(?<=[^A-Z])(?=[A-Z])', '_', identifier)
    return identifier.upper()


def read_all(get, *position):
    """Gets all arguments that a function of an interface info gets by their index."""
    infos = []
    while (info := get(*position, len(infos))) is not None:
        infos.append(info)
    return Described(infos)


def get_property_name(info, index):
    """Gets the name of a GObject property."""
    member = info.list_properties()[index]
    if member in info.list_signals():  # then get_gobject_name() is about that
        return info.get_function_name(member).replace('_', '-')
    return info.get_gobject_name(member)
