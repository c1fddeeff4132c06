# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program for type checkers: each line with a mistake says so, and all others are right."""

import asyncio

from gi.repository import GLib, Gio, Kv, Lists, Norpc, Streams, Test


class Store(Norpc.Service, Kv.Store):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[bytes, bytes] = {}

    def get(self, database: int, key: bytes) -> bytes | None:
        return self.values.get(key)

    async def take(self, database: int, key: bytes) -> bytes:
        return self.values.pop(key)

    def get_size(self, database: int) -> str:  # mistake: [override]
        return ''


class Feed(Norpc.Service, Streams.Feed):
    async def count(self, stream: Streams.FeedCountStream, upto: int) -> int:
        for number in range(upto):
            await stream.send(number, str(number))
            await stream.send(str(number), number)  # mistake: [arg-type]
        return upto


async def use_store(store: Kv.StoreProxy) -> bytes | None:
    await store.set(0, b'key', bytearray(b'value'), 0, Kv.SetFlags(0), timeout=100, priority=Norpc.Priority.URGENT)
    await store.get(0, 'key')  # mistake: [arg-type]
    await store.get(0)  # mistake: [call-arg]
    await store.get_everything()  # mistake: [attr-defined]
    done, previous = store.set_sync(0, b'key', b'value', 0, 0)
    previous + b''  # mistake: [operator]
    length: str = await store.append(0, key=b'key', suffix=b'value')  # mistake: [assignment]
    keys = store.call_list_keys_sync(0, GLib.Bytes.new(b''))
    return await store.get(0, b'key')


async def use_feed(feed: Streams.FeedProxy) -> int:
    with feed.count(3) as stream:
        async for number, text in stream:
            number + 1
            text + 1  # mistake: [operator]
        for number, text in stream:
            pass
        return await stream.outcome()


def use_language(language: Test.LanguageProxy, mixer: Test.MixerProxy) -> Test.Entry:
    mixer.props.volume + 1.5
    mixer.set_title_sync('title')
    mixer.set_title_sync(3)  # mistake: [arg-type]
    entry = Test.Entry(key='k', size=3, mode=Test.Mode.FAST, parts=Test.Parts.HEAD, bytes=b'', tags=[])
    Test.Entry(key='k')  # mistake: [call-arg]
    entry.size + 1
    language.note({'key': 'k'})
    return language.one_entry_sync(entry)


class Room(Norpc.Service, Test.Room):
    def __init__(self) -> None:
        super().__init__()
        self.guests: list[Test.ListenerProxy] = []

    def join(self, listener: Test.ListenerProxy) -> None:
        self.guests.append(listener)

    async def say(self, text: str) -> str:
        answers = await asyncio.gather(*(guest.hear(text) for guest in self.guests))
        return str(answers[-1])

    def listeners(self) -> list[Test.ListenerProxy]:
        return self.guests

    def open(self) -> Test.Room:
        self.props.host = self.guests[0]
        return Room()


class Listener(Norpc.Service, Test.Listener):
    def hear(self, text: str) -> str:
        return text


async def use_rooms(rooms: Test.RoomProxy) -> str:
    room = await rooms.open()
    room.load_sync()
    room.props.host = Listener()
    if not room.props.ready:
        await room.props.ready  # mistake: [misc]
    await room.join(Listener())
    for listener in await room.listeners():
        listener.cancel_all()
    listener = room.listeners_sync()[0]
    listener.props.ready + 1
    answer = listener.hear('text')
    answer.add_done_callback(print)
    answer.cancel()
    answer = listener.hear(3)  # mistake: [arg-type]
    done, pending = await asyncio.wait([room.say('a'), room.say('b')])
    room.open_sync().say_sync('text').nothing()  # mistake: [attr-defined]
    return await asyncio.wait_for(room.say('text'), 1)


def use_library(library: Lists.LibraryProxy) -> Gio.ListModel:
    Lists.Song(title='title', number=3).get_title() + ''
    return library.find_sync()


def handle(error: GLib.Error) -> bool:
    return error.matches(Test.StoreError.quark(), Test.StoreError.FULL) and Test.StoreError.LOST  # mistake: [attr-defined]


def supervise() -> Kv.StoreProxy:
    supervisor = Norpc.Supervisor.new(Store)
    supervisor.props.min_delay = 10
    supervisor.start()
    supervisor.stop()  # mistake: [call-arg]
    with Norpc.trace_context(3):  # mistake: [arg-type]
        return Kv.StoreProxy.new(supervisor)


async def main() -> None:
    with Norpc.serve(Store()) as store:
        await use_store(store)


Norpc.run(main())
