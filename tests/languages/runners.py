# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways in which a program can run coroutines."""

import asyncio
import threading

import gi

gi.require_version('Norpc', '1')
from gi.repository import GLib, Norpc

try:
    from gi.events import GLibEventLoopPolicy
except ImportError:  # before PyGObject 3.50
    GLibEventLoopPolicy = None


def run_embedded(coroutine):
    """As an application does whose main loop is GLib's."""
    loop = GLib.MainLoop()
    task = Norpc.create_task(coroutine)
    task.add_done_callback(lambda task: loop.quit())
    loop.run()
    return task.result()


def end(loop, tasks):
    """Ends such an application: cancels its tasks, and quits the main loop when they have ended."""
    async def end_tasks():
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        loop.quit()

    return Norpc.create_task(end_tasks())


def _call_in_thread(function):
    outcome = []
    thread = threading.Thread(target=lambda: outcome.append(function()))
    thread.start()
    thread.join()
    return outcome[0]


def run_in_thread(coroutine):
    """In another thread, while this one has the default main context."""
    context = GLib.MainContext.default()
    context.acquire()
    try:
        return _call_in_thread(lambda: Norpc.run(coroutine))
    finally:
        context.release()


def run_in_context(coroutine):
    """In another thread and a main context that it has."""
    def run():
        context = GLib.MainContext.new()
        context.push_thread_default()
        try:
            return Norpc.run(coroutine)
        finally:
            context.pop_thread_default()

    return _call_in_thread(run)


def run_natively(coroutine):
    """In the event loop of PyGObject."""
    asyncio.set_event_loop_policy(GLibEventLoopPolicy())
    loop = asyncio.get_event_loop_policy().get_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
        asyncio.set_event_loop_policy(None)


RUNNERS = [Norpc.run, asyncio.run, run_embedded, run_in_thread, run_in_context]
if GLibEventLoopPolicy is not None:
    RUNNERS.append(run_natively)
