/* bench.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BenchWindow BenchWindow;

/* One way to have another thread do something, and to hear of it.
 *
 * The client is the main thread. Every contender has a main context of its
 * own for it, so that none pays for the sources of another. A function is NULL
 * where the row makes no sense.
 */
typedef struct
{
  const char *name;

  gpointer (*start) (void);
  void     (*stop)  (gpointer state);

  /* One call that ends with bench_window_answered (). */
  void     (*async) (gpointer     state,
                     BenchWindow *window);
  /* The same, with the least that the contender has instead of a GTask. */
  void     (*reply) (gpointer     state,
                     BenchWindow *window);
  /* One call. TRUE if it was answered, and rightly. */
  gboolean (*sync)  (gpointer     state);
  /* Many round trips: for what knows no calls. */
  void     (*loop)  (guint        n_calls);
} BenchContender;

extern const BenchContender bench_norpc;
extern const BenchContender bench_norpc_many;
extern const BenchContender bench_norpc_deadlines;
extern const BenchContender bench_hand;
extern const BenchContender bench_task;
extern const BenchContender bench_gdbus;
extern const BenchContender bench_floor_sleep;
extern const BenchContender bench_floor_spin;

/* Written before the contenders start. */
extern gboolean bench_collect_stats;

void bench_window_answered (BenchWindow *self,
                            gboolean     rightly);

G_END_DECLS
