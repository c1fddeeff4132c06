# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services that are classes of Python."""

import asyncio
import atexit
import inspect
import os
import sys
import threading
import weakref

from gi.repository import Gio, GLib, GObject, Norpc

from . import description, errors, eventloop, fds, fork, guards, interrupt, scope, streams, values


class _Hidden:
    """A function that PyGObject does not take for a virtual function, because of its name."""

    def __init__(self, function):
        self.function = function

    def __get__(self, instance, owner=None):
        return self.function.__get__(instance, owner)


class _Handler:
    """The handler of a method: it calls the function of the class, and answers with its results."""

    def __init__(self, interface, name, vfunc_name, public):
        self.name = name
        self.public = public
        self.complete = interface.methods[f'complete_{name}']
        self.results = interface.read_results(name)
        self.signatures = interface.get_result_signatures(name)
        self.has_fds = fds.find(self.signatures) is not None
        self.is_stream = name in interface.get_streams()
        self.vfunc_name = vfunc_name  # None if there is none

    def make_function(self):
        def handle(service, call, *args):
            self.handle(service, call, args)
            return True

        handle.__name__ = self.vfunc_name
        handle._norpc_is_guard = True  # handle() below has no exceptions
        return handle

    def is_misnamed(self, cls):
        """Tells whether a class has the function of the method with the name that the method has elsewhere."""
        functions = {name for base in cls.__mro__ for name, value in vars(base).items() if inspect.isfunction(value)
                     and base.__module__.partition('.')[0] != 'gi' and not hasattr(value, '_norpc_is_missing')}
        return not hasattr(cls, self.public) and self.name in functions and not functions & {
            f'do_{self.name}', f'do_handle_{self.name}', self.vfunc_name}

    def make_missing_function(self):
        """Makes a virtual function that says how the function of the class has to be named."""
        def handle_misnamed(service, call, *_args):
            fail(call, self.make_not_implemented(service, call))
            return True

        handle_misnamed.__name__ = self.vfunc_name
        handle_misnamed._norpc_is_guard = handle_misnamed._norpc_is_missing = True  # it has no exceptions
        return handle_misnamed

    def make_not_implemented(self, service, call):
        """Makes the error of a call whose method the class of the service does not define."""
        text = f'{type(service).__name__} does not implement {call.get_interface_info().get_name()}.{call.get_method_name()}'
        if self.public != self.name:
            text += f'; its function is {self.public}()'
            if self.is_misnamed(type(service)):
                text += f', not {self.name}()'
        return GLib.Error.new_literal(Norpc.error_quark(), text, Norpc.Error.NOT_IMPLEMENTED)

    def handle(self, service, call, args):
        life = _get_life(service)
        token = eventloop.task_owner.set(life)
        try:
            if self.is_stream:
                streams.mark(args[0], False)
            with scope.outside_of_trace():
                results = getattr(service, self.public)(*(values.give(arg) for arg in args))
            if inspect.iscoroutine(results):
                life.start_task(self._finish(service, call, results), call, results)
            else:
                self.answer(service, call, results)
        except BaseException as error:  # one that left this function would reach nobody
            fail(call, error)
        finally:
            eventloop.task_owner.reset(token)

    async def _finish(self, service, call, coroutine):
        try:
            with scope.entered(call):
                results = await coroutine
            self.answer(service, call, results)
        except asyncio.CancelledError:
            fail(call, GLib.Error.new_literal(Gio.io_error_quark(), f'{self.public}() was cancelled',
                                              Gio.IOErrorEnum.CANCELLED))
            raise
        except BaseException as error:
            fail(call, error)

    def answer(self, service, call, results):
        """Checks the results, and sends them, unless the function has answered otherwise."""
        if call.is_replied():
            self._close_fds(results)
            return
        try:
            checked = self._check(results)
        except BaseException:
            self._close_fds(results)
            raise
        self.complete(service, call, *checked)

    def _close_fds(self, results):
        if self.has_fds:
            fds.close_returned(self.signatures, results)

    def _check(self, results):
        function = f'{self.public}()'
        if inspect.isawaitable(results) or inspect.isgenerator(results) or inspect.isasyncgen(results):
            raise TypeError(f'{function} returned a {type(results).__name__} instead of results')
        if not self.results:
            if results is not None:
                raise TypeError(f'{function}: expected no result, got {type(results).__name__}')
            return []
        if len(self.results) == 1:
            results = [results]
        elif not isinstance(results, tuple) or len(results) != len(self.results):
            got = f'{len(results)} values' if isinstance(results, tuple) else type(results).__name__
            raise TypeError(f'{function}: expected a tuple of {len(self.results)} results, got {got}')
        taken = [result.take(value, f"result '{result.name}' of {function}")
                 for result, value in zip(self.results, results)]
        return [_give_away(value) for value in taken]  # once none of them can fail: otherwise they are closed here


