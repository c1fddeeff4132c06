#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names that are right in C, and would clash in Python."""

import inspect
import pathlib
import unittest

import gi

gi.require_version('Names', '1')
gi.require_version('Norpc', '1')
from gi.repository import GLib, GObject, Names, Norpc  # noqa: E402

import tap  # noqa: E402

# The virtual function and the call of each method.
METHODS = {
    'import__': 'import',
    'import_': 'import_',
    'await_': 'await',
    'constructed_': 'constructed',
    'dispatch_properties_changed_': 'dispatch_properties_changed',
    'dispose_': 'dispose',
    'finalize_': 'finalize',
    'get_property_': 'get_property',
    'notify_': 'notify',
    'set_property_': 'set_property',
    'start_': 'start',
    'stop_': 'stop',
    'run': 'run',
    'complete_run_': 'complete_run',
    'handle_run_': 'handle_run',
    'names_clashes_run_': 'names_clashes_run',
    'run_async': 'run_async_',
    'finish': 'finish_',
    'sync': 'sync_',
    'connect': 'connect',
    'ref': 'ref',
}


def make_method(name):
    return lambda self, text: f'{name} {text}'


class Plain(GObject.Object, Names.Clashes, Norpc.Lifecycle):
    """Implements all synchronous handlers."""

    for _name in METHODS:
        locals()['do_' + _name] = make_method(_name)

    def do_start(self):
        self.started = True
        return True


class Later(GObject.Object, Names.Clashes):
    """Answers Run later, which takes a function named as CompleteRun is."""

    def do_handle_run(self, call, text):
        self.complete_run(call, 'completed ' + text)
        return True


# The function that emits each signal, and the name of the GSignal.
SIGNALS = {
    'emit_call_go_sync': 'call-go-sync-signal',
    'emit_complete_go': 'complete-go-signal',
    'emit_emit_go': 'emit-go-signal-signal',
    'emit_get_level': 'get-level-signal',
    'emit_go': 'go-signal-signal',
    'emit_go_signal': 'go-signal',
    'emit_handle_go': 'handle-go-signal',
    'emit_level': 'level-signal',
    'emit_notify': 'notify-signal',
}

PROPERTIES = ['level', 'call-go-property', 'complete-go-property', 'get-level-property']


class Members(GObject.Object, Names.Members):
    level = GObject.Property(type=GObject.TYPE_UINT, default=5)
    call_go_property = GObject.Property(type=str, default='a')
    complete_go_property = GObject.Property(type=str, default='b')
    get_level_property = GObject.Property(type=str, default='c')

    def do_go(self, text):
        for emit in SIGNALS:
            getattr(self, emit)(emit)
        return 'go ' + text

    do_call_go_ = make_method('call_go_')
    do_level_ = make_method('level_')


def find_hiding_functions(module):
    """Finds the functions of classes, which get no instance, that hide a method of a base class from their instances."""
    probe = GObject.Object()
    for cls in (getattr(module, name) for name in dir(module)):
        if not isinstance(cls, type) or not hasattr(getattr(cls, '__info__', None), 'get_methods'):
            continue
        bases = [base for base in cls.__mro__ if getattr(base, '__gtype__', None) != cls.__gtype__]
        if issubclass(cls, GObject.GInterface):
            bases.append(GObject.Object)  # of each class that implements it
        for info in cls.__info__.get_methods():
            name = info.get_name()
            hidden = next((vars(base)[name] for base in bases if name in vars(base)), None)
            if info.is_method() or info.is_constructor() or hidden is None:
                continue
            if inspect.getattr_static(cls, name).__get__(probe, cls) != hidden.__get__(probe, cls):
                yield f'{cls.__name__}.{name}'


