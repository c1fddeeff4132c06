# SPDX-License-Identifier: LGPL-2.1-or-later
"""Streams and signals as iterators."""

import asyncio
import functools

from gi.repository import Norpc

from . import description, errors, fds, interrupt, replies, values
from .parameters import Parameters, find, read_arguments
from .scope import Scope


def _get_item(results):
    """Gets the values of an item, or of what else PyGObject returns; a single one by itself."""
    if not isinstance(results, tuple):
        return values.give(results)
    return tuple(values.give(value) for value in results)


async def _wait(self, name):
    """Awaits `name`_async() of an object. A later wait gets the item of a wait that was cancelled."""
    waits = self.__dict__.setdefault('_norpc_waits', {})
    before = waits.get(name)
    if before is not None and before.cancelled():
        late = await before.wait_late()
        waits.pop(name, None)
        if late:
            return late[0]
    elif before is not None and before.done():
        return waits.pop(name).result()
    reply = _start(self, name)
    if before is None or before.done():  # otherwise another task waits, and the reply is an error
        waits[name] = reply
    is_kept = False
    try:
        return await reply
    except asyncio.CancelledError:
        is_kept = True
        raise
    finally:
        if not is_kept and waits.get(name) is reply:
            del waits[name]
        del before, reply  # which have the error, whose traceback has this frame


def _start(self, name):
    cls = type(self)
    finish = getattr(cls, f'{name}_finish')
    start = replies.start
    if name == 'outcome':
        info, method = self.get_interface_info()
        positions, give = fds.find(fds.get_signatures(info, method)) or [], lambda results: results
        if isinstance(self, DescribedStream):
            positions, give, finish = [], self._unpack_outcome, cls.outcome_reply_finish
        start = functools.partial(replies.start_with_fds, positions=positions, give=give)
    return start(getattr(cls, f'{name}_async'), [self], lambda *args: _refining(self, finish, *args), None, Scope())


def _refining(self, function, *args):
    """Calls a function, whose declared errors become exceptions of their classes."""
    return errors.refining(getattr(self, '_norpc_refine', errors.refine), function, *args)


def add_waiting(cls):
    """Has the functions of a generated class of streams that wait end with Ctrl-C, and outcome_sync() convert results."""
    is_generated = cls.__info__.get_namespace() != 'Norpc'
    for name in 'next_sync', 'outcome_sync':
        if name in vars(cls):
            give = _give_outcome if is_generated and name == 'outcome_sync' else lambda self, results: results
            setattr(cls, name, _make_waiting(vars(cls)[name], name, give))


def _make_waiting(function, name, give):
    def wait(self, cancellable=None):
        return give(self, _refining(self, interrupt.call, function, [self], cancellable))

    wait.__name__ = name
    return wait


class StreamFunctions:
    """Methods that an end of a stream has in Python."""

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _check_end(self, is_reader):
        """Fails at an end that does not do such a thing."""
        is_client = self.__dict__.get('_norpc_is_client')
        if is_client is not None and is_reader != (is_client != _goes_to_service(self)):
            raise TypeError(f"the {'client' if is_client else 'service'}'s end of this stream "
                            + ('writes; it cannot read items' if is_reader else 'reads; it cannot write items'))

    def end(self):
        self._check_end(False)
        super().end()

    def __aiter__(self):
        self._check_end(True)
        return self

    async def __anext__(self):
        self._check_end(True)
        item = await _wait(self, 'next')
        if not item[0]:
            raise StopAsyncIteration
        return _get_item(item[1] if len(item) == 2 else item[1:])

    def __iter__(self):
        self._check_end(True)
        return self

    def __next__(self):
        self._check_end(True)
        item = self.next_sync()
        if not item[0]:
            raise StopIteration
        return _get_item(item[1] if len(item) == 2 else item[1:])

    async def outcome(self):
        """Gets the results of the stream, once it has ended."""
        if self.__dict__.get('_norpc_is_client') is False:
            raise TypeError("the service's end of a stream has no outcome; its function returns the results")
        return _give_outcome(self, await _wait(self, 'outcome'))

    async def send(self, *item):
        """Writes an item, as soon as the reader is ready for it."""
        self._check_end(False)
        parameters, signature = _get_writing(type(self))
        item = parameters.convert(self, signature, item, {})
        while not self.is_ready():
            await _wait(self, 'ready')
        self.write(*item)


def mark(stream, is_client):
    """Tells an end of a stream which one it is."""
    stream._norpc_is_client = is_client
    return stream


