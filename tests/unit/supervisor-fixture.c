/* supervisor-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "supervisor-fixture.h"

/* Called with the lock held. */
static void
block_locked (Supervised *self)
{
  self->n_blocked++;
  g_cond_broadcast (&self->changed);
  while (self->closed)
    g_cond_wait (&self->changed, &self->lock);
  self->n_blocked--;
}

/* Called with the lock held. */
static GObject *
make_probe_locked (Supervised  *self,
                   GError     **error)
{
  guint index = self->n_made++;
  GObject *probe;

  g_assert_cmpuint (index, <, MAX_PROBES);
  self->threads[index] = g_thread_self ();
  if (self->n_failures > 0)
    {
      self->n_failures--;
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no device %u", index);
      return NULL;
    }

  self->states[index] = probe_state_new ();
  self->states[index]->fail_start = self->n_failing_starts > 0;
  if (self->n_failing_starts > 0)
    self->n_failing_starts--;
  probe = probe_service_new (self->states[index]);
  if (!self->makes_servers)
    return probe;

  g_clear_object (&self->server);
  self->server = norpc_server_new (probe);
  g_object_unref (probe);

  return G_OBJECT (g_object_ref (self->server));
}

/* Runs in the service's context. */
static void
stop_in_function (Supervised *self)
{
  GError *error = NULL;
  gboolean stopped = norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error);

  g_assert_false (stopped);
  g_mutex_lock (&self->lock);
  self->stop_error = error;
  g_mutex_unlock (&self->lock);
}

/* Runs in the service's context. */
static GObject *
make_cb (gpointer   user_data,
         GError   **error)
{
  Supervised *self = user_data;
  GObject *object;

  if (self->stops)
    stop_in_function (self);
  g_mutex_lock (&self->lock);
  block_locked (self);
  object = make_probe_locked (self, error);
  g_mutex_unlock (&self->lock);

  return object;
}

/* Runs in any thread. */
static void
destroy_cb (gpointer user_data)
{
  Supervised *self = user_data;

  g_mutex_lock (&self->lock);
  self->n_destroyed++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
supervised_set_up (Supervised    *self,
                   gconstpointer  in_context)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->clock = norpc_manual_clock_new ();
  self->supervisor = in_context != NULL ? norpc_supervisor_new_in_context (NULL, make_cb, self, destroy_cb)
                                        : norpc_supervisor_new (make_cb, self, destroy_cb);
  self->proxy = probe_probe_proxy_new (NORPC_ENDPOINT (self->supervisor));
}

/* Releases the supervisor and its proxy, and waits until nothing is left of them. */
void
supervised_release (Supervised *self)
{
  g_clear_object (&self->server);
  g_clear_object (&self->proxy);
  g_clear_object (&self->supervisor);
  g_mutex_lock (&self->lock);
  while (self->n_destroyed == 0)
    {
      g_cond_wait_until (&self->changed, &self->lock, g_get_monotonic_time () + G_TIME_SPAN_MILLISECOND);
      g_mutex_unlock (&self->lock);
      iterate ();
      g_mutex_lock (&self->lock);
    }
  g_mutex_unlock (&self->lock);
}

void
supervised_tear_down (Supervised    *self,
                      gconstpointer  in_context G_GNUC_UNUSED)
{
  supervised_release (self);
  g_assert_cmpuint (self->n_destroyed, ==, 1);
  for (guint i = 0; i < self->n_made; i++)
    if (self->states[i] != NULL)
      {
        probe_state_wait_finalized (self->states[i]);
        probe_state_free (self->states[i]);
      }
  g_clear_error (&self->stop_error);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

void
supervised_wait (Supervised           *self,
                 NorpcSupervisorState  state)
{
  while (norpc_supervisor_get_state (self->supervisor) != state)
    g_main_context_iteration (NULL, FALSE);
}

/* Waits until the function that makes services blocks. */
void
supervised_wait_blocked (Supervised *self,
                         guint       n_blocked)
{
  g_mutex_lock (&self->lock);
  while (self->n_blocked != n_blocked)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
supervised_open (Supervised *self)
{
  g_mutex_lock (&self->lock);
  self->closed = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* Stops the server behind the back of the supervisor. */
void
supervised_stop_server (Supervised *self)
{
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  server = g_object_ref (self->server);
  g_mutex_unlock (&self->lock);

  norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
}

/* A call that succeeds, if @pattern is NULL, or fails with an error of NORPC_ERROR. */
void
supervised_call (Supervised *self,
                 int         code,
                 const char *pattern)
{
  g_autoptr (GError) error = NULL;

  probe_probe_proxy_call_noop_sync (self->proxy, NULL, &error);
  if (pattern == NULL)
    {
      g_assert_no_error (error);
      return;
    }

  g_assert_error (error, NORPC_ERROR, code);
  if (!g_pattern_match_simple (pattern, error->message))
    g_error ("\"%s\" does not match \"%s\"", error->message, pattern);
}

void
supervised_assert_made (Supervised *self,
                        guint       n_made)
{
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (self->n_made, ==, n_made);
  g_mutex_unlock (&self->lock);
}

ProbeState *
supervised_get_state (Supervised *self,
                      guint       index)
{
  ProbeState *state;

  g_mutex_lock (&self->lock);
  state = self->states[index];
  g_mutex_unlock (&self->lock);

  return state;
}
