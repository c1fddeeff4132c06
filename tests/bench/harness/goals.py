# SPDX-License-Identifier: LGPL-2.1-or-later
"""The goals that the figures are held against."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Goal:
    title: str
    name: str     # of a line, or of one of the table of instructions
    goal: float
    cores: int = 2  # of the run that it is in; 0: instructions
    is_least: bool = True  # whether the value is to be the goal at least, or at most

    def is_reached(self, value):
        return value >= self.goal if self.is_least else value <= self.goal


def make_ratio(title, ours, other, goal, cores=2):
    return Goal(title, f'ratio.{ours}/{other}', goal, cores)


def make_limit(title, name, goal, cores=2):
    return Goal(title, name, goal, cores, is_least=False)


GOALS = [
    make_limit('instructions of an asynchronous call', 'async', 5600, 0),
    make_limit('instructions of a call with a reply function', 'reply', 1100, 0),
    make_limit('instructions of a direct, synchronous call', 'direct', 250, 0),
    make_limit('instructions of a layer', 'layer', 120, 0),
    make_limit('instructions of statistics', 'statistics', 150, 0),
    make_limit('instructions of a signal, for each of 100 proxies', 'signal', 300, 0),
    *(make_ratio(f'asynchronous, {n} in flight, against a task a request on Tokio{", one core" if cores == 1 else ""}',
                 f'norpc.async.noop.w{n}', f'tokio-spawn.call.noop.w{n}', goal, cores)
      for n, cores, goal in ((64, 2, 1.5), (1024, 2, 1.0), (64, 1, 1.0), (1024, 1, 1.0))),
    make_ratio('asynchronous, 64 in flight, against the pattern by hand',
               'norpc.async.noop.w64', 'hand.async.noop.w64', 5),
    make_ratio('the same, one core', 'norpc.async.noop.w64', 'hand.async.noop.w64', 2, 1),
    make_ratio('reply function, 64 in flight, against Tokio, unbounded',
               'norpc.reply.noop.w64', 'tokio-unbounded.call.noop.w64', 4),
    make_ratio('reply function, 1024 in flight, against Tokio, unbounded',
               'norpc.reply.noop.w1024', 'tokio-unbounded.call.noop.w1024', 1.2),
    make_limit('asynchronous, one at a time, times the spinning ping-pong',
               'times.norpc.async.noop.seq/floor.spin.seq', 8),
    make_limit('synchronous, one at a time, times the spinning ping-pong',
               'times.norpc.sync.noop.seq/floor.spin.seq', 3.5),
    make_limit('synchronous, after a rest, times the sleeping ping-pong',
               'times.norpc.sync.noop.rested/floor.sleep.rested', 1.1),
    make_ratio('4 clients, one call at a time each, against a task a request on Tokio',
               'norpc.async.noop.c4', 'tokio-spawn.call.noop.c4', 4),
    make_limit('service to service on one thread, times a GTask alone',
               'times.norpc-together.async.noop.w64/floor.task.w64', 1.3),
    make_limit('1,000 services on 2 threads, times one service',
               'times.norpc-s1000-t2.reply.noop.w1024/norpc-s1-t1.reply.noop.w1024', 1.1),
    make_limit('a million calls in flight, times 1024',
               'times.norpc-many.reply.noop.w1000000/norpc.reply.noop.w1024', 1.1),
    make_limit('processor time of 50 services with a call now and then, times sleeping',
               'times.cpu.norpc-idle-s50.spin/norpc-idle-s50.sleep', 1.2),
    make_limit('bytes of an asynchronous call in flight', 'norpc.async.in-flight', 480),
    make_limit('the same with a cancellable', 'norpc.async.in-flight.cancellable', 560),
    make_limit('bytes of a call with a reply function in flight', 'norpc.reply.in-flight', 300),
    make_ratio('mini-redis against redis-server, GET, 16 in a pipeline', 'mini-redis.get.p16', 'redis-server.get.p16', 0.6),
    make_ratio('mini-redis against redis-server, SET, 16 in a pipeline', 'mini-redis.set.p16', 'redis-server.set.p16', 0.6),
    make_ratio('norpc-codegen against gdbus-codegen', 'codegen.norpc', 'codegen.gdbus', 40),
]
