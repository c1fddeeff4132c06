/* bench.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BenchWindow BenchWindow;

/* Where services run. */
typedef enum
{
  BENCH_PLACE_THREADS,  /* in threads of their own */
  BENCH_PLACE_CONTEXT,  /* in the client's main context */
  BENCH_PLACE_DIRECT,   /* without a server, in the caller's thread */
} BenchPlace;

/* How services are set up. Zeros are one service in its own thread. Contenders that are not
 * norpc-glib know only this one.
 */
typedef struct
{
  const char *suffix;      /* (nullable): of the contender's name */
  BenchPlace  place;
  guint       n_services;  /* 0: one */
  guint       n_threads;   /* 0: one for each service */
  guint       n_layers;    /* around the channel, on the client's side */
  guint       n_proxies;   /* that listen to signals; 0: one */
  gboolean    stats;       /* whether servers collect statistics */
  gboolean    waits;       /* whether calls wait while the channel is full */
} BenchSetup;

/* How a client makes its calls. */
typedef struct
{
  const char *name;
  guint       in_flight; /* 1: one after the other */
  guint       n_clients; /* 0: one, the main thread; else a thread for each */
  gboolean    bursts;    /* whether the next calls are made when all in flight are answered */
  gboolean    timed;     /* whether each call is timed, for percentiles */
  guint       rest;      /* microseconds between two calls, in which both sides fall asleep */
} BenchLoad;

typedef enum
{
  BENCH_ASYNC, /* a GTask */
  BENCH_REPLY, /* the least that the contender has in place of a GTask */
  BENCH_SYNC,  /* the client blocks */
} BenchMode;

/* One way to have another thread do something, and to get an answer from it.
 *
 * Functions are NULL where a mode makes no sense. All but stop () run in the thread of a client,
 * with its main context as the thread-default one; start () and stop () in the main thread.
 */
typedef struct
{
  const char *name;

  gpointer (*start) (const BenchSetup *setup,
                     const char       *work);
  void     (*stop)  (gpointer service);

  /* Makes the state of a client. Without it, clients get the service itself. */
  gpointer (*connect)    (gpointer service);
  void     (*disconnect) (gpointer client);

  /* One call that ends with bench_window_answered (). */
  void     (*async) (gpointer     client,
                     BenchWindow *window);
  void     (*reply) (gpointer     client,
                     BenchWindow *window);
  /* One call. TRUE if it was answered, and the answer is right. */
  gboolean (*sync)  (gpointer     client);
  /* In place of the three: does @n_calls times the thing that the row counts. */
  void     (*loop)  (gpointer         service,
                     const BenchLoad *load,
                     guint            n_calls);
} BenchContender;

typedef struct
{
  const BenchContender *contender;
  const BenchSetup     *setup;
  BenchMode             mode;
  const char           *work; /* (nullable): a part of the name; NULL in floors */
  const BenchLoad      *load;
} BenchRow;

/* The cost of a run. */
typedef struct
{
  guint   n_calls;
  double  seconds;
  double  cpu_seconds; /* of all threads */
  double  n_switches;  /* of contexts, of all threads */
  GArray *latencies;   /* (owned) (nullable): of double, in seconds, sorted */
} BenchCost;

extern const BenchRow bench_rows[];
extern const guint bench_n_rows;

void bench_row_run (const BenchRow *row,
                    guint           n_calls,
                    guint           n_warm_up,
                    BenchCost      *cost);

/* In the client's context. */
void  bench_window_answered (BenchWindow *self,
                             gboolean     rightly);
/* Makes @n_calls calls, and calls @done. */
void  bench_window_run      (void           (*call) (gpointer     client,
                                                     BenchWindow *window),
                             gpointer         client,
                             guint            n_calls,
                             const BenchLoad *load,
                             void           (*done) (gpointer user_data),
                             gpointer         user_data);

extern const BenchContender bench_norpc;
extern const BenchContender bench_norpc_deadlines;
extern const BenchContender bench_together;
extern const BenchContender bench_signal;
extern const BenchContender bench_stream;
extern const BenchContender bench_list;
extern const BenchContender bench_idle;
extern const BenchContender bench_hand;
extern const BenchContender bench_task;
extern const BenchContender bench_pool;
extern const BenchContender bench_gdbus;
extern const BenchContender bench_gdbus_daemon;
extern const BenchContender bench_dbus;
extern const BenchContender bench_dbus_daemon;
extern const BenchContender bench_floor_sleep;
extern const BenchContender bench_floor_spin;
extern const BenchContender bench_floor_task;
extern const BenchContender bench_floor_signal;
extern const BenchContender bench_floor_memcpy;

G_END_DECLS
