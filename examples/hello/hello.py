# SPDX-License-Identifier: LGPL-2.1-or-later

import gi
gi.require_version('Norpc', '1')
from gi.repository import Norpc

demo = Norpc.load(__file__.replace('.py', '.xml'))


class Hello(Norpc.Service, demo.Hello):
    def greet(self, name):
        return f'Hello, {name}!'


with Norpc.serve(Hello()) as hello:
    print(hello.greet_sync('Ada'))
