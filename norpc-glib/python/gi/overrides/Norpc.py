# SPDX-License-Identifier: LGPL-2.1-or-later
"""The module that PyGObject loads with the typelib Norpc: norpc-glib as Python expects it."""

import os

from gi.overrides import override
from gi.repository import GLib, GObject, Norpc

from ._norpc import calls, description, errors, eventloop, guards, gvalues, properties, records, scope, streams

__all__ = ['EventLoop', 'NO_TIMEOUT', 'create_task', 'error_class', 'extend_records', 'get_current_call',
           'interface_info_for_type', 'run', 'trace_context']

NO_TIMEOUT = GLib.MAXUINT32  # typelibs have no macros
EventLoop = eventloop.EventLoop
create_task = eventloop.create_task
run = eventloop.run
error_class = errors.error_class
extend_records = records.extend_module
get_current_call = scope.get_current_call
interface_info_for_type = description.get_info
trace_context = scope.trace_context


class ProxyMeta(type(Norpc.Proxy)):
    """Gives each generated class of proxies its functions, once PyGObject has given it those of C."""

    def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace, **kwargs)
        if '__info__' in namespace:  # not a class derived in Python
            calls.add_methods(cls)


class Proxy(properties.WaitingProperties, properties.CheckedProperties, Norpc.Proxy, metaclass=ProxyMeta):
    """The base class of proxies. Generated ones get a function for each method."""


Proxy = override(Proxy)
__all__.append('Proxy')


class StreamMeta(type(Norpc.Stream)):
    """Gives each generated class of streams functions that end with Ctrl-C."""

    def __init__(cls, name, bases, namespace, **kwargs):
        super().__init__(name, bases, namespace, **kwargs)
        if '__info__' in namespace:
            streams.add_waiting(cls)


class Stream(streams.StreamFunctions, Norpc.Stream, metaclass=StreamMeta):
    """An end of a stream. It iterates over the items that it reads."""


Stream = override(Stream)
__all__.append('Stream')


class SignalWatch(streams.SignalWatchFunctions, Norpc.SignalWatch):
    """Waits for emissions of a signal. It iterates over them in coroutines."""


SignalWatch = override(SignalWatch)
__all__.append('SignalWatch')

guards.install()


class Filter(guards.FilterFunctions, Norpc.Filter):
    """A layer that lets calls pass or rejects them."""


Filter = override(Filter)
__all__.append('Filter')


class Reply(Norpc.Reply):
    """A reply, for a filter's function."""

    def get_error(self):
        error = super().get_error()
        return None if error is None else errors.refine(error)


Reply = override(Reply)
__all__.append('Reply')


class Balance(guards.BalanceFunctions, Norpc.Balance):
    """A layer that distributes calls."""


Balance = override(Balance)
__all__.append('Balance')


class Retry(guards.RetryFunctions, Norpc.Retry):
    """A layer that attempts calls again."""


Retry = override(Retry)
__all__.append('Retry')

gvalues.install()
from ._norpc import loading, services, weakrefs  # noqa: E402  they use the classes above

Service = services.Service
load = loading.load
serve = services.serve
__all__ += ['Service', 'load', 'serve']


class Server(services.ServerFunctions, Norpc.Server):
    """A server. In a with statement, it gives a proxy for its service, and stops in the end."""


Server = override(Server)
__all__.append('Server')


_connect_helper = Norpc.Helper.connect


def _connect():
    """Connects a helper program to the process that has started it."""
    connection = _connect_helper()
    os.environ.pop('NORPC_HELPER_FD', None)  # Python has a copy of the environment
    return connection


class _Connect:
    """The function connect() of the class, and that of GObject of an instance."""

    def __get__(self, helper, owner=None):
        return _connect if helper is None else GObject.Object.connect.__get__(helper, owner)


class Helper(Norpc.Helper):
    """A program with a service."""

    connect = _Connect()

    def __init__(self, **properties):
        path = properties.get('object_path', '/')
        if not isinstance(path, str) or not GLib.Variant.is_object_path(path):
            raise ValueError(f"property 'object_path': expected an object path, got {path!r}")
        super().__init__(**properties)


Helper = override(Helper)
__all__.append('Helper')


class Supervisor(services.SupervisorFunctions, Norpc.Supervisor):
    """Makes a service, and another one when it ends."""


Supervisor = override(Supervisor)
__all__.append('Supervisor')
