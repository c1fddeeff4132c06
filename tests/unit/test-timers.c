/* test-timers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The thread that serves all timers, and those of the pool, and that there may be none. The
 * linker puts the functions named __wrap_… in the place of GLib's.
 */

#include "core/norpc-background-private.h"
#include "core/norpc-timer-private.h"
#include "fixture.h"

GThread *__real_g_thread_try_new   (const char   *name,
                                    GThreadFunc   func,
                                    gpointer      data,
                                    GError      **error);
GThread *__wrap_g_thread_try_new   (const char   *name,
                                    GThreadFunc   func,
                                    gpointer      data,
                                    GError      **error);
gboolean __real_g_thread_pool_push (GThreadPool  *pool,
                                    gpointer      data,
                                    GError      **error);
/* Visible, as the linker takes it for what GIO calls, too. */
__attribute__ ((visibility ("default")))
gboolean __wrap_g_thread_pool_push (GThreadPool  *pool,
                                    gpointer      data,
                                    GError      **error);
gboolean __real_g_thread_pool_set_max_threads (GThreadPool  *pool,
                                               int           max_threads,
                                               GError      **error);
__attribute__ ((visibility ("default")))
gboolean __wrap_g_thread_pool_set_max_threads (GThreadPool  *pool,
                                               int           max_threads,
                                               GError      **error);
gboolean __real_g_cond_wait_until  (GCond        *cond,
                                    GMutex       *mutex,
                                    gint64        end_time);
gboolean __wrap_g_cond_wait_until  (GCond        *cond,
                                    GMutex       *mutex,
                                    gint64        end_time);

static gboolean has_threads = TRUE;
static int pool_has_threads = TRUE; /* atomic */
static GAsyncQueue *queued;         /* (owned): what waits for a thread of the pool */

/* How long the timers' thread sleeps, in the time of timers, or 0; atomic. */
static gsize asleep_until = 0;

gboolean
__wrap_g_cond_wait_until (GCond  *cond,
                          GMutex *mutex,
                          gint64  end_time)
{
  gboolean in_time;

  /* With the lock of the timers held. */
  g_atomic_pointer_set (&asleep_until, (gsize) end_time);
  in_time = __real_g_cond_wait_until (cond, mutex, end_time);
  g_atomic_pointer_set (&asleep_until, 0);

  return in_time;
}

GThread *
__wrap_g_thread_try_new (const char   *name,
                         GThreadFunc   func,
                         gpointer      data,
                         GError      **error)
{
  if (has_threads)
    return __real_g_thread_try_new (name, func, data, error);

  g_set_error_literal (error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "no thread in this test");

  return NULL;
}

gboolean
__wrap_g_thread_pool_push (GThreadPool  *pool,
                           gpointer      data,
                           GError      **error)
{
  gpointer earlier;

  if (!g_atomic_int_get (&pool_has_threads))
    {
      g_async_queue_push (queued, data);
      return FALSE;
    }

  while ((earlier = g_async_queue_try_pop (queued)) != NULL)
    __real_g_thread_pool_push (pool, earlier, NULL);

  return __real_g_thread_pool_push (pool, data, error);
}

gboolean
__wrap_g_thread_pool_set_max_threads (GThreadPool  *pool,
                                      int           max_threads,
                                      GError      **error)
{
  gpointer earlier;

  g_assert_cmpint (max_threads, ==, -1);
  if (!g_atomic_int_get (&pool_has_threads))
    return FALSE;

  while ((earlier = g_async_queue_try_pop (queued)) != NULL)
    __real_g_thread_pool_push (pool, earlier, NULL);

  return __real_g_thread_pool_set_max_threads (pool, max_threads, error);
}

static GMutex lock;
static GCond changed;
static GString *fired;      /* (owned) [lock]: the names of those that have */
static gboolean gate_open;  /* [lock] */
static int n_warnings = 0;  /* atomic */

typedef struct
{
  NorpcTimer timer;
  char       name;
  gint64     again; /* when to restart as it fires, or 0 */
} Named;

static gpointer
take_named (gpointer owner)
{
  return owner;
}

/* The timers' thread. */
static void
fire_named (gpointer taken)
{
  Named *self = taken;
  gint64 again = self->again;

  g_assert_false (norpc_background_is_current ());
  g_mutex_lock (&lock);
  while (self->name == '|' && !gate_open)
    g_cond_wait (&changed, &lock);
  self->again = 0;
  g_string_append_c (fired, self->name);
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);

  if (again != 0)
    norpc_timer_start (&self->timer, again);
}

