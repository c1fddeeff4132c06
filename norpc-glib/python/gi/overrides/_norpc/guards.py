# SPDX-License-Identifier: LGPL-2.1-or-later
"""Functions that C calls: exceptions reach the caller with their text, and wrong results are exceptions.

PyGObject prints an exception and returns zeroes, takes any value for a gboolean, and does not check how many
values a function returns: version 3.42 reads past the end of a tuple that is too short.
"""

import functools
import inspect

from gi.repository import GObject
from gi.types import GObjectMeta

from . import description, errors


def _name(function):
    return f'{getattr(function, "__name__", type(function).__name__)}()'


def _check_ran(function, results):
    if inspect.isawaitable(results) or inspect.isgenerator(results) or inspect.isasyncgen(results):
        if inspect.iscoroutine(results):
            results.close()
        raise TypeError(f'{_name(function)} did not run: it is a coroutine or a generator')


def _check_number(function, results, n_results):
    _check_ran(function, results)
    if results == () or n_results > 1 and not (isinstance(results, tuple) and len(results) == n_results):
        expected = f'a tuple of {n_results} values' if n_results > 1 else 'one value'
        raise TypeError(f'{_name(function)} returned {results!r}, expected {expected}')
    return results


def _check_true_or_false(function, results, *_args):
    _check_ran(function, results)
    if not isinstance(results, bool):
        raise TypeError(f'{_name(function)} returned {results!r}, expected True or False')
    return results


def _check_decision(function, results, call, *_data):
    if results is None and call.is_replied():
        return False  # the function has decided otherwise
    return _check_true_or_false(function, results)


def _check_key(function, results, *_args):
    _check_number(function, results, 2)
    if not isinstance(results[0], bool):
        raise TypeError(f'{_name(function)} returned {results!r}, expected True and the key')
    if isinstance(results[1], bool) or not isinstance(results[1], int) or not 0 <= results[1] < 2**32:
        raise TypeError(f'{_name(function)} returned {results[1]!r}, expected a number from 0 to {2**32 - 1}')
    return results


def _check_object(function, results, *_args):
    _check_ran(function, results)
    if not isinstance(results, GObject.Object):
        raise TypeError(f'{_name(function)} returned {results!r}, expected a service or a server')
    return results


def _make_guard(function, check):
    """Has an exception be the error that the C function returns."""
    @functools.wraps(function)
    def run(*args):
        try:
            return check(function, function(*args), *args)
        except BaseException as error:  # SystemExit, too, would end the thread of the service
            errors.report(error)
            raise errors.make_gerror(error) from None

    run._norpc_is_guard = True
    return run


def _make_observer(function, check=lambda function, results, *_: results, otherwise=None):
    """Prints an exception, where there is nobody to get it."""
    @functools.wraps(function)
    def run(*args):
        try:
            return check(function, function(*args), *args)
        except BaseException as error:
            errors.report(error, always=True)
            return otherwise

    run._norpc_is_guard = True
    return run


# Virtual functions of the interfaces of services, and of layers.

def _find_vfunc(cls, name):
    """Gets the virtual function of a generated interface, or of norpc-glib, that a function of a class implements."""
    for base in cls.__mro__:
        info = vars(base).get('__info__')
        if not hasattr(info, 'get_vfuncs') or not (info.get_namespace() == 'Norpc' or description.is_generated(info)):
            continue
        for vfunc in info.get_vfuncs():
            if name in (f'do_{vfunc.get_name()}', description.make_vfunc_name(info, vfunc.get_name())):
                return vfunc
    return None


def _guard(function, vfunc):
    outs = [arg for arg in vfunc.get_arguments() if arg.get_direction() != description.IN]
    returns = vfunc.get_return_type().get_tag_as_string()
    if not vfunc.can_throw_gerror():
        return _make_observer(function) if returns == 'void' and not outs else function
    if returns == 'gboolean' and not outs:
        return _make_guard(function, _check_true_or_false)
    n_results = len(outs) + (returns != 'void')
    return _make_guard(function, lambda function, results, *_: _check_number(function, results, n_results))


def _guard_vfuncs(cls):
    for name, function in list(vars(cls).items()):
        if name.startswith('do_') and inspect.isfunction(function) and not hasattr(function, '_norpc_is_guard'):
            vfunc = _find_vfunc(cls, name)
            if vfunc is not None:
                type.__setattr__(cls, name, _guard(function, vfunc))


def install():
    """Has PyGObject guard the virtual functions of each class that it sets up."""
    set_up = GObjectMeta._setup_vfuncs

    @functools.wraps(set_up)
    def set_up_guarded(cls):
        _guard_vfuncs(cls)
        set_up(cls)

    GObjectMeta._setup_vfuncs = set_up_guarded


def guard_factory(function):
    """Guards a function that makes services, such as a class."""
    return _make_guard(_check_callable(function), _check_object)


# Functions of layers.

def _check_callable(func):
    if not callable(func):
        raise TypeError(f"argument 'func': expected a function, got {'None' if func is None else type(func).__name__}")
    return func


def _refine_error(func):
    """Has the function of a retry get the error as an exception of its class."""
    @functools.wraps(func)
    def run(call, error, *args):
        return func(call, errors.refine(error), *args)

    return run


class FilterFunctions:
    """Methods that a filter has in Python."""

    def set_call_func(self, func, *data):
        super().set_call_func(_make_guard(_check_callable(func), _check_decision), *data)

    def set_reply_func(self, func, *data):
        super().set_reply_func(_make_observer(_check_callable(func)), *data)


class BalanceFunctions:
    """Methods that a balance has in Python."""

    def set_key_func(self, func, *data):
        super().set_key_func(_make_guard(_check_callable(func), _check_key), *data)


class RetryFunctions:
    """Methods that a retry has in Python."""

    def set_func(self, func, *data):
        super().set_func(_make_observer(_refine_error(_check_callable(func)), _check_true_or_false, False), *data)
