# SPDX-License-Identifier: LGPL-2.1-or-later

import gi

gi.require_version('Norpc', '1')
gi.require_version('Words', '1')
from gi.repository import GObject, Norpc, Words


class Shouter(GObject.Object, Words.Joiner):
    def do_join(self, words, separator):
        return separator.join(words).upper()


def check(service, expected):
    server = Norpc.Server.new(service)
    server.start(None)
    proxy = Words.JoinerProxy.new(server.get_channel())
    assert proxy.join_sync(['a', 'b'], '+') == expected.replace('-', '+')

    async def main():
        assert await proxy.join(['a', 'b'], '-') == expected

    Norpc.run(main())
    server.stop(Norpc.StopMode.FINISH, None)


check(Words.Service.new(), 'a-b')
check(Shouter(), 'A-B')