_directions = {}  # whether items go to the service, by classes of streams


def _goes_to_service(stream):
    cls = type(stream)
    if cls not in _directions:
        info, method = stream.get_interface_info()
        _directions[cls] = bool(info.get_method_flags(method) & Norpc.MethodFlags.STREAM_IN)
    return _directions[cls]


@functools.cache
def _get_writing(cls):
    """Gets the parameters of an item, and their signature."""
    if issubclass(cls, DescribedStream):
        parameters = Parameters(cls.items.args)
    else:
        parameters = Parameters(read_arguments(find(cls.__info__.get_methods(), 'write').get_arguments()))
    return parameters, parameters.make_signature(False)


@functools.cache
def _has_results(cls):
    if issubclass(cls, DescribedStream):
        return len(cls.results) > 0
    finish = find(cls.__info__.get_methods(), 'outcome_finish')
    return len(finish.get_arguments()) > 1 or finish.get_return_type().get_tag_as_string() != 'gboolean'


def _give_outcome(stream, results):
    """Gets the results of a stream from what PyGObject returns."""
    if not _has_results(type(stream)):
        return None
    if isinstance(results, tuple):
        return tuple(values.give_result(value) for value in results)
    return values.give_result(results)


class DescribedStream:
    """Methods of a stream that is described at run time, as a typelib would give them to one."""

    items = None  # that a class derived from this one describes
    results = None

    def _unpack_item(self, item):
        if item is None:
            return (False, *[None] * len(self.items))
        return (True, *self.items.from_gobject(item.get_values()))

    def next_finish(self, result):
        return self._unpack_item(self.next_item_finish(result))

    def next_sync(self, cancellable=None):
        return self._unpack_item(_refining(self, interrupt.call, self.next_item_sync, [], cancellable))

    def try_next(self):
        raise NotImplementedError('a stream of a description that was loaded has no try_next()')

    def write(self, *values):
        return self.write_values(self.items.to_gvalues(self.items.check('write', values)))

    def _unpack_outcome(self, reply):
        results = self.results.from_gobject(reply.get_values(), owns=True)
        reply.disown_fds()
        if not results:
            return True
        return results[0] if len(results) == 1 else tuple(results)

    def outcome_finish(self, result):
        return self._unpack_outcome(self.outcome_reply_finish(result))

    def outcome_sync(self, cancellable=None):
        reply = _refining(self, interrupt.call, self.outcome_reply_sync, [], cancellable)
        return _give_outcome(self, self._unpack_outcome(reply))


def make_described_class(name, items, results, refine):
    """Makes the class of both ends of a stream that is described at run time."""
    base = Norpc.DynamicStream
    return type(base)(name, (DescribedStream, base), {
        '__module__': __name__, '__gtype__': base.__gtype__, 'items': items, 'results': results,
        '_norpc_refine': staticmethod(refine),
    })


def describe(stream, cls):
    """Has a stream be of such a class. There is one GType for all."""
    stream.__class__ = cls
    stream._norpc_is_described = True  # an attribute has the wrapper last as long as the stream
    return stream


def _check_signal(proxy, signal):
    """Has a signal that does not exist be an exception; C would log it as critical."""
    info = Norpc.interface_info_for_type(proxy.__gtype__) if isinstance(proxy, Norpc.Proxy) else None
    if info is None or not isinstance(signal, str):
        return  # PyGObject fails
    if not any(signal == member or signal.replace('_', '-') == info.get_gobject_name(member)
               for member in info.list_signals()):
        raise TypeError(f"{info.get_name()} has no signal '{signal}'")


class SignalWatchFunctions:
    """Methods that a watch of a signal has in Python."""

    _norpc_give = None  # converts the arguments, if their types were loaded

    @classmethod
    def new(cls, proxy, signal):
        _check_signal(proxy, signal)
        watch = super().new(proxy, signal)
        for interface in description.get_interfaces(type(proxy)):
            watch._norpc_give = interface.get_signal_giver(signal)
        return watch

    def __aiter__(self):
        return self

    async def __anext__(self):
        """Gets the arguments of the next emission."""
        if not replies.are_delivered():
            raise RuntimeError('signals need an event loop that runs the main context, such as that of Norpc.run()')
        emission = await _wait(self, 'next')
        args = [values.own(emission.get_arg(index)) for index in range(emission.get_n_args())]
        if self._norpc_give is not None:
            args = self._norpc_give(args)
        return _get_item(args[0] if len(args) == 1 else tuple(args))
