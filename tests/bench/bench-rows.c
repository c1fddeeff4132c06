/* bench-rows.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* All rows of the benchmark, but those of the peers that are programs of their own. */

#include "bench.h"

static const BenchLoad seq = { .name = "seq", .in_flight = 1 };
static const BenchLoad w8 = { .name = "w8", .in_flight = 8 };
static const BenchLoad w64 = { .name = "w64", .in_flight = 64 };
static const BenchLoad w1024 = { .name = "w1024", .in_flight = 1024 };
static const BenchLoad b64 = { .name = "b64", .in_flight = 64, .bursts = TRUE };
static const BenchLoad b1024 = { .name = "b1024", .in_flight = 1024, .bursts = TRUE };
static const BenchLoad w100000 = { .name = "w100000", .in_flight = 100000 };
static const BenchLoad w1000000 = { .name = "w1000000", .in_flight = 1000000 };
static const BenchLoad c1 = { .name = "c1", .in_flight = 1, .n_clients = 1 };
static const BenchLoad c4 = { .name = "c4", .in_flight = 1, .n_clients = 4 };
static const BenchLoad c16 = { .name = "c16", .in_flight = 1, .n_clients = 16 };
static const BenchLoad c64 = { .name = "c64", .in_flight = 1, .n_clients = 64 };
static const BenchLoad timed = { .name = "timed", .in_flight = 1, .timed = TRUE };
static const BenchLoad rested = { .name = "rested", .in_flight = 1, .timed = TRUE, .rest = 500 };
static const BenchLoad spins = { .name = "spin", .rest = 5000 };
static const BenchLoad sleeps = { .name = "sleep", .rest = 5000 };
static const BenchLoad none = { .name = "none", .rest = 5000 };
static const BenchLoad one = { .name = "p1" };
static const BenchLoad hundred = { .name = "p100" };
static const BenchLoad item = { .name = "item" };

static const BenchSetup own = { 0 };
static const BenchSetup waits = { .suffix = "many", .waits = TRUE };
static const BenchSetup context = { .suffix = "context", .place = BENCH_PLACE_CONTEXT };
static const BenchSetup direct = { .suffix = "direct", .place = BENCH_PLACE_DIRECT };
static const BenchSetup together = { .suffix = "together" };
static const BenchSetup stats = { .suffix = "stats", .stats = TRUE };
static const BenchSetup context_stats = {
  .suffix = "context-stats", .place = BENCH_PLACE_CONTEXT, .stats = TRUE
};
static const BenchSetup direct_layer5 = {
  .suffix = "direct-layer5", .place = BENCH_PLACE_DIRECT, .n_layers = 5
};
static const BenchSetup layer1 = { .suffix = "layer1", .n_layers = 1 };
static const BenchSetup layer5 = { .suffix = "layer5", .n_layers = 5 };
static const BenchSetup proxies1 = { .n_proxies = 1 };
static const BenchSetup proxies100 = { .n_proxies = 100 };
static const BenchSetup services50 = { .suffix = "s50", .n_services = 50 };
static const BenchSetup s1t1 = { .suffix = "s1-t1", .n_services = 1, .n_threads = 1 };
static const BenchSetup s10t1 = { .suffix = "s10-t1", .n_services = 10, .n_threads = 1 };
static const BenchSetup s10t2 = { .suffix = "s10-t2", .n_services = 10, .n_threads = 2 };
static const BenchSetup s10t4 = { .suffix = "s10-t4", .n_services = 10, .n_threads = 4 };
static const BenchSetup s100t1 = { .suffix = "s100-t1", .n_services = 100, .n_threads = 1 };
static const BenchSetup s100t2 = { .suffix = "s100-t2", .n_services = 100, .n_threads = 2 };
static const BenchSetup s100t4 = { .suffix = "s100-t4", .n_services = 100, .n_threads = 4 };
static const BenchSetup s1000t1 = { .suffix = "s1000-t1", .n_services = 1000, .n_threads = 1 };
static const BenchSetup s1000t2 = { .suffix = "s1000-t2", .n_services = 1000, .n_threads = 2 };
static const BenchSetup s1000t4 = { .suffix = "s1000-t4", .n_services = 1000, .n_threads = 4 };

