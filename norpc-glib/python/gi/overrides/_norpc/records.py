# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records of a description, with keyword arguments, ==, hash() and repr()."""

from gi._gi import Repository, StructInfo
from gi.repository import GObject

from . import values
from .parameters import Parameters, find, read_arguments

_repository = Repository.get_default()
_namespaces = set()


def extend(module, namespace):
    """Extends the records of a namespace, once."""
    if namespace in _namespaces:
        return
    _namespaces.add(namespace)
    for info in _repository.get_infos(namespace):
        if isinstance(info, StructInfo) and _is_record(info):
            _extend(getattr(module, info.get_name()))


def extend_module(module):
    """Extends the records of a module of gi.repository, before one of its methods is used."""
    namespace = getattr(module, '_namespace', None)
    if namespace is None:
        raise values.wrong_type("argument 'module'", 'a module of gi.repository', module)
    extend(module, namespace)


def _is_record(info):
    """Tells whether it is a boxed type whose constructor takes all of its fields."""
    constructor = find(info.get_methods(), 'new')
    if constructor is None or not GObject.type_is_a(info.get_g_type(), GObject.TYPE_BOXED):
        return False
    fields = [field.get_name() for field in info.get_fields()]
    return fields != [] and fields == [arg.get_name() for arg in constructor.get_arguments()]


def _extend(cls):
    infos = cls.__info__.get_methods()
    constructor = cls.new
    args = find(infos, 'new').get_arguments()
    parameters = Parameters(read_arguments(args))
    signature = parameters.make_record_signature()

    make_empty = cls.__new__

    def new(cls, *args, **kwargs):
        if not args and not kwargs:
            return make_empty(cls)  # as ever
        return constructor(*parameters.check(parameters.bind(signature, args, kwargs)))

    cls.__new__ = new
    cls.__init__ = lambda self, *args, **kwargs: None
    cls.__signature__ = signature
    cls.__setattr__ = _make_set_field(constructor, parameters, [arg.get_name() for arg in args],
                                      find(infos, 'swap_field'))
    cls.__repr__ = _make_repr(cls, parameters.names, [arg.get_name() for arg in args])
    equal = find(infos, 'equal')
    if equal is not None:
        cls.__eq__ = lambda self, other: equal(self, other) if type(other) is type(self) else NotImplemented
        get_hash = find(infos, 'hash')
        cls.__hash__ = None if get_hash is None else lambda self: get_hash(self)
    values.add_record(cls)


def _make_set_field(constructor, parameters, fields, swap_field):
    """PyGObject cannot set fields of all types, and leaks what some of them had.

    A field is exchanged with that of a new record. Others may still use the old value, which is theirs to read
    as long as the record exists.
    """
    def set_field(self, name, value):
        if name not in fields:
            object.__setattr__(self, name, value)
            return
        index = fields.index(name)
        value = parameters.takers[index](value, f"field '{name}'")
        values_of_all = [value if field == name else getattr(self, field) for field in fields]
        if any(other is None and default is not None for other, default in zip(values_of_all, parameters.defaults)):
            object.__setattr__(self, name, value)  # in an empty record
            return
        donor = constructor(*values_of_all)
        swap_field(self, donor, index)
        if not isinstance(value, (int, float, str)):
            vars(self).setdefault('_norpc_old_values', []).append(donor)

    return set_field


def _make_repr(cls, names, fields):
    name = f'{cls.__info__.get_namespace()}.{cls.__name__}'

    def represent(self):
        shown = (f'{name}={values.give(getattr(self, field))!r}' for name, field in zip(names, fields))
        return f'{name}({", ".join(shown)})'

    return represent
