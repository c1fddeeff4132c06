# SPDX-License-Identifier: LGPL-2.1-or-later
"""The module that PyGObject loads with the typelib Norpc: norpc-glib as Python expects it."""

from gi.overrides import override
from gi.repository import Norpc

from ._norpc import calls, errors, eventloop, records, scope, streams

__all__ = ['EventLoop', 'create_task', 'error_class', 'extend_records', 'get_current_call', 'run']

EventLoop = eventloop.EventLoop
create_task = eventloop.create_task
run = eventloop.run
error_class = errors.error_class
extend_records = records.extend_module
get_current_call = scope.get_current_call


class Proxy(Norpc.Proxy):
    """The base class of proxies. Generated ones get a function for each method."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if '__info__' in vars(cls):  # not a class derived in Python
            calls.add_methods(cls)


Proxy = override(Proxy)
__all__.append('Proxy')


class Stream(streams.StreamFunctions, Norpc.Stream):
    """An end of a stream. It iterates over the items that it reads."""


Stream = override(Stream)
__all__.append('Stream')


class SignalWatch(streams.SignalWatchFunctions, Norpc.SignalWatch):
    """Waits for emissions of a signal. It iterates over them in coroutines."""


SignalWatch = override(SignalWatch)
__all__.append('SignalWatch')

from ._norpc import loading, services  # noqa: E402  they use the classes above

Service = services.Service
load = loading.load
serve = services.serve
__all__ += ['Service', 'load', 'serve']


class Server(services.ServerFunctions, Norpc.Server):
    """A server. In a with statement, it gives a proxy for its service, and stops in the end."""


Server = override(Server)
__all__.append('Server')