static const NorpcTimerFuncs named_funcs = { take_named, fire_named };

static void
named_init (Named *self,
            char   name)
{
  *self = (Named) { .name = name };
  norpc_timer_init (&self->timer, &named_funcs, self);
}

/* Waits until so many have fired. Returns their names, to be freed. */
static char *
wait_fired (guint n)
{
  char *names;

  g_mutex_lock (&lock);
  while (fired->len < n)
    g_cond_wait (&changed, &lock);
  names = g_strdup (fired->str);
  g_string_truncate (fired, 0);
  g_mutex_unlock (&lock);

  return names;
}

static void
set_gate (gboolean open)
{
  g_mutex_lock (&lock);
  gate_open = open;
  g_cond_broadcast (&changed);
  g_mutex_unlock (&lock);
}

/* No thread at first: the next timer has those before it served, too, and there is one
 * warning.
 */
static void
test_no_thread (void)
{
  g_autofree char *names = NULL;
  Named timers[3];

  for (guint i = 0; i < G_N_ELEMENTS (timers); i++)
    named_init (&timers[i], (char) ('a' + (int) i));

  has_threads = FALSE;
  norpc_timer_start (&timers[0].timer, 1);
  norpc_timer_start (&timers[1].timer, 2);
  g_assert_cmpuint (fired->len, ==, 0);
  while (g_atomic_int_get (&n_warnings) == 0)
    g_thread_yield ();
  has_threads = TRUE;
  norpc_timer_start (&timers[2].timer, 3);
  names = wait_fired (3);
  g_assert_cmpstr (names, ==, "abc");
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 1);
}

/* By time, in whatever order they were started, and not those that were stopped. */
static void
test_order (void)
{
  static const guint order[] = { 7, 2, 9, 0, 4, 8, 1, 6, 3, 5 };
  g_autofree char *names = NULL;
  Named gate, timers[10];

  named_init (&gate, '|');
  for (guint i = 0; i < G_N_ELEMENTS (timers); i++)
    named_init (&timers[i], (char) ('0' + (int) i));

  set_gate (FALSE);
  norpc_timer_start (&gate.timer, 1);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    norpc_timer_start (&timers[order[i]].timer, 10 + order[i]);
  /* Anew: the first is the last, and the last the first. */
  norpc_timer_start (&timers[0].timer, 100);
  norpc_timer_start (&timers[9].timer, 2);
  g_assert_true (norpc_timer_stop (&timers[5].timer));
  g_assert_false (norpc_timer_stop (&timers[5].timer));
  set_gate (TRUE);
  names = wait_fired (10);
  g_assert_cmpstr (names, ==, "|912346780");
  g_assert_false (norpc_timer_stop (&timers[0].timer));
}

/* One that is far off is made sooner, while the thread sleeps. */
static void
test_sooner (void)
{
  gint64 far_off = g_get_monotonic_time () + 10 * G_TIME_SPAN_HOUR;
  g_autofree char *names = NULL;
  Named timer, other;

  named_init (&timer, 'a');
  named_init (&other, 'b');
  norpc_timer_start (&other.timer, far_off);
  norpc_timer_start (&timer.timer, far_off + 1);
  while (g_atomic_pointer_get (&asleep_until) != (gsize) far_off)
    g_thread_yield ();
  norpc_timer_start (&timer.timer, g_get_monotonic_time ());
  names = wait_fired (1);
  g_assert_cmpstr (names, ==, "a");
  g_assert_true (norpc_timer_stop (&other.timer));
}

/* Not before its time, not even by a bit. */
static void
test_on_time (void)
{
  gint64 time = g_get_monotonic_time () + 5 * 1000;
  g_autofree char *names = NULL;
  Named timer;

  named_init (&timer, 'a');
  norpc_timer_start (&timer.timer, time);
  names = wait_fired (1);
  g_assert_cmpint (g_get_monotonic_time (), >=, time);
}

/* It is restarted as it fires. */
static void
test_again (void)
{
  g_autofree char *names = NULL;
  Named timer;

  named_init (&timer, 'a');
  timer.again = 2;
  norpc_timer_start (&timer.timer, 1);
  names = wait_fired (2);
  g_assert_cmpstr (names, ==, "aa");
}

