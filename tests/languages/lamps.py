# SPDX-License-Identifier: LGPL-2.1-or-later
"""Services of a description that is loaded at run time, for several tests."""

import asyncio
import io
import threading
import unittest

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

from runners import RUNNERS

DESCRIPTION = '''
<node>
  <error-domain name="LampError"><error name="TooDark"/><error name="Broken" value="7"/></error-domain>
  <record name="Bulb" object="true"><field name="watts" type="u"/></record>
  <interface name="org.example.Lamp">
    <method name="Dim">
      <arg name="by" type="d"/>
      <arg name="brightness" type="d" direction="out"/>
    </method>
    <method name="Echo">
      <arg name="data" type="ay"/>
      <arg name="tags" type="as"/>
      <arg name="level" type="y"/>
      <arg name="offset" type="n"/>
      <arg name="options" type="a{sv}"/>
      <arg name="file" type="Gio.File" nullable="true"/>
      <arg name="time" type="GLib.DateTime" nullable="true"/>
      <arg name="data" type="ay" direction="out"/>
      <arg name="tags" type="as" direction="out"/>
      <arg name="level" type="y" direction="out"/>
      <arg name="offset" type="n" direction="out"/>
      <arg name="options" type="a{sv}" direction="out"/>
      <arg name="file" type="Gio.File" nullable="true" direction="out"/>
      <arg name="time" type="GLib.DateTime" nullable="true" direction="out"/>
    </method>
    <method name="Replace"><arg name="bulb" type="Bulb"/></method>
    <method name="Wait"/>
    <method name="Fail"><arg name="how" type="s"/></method>
    <method name="Note" oneway="true"><arg name="text" type="s"/></method>
    <stream name="Shine"><arg name="uri" type="GLib.Uri" direction="out"/><arg name="data" type="ay" direction="out"/></stream>
    <stream name="Stack"><arg type="s" direction="out"/></stream>
    <signal name="Flickered"><arg name="times" type="y"/><arg name="tags" type="as"/><arg name="data" type="ay"/></signal>
    <signal name="Replaced"><arg name="bulb" type="Bulb"/></signal>
    <property name="Brightness" type="d" access="readwrite"/>
    <property name="Tags" type="as" access="readwrite"/>
    <property name="Data" type="ay" access="readwrite"/>
    <property name="Options" type="a{sv}" access="readwrite"/>
  </interface>
  <interface name="org.example.Mirror">
    <method name="Show"><arg name="v" type="v"/><arg name="out" type="v" direction="out"/></method>
    <method name="Counts"><arg name="v" type="au"/><arg name="out" type="au" direction="out"/></method>
    <method name="Switches"><arg name="v" type="ab"/><arg name="out" type="ab" direction="out"/></method>
    <method name="Ratios"><arg name="v" type="ad"/><arg name="out" type="ad" direction="out"/></method>
    <method name="Pair"><arg name="v" type="(si)"/><arg name="out" type="(si)" direction="out"/></method>
    <method name="Texts"><arg name="v" type="a{ss}"/><arg name="out" type="a{ss}" direction="out"/></method>
    <method name="Lists"><arg name="v" type="aas"/><arg name="out" type="aas" direction="out"/></method>
    <method name="Blobs"><arg name="v" type="a(ayo)"/><arg name="out" type="a(ayo)" direction="out"/></method>
    <method name="Maybe"><arg name="v" type="mi"/><arg name="out" type="mi" direction="out"/></method>
  </interface>
</node>
'''

lamp = Norpc.load(io.StringIO(DESCRIPTION))
LampError = Norpc.error_class(lamp.LampError)


class Lamp(Norpc.Service, lamp.Lamp):
    """A service without generated code."""

    def __init__(self):
        super().__init__(brightness=1.0)
        self.lives = []
        self.noted = []
        self.waits = threading.Event()

    def do_start(self):
        self.lives.append(('start', threading.get_ident()))

    def do_stop(self):
        self.lives.append(('stop', threading.get_ident()))

    def dim(self, by):
        brightness = self.props.brightness - by
        if brightness < 0:
            raise LampError.TOO_DARK('It is darker than that')
        self.props.brightness = brightness
        self.emit_flickered(200, ['a', 'b'], b'\0')
        return brightness

    def echo(self, data, tags, level, offset, options, file, time):
        self.got = data, tags, level, offset, options, file, time
        return self.got

    async def wait(self):
        self.waits.set()
        await asyncio.sleep(60)

    def fail(self, how):
        if how == 'exit':
            raise SystemExit
        if how == 'result':
            return 3
        raise ValueError(how)

    def note(self, text):
        self.noted.append(text)

    async def shine(self, stream):
        for number in range(3):
            await stream.send(GLib.Uri.parse(f'http://{number}', 0), bytes([number]))


class Mirror(Norpc.Service, lamp.Mirror):
    """Returns what it gets."""

    show = counts = switches = ratios = pair = texts = lists = blobs = maybe = lambda self, value: value


class Case(unittest.TestCase):
    def serve(self, service):
        self.server = Norpc.serve(service)
        self.addCleanup(self.server.stop, Norpc.StopMode.ABANDON)
        return self.server.make_proxy()

    def run_everywhere(self, main):
        for run in RUNNERS:
            with self.subTest(run.__name__):
                run(main())

    def wait_until(self, condition):
        while not condition():
            GLib.MainContext.default().iteration(True)
