# SPDX-License-Identifier: LGPL-2.1-or-later
"""Descriptions that are read at run time, in Python: a service and its client."""

import threading
import unittest

import gi

gi.require_version('Kv', '1')
gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, GObject, Kv, Norpc

import tap

DESCRIPTION = '''
<node>
  <error-domain name="LampError"><error name="TooDark"/></error-domain>
  <record name="Bulb" object="true"><field name="watts" type="u"/></record>
  <interface name="org.example.Lamp">
    <method name="Dim">
      <arg name="by" type="d"/>
      <arg name="brightness" type="d" direction="out"/>
    </method>
    <method name="Replace"><arg name="bulb" type="Bulb"/></method>
    <method name="Wait"/>
    <method name="Note" oneway="true"><arg name="text" type="s"/></method>
    <method name="Load"><arg name="file" type="Gio.File"/><arg name="name" type="s" direction="out"/></method>
    <stream name="Blink">
      <arg name="times" type="u"/>
      <arg name="on" type="b" direction="out"/>
      <result name="seconds" type="d"/>
    </stream>
    <signal name="Flickered"><arg name="times" type="u"/></signal>
    <property name="Brightness" type="d" access="readwrite"/>
    <property name="MaxWatts" type="u" access="read"/>
  </interface>
</node>
'''

INFO = Norpc.InterfaceInfo.new_for_xml(DESCRIPTION, 'org.example.Lamp')


class Lamp:
    """The methods of a service, as functions."""

    def __init__(self):
        self.threads = set()
        self.noted = []
        self.waiting = None
        self.waits = threading.Event()

    def handle_call(self, service, call, method_name, args):
        self.threads.add(threading.current_thread())
        return getattr(self, method_name)(service, call, *args.unpack())

    def Dim(self, service, call, by):
        brightness = service.get_property('brightness')
        if by > brightness:
            raise INFO.new_error('LampError.TooDark', 'It is darker than that')
        service.set_property('brightness', brightness - by)
        service.emit('flickered', 2)
        call.return_variant(GLib.Variant('(d)', (brightness - by,)))
        return True

    def Wait(self, service, call):
        self.waiting = call
        self.waits.set()
        return True

    def Note(self, service, call, text):
        self.noted.append(text)
        return True

    def Load(self, service, call, uri):
        call.return_variant(GLib.Variant('(s)', (uri,)))
        return True

    def Blink(self, service, call, times):
        stream = Norpc.DynamicStream.get_for_call(call)
        for i in range(times):
            stream.write(GLib.Variant('(b)', (i % 2 == 0,)))
        call.return_variant(GLib.Variant('(d)', (times / 2,)))
        return True


def wait_until(condition):
    while not condition():
        GLib.MainContext.default().iteration(True)