static int n_jobs = 0; /* atomic */

static void
block_job (gpointer unused)
{
  g_assert_true (norpc_background_is_current ());
  g_atomic_int_inc (&n_jobs);
  g_mutex_lock (&lock);
  while (!gate_open)
    g_cond_wait (&changed, &lock);
  g_mutex_unlock (&lock);
  g_atomic_int_add (&n_jobs, -1);
}

static void
open_job (gpointer unused)
{
  set_gate (TRUE);
}

static void
wait_no_jobs (void)
{
  while (g_atomic_int_get (&n_jobs) > 0)
    g_thread_yield ();
}

/* A job runs although many others block. */
static void
test_blocked_jobs (void)
{
  set_gate (FALSE);
  for (guint i = 0; i < 50; i++)
    norpc_background_push (block_job, NULL);
  while (g_atomic_int_get (&n_jobs) < 50)
    g_thread_yield ();
  norpc_background_push (open_job, NULL);
  wait_no_jobs ();
  g_assert_false (norpc_background_is_current ());
}

static void
count_job (gpointer n)
{
  g_atomic_int_inc ((int *) n);
}

/* No thread at first: nothing is lost, and nobody else has to push. */
static void
test_no_job_thread (void)
{
  int n = 0;

  g_atomic_int_set (&pool_has_threads, FALSE);
  for (guint i = 0; i < 3; i++)
    norpc_background_push (count_job, &n);
  g_assert_cmpint (g_atomic_int_get (&n), ==, 0);
  g_atomic_int_set (&pool_has_threads, TRUE);
  while (g_atomic_int_get (&n) < 3)
    g_thread_yield ();
}

/* The thread of the timers is there from the beginning: jobs go on after a time in which no
 * thread could be had.
 */
static void
test_early (void)
{
  if (g_test_subprocess ())
    {
      norpc_timer_prepare ();
      has_threads = FALSE;
      test_no_job_thread ();
      return;
    }

  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

/* There is no thread at all, not even for timers: whoever sends a call tries again. */
static void
test_starved (void)
{
  int n = 0, n_queued;

  if (g_test_subprocess ())
    {
      g_autoptr (NorpcEndpoint) endpoint = g_object_ref_sink (NORPC_ENDPOINT (norpc_load_shed_new ()));

      has_threads = FALSE;
      g_atomic_int_set (&pool_has_threads, FALSE);
      norpc_background_push (count_job, &n);
      /* Attempts that fail do not fill the queue of the pool. */
      n_queued = g_async_queue_length (queued);
      norpc_endpoint_send (endpoint, norpc_call_new (probe_probe_interface_info (), 0));
      g_assert_cmpint (g_async_queue_length (queued), ==, n_queued);
      g_atomic_int_set (&pool_has_threads, TRUE);
      g_usleep (1000);
      g_assert_cmpint (g_atomic_int_get (&n), ==, 0);
      norpc_endpoint_send (endpoint, norpc_call_new (probe_probe_interface_info (), 0));
      while (g_atomic_int_get (&n) == 0)
        g_thread_yield ();
      return;
    }

  g_test_trap_subprocess (NULL, 10 * G_USEC_PER_SEC, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
count_warning (const char     *domain,
               GLogLevelFlags  level,
               const char     *message,
               gpointer        unused)
{
  g_assert_true (g_str_has_prefix (message, "Failed to start the thread for timers"));
  g_atomic_int_inc (&n_warnings);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  g_log_set_handler ("Norpc", G_LOG_LEVEL_WARNING, count_warning, NULL);
  fired = g_string_new (NULL);
  queued = g_async_queue_new ();

  /* The first: there is no thread of the timers yet. */
  g_test_add_func ("/timers/no-thread", test_no_thread);
  g_test_add_func ("/timers/order", test_order);
  g_test_add_func ("/timers/sooner", test_sooner);
  g_test_add_func ("/timers/on-time", test_on_time);
  g_test_add_func ("/timers/again", test_again);
  g_test_add_func ("/timers/early", test_early);
  g_test_add_func ("/timers/starved", test_starved);
  g_test_add_func ("/timers/jobs/blocked", test_blocked_jobs);
  g_test_add_func ("/timers/jobs/no-thread", test_no_job_thread);
  status = g_test_run ();
  g_string_free (fired, TRUE);
  g_async_queue_unref (queued);

  return status;
}
