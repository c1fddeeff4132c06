# SPDX-License-Identifier: LGPL-2.1-or-later
"""What typelibs and interface infos say about the methods of an interface."""

import importlib
import inspect
import keyword

from . import values

OPTIONS = ('timeout', 'priority', 'cancellable')
IN = 0


class Parameters:
    """The in arguments of a method, and the options of a call of it."""

    def __init__(self, args, signatures=None):
        self.names = []
        self.takers = []
        self.defaults = []
        for index, arg in enumerate(args):
            signature = signatures[index] if signatures else None
            self.names.append(self._make_name(arg.get_name()))
            self.takers.append(values.make_taker(arg.get_type(), arg.may_be_null(), signature))
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
            bound = signature.bind(owner, *args, **kwargs)
            bound.apply_defaults()
            args = [bound.arguments[name] for name in self.names]
        return [take(value, f"argument '{name}'")
                for take, value, name in zip(self.takers, args, self.names)]


def _simplify(name):
    return name.replace('_', '').replace('-', '').lower()


def _find_portable_members(interface):
    """Gets the methods of an interface that have D-Bus signatures, by their simplified names."""
    struct = interface.get_iface_struct()
    if struct is None:
        return {}
    module = importlib.import_module('gi.repository.' + interface.get_namespace())
    info = getattr(getattr(module, struct.get_name()), 'info', None)
    if info is None:
        return {}
    return {_simplify(method.name): method for method in info().get_dbus().methods or ()}


class Interface:
    """A generated interface."""

    def __init__(self, info):
        self.info = info
        self._members = None

    def get_signatures(self, name, args, are_results=False):
        """Gets the D-Bus signatures of arguments, or None."""
        if self._members is None:
            self._members = _find_portable_members(self.info)
        member = self._members.get(_simplify(name))
        if member is None:
            return None
        members = (member.out_args if are_results else member.in_args) or []
        return [arg.signature for arg in members] if len(members) == len(args) else None


def get_generated_interfaces(info):
    """Gets the generated interfaces that a class in a typelib implements."""
    return [Interface(interface) for interface in info.get_interfaces()
            if interface.get_namespace() == info.get_namespace()]
