# SPDX-License-Identifier: LGPL-2.1-or-later
"""Properties of proxies, and of services that are described at run time, which check and convert their values."""

import functools

from gi.repository import GObject

from . import description, errors, interrupt

_plain_props = next(vars(base)['props'] for base in GObject.Object.__mro__ if 'props' in vars(base))


@functools.cache
def _get_takers(cls):
    """Gets the converters of the values of properties, by the names that attributes have."""
    takers = {}
    for interface in description.get_interfaces(cls):
        takers.update(interface.get_property_takers())
    return takers


@functools.cache
def _get_givers(cls):
    """Gets functions that convert the values that PyGObject has, in the same way."""
    givers = {}
    for interface in description.get_interfaces(cls):
        givers.update(interface.get_property_givers())
    return givers


def _give(instance, name, value):
    give = _get_givers(type(instance)).get(name.replace('-', '_'))
    return value if give is None else give(value)


def _take(instance, name, value):
    take = _get_takers(type(instance)).get(name.replace('-', '_'))
    return value if take is None else take(value, f"property '{name}'")


class _Props:
    """The attribute `props` of an object: that of PyGObject, with checks."""

    def __init__(self, instance, props):
        self.__dict__.update(_instance=instance, _props=props)

    def __getattr__(self, name):
        return _give(self._instance, name, getattr(self._props, name))

    def __setattr__(self, name, value):
        setattr(self._props, name, _take(self._instance, name, value))

    def __dir__(self):
        return dir(self._props)

    def __iter__(self):
        # PyGObject's iterator cannot be iterated over itself, as some versions of Python want it.
        props = iter(self._props)
        while (prop := next(props, None)) is not None:
            yield prop

    def __len__(self):
        return len(self._props)


class _PropsOfInstances:
    """The descriptor of the attribute."""

    def __get__(self, instance, owner=None):
        props = _plain_props.__get__(instance, owner)
        return props if instance is None else _Props(instance, props)


class CheckedProperties:
    """Methods of an object whose properties are described."""

    props = _PropsOfInstances()

    def __init__(self, **props):
        super().__init__(**{name: _take(self, name, value) for name, value in props.items()})

    def get_property(self, name):
        return _give(self, name, GObject.Object.get_property(self, name))

    def set_property(self, name, value):
        GObject.Object.set_property(self, name, _take(self, name, value))


class WaitingProperties:
    """Methods of proxies that wait, and that Ctrl-C ends."""

    def load_sync(self, cancellable=None):
        return errors.refining(errors.refine, interrupt.call, super().load_sync, [], cancellable)

    def write_value_sync(self, name, value, cancellable=None):
        return errors.refining(errors.refine, interrupt.call, super().write_value_sync, [name, value], cancellable)
