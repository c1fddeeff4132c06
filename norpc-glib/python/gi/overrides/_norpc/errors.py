# SPDX-License-Identifier: LGPL-2.1-or-later
"""Error domains as classes of exceptions."""

import contextlib
import enum
import sys
import traceback

from gi.repository import Gio, GLib, Norpc

from . import names

# PyGObject makes an enumeration when it is used first, and another thread may see it without its values.
Gio.IOErrorEnum.CANCELLED, Norpc.Error.FAILED

_domains = {}  # classes by the quark of their domain, as text
_described = {}  # those of descriptions, in the same way; of two with one quark, the first


def _get_domain(codes):
    """Gets the quark of the domain that an enumeration has the codes of, as text."""
    if codes is Gio.IOErrorEnum:
        return GLib.quark_to_string(Gio.io_error_quark())
    if codes is Norpc.Error:
        return GLib.quark_to_string(Norpc.error_quark())
    try:
        return GLib.quark_to_string(codes.quark())
    except AttributeError:
        raise TypeError(f'{codes.__name__} has the codes of no error domain') from None


def _make_text(error, message):
    """Gets the text of an error. One that was raised without a text has its name."""
    return type(error).__name__ if message is None else message


def error_class(codes):
    """Makes a class of exceptions of an error domain, with a class for each code as an attribute."""
    if not isinstance(codes, type):
        raise TypeError(f"argument 'codes': expected the enumeration of an error domain, got {type(codes).__name__}")
    if issubclass(codes, _DescribedCodes):
        return codes._norpc_exceptions
    domain = _get_domain(codes)
    if domain in _domains:
        return _domains[domain]

    def init(self, message=None):
        GLib.Error.__init__(self, _make_text(self, message), self.domain, int(self.code))

    kind = type(codes.__name__, (GLib.Error,), {'__module__': codes.__module__, 'domain': domain})
    for name, code in vars(codes).items():
        if isinstance(code, codes) and name.isupper():
            setattr(kind, name, type(f'{codes.__name__}.{name}', (kind,),
                                     {'__module__': codes.__module__, '__init__': init, 'code': code}))
    _domains[domain] = kind
    return kind


class _DescribedCodes(enum.IntEnum):
    """The codes of an error domain that is described at run time."""

    @classmethod
    def quark_name(cls):
        return cls._norpc_exceptions.make(next(iter(cls.__members__)), '').domain

    @classmethod
    def quark(cls):
        return GLib.quark_from_string(cls.quark_name())


class DescribedErrors:
    """The errors that a description at run time declares."""

    def __init__(self, info):
        self._info = info
        self._kinds = {}  # classes of exceptions by the names of errors
        self.domains = {}  # enumerations of codes by the names of domains
        domains = {}
        for name in info.list_errors():
            domain, _, error = name.partition('.')
            domains.setdefault(domain, {})[names.make_constant(error)] = name
        for domain, members in domains.items():
            self.domains[domain] = self._make_domain(domain, members)

    def _make_domain(self, domain, members):
        codes = {constant: self._info.new_error(name, '').code for constant, name in members.items()}
        enumeration = _DescribedCodes(domain, codes, module=__name__)

        def make(constant, message):
            return self._info.new_error(members[constant], message)

        def init(self, message=None):
            message = _make_text(self, message)
            error = make(type(self).constant, message)
            GLib.Error.__init__(self, message, error.domain, error.code)

        base = type(domain, (GLib.Error,), {'__module__': __name__, 'make': staticmethod(make)})
        for constant, name in members.items():
            kind = type(f'{domain}.{constant}', (base,), {'__module__': __name__, '__init__': init, 'constant': constant,
                                                          'code': enumeration[constant]})
            setattr(base, constant, kind)
            self._kinds[name] = kind
        enumeration._norpc_exceptions = base
        _described.setdefault(enumeration.quark_name(), base)
        return enumeration

    def refine(self, error):
        """Gets an error as an exception of its class."""
        kind = self._kinds.get(self._info.dup_error_name(error))
        if kind is None:
            return refine(error)
        refined = kind.__new__(kind)
        GLib.Error.__init__(refined, error.message, error.domain, error.code)
        return refined


def refine(error):
    """Gets an error as an exception of its class, if its domain has one."""
    if type(error) is not GLib.Error:
        return error  # it is one
    domain = _domains.get(error.domain) or _described.get(error.domain)
    for kind in domain.__subclasses__() if domain is not None else ():
        if kind.code == error.code:
            return kind(error.message)
    return error


def refining(refine, function, *args):
    """Calls a function, and has the GLib.Error that it raises be an exception of its class."""
    try:
        return function(*args)
    except GLib.Error as error:
        refined = refine(error)
        try:
            if refined is error:
                raise
            raise refined from None
        finally:
            del refined  # its traceback has this frame


def _get_text(error):
    try:
        return str(error)
    except Exception:
        return '<exception str() failed>'  # as a traceback has it


def make_gerror(error):
    """Makes the error that a client gets for an exception."""
    if isinstance(error, GLib.Error):
        return error
    kind = Norpc.Error.NOT_IMPLEMENTED if isinstance(error, NotImplementedError) else Norpc.Error.FAILED
    text = _get_text(error)
    text = f'{type(error).__name__}: {text}' if text else type(error).__name__
    text = text.encode('utf-8', 'backslashreplace').decode().replace('\0', '\\0')
    return GLib.Error.new_literal(Norpc.error_quark(), text, kind)


def report(error, always=False):
    """Prints the traceback of an exception, unless it is meant for the client. Never fails."""
    if sys.stderr is not None and (always or not isinstance(error, GLib.Error)):
        with contextlib.suppress(Exception):
            traceback.print_exception(error)
