/* nats-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "nats-fixture.h"

typedef struct
{
  void   (*func) (gpointer data);
  gpointer data;
  GMutex   lock;
  GCond    cond;
  gboolean done; /* [lock] */
} Job;

static gboolean
job_cb (gpointer data)
{
  Job *job = data;

  job->func (job->data);
  g_mutex_lock (&job->lock);
  job->done = TRUE;
  g_cond_signal (&job->cond);
  g_mutex_unlock (&job->lock);

  return G_SOURCE_REMOVE;
}

/* Calls @func in a thread, and waits for it. */
void
run_in_thread (NorpcThread  *thread,
               void        (*func) (gpointer data),
               gpointer      data)
{
  Job job = { func, data };

  g_mutex_init (&job.lock);
  g_cond_init (&job.cond);
  g_main_context_invoke (norpc_thread_get_main_context (thread), job_cb, &job);
  g_mutex_lock (&job.lock);
  while (!job.done)
    g_cond_wait (&job.cond, &job.lock);
  g_mutex_unlock (&job.lock);
  g_cond_clear (&job.cond);
  g_mutex_clear (&job.lock);
}

/* Runs in the context of the export. */
void
make_export (gpointer data)
{
  Fixture *self = data;
  g_autoptr (GError) error = NULL;

  self->export = norpc_nats_export_new_full (self->served, PREFIX, norpc_server_get_endpoint (self->server),
                                             depot_depot_interface_info (), self->queue_group, self->capacity, &error);
  g_assert_no_error (error);
}

/* Returns once clients reach it. */
void
fixture_export (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  run_in_thread (self->thread, make_export, self);
  norpc_nats_connection_flush_sync (self->served, 30000, &error);
  g_assert_no_error (error);
}

static void
drop_export (gpointer data)
{
  g_clear_object (&((Fixture *) data)->export);
}

void
fixture_unexport (Fixture *self)
{
  if (self->export != NULL)
    run_in_thread (self->thread, drop_export, self);
}

void
fixture_set_up (Fixture       *self,
                gconstpointer  capacity)
{
  g_autoptr (GError) error = NULL;

  self->nats = nats_process_new ();
  self->state = depot_state_new (0);
  self->server = norpc_serve (depot_service_new (self->state), &error);
  g_assert_no_error (error);
  self->thread = norpc_thread_new ("export");
  self->served = connect_to (nats_process_get_url (self->nats));
  self->capacity = capacity != NULL ? GPOINTER_TO_UINT (capacity) : NORPC_NATS_EXPORT_DEFAULT_CAPACITY;
  self->queue_group = NORPC_NATS_EXPORT_DEFAULT_QUEUE_GROUP;
  fixture_export (self);

  self->connection = connect_to (nats_process_get_url (self->nats));
  self->endpoint = norpc_nats_endpoint_new (self->connection, PREFIX);
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (self->endpoint));
}

/* A call reaches the service. */
void
fixture_assert_echo (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_sync (self->proxy, "größer", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (echo, ==, "größer");
}

static void
finalized_cb (gpointer  finalized,
              GObject  *object G_GNUC_UNUSED)
{
  g_atomic_int_set ((int *) finalized, TRUE);
}

/* Other threads may have the last reference for a moment; nothing may keep it. */
void
release_and_wait (gpointer object)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  int finalized = FALSE;

  g_object_weak_ref (object, finalized_cb, &finalized);
  g_object_unref (object);
  while (!g_atomic_int_get (&finalized))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

void
fixture_tear_down (Fixture       *self,
                   gconstpointer  unused)
{
  fixture_unexport (self);
  g_clear_object (&self->proxy);
  release_and_wait (g_steal_pointer (&self->endpoint));
  release_and_wait (g_steal_pointer (&self->connection));
  norpc_thread_stop (self->thread);
  g_clear_object (&self->thread);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  release_and_wait (g_steal_pointer (&self->served));
  release_and_wait (g_steal_pointer (&self->server));
  depot_state_free (self->state);
  nats_process_free (self->nats);
}

void
hold_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Outcome *outcome = data;

  outcome->n++;
  depot_depot_proxy_call_hold_finish (DEPOT_DEPOT_PROXY (proxy), result, &outcome->number, &outcome->error);
}

void
hold_safely_cb (GObject      *proxy,
                GAsyncResult *result,
                gpointer      data)
{
  Outcome *outcome = data;

  outcome->n++;
  depot_depot_proxy_call_hold_safely_finish (DEPOT_DEPOT_PROXY (proxy), result, &outcome->number, &outcome->error);
}

static gboolean
too_late_cb (gpointer unused)
{
  g_error ("A call has not completed");

  return G_SOURCE_REMOVE;
}

void
outcome_wait (Outcome *self)
{
  guint id = g_timeout_add_seconds (30, too_late_cb, NULL);

  while (self->n == 0)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  g_assert_cmpuint (self->n, ==, 1);
}

/* Waits for an error. */
void
outcome_assert (Outcome *self,
                GQuark   domain,
                int      code)
{
  outcome_wait (self);
  g_assert_error (self->error, domain, code);
  g_clear_error (&self->error);
  self->n = 0;
}

int
run_tests (int    argc,
           char  *argv[],
           void (*add) (void))
{
  g_test_init (&argc, &argv, NULL);
  if (!nats_process_is_installed ())
    {
      g_print ("1..0 # SKIP nats-server is not installed\n");
      return 0;
    }

  add ();

  return g_test_run ();
}
