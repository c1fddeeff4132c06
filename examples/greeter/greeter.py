# SPDX-License-Identifier: LGPL-2.1-or-later

import pathlib

import gi
gi.require_version('Norpc', '1')
from gi.repository import Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('greeter.xml')))


class Greeter(Norpc.Service, demo.Greeter):
    n_greeted = 0

    def greet(self, name):
        if not name:
            raise ValueError('There is nobody to greet')
        self.n_greeted += 1
        return f'Hello, {name}! You are guest {self.n_greeted}.'


async def main(greeter):
    print(await greeter.greet('Ada'))


with Norpc.serve(Greeter()) as greeter:
    Norpc.run(main(greeter))
    print(greeter.greet_sync('Bob'))
