# SPDX-License-Identifier: LGPL-2.1-or-later
"""The arguments of methods, their results, and the fields of records, as functions of Python have them."""

import collections.abc
import inspect
import keyword
import typing

from . import values

OPTIONS = ('timeout', 'priority', 'cancellable')  # of a call


class Argument(typing.NamedTuple):
    """An argument or a result."""
    name: str
    take: collections.abc.Callable  # the converter of values of Python
    nullable: bool


def read_arguments(infos, signatures=None):
    """Gets the arguments that a typelib describes, with their D-Bus signatures, where they have some."""
    signatures = signatures or [None] * len(infos)
    return [Argument(info.get_name(), values.make_taker(info.get_type(), info.may_be_null(), signature),
                     info.may_be_null()) for info, signature in zip(infos, signatures)]


class Parameters:
    """The in arguments of a method, and the options of a call of it."""

    def __init__(self, args):
        self.names = []
        self.takers = []
        self.defaults = []
        for arg in args:
            self.names.append(self._make_name(arg.name))
            self.takers.append(arg.take)
            self.defaults.append(None if arg.nullable else inspect.Parameter.empty)
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
        for name in kwargs:
            if name not in signature.parameters:  # rather than that another one is missing
                raise TypeError(f"got an unexpected keyword argument '{name}'")
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return [bound.arguments[name] for name in self.names]

    def check(self, args):
        return [take(value, f"argument '{name}'")
                for take, value, name in zip(self.takers, args, self.names)]


def find(infos, name):
    """Gets the info of a name, or None."""
    return next((info for info in infos if info.get_name() == name), None)
