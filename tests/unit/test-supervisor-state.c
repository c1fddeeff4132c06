/* test-supervisor-state.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The property "state" of a supervisor, and its notifications. */

#include "supervisor-fixture.h"

/* The states that a handler of the signal "notify::state" sees. */
typedef struct
{
  GString         *states; /* (owned) */
  NorpcSupervisor *stops;  /* (unowned) (nullable): is stopped by the first notification */
} Seen;

static void
note_state_cb (NorpcSupervisor *supervisor,
               GParamSpec      *pspec G_GNUC_UNUSED,
               Seen            *seen)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (NORPC_TYPE_SUPERVISOR_STATE);
  NorpcSupervisor *stops = g_steal_pointer (&seen->stops);
  NorpcSupervisorState state;

  g_object_get (supervisor, "state", &state, NULL);
  g_string_append_printf (seen->states, "%s ", g_enum_get_value (states, (int) state)->value_nick);
  if (stops != NULL)
    norpc_supervisor_stop_async (stops, NORPC_STOP_FINISH, NULL, NULL, NULL);
}

static Seen *
seen_new (NorpcSupervisor *supervisor)
{
  Seen *seen = g_new0 (Seen, 1);

  seen->states = g_string_new (NULL);
  g_signal_connect (supervisor, "notify::state", G_CALLBACK (note_state_cb), seen);

  return seen;
}

static void
seen_free (Seen *seen)
{
  g_string_free (seen->states, TRUE);
  g_free (seen);
}

/* It fails, is restarted, and stopped: each is notified when the context of the supervisor runs, and not before. */
static void
test_notify (Supervised    *self,
             gconstpointer  unused G_GNUC_UNUSED)
{
  Seen *seen = seen_new (self->supervisor);
  g_autoptr (GError) error = NULL;

  self->n_failures = 1;
  g_object_set (self->supervisor, "max-restarts", 0, NULL);
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  g_assert_cmpstr (seen->states->str, ==, "");
  iterate ();
  g_assert_cmpstr (seen->states->str, ==, "starting ");
  supervised_open (self);
  supervised_wait (self, NORPC_SUPERVISOR_FAILED);
  iterate ();
  g_assert_cmpstr (seen->states->str, ==, "starting failed ");

  self->closed = TRUE;
  norpc_supervisor_restart (self->supervisor, NORPC_STOP_FINISH);
  iterate ();
  g_assert_cmpstr (seen->states->str, ==, "starting failed starting ");
  supervised_open (self);
  supervised_call (self, 0, NULL);
  iterate ();
  g_assert_cmpstr (seen->states->str, ==, "starting failed starting running ");
  norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  norpc_supervisor_stop (self->supervisor, NORPC_STOP_FINISH, NULL, &error);
  g_assert_no_error (error);
  iterate ();
  g_assert_cmpstr (seen->states->str, ==, "starting failed starting running stopped ");
  seen_free (seen);
}

static void
note_reply_cb (GObject      *proxy G_GNUC_UNUSED,
               GAsyncResult *result G_GNUC_UNUSED,
               gpointer      data)
{
  Seen *seen = data;

  g_string_append (seen->states, "reply ");
}

/* The state comes before the replies of the calls that fail because of it. */
static void
test_order (Supervised    *self,
            gconstpointer  unused G_GNUC_UNUSED)
{
  Seen *seen = seen_new (self->supervisor);

  self->n_failures = 1;
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  probe_probe_proxy_call_noop (self->proxy, NULL, note_reply_cb, seen);
  iterate ();
  supervised_open (self);
  while (strstr (seen->states->str, "reply") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (seen->states->str, ==, "starting waiting reply ");
  seen_free (seen);
}

/* A handler that changes the state is followed by another notification. */
static void
test_change_in_handler (Supervised    *self,
                        gconstpointer  unused G_GNUC_UNUSED)
{
  Seen *seen = seen_new (self->supervisor);

  seen->stops = self->supervisor;
  self->closed = TRUE;
  norpc_supervisor_start (self->supervisor);
  iterate ();
  supervised_open (self);
  g_assert_cmpstr (seen->states->str, ==, "starting stopped ");
  seen_free (seen);
}

static GObject *
make_nothing (gpointer   user_data G_GNUC_UNUSED,
              GError   **error G_GNUC_UNUSED)
{
  return NULL;
}

/* It notifies where it was made, and a release drops what is on its way. */
static void
test_context (Supervised    *self,
              gconstpointer  unused G_GNUC_UNUSED)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (NorpcSupervisor) supervisor = NULL;
  Seen *seen;

  g_main_context_push_thread_default (context);
  supervisor = norpc_supervisor_new_in_context (context, make_nothing, NULL, NULL);
  g_main_context_pop_thread_default (context);
  seen = seen_new (supervisor);
  norpc_supervisor_stop_async (supervisor, NORPC_STOP_FINISH, NULL, NULL, NULL);
  iterate ();
  g_assert_cmpstr (seen->states->str, ==, "");
  while (g_main_context_iteration (context, FALSE))
    continue;
  g_assert_cmpstr (seen->states->str, ==, "stopped ");

  norpc_supervisor_start (self->supervisor);
  g_clear_object (&self->proxy);
  g_clear_object (&self->supervisor);
  iterate ();
  seen_free (seen);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  SUPERVISED_TEST ("/supervisor/state/notify", test_notify);
  SUPERVISED_TEST ("/supervisor/state/order", test_order);
  SUPERVISED_TEST ("/supervisor/state/change-in-handler", test_change_in_handler);
  SUPERVISED_TEST ("/supervisor/state/context", test_context);

  return g_test_run ();
}
