# SPDX-License-Identifier: LGPL-2.1-or-later
"""The methods of an interface, as typelibs and interface infos describe them."""

import builtins
import functools
import importlib
import keyword

from gi._gi import InterfaceInfo, ObjectInfo, Repository
from gi.repository import GObject, Norpc
from gi.types import snake_case

from . import described, errors, fds, parameters, records, values

IN = 0

repository = Repository.get_default()


def _simplify(name):
    return name.replace('_', '').replace('-', '').lower()


class Interface:
    """A generated interface."""

    def __init__(self, cls):
        self.cls = cls
        self.info = cls.__info__
        self.module = importlib.import_module('gi.repository.' + self.info.get_namespace())
        self.methods = {info.get_name(): info for info in self.info.get_methods()}
        self.proxy_infos = self._get_proxy_infos()

    def _get_proxy_infos(self):
        proxy = repository.find_by_name(self.info.get_namespace(), self.info.get_name_unescaped() + 'Proxy')
        return {info.__name__: info for info in proxy.get_methods()} if proxy is not None else {}

    @functools.cached_property
    def _portable_members(self):
        """The methods that have D-Bus signatures, by their simplified names."""
        struct = getattr(self.module, self.info.get_iface_struct().get_name())
        return {_simplify(method.name): method for method in struct.info().get_dbus().methods or ()}

    @functools.cached_property
    def _method_names(self):
        """The names of methods and streams in C, in the order of the description, in which the struct has its fields."""
        fields = [field.get_name() for field in self.info.get_iface_struct().get_fields()]
        names = [field.removeprefix('handle_') for field in fields if field.startswith('handle_')]
        return [name for name in names if f'complete_{name}' in self.methods]

    @functools.cached_property
    def property_names(self):
        """The attributes that a service has for its properties."""
        return {info.get_name().replace('-', '_') for info in self.info.get_properties()}

    def get_property_takers(self):
        """Gets the converters of the values of properties. The typelib does not say which ones may be None."""
        struct = getattr(self.module, self.info.get_iface_struct().get_name())
        signatures = {_simplify(member.name): member.signature for member in struct.info().get_dbus().properties or ()}
        return {info.get_name().replace('-', '_'):
                values.make_taker(info.get_type(), True, signatures.get(_simplify(info.get_name())), is_property=True)
                for info in self.info.get_properties()}

    def get_property_givers(self):
        """Gets the converters of what PyGObject returns: there are none."""
        return {}

    def get_signal_giver(self, signal):
        return None

    def read_parameters(self, name):
        """Gets the in arguments of a method or a stream."""
        self._extend_records()
        if f'open_{name}' in self.proxy_infos:
            infos = list(self.proxy_infos[f'open_{name}'].get_arguments())[:-1]
        else:
            end = -3 if f'call_{name}_finish' in self.proxy_infos else None  # cancellable, callback and user_data
            infos = list(self.proxy_infos[f'call_{name}'].get_arguments())[:end]
        return parameters.read_arguments(infos, self._get_signatures(name, infos))

    def read_results(self, name):
        """Gets the results of a method or a stream."""
        self._extend_records()
        infos = self.methods[f'complete_{name}'].get_arguments()[1:]
        return parameters.read_arguments(infos, self._get_signatures(name, infos, are_results=True))

    def get_result_makers(self, info, method):
        """Gets functions that make GValues of the results of a method or a stream, and check them."""
        return self._get_makers(self.read_results(self._method_names[method]), info.list_out_types(method))

    def get_item_makers(self, info, method):
        """The same for the values of an item of a stream."""
        self._extend_records()
        stream = self.proxy_infos[f'open_{self._method_names[method]}'].get_return_type().get_interface()
        write = parameters.find(stream.get_methods(), 'write')
        return self._get_makers(parameters.read_arguments(write.get_arguments()), info.list_item_types(method))

    @staticmethod
    def _get_makers(args, texts):
        return [described.make_maker(arg.take, described.find_gtype(text)) for arg, text in zip(args, texts)]

    def has_results(self, name):
        """Tells whether a call of a method has results."""
        finish = self.proxy_infos.get(f'call_{name}_finish')
        return finish is not None and (
            any(arg.get_direction() != IN for arg in finish.get_arguments())
            or finish.get_return_type().get_tag_as_string() != 'gboolean')

    def get_result_signatures(self, name):
        """Gets the D-Bus signatures of the results of a method or a stream, each of which is empty if there is none."""
        info = getattr(self.module, self.info.get_iface_struct().get_name()).info()
        same = [index for index, member in enumerate(self._method_names) if _simplify(member) == _simplify(name)]
        exact = [index for index in same if self._method_names[index] == name]
        return fds.get_signatures(info, (exact or same)[0])

    def get_finishing(self, name):
        """Gets a function that ends a call, and one that makes the results of what that returns, or None."""
        return self.proxy_infos[f'call_{name}_finish'], None

    def refine(self, error):
        """Gets an error of a call as an exception of its class, if its domain has one."""
        return errors.refine(error)

    def _extend_records(self):
        records.extend(self.module, self.info.get_namespace())

    def _get_signatures(self, name, args, are_results=False):
        """Gets the D-Bus signature of each argument, or None where there is none."""
        member = self._portable_members.get(_simplify(name))
        members = (member.out_args if are_results else member.in_args) if member is not None else None
        if len(members or ()) != len(args):
            return [None] * len(args)
        return [arg.signature for arg in members or ()]

    def get_called_methods(self):
        """Gets the names of the methods that proxies call, without those of streams."""
        return [name[len('call_'):] for name, info in self.proxy_infos.items()
                if name.startswith('call_') and self._sends_call(name, info)]

    def _sends_call(self, name, info):
        if f'{name}_finish' in self.proxy_infos and f'{name}_sync' in self.proxy_infos:
            return True
        base, _, end = name.rpartition('_')
        if end in ('finish', 'sync') and base in self.proxy_infos or name.endswith('_with_reply'):
            return False
        return info.get_return_type().get_tag_as_string() == 'void'

    def get_streams(self):
        """Gets the names of the streams that proxies open."""
        return [name[len('open_'):] for name, info in self.proxy_infos.items()
                if name.startswith('open_') and _returns_stream(info)]

    def get_handled_methods(self):
        """Gets the names of the methods and streams that services handle, with those of their virtual functions."""
        handlers = []
        for vfunc in self.info.get_vfuncs():
            name = vfunc.get_name().removeprefix('handle_')
            if name != vfunc.get_name() and f'complete_{name}' in self.methods:
                handlers.append((name, make_vfunc_name(self.info, vfunc.get_name())))
        return handlers

    def get_suffix(self, name):
        return make_suffix(name, self)

    def make_proxy(self, endpoint):
        return getattr(self.module, self.info.get_name_unescaped() + 'Proxy').new(endpoint)


