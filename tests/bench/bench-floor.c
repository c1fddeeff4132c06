/* bench-floor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The lower bound of the machine for two threads: a ball goes to and fro between
 * them. In one variant they sleep until it arrives, in the other they poll for it.
 */

#include "bench.h"

/* With one processor, only a thread that yields lets the other one run. */
#define LOOKS_BEFORE_YIELDING 20000

typedef enum
{
  BALL_AT_CLIENT,
  BALL_AT_SERVICE,
  BALL_GONE
} Ball;

typedef struct
{
  GThread *thread; /* (owned) */
  GMutex   lock;
  GCond    cond;
  int      ball; /* atomic; when sleeping: [lock] */
} Floor;

static void
throw_sleeping (Floor *self,
                Ball   ball)
{
  g_mutex_lock (&self->lock);
  self->ball = ball;
  g_mutex_unlock (&self->lock);
  g_cond_signal (&self->cond);
}

static Ball
catch_sleeping (Floor *self,
                Ball   unwanted)
{
  Ball ball;

  g_mutex_lock (&self->lock);
  while (self->ball == (int) unwanted)
    g_cond_wait (&self->cond, &self->lock);
  ball = self->ball;
  g_mutex_unlock (&self->lock);

  return ball;
}

static void
throw_spinning (Floor *self,
                Ball   ball)
{
  g_atomic_int_set (&self->ball, ball);
}

static Ball
catch_spinning (Floor *self,
                Ball   unwanted)
{
  guint n_looks = 0;
  int ball;

  while ((ball = g_atomic_int_get (&self->ball)) == (int) unwanted)
    if (++n_looks % LOOKS_BEFORE_YIELDING == 0)
      g_thread_yield ();

  return ball;
}

static gpointer
sleeping_thread (gpointer data)
{
  while (catch_sleeping (data, BALL_AT_CLIENT) != BALL_GONE)
    throw_sleeping (data, BALL_AT_CLIENT);

  return NULL;
}

static gpointer
spinning_thread (gpointer data)
{
  while (catch_spinning (data, BALL_AT_CLIENT) != BALL_GONE)
    throw_spinning (data, BALL_AT_CLIENT);

  return NULL;
}

static gpointer
floor_start (GThreadFunc thread_func)
{
  Floor *self = g_new0 (Floor, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("floor", thread_func, self);

  return self;
}

static gpointer
sleeping_start (const BenchSetup *setup,
                const char       *work)
{
  return floor_start (sleeping_thread);
}

static gpointer
spinning_start (const BenchSetup *setup,
                const char       *work)
{
  return floor_start (spinning_thread);
}

static void
floor_stop (gpointer service)
{
  Floor *self = service;

  throw_sleeping (self, BALL_GONE);
  g_thread_join (self->thread);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
sleeping_sync (gpointer client)
{
  throw_sleeping (client, BALL_AT_SERVICE);

  return catch_sleeping (client, BALL_AT_SERVICE) == BALL_AT_CLIENT;
}

static gboolean
spinning_sync (gpointer client)
{
  throw_spinning (client, BALL_AT_SERVICE);

  return catch_spinning (client, BALL_AT_SERVICE) == BALL_AT_CLIENT;
}

const BenchContender bench_floor_sleep = {
  .name = "floor.sleep",
  .start = sleeping_start,
  .stop = floor_stop,
  .sync = sleeping_sync,
};

const BenchContender bench_floor_spin = {
  .name = "floor.spin",
  .start = spinning_start,
  .stop = floor_stop,
  .sync = spinning_sync,
};
