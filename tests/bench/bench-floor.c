/* bench-floor.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The lower bound of the machine for two threads: a ball goes to and fro between
 * them. In one variant they sleep until it arrives, in the other they poll for it.
 */

#include "bench.h"

/* With one processor, only who sleeps lets the other run. */
#define LOOKS_BEFORE_YIELDING 20000

typedef enum
{
  BALL_AT_CLIENT,
  BALL_AT_SERVICE,
  BALL_GONE
} Ball;

typedef struct
{
  GMutex lock;
  GCond  cond;
  int    ball; /* atomic; when sleeping: [lock] */
} Floor;

typedef void (*ThrowFunc) (Floor *self,
                           Ball   ball);
typedef Ball (*CatchFunc) (Floor *self,
                           Ball   unwanted);

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

static void
play (GThreadFunc thread_func,
      ThrowFunc   throw_ball,
      CatchFunc   catch_ball,
      guint       n_calls)
{
  Floor floor = { .ball = BALL_AT_CLIENT };
  GThread *thread;

  g_mutex_init (&floor.lock);
  g_cond_init (&floor.cond);
  thread = g_thread_new ("floor", thread_func, &floor);

  for (guint i = 0; i < n_calls; i++)
    {
      throw_ball (&floor, BALL_AT_SERVICE);
      if (catch_ball (&floor, BALL_AT_SERVICE) != BALL_AT_CLIENT)
        g_error ("the ball is lost");
    }

  throw_ball (&floor, BALL_GONE);
  g_thread_join (thread);
  g_cond_clear (&floor.cond);
  g_mutex_clear (&floor.lock);
}

static void
sleeping_loop (guint n_calls)
{
  play (sleeping_thread, throw_sleeping, catch_sleeping, n_calls);
}

static void
spinning_loop (guint n_calls)
{
  play (spinning_thread, throw_spinning, catch_spinning, n_calls);
}

const BenchContender bench_floor_sleep = {
  .name = "floor.sleep",
  .loop = sleeping_loop,
};

const BenchContender bench_floor_spin = {
  .name = "floor.spin",
  .loop = spinning_loop,
};
