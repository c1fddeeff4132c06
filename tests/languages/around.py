# SPDX-License-Identifier: LGPL-2.1-or-later
"""Ways around what PyGObject does not do, which doc/python.md shows."""

import functools
import inspect
import traceback

import gi

gi.require_version('GIRepository', '2.0')
gi.require_version('Norpc', '1')
from gi.repository import GIRepository, GLib, Norpc


def overrides(name, info, vfunc):
    """Tells whether do_VFUNC or do_TYPE_VFUNC is the name of a handler."""
    prefix, _, rest = name.rpartition(f'_{vfunc.get_name()}')
    return not rest and prefix.replace('_', '') in ('do', f'do{info.get_type_name().lower()}')


def get_n_results(service, name):
    """Gets how many values the virtual function behind a handler returns."""
    for info in [vars(base).get('__info__') for base in type(service).__mro__]:
        for vfunc in info.get_vfuncs() if hasattr(info, 'get_vfuncs') else ():
            if overrides(name, info, vfunc):
                return 1 + sum(arg.get_direction() != GIRepository.Direction.IN
                               for arg in vfunc.get_arguments())
    return 1


def handler(function):
    """Has any exception, and a wrong number of results, reach the caller with its text."""
    @functools.wraps(function)
    def run(self, *args):
        try:
            results = function(self, *args)
            n_results = get_n_results(self, function.__name__)
            if inspect.isawaitable(results) or inspect.isgenerator(results):
                raise TypeError(f'{function.__name__}() did not run: it is a coroutine or a generator')
            if results == () or n_results > 1 and (
                    not isinstance(results, tuple) or len(results) != n_results):
                expected = f'a tuple of {n_results} values' if n_results > 1 else 'one value'
                raise TypeError(f'{function.__name__}() returned {results!r}, expected {expected}')
            return results
        except GLib.Error:
            raise
        except BaseException as error:  # SystemExit included
            traceback.print_exc()
            text = f'{type(error).__name__}: {error}'.encode('utf-8', 'backslashreplace').decode()
            raise GLib.Error.new_literal(Norpc.error_quark(), text, Norpc.Error.FAILED) from error
    return run
