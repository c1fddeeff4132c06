# SPDX-License-Identifier: LGPL-2.1-or-later
"""Arguments of descriptions that are read at run time: values of Python, and the GValues that carry them."""

from gi.repository import Gio, GLib, GObject, Norpc

from . import names, values
from .declared import DeclaredTypes
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


class _Type:
    """The type of an argument, as Norpc.InterfaceInfo describes it."""

    def __init__(self, text, declared):
        self.nullable = text.startswith('?')
        text = text.removeprefix('?')
        self._codec = declared.find_codec(text)
        signature = text if self._codec is None else self._codec.signature
        if GLib.variant_type_string_is_valid(signature):
            self.gtype = Norpc.value_type_for_signature(('m' if self.nullable else '') + signature)
        else:
            self.gtype = GObject.GType.from_name(text)
        take = _make_taker(self.gtype, signature) if self._codec is None else self._codec.take
        self.take = values.make_nullable(take) if self.nullable else take

    def to_gobject(self, value):
        """Gets what PyGObject has for a value that was taken."""
        if self._codec is None or value is None:
            return value
        return (self._codec.make_variant if self.gtype == GObject.TYPE_VARIANT else self._codec.encode)(value)

    def from_gobject(self, value, owns=False):
        """Gets a value for one that PyGObject has, which is independent of its owner."""
        if isinstance(value, bytes):  # PyGObject has bytes for a guchar
            return ord(value)
        if self._codec is None or value is None:
            return values.own(value)
        if isinstance(value, int):
            return self._codec.get(value)
        if isinstance(value, list):  # of texts
            return self._codec.decode(GLib.Variant('as', value))
        return self._codec.decode(value, owns)

    def to_result(self, value):
        """As to_gobject(), for a result, which owns the descriptors in it."""
        content = self.to_gobject(value)
        return Norpc.variant_take_fds(content) if self._codec is not None and isinstance(content, GLib.Variant) else content

    def needs_codec(self):
        return self._codec is not None


def find_gtype(text):
    """Gets the type of a GValue with an argument of a generated interface."""
    if text.endswith('[]'):
        element = GObject.GType.from_name(text.removeprefix('?').removesuffix('[]'))
        is_number = element.is_a(GObject.TYPE_ENUM) or element.is_a(GObject.TYPE_FLAGS)
        return GObject.GType.from_name('GArray' if is_number else 'GPtrArray')
    signature = text.replace('?', 'm', 1)
    if GLib.variant_type_string_is_valid(signature):
        return Norpc.value_type_for_signature(signature)
    return GObject.GType.from_name(text.removeprefix('?'))


def make_maker(take, gtype):
    """Makes a function that makes a GValue of a value of Python, which `take` checks."""
    def make(value, name):
        taken = take(value, name)
        # PyGObject makes no GValues with arrays of pointers or numbers.
        return value if gtype.name in ('GArray', 'GPtrArray') else GObject.Value(gtype, taken)

    return make


class Described:
    """Arguments, results, or the values of an item, of one member."""

    def __init__(self, arg_names, types, declared):
        self._types = [_Type(text, declared) for text in types]
        self.args = [Argument(names.make_identifier(name), arg_type.take, arg_type.nullable)
                     for name, arg_type in zip(arg_names, self._types)]

    def __len__(self):
        return len(self.args)

    def needs_codecs(self):
        """Tells whether PyGObject has other values than programs."""
        return any(arg_type.needs_codec() for arg_type in self._types)

    def check(self, function, args):
        """Checks values that a function of PyGObject would only convert."""
        if len(args) != len(self.args):
            raise TypeError(f'{function}() takes {len(self.args)} values, got {len(args)}')
        return [arg.take(value, f"argument '{arg.name}'") for arg, value in zip(self.args, args)]

    def to_gobject(self, args):
        """Gets what PyGObject has for values that were checked."""
        return [arg_type.to_gobject(value) for arg_type, value in zip(self._types, args)]

    def get_makers(self):
        """Gets, for each of them, a function that makes a GValue of a value of Python, which it checks."""
        return [make_maker(lambda value, name, arg_type=arg_type: arg_type.to_gobject(arg_type.take(value, name)),
                           arg_type.gtype) for arg_type in self._types]

    def to_gvalues(self, args):
        return [GObject.Value(arg_type.gtype, value) for arg_type, value in zip(self._types, self.to_gobject(args))]

    def to_result_gvalues(self, results):
        return [GObject.Value(arg_type.gtype, arg_type.to_result(value))
                for arg_type, value in zip(self._types, results)]

    def from_gobject(self, args, owns=False):
        """Gets values as PyGObject has them, and those of Python for types that are declared."""
        return [arg_type.from_gobject(value, owns) for arg_type, value in zip(self._types, args)]


class Descriptions:
    """The arguments of all members of an interface info."""

    def __init__(self, info, declared):
        self._info = info
        self._declared = declared

    def get_in(self, method):
        return Described(self._info.list_in_args(method), self._info.list_in_types(method), self._declared)

    def get_out(self, method):
        return Described(self._info.list_out_args(method), self._info.list_out_types(method), self._declared)

    def get_item(self, method):
        return Described(self._info.list_items(method), self._info.list_item_types(method), self._declared)

    def get_signal(self, signal):
        return Described(self._info.list_signal_args(signal), self._info.list_signal_types(signal), self._declared)

    def get_property(self, index):
        return Described([self._info.list_properties()[index]], [self._info.list_property_types()[index]],
                         self._declared)


_declared_types = {}  # by their description


def get_declared_types(info, module_name):
    """Gets the declared types of a description, with the same classes for the same types."""
    described = info.dup_declared_types()
    key = described.print_(False)
    if key not in _declared_types:
        _declared_types[key] = DeclaredTypes(described.unpack(), module_name)
    return _declared_types[key]