def _give_away(value):
    """Has a result own the descriptors that are part of it, as those that are results by themselves belong to the client."""
    return Norpc.variant_take_fds(value) if isinstance(value, GLib.Variant) else value


def fail(call, error):
    """Answers a call with an exception."""
    if not call.is_replied():
        call.return_gerror(errors.make_gerror(error))
    errors.report(error)  # afterwards: the client does not wait for it


class _Life:
    """The tasks of a service, in the thread of its server."""

    def __init__(self):
        self.loop = None
        self.tasks = {}  # each with the one that has started it at its own end, or None
        self.cancelled = weakref.WeakSet()  # those that this has cancelled; asyncio itself cancels others, and takes it back

    def hold_loop(self):
        """Keeps the event loop until the service stops."""
        if self.loop is None:
            self.loop = eventloop.get_event_loop()
            self.loop.n_users += 1

    def cancel_once(self, task):
        """Cancels a task. To cancel one again would cut off its `finally` clauses."""
        if task not in self.cancelled:
            self.cancelled.add(task)
            task.cancel()

    def adopt(self, task):
        """Has the service cancel a task that it has started."""
        self.hold_loop()
        creator = asyncio.current_task(task.get_loop())
        is_last = creator is not None and (creator in self.cancelled or self.tasks.get(creator) is not None)
        self.tasks[task] = creator if is_last else None
        task.add_done_callback(lambda _: self.tasks.pop(task, None))

    def start_task(self, coroutine, call, inner):
        """Starts a coroutine that awaits an inner one."""
        self.hold_loop()
        task = self.loop.create_task(coroutine)
        self.tasks[task] = None
        cancellable = call.get_cancellable()
        handler = GObject.Object.connect(cancellable, 'cancelled', lambda *_: self._cancel(task))
        task.add_done_callback(lambda _: self._end(task, cancellable, handler, inner))
        if cancellable.is_cancelled():
            self.cancel_once(task)

    def _cancel(self, task):
        """Runs in any thread."""
        loop = self.loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.cancel_once, task)

    def _end(self, task, cancellable, handler, inner):
        inner.close()  # it has not begun if the task was cancelled at once
        self.tasks.pop(task, None)
        GObject.Object.disconnect(cancellable, handler)

    def end_tasks(self):
        """Cancels what the service still does, and runs until it has ended, with what its `finally` clauses await."""
        for _ in range(MAX_LAST_ROUNDS):  # those that end may start others
            # One that runs now stops the service, and so cannot end before.
            current = asyncio.current_task(self.loop) if self.tasks else None
            tasks = [task for task, creator in self.tasks.items() if creator is None or creator.done()]
            for task in tasks:
                self.cancel_once(task)
            tasks = [task for task in tasks if task is not current and not task.done()]
            if not tasks:
                break
            self.loop.run_until_done(tasks)

    def run_to_the_end(self, function):
        """Calls do_start() or do_stop(), and runs its coroutine."""
        token = eventloop.task_owner.set(self)
        try:
            result = function()
            if not inspect.iscoroutine(result):
                return
            self.hold_loop()
            if self.loop.is_running():
                result.close()
                raise TypeError('do_start() and do_stop() cannot be async in the thread of another event loop')
            self.loop.run_until_complete(result)
        finally:
            eventloop.task_owner.reset(token)

    def end(self):
        """Ends all that the service still does."""
        self.end_tasks()
        loop, self.loop = self.loop, None
        if loop is not None:
            eventloop.release(loop)


