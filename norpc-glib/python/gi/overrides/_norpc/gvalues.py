# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions of PyGObject that take a list of values. PyGObject makes a GValue of each, but crashes with None."""

import functools

from gi.repository import GLib, GObject, Norpc

from . import described, description

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
    elif _find_fake_method(instance, args) is not None:
        info, index = _get_fake(instance)._norpc_info, _find_fake_method(instance, args)
    else:
        return []
    return info.list_out_types(index)


def _get_fake(instance):
    """Gets the fake of one of its calls or rules."""
    return getattr(instance, '_norpc_fake', instance)


def _find_fake_method(instance, args):
    """Gets the index of the method that a function of a fake, of its call or of its rule is about, or None."""
    fake = _get_fake(instance)
    if not isinstance(fake, Norpc.Fake):
        return None
    if isinstance(instance, Norpc.FakeCall):
        method = instance.get_method_name()
    else:
        method = args[0] if fake is instance else instance._norpc_method
    methods = fake._norpc_info.list_methods()
    return methods.index(method) if method in methods else None


def _get_makers(instance, args, name):
    """Gets functions that make GValues of the values for a fake, with the names of these values."""
    index = _find_fake_method(instance, args)
    if index is None:
        return []
    info = _get_fake(instance)._norpc_info
    interfaces = description.get_interfaces(type(_get_fake(instance).get_service()))
    if not interfaces:
        return []
    if name == 'write_values':
        return list(zip(interfaces[0].get_item_makers(info, index), info.list_items(index)))
    return list(zip(interfaces[0].get_result_makers(info, index), info.list_out_args(index)))


def _convert_for_fake(instance, args, values, name):
    """Converts the values of Python that a fake answers with, as a service does with its results."""
    makers = _get_makers(instance, args, name)
    if not isinstance(values, (list, tuple)) or len(makers) != len(values):
        return values
    kind = 'value' if name == 'write_values' else 'result'
    return [value if isinstance(value, (GObject.Value, GLib.Variant)) else make(value, f"{kind} '{arg}' of {name}()")
            for (make, arg), value in zip(makers, values)]


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
            values = _convert_for_fake(instance, args, values, function.__name__)
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


def _remember_fake(function):
    """Has a function of a fake mark the calls or the rule that it returns."""
    @functools.wraps(function)
    def run(fake, *args):
        result = function(fake, *args)
        for marked in result if isinstance(result, list) else [result]:
            if marked is not None:
                marked._norpc_fake = fake
                if isinstance(marked, Norpc.FakeRule):
                    marked._norpc_method = args[0]
        return result

    return run


def install():
    """To be called when the classes of norpc-glib that others derive from are there."""
    Norpc.Fake.new = _remember_info(Norpc.Fake.new)
    for class_name, name, position in _FUNCTIONS:
        cls = getattr(Norpc, class_name)
        setattr(cls, name, _guard(getattr(cls, name), position))
    for name in 'answer_error', 'answer_values', 'answer_variant', 'dup_calls', 'get_call', 'never_answer':
        setattr(Norpc.Fake, name, _remember_fake(getattr(Norpc.Fake, name)))
