# SPDX-License-Identifier: LGPL-2.1-or-later
"""Descriptions as modules, with the classes that a typelib of generated code has."""

import os
import types
import warnings

from gi.repository import GLib, GObject, Norpc

from . import calls, described, description, properties, services, values
from .errors import DescribedErrors
from .loaded import Loaded, refuse

_interfaces = {}  # by the type of their proxies
_errors = {}  # of descriptions, by the type of the proxies of their first interface


def load(file, interface_prefix=None):
    """Gets proxies, base classes of services and errors for a description, without generated code.

    `file` is the path of a description, or a file that is open. The name of a class is the last word of
    the interface's name, or all that follows `interface_prefix`. Elements that do not exist are ignored, with a warning.
    """
    text, path, name = _read(file)
    try:
        infos = Norpc.InterfaceInfo.list_for_xml(text)
    except GLib.Error as error:
        if path is not None:
            error.message = f'{path}: {error.message}'
        raise
    for message in Norpc.InterfaceInfo.list_warnings_for_xml(text):
        warnings.warn(message if path is None else f'{path}: {message}', stacklevel=2)
    module = types.ModuleType(name, f'The interfaces of the description {name}.')
    for info in infos:
        errors, declared = _get_errors(infos[0]), described.get_declared_types(info, module.__name__)
        vars(module).update({**errors.domains, **declared.classes})
        _add_interface(module, info, _make_class_name(info.get_name(), interface_prefix), errors, declared)
    return module


def _get_errors(info):
    key = Norpc.DynamicProxy.type_for(info).name
    if key not in _errors:
        _errors[key] = DescribedErrors(info)
    return _errors[key]


def _read(file):
    if hasattr(file, 'read'):
        text, name = file.read(), getattr(file, 'name', None)
    elif not isinstance(file, (str, bytes, os.PathLike)):  # open() would take a file descriptor, and close it
        raise values.wrong_type("argument 'file'", 'a path or an open file', file)
    else:
        with open(file, 'rb') as opened:
            text, name = opened.read(), file
    if isinstance(text, bytes):
        text = text.decode('utf-8')
    if not isinstance(name, (str, bytes, os.PathLike)):  # a file in memory, or one that has only a descriptor
        return text, None, 'description'
    path = os.fsdecode(name)
    return text, path, os.path.basename(path).partition('.')[0]


def _make_class_name(name, prefix):
    """Turns org.example.Kv.Store into Store, or into KvStore if the prefix is org.example."""
    if prefix is None:
        name = name.rpartition('.')[2]
    else:
        name = name.removeprefix(prefix if prefix.endswith('.') or not prefix else prefix + '.')
    return ''.join(word[:1].upper() + word[1:] for word in name.split('.'))


def _add_interface(module, info, name, errors, declared):
    if name in vars(module) or f'{name}Proxy' in vars(module):
        raise ValueError(f"two classes have the name '{name}': interface_prefix can make the names of interfaces longer")
    key = Norpc.DynamicProxy.type_for(info).name
    if key not in _interfaces:
        _interfaces[key] = _make_classes(Loaded(info, name, errors, declared), module.__name__)
    interface = _interfaces[key]
    setattr(module, name, interface.cls)
    setattr(module, f'{name}Proxy', interface.proxy_class)


def _make_classes(interface, module_name):
    proxy_type = Norpc.DynamicProxy.type_for(interface.info)
    service_type = Norpc.DynamicService.type_for(interface.info)
    gtype = next(gtype for gtype in proxy_type.interfaces if gtype in service_type.interfaces)
    interface.cls = type(interface.name, (GObject.GInterface,),
                         {'__module__': module_name, '__gtype__': gtype, **interface.methods})
    gtype.pytype = interface.cls  # other classes that implement it, as that of a fake, have its functions
    description.add_described(interface)
    interface.proxy_class = _make_class(f'{interface.name}Proxy', Norpc.DynamicProxy, interface, proxy_type,
                                        {**interface.proxy_infos, 'new': _make_new(interface)}, module_name)
    if interface.info.list_properties():
        for function in _new_async, _new_finish, _new_sync:
            setattr(interface.proxy_class, function.__name__[1:], classmethod(function))
    calls.add_methods(interface.proxy_class)
    _add_left_out(interface)
    interface.service_class = _make_class(f'{interface.name}Service', Norpc.DynamicService, interface, service_type,
                                          {'do_handle_call': services.handle_described_call}, module_name)
    return interface


def _make_class(name, base, interface, gtype, namespace, module_name):
    bases = (base, interface.cls)
    if not issubclass(base, properties.CheckedProperties):  # a service
        bases = (properties.CheckedProperties, *bases)
    cls = type(base)(name, bases, {'__module__': module_name, '__gtype__': gtype, **interface.get_connecting_functions(), **namespace})
    gtype.pytype = cls
    return cls


def _make_new(interface):
    return staticmethod(lambda endpoint: Norpc.DynamicProxy.new(endpoint, interface.info))


def _new_async(cls, endpoint, cancellable, callback, *data):
    cls.new(endpoint).load_async(cancellable, callback, *data)


def _new_finish(cls, result):
    proxy = result.get_source_object()
    proxy.load_finish(result)
    return proxy


def _new_sync(cls, endpoint, cancellable=None):
    proxy = cls.new(endpoint)
    proxy.load_sync(cancellable)
    return proxy


def _add_left_out(interface):
    """Has members that need generated code say so."""
    for name, message in interface.get_left_out().items():
        suffix = interface.get_suffix(name)
        for public in f'{name}{suffix}', f'{name}_sync{suffix}', f'call_{name}', f'call_{name}_sync', f'open_{name}':
            if not hasattr(interface.proxy_class, public):
                setattr(interface.proxy_class, public, refuse(message))