MAX_LAST_ROUNDS = 100  # of the tasks of a service that stops


def _get_life(service):
    life = service.__dict__.get('_norpc_life')
    if life is None:
        life = service._norpc_life = _Life()
    return life


def _start(service):
    """Implements NorpcLifecycle.start."""
    life = _get_life(service)
    try:
        start = getattr(service, 'do_start', None)
        if start is not None:
            life.run_to_the_end(start)
    except BaseException as error:
        errors.report(error)
        life.end()
        raise errors.make_gerror(error) from None
    return True


def _stop(service):
    """Implements NorpcLifecycle.stop."""
    life = _get_life(service)
    life.end_tasks()
    try:
        stop = getattr(service, 'do_stop', None)
        if stop is not None:
            life.run_to_the_end(stop)
    except BaseException as error:
        errors.report(error)
    life.end()


def _hide(namespace):
    for name in 'do_start', 'do_stop':
        if name in namespace:
            namespace[name] = _Hidden(namespace[name])


class ServiceMeta(type(GObject.Object)):
    """Makes the virtual functions of the interfaces of a service from its methods."""

    def __new__(mcls, name, bases, namespace, **kwargs):
        # PyGObject replaces the functions of the base class unless a class names its interfaces itself.
        inherited = [interface for base in bases if isinstance(base, ServiceMeta)
                     for interface in base.__mro__ if description.is_interface(interface)]
        interfaces = inherited + [base for base in bases if description.is_interface(base)]
        bases, is_described = _replace_described(name, bases, namespace)
        if interfaces or is_described:
            others = [base for base in bases if base not in interfaces]
            bases = (*others, *dict.fromkeys([*interfaces, Norpc.Lifecycle]))
            _hide(namespace)
            namespace['do_norpc_lifecycle_start'] = _start
            namespace['do_norpc_lifecycle_stop'] = _stop
        return super().__new__(mcls, name, bases, namespace, **kwargs)

    def __init__(cls, name, bases, namespace, **kwargs):
        for interface in description.get_interfaces(cls):
            for handler in _get_handlers(interface).values():
                if handler.vfunc_name is not None and hasattr(cls, handler.public):
                    type.__setattr__(cls, handler.vfunc_name, handler.make_function())
                elif handler.vfunc_name is not None and handler.is_misnamed(cls):
                    type.__setattr__(cls, handler.vfunc_name, handler.make_missing_function())
        super().__init__(name, bases, namespace, **kwargs)


_handlers = {}  # of each interface, by the names of methods


def _get_handlers(interface):
    if interface not in _handlers:
        _handlers[interface] = {name: _Handler(interface, name, vfunc_name, name + interface.get_suffix(name))
                                for name, vfunc_name in interface.get_handled_methods()}
    return _handlers[interface]


# Interfaces that are described at run time are classes in C, not virtual functions.

def _replace_described(name, bases, namespace):
    """Puts the class that handles all calls of such an interface before the classes of GObject."""
    described = [interface for interface in map(description.find_described, bases) if interface is not None]
    if not described:
        return bases, any(issubclass(base, Norpc.DynamicService) for base in bases if isinstance(base, ServiceMeta))
    if len(described) > 1 or any(issubclass(base, Norpc.DynamicService) for base in bases):
        raise TypeError(f'{name}: a service can have only one interface of a description that was loaded')
    for member, message in described[0].get_left_out().items():
        if member in namespace:
            raise TypeError(f'{name}.{member}(): {message}')
    others = [base for base in bases if base is not described[0].cls]
    index = next((index for index, base in enumerate(others) if issubclass(base, GObject.Object)), len(others))
    return (*others[:index], described[0].service_class, *others[index:]), True


