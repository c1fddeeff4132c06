# SPDX-License-Identifier: LGPL-2.1-or-later
"""A service that fails two times out of three, and the layers that make it usable."""

import asyncio
import pathlib
import time

import gi

gi.require_version('Norpc', '1')
from gi.repository import GLib, Norpc

demo = Norpc.load(str(pathlib.Path(__file__).with_name('weather.xml')))
PERIOD = 200  # milliseconds from one attempt to the next


class Weather(Norpc.Service, demo.Weather):
    n_calls = 0

    async def forecast(self, city):
        self.n_calls += 1
        if self.n_calls % 3 == 1:
            await asyncio.sleep(3600)  # never answers; the time limit cancels it
        if self.n_calls % 3 == 2:
            raise GLib.Error.new_literal(Norpc.error_quark(), 'Too many requests', Norpc.Error.BUSY)
        return f'Sun in {city}, after {self.n_calls} attempts'


server = Norpc.serve(Weather())
# Calls pass the layers from the first to the last one.
weather = demo.WeatherProxy.new(Norpc.stack_new([
    Norpc.TimeLimit.new(10000),  # for all attempts together
    Norpc.Retry(max_attempts=4, delay=1),
    Norpc.RateLimit.new(1, PERIOD),
    Norpc.TimeLimit.new(100),  # for each attempt, without the time in the rate limit
    server.get_channel(),
]))
begin = time.monotonic()
for city in 'Rome', 'Oslo':
    print(weather.forecast_sync(city))
print('The rate was limited:', 'yes' if time.monotonic() - begin >= 4 * PERIOD / 1000 else 'no')
server.stop(Norpc.StopMode.FINISH)
