/* fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fixture.h"

/* Protects what other threads report about released objects and bytes. */
static GMutex tracked_lock;
static GCond tracked_changed;

/* Any thread. */
static void
object_finalized_cb (gpointer  finalized,
                     GObject  *object G_GNUC_UNUSED)
{
  g_mutex_lock (&tracked_lock);
  *(gboolean *) finalized = TRUE;
  g_cond_broadcast (&tracked_changed);
  g_mutex_unlock (&tracked_lock);
}

/* Releases @object, and waits until it is finalized, as another thread that has just used it
 * may hold the last reference.
 */
void
release_and_wait (gpointer object)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  gboolean finalized = FALSE, in_time = TRUE;

  g_object_weak_ref (object, object_finalized_cb, &finalized);
  g_object_unref (object);

  g_mutex_lock (&tracked_lock);
  while (!finalized && in_time)
    in_time = g_cond_wait_until (&tracked_changed, &tracked_lock, end);
  g_mutex_unlock (&tracked_lock);

  g_assert_true (in_time);
}

/* How many milliseconds to give a call that is to begin, and not to be answered, in
 * time: a service that is ready has begun by then, on a machine that has other things
 * to do as well.
 */
guint
get_some_time (void)
{
  return g_getenv ("NORPC_TEST_VALGRIND") != NULL ? 2000 : 600;
}

/* Runs the default main context until it has nothing to do. */
void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

void
fixture_set_up (Fixture       *fixture,
                gconstpointer  capacity)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (NorpcChannel) channel = NULL;
  g_autoptr (GError) error = NULL;

  fixture->state = probe_state_new ();
  service = probe_service_new (fixture->state);
  if (capacity != NULL)
    channel = norpc_channel_new (GPOINTER_TO_UINT (capacity) & ~FIXTURE_WAITS,
                                 GPOINTER_TO_UINT (capacity) & FIXTURE_WAITS ? NORPC_WHEN_FULL_WAIT
                                                                             : NORPC_WHEN_FULL_BUSY);
  fixture->server = g_object_new (NORPC_TYPE_SERVER, "service", service, "channel", channel, NULL);
  fixture->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));
  g_clear_object (&service);

  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
}

/* For servers that share a thread. */
void
fixture_set_up_on_thread (Fixture     *fixture,
                          NorpcThread *thread)
{
  g_autoptr (GObject) service = NULL;
  g_autoptr (GError) error = NULL;

  fixture->state = probe_state_new ();
  service = probe_service_new (fixture->state);
  fixture->server = norpc_server_new_on_thread (service, thread);
  fixture->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (norpc_server_get_channel (fixture->server)));

  norpc_server_start (fixture->server, NULL, &error);
  g_assert_no_error (error);
}

void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  probe_state_open_gate (fixture->state);

  if (fixture->server != NULL)
    {
      g_autoptr (GError) error = NULL;

      norpc_server_stop (fixture->server, NORPC_STOP_ABANDON, NULL, &error);
      g_assert_no_error (error);
      /* Callbacks that are on their way hold what they are given. */
      iterate ();
      release_and_wait (g_steal_pointer (&fixture->server));
    }
  if (fixture->proxy != NULL)
    release_and_wait (g_steal_pointer (&fixture->proxy));

  probe_state_wait_finalized (fixture->state);
  probe_state_free (fixture->state);
}

/* Releases the server without stopping it first. */
void
fixture_release (Fixture *fixture)
{
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->proxy);
  /* Callbacks that are on their way hold what they are given. */
  iterate ();
  probe_state_wait_finalized (fixture->state);
  probe_state_free (fixture->state);
}

void
outcome_clear (Outcome *outcome)
{
  g_clear_error (&outcome->error);
  *outcome = (Outcome) { 0 };
}

/* Runs the thread-default context until the call has completed, and checks that it does so
 * once.
 */
void
outcome_wait (Outcome *outcome)
{
  GMainContext *context = g_main_context_get_thread_default ();

  while (outcome->n == 0)
    g_main_context_iteration (context, TRUE);
  while (g_main_context_iteration (context, FALSE))
    ;

  g_assert_cmpuint (outcome->n, ==, 1);
  g_assert_true (outcome->thread == g_thread_self ());
  g_assert_true (outcome->ok == (outcome->error == NULL));
}

static void
note_outcome (Outcome  *outcome,
              gboolean  ok,
              GError   *error)
{
  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = ok;
  g_clear_error (&outcome->error);
  outcome->error = error;
}

void
noop_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_noop_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

void
hold_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_hold_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

void
block_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_block_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

void
run_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_run_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

void
hold_briefly_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_hold_briefly_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

void
note_latest_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      outcome)
{
  GError *error = NULL;
  gboolean ok = probe_probe_proxy_call_note_latest_finish (PROBE_PROBE_PROXY (object), result, &error);

  note_outcome (outcome, ok, error);
}

/* Counts a call of Run that has completed. */
void
count_run_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      n_back)
{
  g_assert_true (probe_probe_proxy_call_run_finish (PROBE_PROBE_PROXY (object), result, NULL));
  (*(guint *) n_back)++;
}

static void
tracked_freed_cb (gpointer data)
{
  GThread **freed_in = data;

  g_mutex_lock (&tracked_lock);
  *freed_in = g_thread_self ();
  g_cond_broadcast (&tracked_changed);
  g_mutex_unlock (&tracked_lock);
}

GBytes *
tracked_bytes_new (GThread **freed_in)
{
  *freed_in = NULL;

  return g_bytes_new_with_free_func ("tracked", 7, tracked_freed_cb, freed_in);
}

/* Waits until the bytes are released. */
GThread *
tracked_bytes_wait (GThread **freed_in)
{
  GThread *thread;

  g_mutex_lock (&tracked_lock);
  while (*freed_in == NULL)
    g_cond_wait (&tracked_changed, &tracked_lock);
  thread = *freed_in;
  g_mutex_unlock (&tracked_lock);

  return thread;
}
