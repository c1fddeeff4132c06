# SPDX-License-Identifier: LGPL-2.1-or-later
"""The methods of an interface, as typelibs and interface infos describe them."""

import functools
import importlib
import inspect
import keyword

from gi._gi import InterfaceInfo, ObjectInfo, Repository
from gi.repository import GObject, Norpc

from . import values

OPTIONS = ('timeout', 'priority', 'cancellable')
IN = 0

repository = Repository.get_default()


class Parameters:
    """The in arguments of a method, and the options of a call of it."""

    def __init__(self, args, signatures):
        self.names = []
        self.takers = []
        self.defaults = []
        for index, arg in enumerate(args):
            self.names.append(self._make_name(arg.get_name()))
            self.takers.append(values.make_taker(arg.get_type(), arg.may_be_null(), signatures[index]))
            self.defaults.append(None if arg.may_be_null() else inspect.Parameter.empty)
        self.option_names = {self._make_option_name(option): option for option in OPTIONS}

    def _make_name(self, name):
        while keyword.iskeyword(name) or name == 'self' or name in self.names:
            name += '_'
        return name

    def _make_option_name(self, option):
        while option in self.names:
            option += '_'
        return option

    def make_record_signature(self):
        """Makes the signature of a record, whose fields behind one that may be None have to be named."""
        parameters = []
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        for index, (name, default) in enumerate(zip(self.names, self.defaults)):
            if default is None and any(rest is not None for rest in self.defaults[index:]):
                kind = inspect.Parameter.KEYWORD_ONLY
            parameters.append(inspect.Parameter(name, kind, default=default))
        return inspect.Signature(parameters)

    def make_signature(self, with_options):
        """Makes the signature that help() and inspect show."""
        parameters = [inspect.Parameter('self', inspect.Parameter.POSITIONAL_ONLY)]
        optional_from = len(self.names)
        while optional_from > 0 and self.defaults[optional_from - 1] is None:
            optional_from -= 1
        for index, name in enumerate(self.names):
            default = None if index >= optional_from else inspect.Parameter.empty
            parameters.append(inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD,
                                                default=default))
        for name in self.option_names if with_options else ():
            parameters.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None))
        return inspect.Signature(parameters)

    def split(self, kwargs):
        """Takes the options out of the keyword arguments."""
        return {self.option_names[name]: kwargs.pop(name)
                for name in list(kwargs) if name in self.option_names}

    def convert(self, owner, signature, args, kwargs):
        """Gets the checked arguments; the TypeError for a wrong one names it."""
        if kwargs or len(args) != len(self.names):
            args = self.bind(signature, (owner, *args), kwargs)
        return self.check(args)

    def bind(self, signature, args, kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return [bound.arguments[name] for name in self.names]

    def check(self, args):
        return [take(value, f"argument '{name}'")
                for take, value, name in zip(self.takers, args, self.names)]


def find(infos, name):
    """Gets the info of a name, or None."""
    return next((info for info in infos if info.get_name() == name), None)


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
        proxy = repository.find_by_name(self.info.get_namespace(), self.info.get_name() + 'Proxy')
        return {info.__name__: info for info in proxy.get_methods()} if proxy is not None else {}

    @functools.cached_property
    def _portable_members(self):
        """The methods that have D-Bus signatures, by their simplified names."""
        struct = getattr(self.module, self.info.get_iface_struct().get_name())
        return {_simplify(method.name): method for method in struct.info().get_dbus().methods or ()}

    def get_signatures(self, name, args, are_results=False):
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

    def get_handlers(self):
        """Gets the asynchronous handlers, with the names of their methods and streams."""
        handlers = []
        for vfunc in self.info.get_vfuncs():
            name = vfunc.get_name().removeprefix('handle_')
            if name != vfunc.get_name() and f'complete_{name}' in self.methods:
                handlers.append((name, vfunc))
        return handlers

    def get_suffix(self, name):
        """Gets what sets a method apart from what Python, GObject and norpc-glib have by that name."""
        taken = any(keyword.iskeyword(public) or hasattr(Norpc.Proxy, public) or hasattr(self.cls, public)
                    or public in self.proxy_infos for public in (name, f'{name}_sync'))
        return '_' if taken else ''

    def make_proxy(self, endpoint):
        return getattr(self.module, self.info.get_name() + 'Proxy').new(endpoint)


def _returns_stream(info):
    returned = info.get_return_type().get_interface()
    return isinstance(returned, ObjectInfo) and GObject.type_is_a(returned.get_g_type(), Norpc.Stream)


def is_interface(cls):
    """Tells whether a class stands for a GInterface."""
    return (isinstance(cls, type) and issubclass(cls, GObject.GInterface)
            and isinstance(vars(cls).get('__info__'), InterfaceInfo))


def _is_generated(info):
    return info.get_iface_struct() is not None and any(
        method.get_name() == 'info' for method in info.get_iface_struct().get_methods())


_interfaces = {}  # by their class


def get_interfaces(cls):
    """Gets the generated interfaces of a class."""
    found = [base for base in cls.__mro__ if is_interface(base) and _is_generated(base.__info__)]
    for base in found:
        if base not in _interfaces:
            _interfaces[base] = Interface(base)
    return [_interfaces[base] for base in found]
