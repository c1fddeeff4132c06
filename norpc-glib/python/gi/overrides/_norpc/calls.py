# SPDX-License-Identifier: LGPL-2.1-or-later
"""Calls of proxies: awaitable, and synchronous."""

import functools
import types

from gi.repository import Gio

from . import description, errors, fds, fork, interrupt, replies, streams, values
from .parameters import Parameters
from .scope import Scope


class _Sent:
    """The result of a one-way call: awaiting it takes no time."""

    def __await__(self):
        return
        yield


_SENT = _Sent()


class _Member:
    """A method or a stream of a generated interface, as proxies call it."""

    def __init__(self, interface, name):
        self.name = name
        self.interface = interface
        self.parameters = Parameters(interface.read_parameters(name))
        self.signature = self.parameters.make_signature(True)

    def prepare(self, proxy, args, kwargs):
        """Checks everything before anything is sent."""
        fork.check()
        options = self.parameters.split(kwargs) if kwargs else {}
        args = self.parameters.convert(proxy, self.signature, args, kwargs)
        scope = Scope(options.get('timeout'), options.get('priority'))
        cancellable = options.get('cancellable')
        if cancellable is not None and not isinstance(cancellable, Gio.Cancellable):
            raise values.wrong_type("argument 'cancellable'", 'Gio.Cancellable', cancellable)
        return [proxy, *args], scope, cancellable


def _get_last_parameter(function):
    """The name of the last parameter, or None if the function is not of a typelib but of a loaded description."""
    if isinstance(function, types.FunctionType):
        return None
    return [arg.get_name() for arg in function.get_arguments() if arg.get_direction() == description.IN][-1]


