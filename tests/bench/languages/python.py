#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""python.py SECONDS: measures calls from Python, of a service in C and of some in Python."""

import asyncio
import pathlib
import sys
import time

import gi

gi.require_version('Bench', '1')
gi.require_version('Norpc', '1')
from gi.repository import Bench, GLib, GObject, Norpc

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
HERE = pathlib.Path(__file__).parent


class Echo(Norpc.Service, Bench.Echo):
    """A service whose method is plain."""

    def say(self, text):
        return text


class AsyncEcho(Norpc.Service, Bench.Echo):
    """A service whose method is a coroutine."""

    async def say(self, text):
        return text


class PlainEcho(GObject.Object, Bench.Echo):
    """A service that implements the virtual function."""

    def do_say(self, text):
        return text


def report(row, start, n_calls):
    print(f'python.{row} {(time.perf_counter() - start) / n_calls * 1e6:.2f} µs')


def measure_sync(row, call):
    start = time.perf_counter()
    n_calls = 0
    while time.perf_counter() < start + SECONDS:
        call()
        n_calls += 1
    report(row, start, n_calls)


async def measure_await(row, call):
    start = time.perf_counter()
    n_calls = 0
    while time.perf_counter() < start + SECONDS:
        await call()
        n_calls += 1
    report(row, start, n_calls)


def measure_callbacks(row, echo):
    """As an application whose main loop is GLib's."""
    loop = GLib.MainLoop()
    start = time.perf_counter()
    n_calls = 0

    def said(echo, result):
        nonlocal n_calls
        echo.call_say_finish(result)
        n_calls += 1
        if time.perf_counter() < start + SECONDS:
            echo.call_say('text', None, said)
        else:
            loop.quit()

    echo.call_say('text', None, said)
    loop.run()
    report(row, start, n_calls)


def measure_loaded(echo):
    """The classes are made at run time."""
    measure_sync('sync.loaded', lambda: echo.say_sync('text'))
    Norpc.run(measure_await('async.loaded', lambda: echo.say('text')))


def main():
    server = Norpc.serve(Bench.new_echo_in_c())
    echo = Bench.EchoProxy.new(server.get_endpoint())
    Norpc.run(measure_await('async', lambda: echo.say('text')))
    asyncio.run(measure_await('async.asyncio-run', lambda: echo.say('text')))
    measure_sync('sync', lambda: echo.say_sync('text'))
    measure_callbacks('callback', echo)

    for row, service in (('own', Echo()), ('own-async', AsyncEcho()), ('own-vfunc', PlainEcho())):
        with Norpc.serve(service) as own:
            Norpc.run(measure_await(f'async.{row}', lambda: own.say('text')))
            measure_sync(f'sync.{row}', lambda: own.say_sync('text'))

    loaded = Norpc.load(HERE / 'echo.xml')
    measure_loaded(loaded.EchoProxy.new(server.get_endpoint()))


main()
