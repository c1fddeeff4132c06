# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service whose device is not always there. The supervisor makes another service when that is so, and the program
keeps its proxy."""

import asyncio
import pathlib

import gi

gi.require_version('Norpc', '1')
from gi.repository import Gio, GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('sensor.xml')))
device_number = 0  # the device: it is missing at first, and unplugged and replaced by another one later


def make_error(text):
    return GLib.Error.new_literal(Gio.io_error_quark(), text, Gio.IOErrorEnum.NOT_FOUND)


class Sensor(Norpc.Service, demo.Sensor):
    def do_start(self):
        self.device = device_number
        if self.device == 0:
            raise make_error('There is no sensor')
        self.props.serial_number = f'S{self.device}'

    def read(self):
        if self.device != device_number:
            supervisor.restart(Norpc.StopMode.FINISH)
            raise make_error('The sensor was unplugged')
        return 20 + self.device


async def print_value(sensor):
    try:
        print('value:', await sensor.read())
    except GLib.Error as error:
        print('error:', error.message)


async def main():
    global device_number
    changes = asyncio.Queue()
    sensor = demo.SensorProxy.new(supervisor)
    sensor.connect('notify::serial-number', lambda sensor, _: changes.put_nowait(sensor.props.serial_number))

    supervisor.start()
    await print_value(sensor)

    device_number = 1
    print('sensor', await changes.get())
    await print_value(sensor)

    device_number = 2
    await print_value(sensor)
    print('sensor', await changes.get())
    await print_value(sensor)


supervisor = Norpc.Supervisor.new(Sensor)
supervisor.props.max_delay = 200
supervisor.props.max_restarts = GLib.MAXUINT32
Norpc.run(main())
supervisor.stop(Norpc.StopMode.FINISH)