class _Method(_Member):
    def __init__(self, interface, name):
        super().__init__(interface, name)
        infos = interface.proxy_infos
        self.call = infos[f'call_{name}']
        self.finish = infos.get(f'call_{name}_finish')
        self.call_sync = infos.get(f'call_{name}_sync')
        self.has_results = interface.has_results(name)
        self.fd_positions = fds.find(interface.get_result_signatures(name))

    def give(self, result):
        """Converts what PyGObject returns."""
        if not self.has_results:
            return None
        if isinstance(result, tuple):
            return tuple(values.give_result(value) for value in result)
        return values.give_result(result)

    def send(self, proxy, args, kwargs):
        args, scope, _ = self.prepare(proxy, args, kwargs)
        with scope:
            self.call(*args)
        return _SENT

    def start(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        try:
            if self.fd_positions is None:
                return replies.start(self.call, args, self.take_results, cancellable, scope)
            # The owner of the descriptors is unpacked when somebody takes the results.
            finish, unpack = self.interface.get_finishing(self.name)
            return replies.start_with_fds(
                self.call, args, functools.partial(errors.refining, self.interface.refine, finish), cancellable, scope,
                [] if unpack else self.fd_positions, lambda reply: self.give(unpack(reply) if unpack else reply))
        except RuntimeError:
            raise RuntimeError(f'{self.name}() has to be awaited in an event loop, such as that of Norpc.run(); '
                               f'{self.name}_sync() waits without one') from None

    def take_results(self, proxy, result):
        return self.give(self.take_reply(proxy, result))

    def take_reply(self, proxy, result):
        return errors.refining(self.interface.refine, self.finish, proxy, result)

    def run(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        with scope:
            return self.give(errors.refining(self.interface.refine, interrupt.call, self.call_sync, args, cancellable))

    def run_plainly(self, proxy, args, kwargs):
        """Calls the function of PyGObject, whose last argument is a cancellable, and has Ctrl-C end it."""
        name = _get_last_parameter(self.call_sync)
        cancellable = kwargs.pop(name or 'cancellable', None)
        if len(args) + len(kwargs) > len(self.parameters.names):
            *args, cancellable = args
        if name is None:
            return interrupt.call(lambda given: self.call_sync(proxy, *args, given, **kwargs), [], cancellable)
        # By name, because PyGObject lets callers leave out arguments before it that may be None.
        return interrupt.call(lambda given: self.call_sync(proxy, *args, **kwargs, **{name: given}), [], cancellable)


class _Stream(_Member):
    def __init__(self, interface, name):
        super().__init__(interface, name)
        self.open = interface.proxy_infos[f'open_{name}']

    def run(self, proxy, args, kwargs):
        args, scope, cancellable = self.prepare(proxy, args, kwargs)
        if replies.are_delivered():
            with scope:
                return streams.mark(self.open(*args, cancellable), True)
        return streams.mark(replies.call_in_thread(self.open, [*args, cancellable], scope), True)


class _Function:
    """A function of a proxy class, for a method or a stream.

    Its types are looked up when it is used: PyGObject holds a lock while it makes the class.
    """

    def __init__(self, kind, run, interface, name, public, doc):
        self._make = lambda: kind(interface, name)
        self._run = run
        self.__name__ = self.__qualname__ = public
        self.__doc__ = doc

    @functools.cached_property
    def _member(self):
        return self._make()

    @property
    def __signature__(self):
        return self._member.signature

    def __get__(self, proxy, owner=None):
        return self if proxy is None else types.MethodType(self, proxy)

    def __call__(self, proxy, *args, **kwargs):
        return self._run(self._member, proxy, args, kwargs)


def _make_setter(function):
    """Makes a function that sets a property and waits, from that of PyGObject."""
    @functools.wraps(function, ('__name__', '__doc__'))
    def set_sync(self, value, cancellable=None):
        return errors.refining(errors.refine, interrupt.call, function, [self, value], cancellable)

    return set_sync


def _make_constructor(function):
    """Makes a function that makes a proxy and waits for its properties, from that of PyGObject."""
    def new_sync(cls, endpoint, cancellable=None):
        return errors.refining(errors.refine, interrupt.call, function, [cls, endpoint], cancellable)

    new_sync.__doc__ = function.__doc__
    return classmethod(new_sync)


def _add_waiting(cls, interface):
    """Has Ctrl-C end the functions of PyGObject that wait for properties."""
    for name, function in interface.proxy_infos.items():
        if isinstance(function, types.FunctionType):
            continue
        if name.startswith('set_') and name.endswith('_sync') and f'{name.removesuffix("sync")}finish' in interface.proxy_infos:
            setattr(cls, name, _make_setter(function))
        elif name == 'new_sync':
            cls.new_sync = _make_constructor(function)


class _Set:
    """The result of a function that has set a property: there is nothing to await."""

    def __init__(self, hint):
        self._hint = hint

    def __repr__(self):
        return f'<{self._hint}>'

    def __await__(self):
        raise TypeError(self._hint)


def _make_hinting(function, hint, is_setter):
    """Has the function of a property say that a method of its name has another one."""
    @functools.wraps(function, ('__name__', '__doc__'))
    def run(self, *args, **kwargs):
        try:
            result = function(self, *args, **kwargs)
        except TypeError as error:
            raise TypeError(f'{error}; {hint}') from None
        return _Set(hint) if is_setter else result

    return run


def _add_hints(cls, interface, name):
    """Adds hints to the functions of a property X, which have the names that a method GetX or SetX would have."""
    verb, _, property_name = name.partition('_')
    suffix = interface.get_suffix(name)
    if not suffix or verb not in ('get', 'set') or property_name not in interface.property_names:
        return
    for public in name, f'{name}_sync':
        function = getattr(cls, public, None)
        if function is not None:
            does = 'gets' if verb == 'get' else 'sets'
            hint = f"{public}() {does} the property '{property_name}'; the method is {public}{suffix}()"
            setattr(cls, public, _make_hinting(function, hint, verb == 'set' and public == name))


def add_methods(cls):
    """Adds a function for each method of its interface to a generated class of proxies."""
    def add(public, kind, run, doc):
        public += interface.get_suffix(name)
        setattr(cls, public, _Function(kind, run, interface, name, public, doc))

    for interface in description.get_interfaces(cls):
        for name in interface.get_called_methods():
            if f'call_{name}_finish' not in interface.proxy_infos:
                add(name, _Method, _Method.send, 'Sends a one-way call.')
                continue
            add(name, _Method, _Method.start, 'Calls the method; await the results.')
            add(f'{name}_sync', _Method, _Method.run, 'Calls the method, and waits for the results.')
            call_sync = f'call_{name}_sync'
            setattr(cls, call_sync, _Function(_Method, _Method.run_plainly, interface, name, call_sync,
                                              'Calls the method, without converting values, and waits.'))
        for name in interface.get_streams():
            add(name, _Stream, _Stream.run, 'Opens a stream.')
        _add_waiting(cls, interface)
        for name in interface.get_called_methods():
            _add_hints(cls, interface, name)
