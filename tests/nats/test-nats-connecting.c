/* test-nats-connecting.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Attempts to connect to a server that says nothing after the login, some of which libnats does not end, and to one that
 * falls silent or ends the connection at other times.
 */

#include <string.h>

#include <norpc-glib-nats/norpc-glib-nats.h>

#include "fake-server.h"

/* How many attempts may be abandoned. */
#define MAX_ABANDONED 16

/* Visible, because the linker lets the library norpc-glib-1 see it, too, which calls the function of GLib
 * nevertheless.
 */
__attribute__ ((visibility ("default")))
gboolean __wrap_g_cond_wait_until (GCond  *cond,
                                   GMutex *mutex,
                                   gint64  end);
gboolean __real_g_cond_wait_until (GCond  *cond,
                                   GMutex *mutex,
                                   gint64  end);

static int expires; /* atomic: waits end at once */

gboolean
__wrap_g_cond_wait_until (GCond  *cond,
                          GMutex *mutex,
                          gint64  end)
{
  if (g_atomic_int_get (&expires))
    return FALSE;

  return __real_g_cond_wait_until (cond, mutex, end);
}

/* A server that is silent takes none of GTask's threads, which are few and the application's. Visible as above. */
__attribute__ ((visibility ("default")))
void __wrap_g_task_run_in_thread (GTask           *task,
                                  GTaskThreadFunc  func);
__attribute__ ((visibility ("default")))
void __wrap_g_task_run_in_thread_sync (GTask           *task,
                                       GTaskThreadFunc  func);

void
__wrap_g_task_run_in_thread (GTask           *task G_GNUC_UNUSED,
                             GTaskThreadFunc  func G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

void
__wrap_g_task_run_in_thread_sync (GTask           *task G_GNUC_UNUSED,
                                  GTaskThreadFunc  func G_GNUC_UNUSED)
{
  g_assert_not_reached ();
}

typedef struct
{
  gboolean done;
  GError  *error;
} Outcome;

static void
connected_cb (GObject      *object G_GNUC_UNUSED,
              GAsyncResult *result,
              gpointer      data)
{
  Outcome *outcome = data;
  NorpcNatsConnection *connection = norpc_nats_connection_new_finish (result, &outcome->error);

  g_assert_null (connection);
  outcome->done = TRUE;
}

static void
wait_for (Outcome *self)
{
  while (!self->done)
    g_main_context_iteration (NULL, TRUE);
}

/* Returns a connection once the attempts of before have ended. */
static void
recover (FakeServer *fake)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  NorpcNatsConnection *connection;

  fake_server_set_mode (fake, FAKE_SERVER_SERVE);
  fake_server_disconnect (fake);
  while ((connection = norpc_nats_connection_new_sync (fake_server_get_url (fake), NULL, NULL)) == NULL)
    g_assert_cmpint (g_get_monotonic_time (), <, end);
  g_object_unref (connection);
}

/* Attempts that were cancelled, and that libnats does not end, do not become ever more. */
static void
test_limit (void)
{
  FakeServer *fake = fake_server_new ();
  Outcome last = { 0 };

  fake_server_set_mode (fake, FAKE_SERVER_SILENT);
  for (guint i = 1; i <= MAX_ABANDONED; i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Outcome outcome = { 0 };

      norpc_nats_connection_new (fake_server_get_url (fake), cancellable, connected_cb, &outcome);
      fake_server_wait_login (fake, i);
      g_cancellable_cancel (cancellable);
      wait_for (&outcome);
      g_assert_error (outcome.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_clear_error (&outcome.error);
    }

  /* The last one may not be counted yet. */
  for (guint i = 0; !g_error_matches (last.error, NORPC_ERROR, NORPC_ERROR_BUSY); i++)
    {
      g_assert_cmpuint (i, <, MAX_ABANDONED);
      g_clear_error (&last.error);
      last.done = FALSE;
      g_atomic_int_set (&expires, TRUE);
      norpc_nats_connection_new (fake_server_get_url (fake), NULL, connected_cb, &last);
      wait_for (&last);
    }
  g_atomic_int_set (&expires, FALSE);
  g_clear_error (&last.error);
  recover (fake);
  fake_server_free (fake);
}

/* An attempt ends also if libnats does not end it. */
static void
test_silent (void)
{
  FakeServer *fake = fake_server_new ();
  g_autoptr (GError) error = NULL;

  fake_server_set_mode (fake, FAKE_SERVER_SILENT);
  g_atomic_int_set (&expires, TRUE);
  g_assert_null (norpc_nats_connection_new_sync (fake_server_get_url (fake), NULL, &error));
  g_assert_error (error, NORPC_ERROR, NORPC_ERROR_CLOSED);
  g_assert_nonnull (strstr (error->message, "does not answer"));
  g_assert_nonnull (strstr (error->message, fake_server_get_url (fake)));
  g_atomic_int_set (&expires, FALSE);
  recover (fake);
  fake_server_free (fake);
}

/* Wherever the server falls silent or ends the connection, the code is the same, and another one if it rejects the login. */
static void
test_codes (void)
{
  static const struct
  {
    FakeServerMode mode;
    int            code;
    const char    *text;
  } cases[] = {
    { FAKE_SERVER_MUTE, NORPC_ERROR_CLOSED, "NATS: Timeout" },
    { FAKE_SERVER_END, NORPC_ERROR_CLOSED, "" }, /* as the version of libnats has it */
    { FAKE_SERVER_END_TLS, NORPC_ERROR_CLOSED, "the server has closed the connection" },
    { FAKE_SERVER_REJECT, NORPC_ERROR_FAILED, "Authorization Violation" }
  };
  FakeServer *fake = fake_server_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      fake_server_set_mode (fake, cases[i].mode);
      g_assert_null (norpc_nats_connection_new_sync (fake_server_get_url (fake), NULL, &error));
      g_assert_error (error, NORPC_ERROR, cases[i].code);
      g_assert_true (g_str_has_suffix (error->message, cases[i].text));
    }
  fake_server_free (fake);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nats/connecting/limit", test_limit);
  g_test_add_func ("/nats/connecting/silent", test_silent);
  g_test_add_func ("/nats/connecting/codes", test_codes);

  return g_test_run ();
}
