/* bad-helper-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>

#include "bad-helper-fixture.h"

#define KILL_TIMEOUT   5000
#define REASON_TIMEOUT 200

BadTimers bad_timers;

GSource *__real_g_timeout_source_new (guint interval);

/* Visible, because GIO calls g_timeout_source_new (), too. */
__attribute__ ((visibility ("default"))) GSource *__wrap_g_timeout_source_new (guint interval);

/* Runs in any thread. The time after which a program that was stopped, or has closed its connection, is killed passes at
 * once, or not at all.
 */
GSource *
__wrap_g_timeout_source_new (guint interval)
{
  gboolean kills_late = g_atomic_int_get (&bad_timers.kills_late);
  gboolean is_late = interval == REASON_TIMEOUT ? g_atomic_int_get (&bad_timers.reasons_late)
                                                : interval == KILL_TIMEOUT && kills_late;
  gboolean kills = interval == KILL_TIMEOUT && !kills_late;
  GSource *source = __real_g_timeout_source_new (kills ? 50 : is_late ? 10 * 60 * 1000 : interval);

  if (interval == REASON_TIMEOUT)
    g_atomic_int_inc (&bad_timers.n_reasons);
  if (interval == BAD_START_TIMEOUT)
    g_atomic_pointer_set (&bad_timers.start_timer, g_source_ref (source));

  return source;
}

void
bad_start (Bad        *self,
           const char *how,
           guint       max_restarts,
           guint       start_timeout)
{
  const char *argv[] = { BAD_HELPER, how, self->report, "a b \"c\" $d", NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "BAD_HELPER_MARKER", "set", TRUE);

  self->helper = g_object_new (NORPC_TYPE_HELPER, "argv", argv, "object-path", "/org/example/Wire", "max-restarts",
                               max_restarts, "min-delay", 1, "max-delay", 1, "start-timeout", start_timeout, "environment",
                               environment, "working-directory", self->folder, NULL);
  self->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (self->helper));
}

void
bad_set_up (Bad           *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  self->folder = g_test_subprocess () ? g_strdup (g_getenv ("BAD_HELPER_FOLDER")) : g_dir_make_tmp ("bad-helper-XXXXXX", NULL);
  self->report = g_build_filename (self->folder, "report", NULL);
}

void
bad_tear_down (Bad           *self,
               gconstpointer  unused G_GNUC_UNUSED)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->helper);
  iterate ();
  g_remove (self->report);
  g_rmdir (self->folder);
  g_free (self->report);
  g_free (self->folder);
}

char *
bad_read_report (Bad *self)
{
  char *text = NULL;

  while (!g_file_get_contents (self->report, &text, NULL, NULL) || *text == '\0')
    {
      g_clear_pointer (&text, g_free);
      g_usleep (1000);
    }

  return text;
}

void
bad_wait_gone (pid_t pid)
{
  while (kill (pid, 0) == 0)
    {
      iterate (); /* a call in flight has a reference to the helper */
      g_usleep (1000);
    }
  g_assert_cmpint (errno, ==, ESRCH);
}

pid_t
bad_read_pid (Bad *self)
{
  g_autofree char *text = bad_read_report (self);

  g_assert_true (g_str_has_prefix (text, "pid="));

  return (pid_t) atoi (text + strlen ("pid="));
}

void
bad_be_late (void)
{
  GSource *timer;

  /* The program may have written before the timer is made. */
  while ((timer = g_atomic_pointer_exchange (&bad_timers.start_timer, NULL)) == NULL)
    g_usleep (100);
  g_source_set_ready_time (timer, 0);
  g_source_unref (timer);
}

void
bad_wait_for_state (Bad              *self,
                    NorpcHelperState  state)
{
  while (norpc_helper_get_state (self->helper) != state)
    g_main_context_iteration (NULL, FALSE);
}

static void
count_closed_cb (GObject      *proxy,
                 GAsyncResult *result,
                 gpointer      n_closed)
{
  g_autoptr (GError) error = NULL;
  guint number;

  g_assert_false (wire_wire_proxy_call_hold_finish (WIRE_WIRE_PROXY (proxy), result, &number, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  ++*(guint *) n_closed;
}

void
bad_hold_many (Bad   *self,
               guint *n_closed)
{
  *n_closed = 0;
  for (guint i = 0; i < BAD_N_CALLS; i++)
    wire_wire_proxy_call_hold (self->proxy, NULL, count_closed_cb, n_closed);
}

void
bad_wait_closed (const guint *n_closed)
{
  while (*n_closed != BAD_N_CALLS)
    g_main_context_iteration (NULL, TRUE);
}

void
bad_time_left_cb (GObject      *proxy,
                  GAsyncResult *result,
                  gpointer      data)
{
  Outcome *outcome = data;
  gint64 left;

  outcome->ok = wire_wire_proxy_call_time_left_finish (WIRE_WIRE_PROXY (proxy), result, &left, &outcome->error);
  outcome->thread = g_thread_self ();
  outcome->n++;
}
