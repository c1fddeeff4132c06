# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls of proxies: awaitable, and synchronous."""

from gi.repository import Gio, GLib

from . import description, errors, fork, interrupt, records, replies, values
from .scope import Scope


class _Sent:
    """The result of a one-way call: awaiting it takes no time."""

    def __await__(self):
        return
        yield


_SENT = _Sent()


class _Member:
    """A method or a stream of a generated interface, as proxies call it."""

    def __init__(self, interface, name, args):
        self.name = name
        self.parameters = description.Parameters(args, interface.get_signatures(name, args))
        self.signature = self.parameters.make_signature(True)

    def prepare(self, proxy, args, kwargs):
        """Checks everything before anything is sent."""
        fork.check()
        options = self.parameters.split(kwargs) if kwargs else {}
        args = self.parameters.convert(proxy, self.signature, args, kwargs)
        scope = Scope(options.get('timeout'), options.get('priority'))
        cancellable = options.get('cancellable')
        if cancellable is not None and not isinstance(cancellable, Gio.Cancellable):
            raise values.wrong_type('cancellable', 'Gio.Cancellable', cancellable)
        return [proxy, *args], scope, cancellable


class _Method(_Member):
    def __init__(self, interface, name):
        infos = interface.proxy_infos
        self.call = infos[f'call_{name}']
        self.finish = infos.get(f'call_{name}_finish')
        self.call_sync = infos.get(f'call_{name}_sync')
        end = -3 if self.finish is not None else None  # cancellable, callback and user_data
        super().__init__(interface, name, list(self.call.get_arguments())[:end])
        self.has_results = self.finish is not None and not self._returns_nothing()

    def _returns_nothing(self):
        outs = [arg for arg in self.finish.get_arguments() if arg.get_direction() != description.IN]
        return not outs and self.finish.get_return_type().get_tag_as_string() == 'gboolean'

    def give(self, result):
        """Converts what PyGObject returns."""
        if not self.has_results:
            return None
        if isinstance(result, tuple):
            return tuple(values.give(value) for value in result)
        return values.give(result)

    def send(self, proxy, args, kwargs):
        args, scope, _ = self.prepare(proxy, args, kwargs)
        with scope:
            self.call(*args)
        return _SENT

    def start(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        try:
            return replies.start(self.call, args, self.take_reply, cancellable, scope)
        except RuntimeError:
            raise RuntimeError(f'{self.name}() has to be awaited in an event loop, such as that of Norpc.run(); '
                               f'{self.name}_sync() waits without one') from None

    def take_reply(self, proxy, result):
        return self.give(self.finish(proxy, result))

    def run(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        try:
            with scope:
                return self.give(interrupt.call(self.call_sync, args, cancellable))
        except GLib.Error as error:
            refined = errors.refine(error)
            if refined is error:
                raise
            raise refined from None


class _Stream(_Member):
    def __init__(self, interface, name):
        self.open = interface.proxy_infos[f'open_{name}']
        super().__init__(interface, name, list(self.open.get_arguments())[:-1])

    def run(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        if replies.are_delivered():
            with scope:
                return self.open(*args, cancellable)
        return replies.call_in_thread(self.open, [*args, cancellable], scope)


def _make_function(method, run, name, doc):
    def function(self, *args, **kwargs):
        return run(self, args, kwargs)

    function.__name__ = name
    function.__doc__ = doc
    function.__signature__ = method.signature
    return function


def add_methods(cls):
    """Adds a function for each method of its interface to a generated class of proxies."""
    for interface in description.get_interfaces(cls):
        records.extend(interface.module, interface.info.get_namespace())
        for name in interface.get_called_methods():
            method = _Method(interface, name)
            suffix = interface.get_suffix(name)
            functions = {name: (method.start, 'Calls the method; await the results.'),
                         f'{name}_sync': (method.run, 'Calls the method, and waits for the results.')}
            if method.finish is None:
                functions = {name: (method.send, 'Sends a one-way call.')}
            for public, (run, doc) in functions.items():
                setattr(cls, public + suffix, _make_function(method, run, public + suffix, doc))
        for name in interface.get_streams():
            stream = _Stream(interface, name)
            public = name + interface.get_suffix(name)
            setattr(cls, public, _make_function(stream, stream.run, public, 'Opens a stream.'))