class Dynamic(unittest.TestCase):
    def setUp(self):
        self.lamp = Lamp()
        service = Norpc.DynamicService.new(INFO, self.lamp.handle_call)
        service.set_property('brightness', 1.0)
        self.server = Norpc.Server.new(service)
        self.server.start(None)
        self.proxy = Norpc.DynamicProxy.new(self.server.get_channel(), INFO)
        self.proxy.load_sync(None)
        while GLib.MainContext.default().iteration(False):  # notifies of the values
            pass

    def tearDown(self):
        self.server.stop(Norpc.StopMode.ABANDON, None)

    def call(self, method, *args):
        in_type = INFO.get_in_type(INFO.find_method(method))
        return self.proxy.call_method_sync(method, GLib.Variant(in_type, args), None).unpack()

    def test_example(self):
        def handle_call(service, call, method_name, args):
            text, = args.unpack()
            if not text:
                raise GLib.Error.new_literal(Gio.io_error_quark(), 'There is nothing to echo',
                                             Gio.IOErrorEnum.INVALID_ARGUMENT)
            call.return_variant(GLib.Variant('(s)', (text + text,)))
            return True

        info = Norpc.InterfaceInfo.new_for_xml('''
            <node>
              <interface name="org.example.Echo">
                <method name="Echo">
                  <arg name="text" type="s"/>
                  <arg name="echo" type="s" direction="out"/>
                </method>
              </interface>
            </node>''', None)
        server = Norpc.serve(Norpc.DynamicService.new(info, handle_call))
        proxy = Norpc.DynamicProxy.new(server.get_endpoint(), info)

        echo, = proxy.call_method_sync('Echo', GLib.Variant('(s)', ('hello',)), None)
        self.assertEqual(echo, 'hellohello')

        with self.assertRaises(GLib.Error) as raised:
            proxy.call_method_sync('Echo', GLib.Variant('(s)', ('',)), None)
        self.assertTrue(raised.exception.matches(Gio.io_error_quark(), Gio.IOErrorEnum.INVALID_ARGUMENT))
        with self.assertRaisesRegex(TypeError, 'make its proxies with Norpc.DynamicProxy.new'):
            server.make_proxy()
        server.stop(Norpc.StopMode.FINISH, None)

    def test_call(self):
        self.assertEqual(self.call('Dim', 0.25), (0.75,))
        self.assertEqual(len(self.lamp.threads), 1)
        self.assertNotIn(threading.current_thread(), self.lamp.threads)
        self.assertEqual(self.call('Load', 'file:///a'), ('file:///a',))

    def test_async(self):
        answers = []

        def answered(proxy, result):
            self.assertEqual(threading.current_thread(), threading.main_thread())
            answers.append(proxy.call_method_finish(result).unpack())

        self.proxy.call_method('Dim', GLib.Variant('(d)', (0.5,)), None, answered)
        self.assertEqual(answers, [])
        wait_until(lambda: answers)
        self.assertEqual(answers, [(0.5,)])

    def test_declared_error(self):
        with self.assertRaises(GLib.Error) as raised:
            self.call('Dim', 2.0)
        self.assertEqual(raised.exception.message, 'It is darker than that')
        self.assertEqual(INFO.dup_error_name(raised.exception), 'LampError.TooDark')

    def test_exception(self):
        """An exception that is no GLib.Error reaches the client at once, as a failure."""
        self.lamp.Dim = lambda service, call, by: 1 / 0
        with self.assertRaises(GLib.Error) as raised:
            self.call('Dim', 0.0)
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.FAILED))

    def test_wrong_argument(self):
        for args, message in [
            (GLib.Variant('(s)', ('much',)),
             "org.example.Lamp.Dim: argument 'by': expected a GVariant of type 'd', got one of type 's'"),
            (None, 'org.example.Lamp.Dim: expected 1 argument, got 0'),
        ]:
            with self.assertRaises(GLib.Error) as raised:
                self.proxy.call_method_sync('Dim', args, None)
            self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.INVALID_ARGUMENT))
            self.assertEqual(raised.exception.message, message)
        self.assertEqual(self.lamp.threads, set())

    def test_wrong_result(self):
        def dim(service, call, by):
            call.return_variant(GLib.Variant('(s)', ('dark',)))
            return True

        self.lamp.Dim = dim
        with self.assertRaises(GLib.Error) as raised:
            self.call('Dim', 0.0)
        self.assertEqual(raised.exception.message,
                         "org.example.Lamp.Dim: result 'brightness': expected a GVariant of type 'd', got one of type 's'")

    def test_left_out(self):
        self.assertEqual(INFO.list_left_out(), ['Replace'])
        with self.assertRaises(GLib.Error) as raised:
            self.proxy.call_method_sync('Replace', None, None)
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED))
        self.assertIn("the type 'Bulb', a <record>", raised.exception.message)

    def test_values(self):
        value = GObject.Value(Gio.File, Gio.File.new_for_path('/a'))
        call = self.proxy.new_call_for_values('Load', [value])
        self.assertEqual(self.proxy.call_sync(call, None).dup_variant().unpack(), ('file:///a',))

        with self.assertRaises(GLib.Error) as raised:
            self.proxy.new_call_for_values('Load', [GObject.Value(str, '/a')])
        self.assertIn("argument 'file'", raised.exception.message)

    def test_timeout_and_cancellation(self):
        call = self.proxy.new_call('Wait', None)
        call.set_timeout(20)
        with self.assertRaises(GLib.Error) as raised:
            self.proxy.call_sync(call, None)
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.TIMED_OUT))
        self.proxy.call_method_sync('Dim', GLib.Variant('(d)', (0,)), None)  # the service is done with the call before

        errors = []

        def answered(proxy, result):
            try:
                proxy.call_method_finish(result)
            except GLib.Error as error:
                errors.append(error)

        cancellable = Gio.Cancellable()
        self.lamp.waits.clear()
        self.proxy.call_method('Wait', None, cancellable, answered)
        self.lamp.waits.wait()
        self.assertFalse(self.lamp.waiting.is_cancelled())
        cancellable.cancel()
        self.assertTrue(self.lamp.waiting.is_cancelled())
        wait_until(lambda: errors)
        self.assertTrue(errors[0].matches(Gio.io_error_quark(), Gio.IOErrorEnum.CANCELLED))

    def test_one_way(self):
        self.assertTrue(self.proxy.send_method('Note', GLib.Variant('(s)', ('seen',))))
        self.call('Dim', 0.0)
        self.assertEqual(self.lamp.noted, ['seen'])

    def test_signals_and_properties(self):
        events = []
        self.proxy.connect('flickered', lambda proxy, times: events.append(f'flickered {times}'))
        self.proxy.connect('notify::brightness',
                           lambda proxy, pspec: events.append(f'brightness {proxy.props.brightness}'))
        self.call('Dim', 0.25)
        wait_until(lambda: len(events) == 2)
        self.assertEqual(events, ['brightness 0.75', 'flickered 2'])

        self.proxy.props.brightness = 0.5
        self.assertEqual(self.proxy.props.brightness, 0.5)
        self.assertEqual(self.call('Dim', 0.0), (0.5,))
        self.assertEqual(self.proxy.dup_value('MaxWatts').unpack(), 0)
        self.assertEqual(INFO.get_gobject_name('MaxWatts'), 'max-watts')
        self.assertTrue(self.proxy.set_value_sync('Brightness', GLib.Variant('d', 0.25), None))
        self.assertEqual(self.proxy.props.brightness, 0.25)

    def test_stream(self):
        stream = self.proxy.open_stream('Blink', GLib.Variant('(u)', (3,)), None)
        items = []
        while (item := stream.next_sync(None)) is not None:
            items.append(item.unpack()[0])
        self.assertEqual(items, [True, False, True])
        self.assertEqual(stream.outcome_sync(None).unpack(), (1.5,))

    def test_members(self):
        self.assertEqual(INFO.list_methods(), ['Dim', 'Wait', 'Note', 'Load', 'Blink'])
        self.assertEqual(INFO.list_signals(), ['Flickered'])
        self.assertEqual(INFO.list_properties(), ['Brightness', 'MaxWatts'])
        self.assertEqual(INFO.list_in_args(0), ['by'])
        self.assertEqual(INFO.list_out_args(0), ['brightness'])
        self.assertEqual(INFO.list_items(4), ['on'])
        self.assertEqual((INFO.get_in_type(4), INFO.get_item_type(4), INFO.get_out_type(4)), ('(u)', '(b)', '(d)'))
        self.assertEqual(INFO.get_method_flags(2), Norpc.MethodFlags.ONEWAY)

    def test_lifecycle(self):
        events = []

        def start(service):
            events.append('started')
            return True

        def fail(service):
            raise GLib.Error.new_literal(Gio.io_error_quark(), 'no room', Gio.IOErrorEnum.NO_SPACE)

        def make_service(start_func):
            service = Norpc.DynamicService.new(INFO, None)
            service.set_start_func(start_func)
            service.set_stop_func(lambda service: events.append('stopped'))
            return service

        server = Norpc.serve(make_service(start))
        self.assertEqual(events, ['started'])
        server.stop(Norpc.StopMode.FINISH, None)
        self.assertEqual(events, ['started', 'stopped'])
        with self.assertRaisesRegex(GLib.Error, 'no room'):
            Norpc.serve(make_service(fail))

    def test_own_lifecycle(self):
        """A class may implement the interface that the base class implements."""
        events = []

        class Living(type(Norpc.DynamicService.new(INFO, None)), Norpc.Lifecycle):
            def do_start(self):
                events.append('started')
                return True

            def do_stop(self):
                events.append('stopped')

        server = Norpc.serve(Living())
        server.stop(Norpc.StopMode.FINISH, None)
        self.assertEqual(events, ['started', 'stopped'])

    def test_subclass(self):
        """A class of Python is derived from that of the services of an interface."""
        base = type(Norpc.DynamicService.new(INFO, None))

        class OwnLamp(base):
            def do_handle_call(self, call, method_name, args):
                call.return_variant(GLib.Variant('(d)', (args.unpack()[0] * 2,)))
                return True

            def do_write_property(self, property_name, value):
                if value > 1:
                    raise INFO.new_error('LampError.TooDark', 'too bright')
                return True

        server = Norpc.serve(OwnLamp())
        proxy = Norpc.DynamicProxy.new(server.get_endpoint(), INFO)
        self.assertEqual(proxy.call_method_sync('Dim', GLib.Variant('(d)', (4.0,)), None).unpack(), (8.0,))
        self.assertTrue(proxy.set_value_sync('Brightness', GLib.Variant('d', 0.5), None))
        with self.assertRaises(GLib.Error) as raised:
            proxy.set_value_sync('Brightness', GLib.Variant('d', 1.5), None)
        self.assertEqual(raised.exception.message, 'too bright')
        server.stop(Norpc.StopMode.FINISH, None)

    def test_compiled_service(self):
        """The service is written in C, with generated code."""
        with open(KV_XML, encoding='utf-8') as file:
            info = Norpc.InterfaceInfo.new_for_xml(file.read(), 'org.example.Kv.Store')
        server = Norpc.Server.new(Kv.caller_new_store())
        server.start(None)
        proxy = Norpc.DynamicProxy.new(server.get_channel(), info)
        append = GLib.Variant('(uayay)', (0, b'key', b'value'))
        self.assertEqual(proxy.call_method_sync('Append', append, None).unpack(), (5,))
        server.stop(Norpc.StopMode.FINISH, None)

    def test_wrong_description(self):
        with self.assertRaises(GLib.Error) as raised:
            Norpc.InterfaceInfo.new_for_xml('<node>\n<interface name="a b"/></node>', None)
        self.assertTrue(raised.exception.matches(Norpc.error_quark(), Norpc.Error.INVALID_DESCRIPTION))
        self.assertEqual(raised.exception.message, "line 2, column 1: 'a b' is not a name of an interface")


if __name__ == '__main__':
    import os

    KV_XML = os.environ['NORPC_TEST_KV_XML']
    tap.main()
