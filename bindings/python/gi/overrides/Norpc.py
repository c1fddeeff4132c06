# SPDX-License-Identifier: LGPL-2.1-or-later
"""What makes norpc-glib at home in Python; PyGObject loads it with the typelib Norpc."""

from gi.overrides import override
from gi.repository import Norpc

from ._norpc import calls, eventloop

__all__ = ['EventLoop', 'create_task', 'run']

EventLoop = eventloop.EventLoop
create_task = eventloop.create_task
run = eventloop.run


class Proxy(Norpc.Proxy):
    """The base class of proxies. Generated ones get a function for each method."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if '__info__' in vars(cls):  # not a class derived in Python
            calls.add_methods(cls)


Proxy = override(Proxy)
__all__.append('Proxy')
