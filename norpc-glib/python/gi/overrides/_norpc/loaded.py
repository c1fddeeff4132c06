# SPDX-License-Identifier: LGPL-2.1-or-later
"""Interfaces that are described at run time, with the functions that a typelib would give them."""

import functools
import types

from gi.repository import Gio, GLib, GObject, Norpc

from . import described, description, errors, fds, streams


class Loaded:
    """An interface that is described at run time, as description.Interface is one of a typelib."""

    def __init__(self, info, name, errors, declared):
        self.info = info
        self.name = name
        self._errors = errors
        self._descriptions = described.Descriptions(info, declared)
        self._methods = {info.get_function_name(method): index for index, method in enumerate(info.list_methods())}
        self._calls = {self._make_stem(name): index for name, index in self._methods.items()}
        self._ins, self._outs, self._items = (
            {name: get(index) for name, index in {**self._methods, **self._calls}.items()}
            for get in (self._descriptions.get_in, self._descriptions.get_out, self._descriptions.get_item))
        self._signals = {info.get_gobject_name(signal): self._descriptions.get_signal(index)
                         for index, signal in enumerate(info.list_signals())}
        self._properties = {property_info.name.replace('-', '_'): self._descriptions.get_property(index)
                            for index, property_info in enumerate(info.properties or ())}
        self.stream_classes = {
            name: streams.make_described_class(f'{self.name}{name.title().replace("_", "")}Stream', self._items[name],
                                               self._outs[name], self.refine) for name in self.get_streams()}
        self.property_names = set(self._properties)
        self.methods = self._make_functions()  # of the interface
        self.proxy_infos = self._make_proxy_functions()
        self.cls = self.proxy_class = self.service_class = None  # until they are made

    def _make_stem(self, name):
        """Makes the name that the functions of proxies have for a method, as generated code does."""
        stem = name
        while (stem in ('finish', 'sync') or stem != name and stem in self._methods
               or stem.endswith('_async') and not self._has_flag(self._methods[name], Norpc.MethodFlags.ONEWAY)
               or any(stem.endswith(end) and stem.removesuffix(end) in self._methods
                      for end in ('_finish', '_sync', '_with_reply'))):
            stem += '_'
        return stem

    def get_property_takers(self):
        def make_taker(value):
            return lambda new, name: value.to_gobject([value.args[0].take(new, name)])[0]

        return {name: make_taker(value) for name, value in self._properties.items()}

    def get_property_givers(self):
        """Gets functions that convert the values of properties whose types are declared."""
        return {name: lambda value, described_value=described_value: described_value.from_gobject([value])[0]
                for name, described_value in self._properties.items() if described_value.needs_codecs()}

    def read_parameters(self, name):
        return self._ins[name].args

    def read_results(self, name):
        return self._outs[name].args

    def get_result_makers(self, _info, method):
        return self._descriptions.get_out(method).get_makers()

    def get_item_makers(self, _info, method):
        return self._descriptions.get_item(method).get_makers()

    def has_results(self, name):
        return len(self._outs[name]) > 0

    def get_result_signatures(self, name):
        return fds.get_signatures(self.info, {**self._calls, **self._methods}[name])

    def get_finishing(self, name):
        return Norpc.Proxy.call_finish, lambda reply: self._unpack(name, reply)

    def refine(self, error):
        return self._errors.refine(error)

    def get_called_methods(self):
        return [name for name, index in self._calls.items() if not self._has_flag(index, Norpc.MethodFlags.STREAM)]

    def get_streams(self):
        return [name for name, index in self._methods.items() if self._has_flag(index, Norpc.MethodFlags.STREAM)]

    def get_handled_methods(self):
        return [(name, None) for name in self._methods]  # no virtual functions

    def get_left_out(self):
        """Gets why members are left out, by their names for functions."""
        return {self.info.get_function_name(member): f'{self.info.get_name()}: {self.info.get_left_out(member)}'
                for member in self.info.list_left_out()}

    def get_suffix(self, name):
        return description.make_suffix(name, self)

    def make_proxy(self, endpoint):
        return self.proxy_class.new(endpoint)

    def get_arguments(self, call):
        """Gets what the method of a class is called with: the stream, if it is one, and the arguments."""
        name = self.info.get_function_name(call.get_method_name())
        args = self._ins[name].from_gobject(call.get_args())
        cls = self.stream_classes.get(name)
        return args if cls is None else [streams.describe(Norpc.DynamicStream.get_for_call(call), cls), *args]

    def _has_flag(self, index, flag):
        return bool(self.info.get_method_flags(index) & flag)

    # The functions of the interface.

    def _make_functions(self):
        functions = {f'complete_{name}': self._make_complete(name) for name in self._methods}
        for signal in self.info.list_signals():
            name = self.info.get_function_name(signal)
            functions[f'emit_{name}'] = self._make_emit(name, self.info.get_gobject_name(signal))
        for index, member in enumerate(self.info.list_properties()):
            functions.update(self._make_property_functions(member, index))
        return _name(functions)

    def _make_complete(self, name):
        results = self._outs[name]

        def complete(service, call, *args):
            call.return_values(results.to_result_gvalues(results.check(f'complete_{name}', args)))

        return complete

    def _make_emit(self, name, gobject_name):
        args = self._signals[gobject_name]
        return lambda self, *values: self.emit(gobject_name, *args.to_gobject(args.check(f'emit_{name}', values)))

    def get_connecting_functions(self):
        """Gets functions that convert the arguments of signals whose types are declared, if there are any."""
        signals = {name: args for name, args in self._signals.items() if args.needs_codecs()}

        def make_connect(name):
            connect = getattr(GObject.Object, name)

            def connect_converting(instance, signal, handler, *data):
                args = signals.get(signal.partition('::')[0].replace('_', '-'))
                return connect(instance, signal, handler if args is None else _convert_args(handler, args), *data)

            return connect_converting

        return {name: make_connect(name) for name in ('connect', 'connect_after')} if signals else {}

    def get_signal_giver(self, signal):
        """Gets the function that converts the arguments of a signal."""
        name = signal if signal in self._signals else self.info.get_gobject_name(signal)
        return self._signals[name].from_gobject if name in self._signals else None

    def _make_property_functions(self, member, index):
        name = self.info.get_function_name(member)
        gobject_name, flags = self.info.properties[index].name, self.info.properties[index].dbus.flags
        value = self._properties[gobject_name.replace('-', '_')]
        functions = {}
        if flags & Gio.DBusPropertyInfoFlags.READABLE:
            functions[f'get_{name}'] = lambda self: self.get_property(gobject_name)
        if flags & Gio.DBusPropertyInfoFlags.WRITABLE:
            functions[f'set_{name}'] = lambda self, new: GObject.Object.set_property(
                self, gobject_name, *value.to_gobject(value.check(f'set_{name}', [new])))
        return functions

    # The functions of proxies.

    def _make_proxy_functions(self):
        functions = {f'open_{name}': self._make_open(name) for name in self.get_streams()}
        for name in self.get_called_methods():
            new_call = self._make_new_call(self._calls[name])
            if self._has_flag(self._calls[name], Norpc.MethodFlags.ONEWAY):
                functions[f'call_{name}'] = self._make_send(name, new_call)
            else:
                functions[f'call_{name}'] = self._make_call(name, new_call)
                functions[f'call_{name}_finish'] = self._make_finish(name)
                functions[f'call_{name}_sync'] = self._make_call_sync(name)
        for index, member in enumerate(self.info.list_properties()):
            functions.update(self._make_writing_functions(member, index))
        return _name(functions)

    def _make_new_call(self, index):
        method = self.info.list_methods()[index]
        return lambda proxy, values: Norpc.DynamicProxy.new_call_for_values(proxy, method, values)

    def _split(self, function, name, args, n_more):
        """Checks the arguments of a call, and gets them as GValues, with what follows them."""
        described_args = self._ins[name]
        more = args[len(described_args):]
        if len(more) > n_more and n_more < 2:  # a callback has any number of arguments
            raise TypeError(f'{function}() takes {len(described_args)} arguments and {n_more} more, got {len(args)}')
        checked = described_args.check(function, args[:len(described_args)])
        return described_args.to_gvalues(checked), [*more, *[None] * (n_more - len(more))]

    def _make_call(self, name, new_call):
        def call(proxy, *args):
            values, more = self._split(f'call_{name}', name, args, 2)
            Norpc.Proxy.call(proxy, new_call(proxy, values), *more)

        return call

    def _make_call_sync(self, name):
        method = self.info.list_methods()[self._calls[name]]

        def call_sync(proxy, *args):
            values, more = self._split(f'call_{name}_sync', name, args, 1)
            return self._unpack(name, Norpc.DynamicProxy.call_values_sync(proxy, method, values, *more))

        return call_sync

    def _make_finish(self, name):
        return lambda proxy, result: self._unpack(name, Norpc.Proxy.call_finish(proxy, result))

    def _make_send(self, name, new_call):
        def send(proxy, *args):
            values, more = self._split(f'call_{name}', name, args, 0)
            Norpc.Proxy.send(proxy, new_call(proxy, values), *more)

        return send

    def _make_open(self, name):
        member = self.info.list_methods()[self._methods[name]]

        def open_stream(proxy, *args):
            values, more = self._split(f'open_{name}', name, args, 1)
            stream = Norpc.DynamicProxy.open_stream_for_values(proxy, member, values, *more)
            return streams.describe(stream, self.stream_classes[name])

        return open_stream

    def _unpack(self, name, reply):
        """Gets the results of a call as PyGObject returns those of a function."""
        results = self._outs[name].from_gobject(reply.get_values(), owns=True)
        reply.disown_fds()
        if not results:
            return True
        return results[0] if len(results) == 1 else tuple(results)

    def _make_writing_functions(self, member, index):
        name = self.info.get_function_name(member)
        gobject_name, flags = self.info.properties[index].name, self.info.properties[index].dbus.flags
        value = self._properties[gobject_name.replace('-', '_')]
        if not flags & Gio.DBusPropertyInfoFlags.WRITABLE:
            return {}

        def write(proxy, new, cancellable, *callback):
            gvalue, = value.to_gvalues(value.check(f'set_{name}_async', [new]))
            Norpc.Proxy.write_value_async(proxy, gobject_name, gvalue, cancellable, *callback)

        def write_sync(proxy, new, cancellable=None):
            gvalue, = value.to_gvalues(value.check(f'set_{name}_sync', [new]))
            return errors.refining(self.refine, proxy.write_value_sync, gobject_name, gvalue, cancellable)

        return {f'set_{name}_async': write, f'set_{name}_finish': Norpc.Proxy.write_value_finish,
                f'set_{name}_sync': write_sync}


def _name(functions):
    """Gives functions their names, for the messages of Python."""
    for name, function in functions.items():
        if isinstance(function, types.FunctionType):
            function.__name__ = function.__qualname__ = name
    return functions


def _convert_args(handler, args):
    """Makes a handler of a signal whose arguments are converted."""
    @functools.wraps(handler)
    def run(instance, *values):
        return handler(instance, *args.from_gobject(values[:len(args)]), *values[len(args):])

    return run


def refuse(message):
    """Makes a function in place of one that needs generated code."""
    def fail(*_args, **_kwargs):
        raise GLib.Error.new_literal(Norpc.error_quark(), message, Norpc.Error.NOT_IMPLEMENTED)

    return fail