#define ROW(contender, setup, mode, work, load) \
  { &bench_##contender, &setup, BENCH_##mode, work, &load }

/* One call at a time, and several. */
#define FLIGHTS(contender, setup, mode, work) \
  ROW (contender, setup, mode, work, seq), \
  ROW (contender, setup, mode, work, w8), \
  ROW (contender, setup, mode, work, w64), \
  ROW (contender, setup, mode, work, w1024)

#define LATENCIES(contender, mode, work) \
  ROW (contender, own, mode, work, timed), \
  ROW (contender, own, mode, work, rested)

#define WORK(work) \
  ROW (norpc, own, ASYNC, work, w64), \
  ROW (norpc, own, SYNC, work, seq)

#define SERVICES(setup) ROW (norpc, setup, REPLY, "noop", w1024)

const BenchRow bench_rows[] = {
  FLIGHTS (norpc, own, ASYNC, "noop"),
  FLIGHTS (norpc, own, REPLY, "noop"),
  ROW (norpc, own, ASYNC, "noop", b64),
  ROW (norpc, own, REPLY, "noop", b64),
  ROW (norpc, own, ASYNC, "noop", b1024),
  ROW (norpc, own, REPLY, "noop", b1024),
  ROW (norpc, own, SYNC, "noop", seq),
  ROW (norpc, waits, REPLY, "noop", w100000),
  ROW (norpc, waits, REPLY, "noop", w1000000),
  ROW (norpc_deadlines, waits, REPLY, "noop", w100000),

  FLIGHTS (hand, own, ASYNC, "noop"),
  FLIGHTS (hand, own, REPLY, "noop"),
  ROW (hand, own, SYNC, "noop", seq),
  FLIGHTS (task, own, ASYNC, "noop"),
  ROW (task, own, SYNC, "noop", seq),
  FLIGHTS (pool, own, ASYNC, "noop"),
  ROW (pool, own, SYNC, "noop", seq),
  FLIGHTS (gdbus, own, ASYNC, "noop"),
  ROW (gdbus, own, SYNC, "noop", seq),
  FLIGHTS (gdbus_daemon, own, ASYNC, "noop"),
  ROW (gdbus_daemon, own, SYNC, "noop", seq),
  FLIGHTS (dbus, own, ASYNC, "noop"),
  ROW (dbus, own, SYNC, "noop", seq),
  FLIGHTS (dbus_daemon, own, ASYNC, "noop"),
  ROW (dbus_daemon, own, SYNC, "noop", seq),

  LATENCIES (norpc, ASYNC, "noop"),
  LATENCIES (norpc, REPLY, "noop"),
  LATENCIES (norpc, SYNC, "noop"),
  LATENCIES (hand, ASYNC, "noop"),
  LATENCIES (hand, SYNC, "noop"),
  LATENCIES (gdbus, SYNC, "noop"),

  FLIGHTS (norpc, context, ASYNC, "noop"),
  ROW (norpc, context, REPLY, "noop", w64),
  FLIGHTS (together, together, ASYNC, "noop"),
  ROW (norpc, direct, ASYNC, "noop", seq),
  ROW (norpc, direct, SYNC, "noop", seq),

  ROW (norpc, stats, REPLY, "noop", w64),
  ROW (norpc, layer1, REPLY, "noop", w64),
  ROW (norpc, layer5, REPLY, "noop", w64),
  ROW (norpc, context_stats, REPLY, "noop", w64),
  ROW (norpc, direct_layer5, SYNC, "noop", seq),
  ROW (norpc, layer1, SYNC, "noop", seq),
  ROW (norpc, layer5, SYNC, "noop", seq),

  ROW (norpc, own, ASYNC, "noop", c1),
  ROW (norpc, own, ASYNC, "noop", c4),
  ROW (norpc, own, ASYNC, "noop", c16),
  ROW (norpc, own, ASYNC, "noop", c64),
  ROW (norpc, own, SYNC, "noop", c1),
  ROW (norpc, own, SYNC, "noop", c4),
  ROW (norpc, own, SYNC, "noop", c16),
  ROW (norpc, own, SYNC, "noop", c64),
  ROW (hand, own, ASYNC, "noop", c1),
  ROW (hand, own, ASYNC, "noop", c4),
  ROW (hand, own, ASYNC, "noop", c16),
  ROW (hand, own, ASYNC, "noop", c64),

  SERVICES (s1t1),
  SERVICES (s10t1),
  SERVICES (s10t2),
  SERVICES (s10t4),
  SERVICES (s100t1),
  SERVICES (s100t2),
  SERVICES (s100t4),
  SERVICES (s1000t1),
  SERVICES (s1000t2),
  SERVICES (s1000t4),

  WORK ("get"),
  WORK ("args26"),
  WORK ("bytes1k"),
  WORK ("bytes100k"),
  WORK ("bytes1mib"),
  WORK ("object"),
  WORK ("string10"),
  WORK ("string1k"),
  WORK ("string100k"),
  WORK ("string1mib"),

  ROW (signal, proxies1, ASYNC, NULL, one),
  ROW (signal, proxies100, ASYNC, NULL, hundred),
  ROW (stream, own, ASYNC, NULL, item),
  ROW (list, own, ASYNC, NULL, item),
  ROW (idle, services50, ASYNC, NULL, spins),
  ROW (idle, services50, ASYNC, NULL, sleeps),
  ROW (idle, services50, ASYNC, NULL, none),

  ROW (floor_sleep, own, SYNC, NULL, seq),
  ROW (floor_sleep, own, SYNC, NULL, timed),
  ROW (floor_sleep, own, SYNC, NULL, rested),
  ROW (floor_spin, own, SYNC, NULL, seq),
  ROW (floor_spin, own, SYNC, NULL, timed),
  ROW (floor_task, own, ASYNC, NULL, w64),
  ROW (floor_signal, proxies100, ASYNC, NULL, hundred),
  ROW (floor_memcpy, own, SYNC, NULL, seq),
};

const guint bench_n_rows = G_N_ELEMENTS (bench_rows);