def make_suffix(name, interface):
    """Makes what sets a method apart from what Python, GObject and norpc-glib have by that name."""
    taken = any(keyword.iskeyword(public) or hasattr(Norpc.Proxy, public) or hasattr(interface.cls, public)
                or public in interface.proxy_infos or public in interface.property_names
                for public in (name, f'{name}_sync'))
    suffix = '_' if taken else ''
    while suffix and name + suffix in (*interface.get_called_methods(), *interface.get_streams()):
        suffix += '_'
    return suffix


def make_vfunc_name(info, name):
    """Makes the name of a virtual function with the name of its type in front, which has no other meaning."""
    return f'do_{snake_case(info.get_type_name())}_{name}'


def _returns_stream(info):
    returned = info.get_return_type().get_interface()
    return isinstance(returned, ObjectInfo) and GObject.type_is_a(returned.get_g_type(), Norpc.Stream)


def is_interface(cls):
    """Tells whether a class stands for a GInterface."""
    return (isinstance(cls, type) and issubclass(cls, GObject.GInterface)
            and isinstance(vars(cls).get('__info__'), InterfaceInfo))


def is_generated(info):
    """Tells whether it is the info of a generated interface."""
    return isinstance(info, InterfaceInfo) and info.get_iface_struct() is not None and any(
        method.get_name() == 'info' for method in info.get_iface_struct().get_methods())


_get_info = Norpc.interface_info_for_type


def get_info(type):  # noqa: A002  the name that it has in the typelib
    """Gets the interface info of an interface or of a class of proxies. For another GType, it returns None."""
    info = _get_info(type)
    if info is None and not isinstance(type, GObject.GType):
        is_class = isinstance(type, builtins.type)
        cls = type if is_class else builtins.type(type)
        got = f'the class {cls.__name__}' if is_class else cls.__name__
        names = ' or '.join(interface.cls.__name__ for interface in get_interfaces(cls))
        hint = f', which implements {names}' if names else ''
        raise TypeError("argument 'type': expected an interface with a description, or a class of proxies, "
                        f'got {got}{hint}')
    return info


_interfaces = {}  # by their class


_described = {}  # those that are described at run time


def add_described(interface):
    _interfaces[interface.cls] = _described[interface.cls] = interface


def find_described(cls):
    """Gets the interface that is described at run time and that a class stands for, or None."""
    return _described.get(cls)


def get_interfaces(cls):
    """Gets the interfaces of a class that have a description."""
    for base in cls.__mro__:
        if base not in _interfaces and is_interface(base) and is_generated(base.__info__):
            _interfaces[base] = Interface(base)
    return [_interfaces[base] for base in cls.__mro__ if base in _interfaces]