def handle_described_call(service, call, method_name, _args):
    """Implements NorpcDynamicService.handle_call."""
    try:
        interface = next(described for described in map(description.find_described, type(service).__mro__) if described)
        handler = _get_handlers(interface)[interface.info.get_function_name(method_name)]
        if not hasattr(service, handler.public):
            raise handler.make_not_implemented(service, call)
        handler.handle(service, call, interface.get_arguments(call))
    except BaseException as error:
        fail(call, error)
    return True


class Service(GObject.Object, metaclass=ServiceMeta):
    """The base class of a service.

    A class derives from this one and from a generated interface. Its methods, plain or async, are those
    of the description in snake_case. They return the results.
    """


# Servers.

_servers = weakref.WeakSet()  # those that run or did so


class ServerFunctions:
    """Methods that a server has in Python."""

    def start(self, cancellable=None):
        fork.check()
        self._norpc_was_started = True  # so the wrapper lives as long as the server
        _servers.add(self)
        return errors.refining(errors.refine, interrupt.call, super().start, [], cancellable)

    def stop(self, mode, cancellable=None):
        return interrupt.call(super().stop, [mode], cancellable)

    def make_proxy(self):
        """Makes a proxy for the service of serve(), or a tuple if it has several interfaces."""
        interfaces = description.get_interfaces(self._norpc_service_class)
        if not interfaces:
            raise TypeError(f'{self._norpc_service_class.__name__} implements no generated interface; '
                            'make its proxies with Norpc.DynamicProxy.new()')
        proxies = [interface.make_proxy(self.get_endpoint()) for interface in interfaces]
        return proxies[0] if len(proxies) == 1 else tuple(proxies)

    def __enter__(self):
        try:
            return self.make_proxy()
        except BaseException:
            self.stop(Norpc.StopMode.ABANDON, None)
            raise

    def __exit__(self, kind, error, trace):
        self.stop(Norpc.StopMode.FINISH if error is None else Norpc.StopMode.ABANDON, None)


class SupervisorFunctions:
    """Methods that a supervisor has in Python."""

    @classmethod
    def new(cls, make_service, *data):
        return super().new(guards.guard_factory(make_service), *data)

    @classmethod
    def new_in_context(cls, context, make_service, *data):
        return super().new_in_context(context, guards.guard_factory(make_service), *data)

    def start(self):
        fork.check()
        self._norpc_was_started = True  # so the wrapper lives as long as the supervisor
        _servers.add(self)
        super().start()

    def stop(self, mode, cancellable=None):
        return interrupt.call(super().stop, [mode], cancellable)


def serve(service):
    """Runs a service in a thread of its own, and gets its server."""
    if not isinstance(service, GObject.Object):
        got = f'the class {service.__name__}' if isinstance(service, type) else type(service).__name__
        raise TypeError(f"argument 'service': expected an object of a class derived from Norpc.Service, got {got}")
    if all(Norpc.interface_info_for_type(interface) is None for interface in service.__gtype__.interfaces):
        raise TypeError(f'{type(service).__name__} implements no interface of a description, so it cannot be called')
    server = Norpc.Server.new(service)
    server._norpc_service_class = type(service)
    server.start()
    return server


EXIT_TIMEOUT = 5  # seconds
os.register_at_fork(after_in_child=_servers.clear)  # they run in the parent


@atexit.register
def _stop_servers():
    """Stops the services that still run, so that none of them uses Python after its end."""
    for server in list(_servers):
        cancellable = Gio.Cancellable()
        timer = threading.Timer(EXIT_TIMEOUT, cancellable.cancel)
        timer.daemon = True
        timer.start()
        try:
            server.stop(Norpc.StopMode.ABANDON, cancellable)
        except GLib.Error as error:
            print(f'A service is still running: {error.message}', file=sys.stderr)
        timer.cancel()
