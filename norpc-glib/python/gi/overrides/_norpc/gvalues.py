# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions of PyGObject that take a list of values. PyGObject makes a GValue of each, but crashes with None."""

import functools

from gi.repository import GObject, Norpc

from . import described

# The functions, and how many arguments they have in front of the values.
_FUNCTIONS = (
    ('Call', 'return_values', 0),
    ('DynamicProxy', 'call_values_sync', 1),
    ('DynamicProxy', 'new_call_for_values', 1),
    ('DynamicProxy', 'open_stream_for_values', 1),
    ('DynamicStream', 'write_values', 0),
    ('Fake', 'answer_values', 1),
    ('FakeCall', 'answer_values', 0),
    ('FakeCall', 'write_values', 0),
    ('FakeRule', 'write_values', 0),
)


def _get_result_types(instance, args):
    """Gets the types of the results that a function answers with, if they are known."""
    if isinstance(instance, Norpc.Call):
        info, index = instance.get_interface_info(), instance.get_method()
    elif isinstance(instance, Norpc.Fake) and args[0] in instance._norpc_info.list_methods():
        info = instance._norpc_info
        index = info.list_methods().index(args[0])
    else:
        return []
    return info.list_out_types(index)


def _convert(instance, args, values, name):
    missing = next((index for index, value in enumerate(values) if value is None), None) if isinstance(
        values, (list, tuple)) else None
    if missing is None:
        return values
    types = _get_result_types(instance, args)
    if len(types) != len(values):
        raise TypeError(f"{name}(): value {missing} is None, which has no type; GObject.Value(type, None) has one")
    return [_make_null(text, f'{name}(): value {index}') if value is None else value
            for index, (text, value) in enumerate(zip(types, values))]


def _make_null(text, name):
    if not text.startswith('?'):
        raise TypeError(f"{name}: expected a value of type '{text}', got None")
    return GObject.Value(described.find_gtype(text))


def _guard(function, position):
    @functools.wraps(function)
    def run(instance, *args, **kwargs):
        if len(args) > position:
            values = _convert(instance, args, args[position], function.__name__)
            args = (*args[:position], values, *args[position + 1:])
        return function(instance, *args, **kwargs)

    return run


def _remember_info(make_fake):
    @functools.wraps(make_fake)
    def new(interface_info):
        fake = make_fake(interface_info)
        fake._norpc_info = interface_info
        return fake

    return staticmethod(new)


def install():
    """To be called when the classes of norpc-glib that others derive from are there."""
    Norpc.Fake.new = _remember_info(Norpc.Fake.new)
    for class_name, name, position in _FUNCTIONS:
        cls = getattr(Norpc, class_name)
        setattr(cls, name, _guard(getattr(cls, name), position))