class NamesTest(unittest.TestCase):
    def host(self, service, proxy=Names.ClashesProxy):
        self.server = Norpc.Server.new(service)
        self.server.start(None)
        self.addCleanup(self.server.stop, Norpc.StopMode.FINISH, None)
        return proxy.new(self.server.get_channel())

    def test_methods(self):
        service = Plain()
        proxy = self.host(service)
        for vfunc, call in METHODS.items():
            answer = getattr(proxy, f'call_{call}_sync')('x', None)
            self.assertEqual(answer, f'{vfunc} x')
        self.assertTrue(service.started)

    def test_asynchronous(self):
        proxy = self.host(Plain())
        loop = GLib.MainLoop()
        answers = []

        def done(source, result, finish):
            answers.append(finish(result))
            loop.quit()

        for call in ('run', 'run_async_', 'finish_', 'sync_'):
            finish = getattr(proxy, f'call_{call}_finish')
            getattr(proxy, 'call_' + call)('x', None, done, finish)
            loop.run()
        self.assertEqual(answers, ['run x', 'run_async x', 'finish x', 'sync x'])

    def test_complete(self):
        self.assertEqual(self.host(Later()).call_run_sync('x', None), 'completed x')

    def test_members(self):
        """Signals and properties that want the names of functions."""
        proxy = self.host(Members(), Names.MembersProxy)
        heard = []
        for name in SIGNALS.values():
            proxy.connect(name, lambda _, text, name=name: heard.append((name, text)))
        self.assertEqual(proxy.call_go_sync('x', None), 'go x')
        self.assertEqual(proxy.call_call_go_sync('x', None), 'call_go_ x')
        self.assertEqual(proxy.call_level_sync('x', None), 'level_ x')
        while len(heard) < len(SIGNALS):
            GLib.MainContext.default().iteration(True)
        self.assertEqual(heard, [(name, emit) for emit, name in SIGNALS.items()])
        loaded = Names.MembersProxy.new_sync(self.server.get_channel(), None)
        self.assertEqual([loaded.get_property(name) for name in PROPERTIES], [5, 'a', 'b', 'c'])

    def check_setters(self, setters):
        """Methods that want the names of the functions of properties, which say how the methods are named."""
        class Setters(Norpc.Service, setters.Setters):
            title = GObject.Property(type=str, default='a')
            level = GObject.Property(type=GObject.TYPE_UINT)
            ready = GObject.Property(type=bool, default=False)
            secret = GObject.Property(type=str, default='')

            def get_title_(self):
                return 'got'

            def set_title_(self, text, now):
                self.props.title = f'{text} {now}'

            def set_level_(self, level):
                self.props.level = level + 1

            def set_ready(self, text):
                self.props.title = f'ready {text}'

            def get_secret(self):
                return 'secret'

        async def use(proxy):
            await proxy.set_title_('b', True)
            with self.assertRaisesRegex(TypeError, r"set_title\(\) sets the property 'title'; the method is set_title_\(\)"):
                await proxy.set_title('c')
            with self.assertRaisesRegex(TypeError, r"2 .*; set_title\(\) sets .*; the method is set_title_\(\)"):
                await proxy.set_title('c', True)
            with self.assertRaisesRegex(TypeError, r"set_title_sync\(\) sets .*; the method is set_title_sync_\(\)"):
                proxy.set_title_sync('c', True, 'x')
            with self.assertRaisesRegex(TypeError, r"get_title\(\) gets .*; the method is get_title_\(\)"):
                proxy.get_title(5)
            self.assertEqual(await proxy.get_title_(), 'got')
            proxy.set_level_sync(5)
            self.assertEqual(proxy.props.level, 5)
            await proxy.set_level_(5)
            proxy.set_level(6)
            await proxy.set_ready('d')  # there is no setter
            self.assertFalse(hasattr(proxy, 'set_ready_'))
            self.assertFalse(hasattr(proxy, 'set_ready_finish'))
            self.assertEqual(await proxy.get_secret(), 'secret')  # and no getter

        with Norpc.serve(Setters()) as proxy:
            Norpc.run(use(proxy))

    def test_setters(self):
        self.check_setters(Names)

    def test_loaded_setters(self):
        self.check_setters(Norpc.load(pathlib.Path(__file__).parent / 'names.xml', interface_prefix='org.example.Names'))

    def check_misnamed(self, names):
        """A service whose functions have the names of methods, where those of Python differ."""
        class Misnamed(Norpc.Service, names.Clashes):
            def import_(self, text):  # of Import_
                return text

            def notify(self, text):
                return text

            def connect(self, *args):
                return super().connect(*args)

        class Derived(Misnamed):
            def notify_(self, text):
                return text

        class Other(Norpc.Service, names.Clashes):
            """Has functions of its own."""

            def notify(self, text):
                return text

            def do_handle_notify(self, call, text):
                self.complete_notify(call, f'handled {text}')
                return True

        with Norpc.serve(Misnamed()) as proxy:
            for call, message in {
                    proxy.notify_sync_: r'Misnamed does not implement org.example.Names.Clashes.Notify; '
                                        r'its function is notify_\(\), not notify\(\) \(4\)$',
                    proxy.connect_sync_: r'Clashes.Connect; its function is connect_\(\), not connect\(\) \(4\)$'}.items():
                with self.assertRaisesRegex(GLib.Error, message) as caught:
                    call('x')
                self.assertTrue(caught.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))
            with self.assertRaisesRegex(GLib.Error, 'does not implement org.example.Names.Clashes.Await'):
                proxy.await_sync_('x')
        with Norpc.serve(Derived()) as proxy:
            self.assertEqual(proxy.notify_sync_('x'), 'x')
        if names is Names:
            with Norpc.serve(Other()) as proxy:
                self.assertEqual(proxy.notify_sync_('x'), 'handled x')

    def test_misnamed(self):
        self.check_misnamed(Names)

    def test_loaded_misnamed(self):
        self.check_misnamed(Norpc.load(pathlib.Path(__file__).parent / 'names.xml', interface_prefix='org.example.Names'))

    def test_hidden(self):
        for module in Names, Norpc:
            self.assertEqual(list(find_hiding_functions(module)), [])

    def test_hint(self):
        with self.assertRaises(GLib.Error) as caught:
            self.host(Later()).call_import_sync('x', None)
        self.assertIn('its virtual function is import__', caught.exception.message)

    def test_keyword_types(self):
        """The type whose name is a keyword is an attribute all the same."""
        true = getattr(Names, 'True')

        class Service(GObject.Object, getattr(Names, 'None')):
            def do_run(self, none):
                return True, none

        self.host(Service())
        proxy = Names.NoneProxy.new(self.server.get_channel())
        self.assertEqual(proxy.call_run_sync(true.NONE, None), true.NONE)

    def test_fields(self):
        blob = Names.Blob.new('a', 'b', 'c', 'd', 'e', 'f')
        self.assertEqual((blob.copy, blob.equal, blob.free), ('a', 'b', 'c'))
        self.assertEqual((blob.hash, blob.to_variant, blob.new_from_variant), ('d', 'e', 'f'))
        letter = Names.Letter.new('a', 'b')
        self.assertEqual((letter.from_, letter.from__), ('a', 'b'))


if __name__ == '__main__':
    tap.main()
