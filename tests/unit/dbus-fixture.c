/* dbus-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <sys/prctl.h>

#include "dbus-fixture.h"

/* The data of tests with a process in between, beside DBusKind. */
#define RELAYED 2

static gpointer
run_thread (gpointer data)
{
  DBusFixture *self = data;

  dbus_push_context (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);

  return NULL;
}

void
dbus_fixture_pause (DBusFixture *self)
{
  g_main_loop_quit (self->loop);
  g_thread_join (self->thread);
}

void
dbus_fixture_resume (DBusFixture *self)
{
  self->thread = g_thread_new ("export", run_thread, self);
}

/* A function that another thread waits for. */
typedef struct
{
  DBusFixture *fixture;
  void       (*func) (DBusFixture *self);
  GMutex       lock;
  GCond        cond;
  gboolean     done; /* [lock] */
} Invocation;

static gboolean
invoke_cb (gpointer data)
{
  Invocation *invocation = data;

  invocation->func (invocation->fixture);
  g_mutex_lock (&invocation->lock);
  invocation->done = TRUE;
  g_cond_signal (&invocation->cond);
  g_mutex_unlock (&invocation->lock);

  return G_SOURCE_REMOVE;
}

void
dbus_fixture_invoke (DBusFixture *self,
                     void       (*func) (DBusFixture *self))
{
  Invocation invocation = { .fixture = self, .func = func };

  g_mutex_init (&invocation.lock);
  g_cond_init (&invocation.cond);
  g_main_context_invoke (self->context, invoke_cb, &invocation);
  g_mutex_lock (&invocation.lock);
  while (!invocation.done)
    g_cond_wait (&invocation.cond, &invocation.lock);
  g_mutex_unlock (&invocation.lock);
  g_cond_clear (&invocation.cond);
  g_mutex_clear (&invocation.lock);
}

void
dbus_fixture_export (DBusFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->export = norpc_dbus_export_new (self->served, DBUS_PATH, self->served_endpoint, wire_wire_interface_info (),
                                        &error);
  g_assert_no_error (error);
}

void
dbus_fixture_unexport (DBusFixture *self)
{
  g_clear_object (&self->export);
}

static void
export_behind (DBusFixture *self)
{
  g_autoptr (GError) error = NULL;

  self->behind_export = norpc_dbus_export_new (self->behind.served, DBUS_PATH, self->served_endpoint,
                                               wire_wire_interface_info (), &error);
  g_assert_no_error (error);
}

static void
unexport_behind (DBusFixture *self)
{
  g_clear_object (&self->behind_export);
}

static void
set_up_relay (DBusFixture *self)
{
  dbus_link_open (&self->behind, DBUS_TO_PEER);
  dbus_fixture_invoke (self, export_behind);
  self->behind_endpoint = NORPC_ENDPOINT (norpc_dbus_endpoint_new (self->behind.used, NULL, DBUS_PATH));
  self->served_endpoint = self->behind_endpoint;
}

static void
tear_down_relay (DBusFixture *self)
{
  if (self->behind_endpoint == NULL)
    return;

  g_clear_object (&self->behind_endpoint);
  dbus_fixture_invoke (self, unexport_behind);
}

void
dbus_fixture_set_up (DBusFixture   *self,
                     gconstpointer  kind)
{
  gboolean relayed = GPOINTER_TO_INT (kind) == RELAYED;
  DBusLink link = { .bus = NULL };
  g_autoptr (GError) error = NULL;

  dbus_link_open (&link, relayed ? DBUS_TO_PEER : (DBusKind) GPOINTER_TO_INT (kind));
  self->kind = link.kind;
  self->bus = link.bus;
  self->served = link.served;
  self->used = link.used;
  self->state = wire_state_new ();
  self->server = norpc_serve (wire_service_new (self->state), &error);
  g_assert_no_error (error);
  self->served_endpoint = norpc_server_get_endpoint (self->server);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  dbus_fixture_resume (self);
  if (relayed)
    set_up_relay (self);
  dbus_fixture_invoke (self, dbus_fixture_export);
  dbus_link_take_name (&link, DBUS_NAME);

  self->endpoint = norpc_dbus_endpoint_new (self->used, self->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH);
  self->proxy = wire_wire_proxy_new (NORPC_ENDPOINT (self->endpoint));
  /* The process in between does not request the values of a service that has ended. */
  if (relayed)
    dbus_fixture_load (self);
}

void
dbus_fixture_tear_down (DBusFixture   *self,
                        gconstpointer  kind)
{
  DBusLink link = { self->kind, self->bus, self->served, self->used };

  g_clear_object (&self->proxy);
  g_clear_object (&self->endpoint);
  dbus_fixture_invoke (self, dbus_fixture_unexport);
  tear_down_relay (self);
  dbus_fixture_pause (self);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL);
  g_object_unref (self->server);
  wire_state_free (self->state);
  dbus_link_close (&link);
  if (self->behind.used != NULL)
    dbus_link_close (&self->behind);
}

GVariant *
dbus_fixture_call (DBusFixture  *self,
                   const char   *interface_name,
                   const char   *member,
                   GVariant     *args,
                   GError      **error)
{
  return g_dbus_connection_call_sync (self->used, self->kind == DBUS_ON_BUS ? DBUS_NAME : NULL, DBUS_PATH,
                                      interface_name, member, args, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, NULL, error);
}

void
dbus_fixture_run (DBusFixture *self,
                  void       (*func) (WireWire *service,
                                      gpointer  data),
                  gpointer     data)
{
  g_autoptr (WireWireProxy) proxy = wire_wire_proxy_new (self->served_endpoint);
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->state->lock);
  self->state->func = func;
  self->state->data = data;
  g_mutex_unlock (&self->state->lock);
  wire_wire_proxy_call_run_sync (proxy, NULL, &error);
  g_assert_no_error (error);
}

/* Runs in the context of the test. */
static void
answer_cb (GObject      *proxy,
           GAsyncResult *result,
           gpointer      data)
{
  gint64 left;
  g_autoptr (GError) error = NULL;

  wire_wire_proxy_call_time_left_finish (WIRE_WIRE_PROXY (proxy), result, &left, &error);
  g_assert_no_error (error);
  *(gboolean *) data = TRUE;
}

void
dbus_fixture_catch_up (DBusFixture *self)
{
  gboolean answered = FALSE;

  wire_wire_proxy_call_time_left (self->proxy, NULL, answer_cb, &answered);
  while (!answered)
    g_main_context_iteration (NULL, TRUE);
}

void
dbus_fixture_load (DBusFixture *self)
{
  g_autoptr (GError) error = NULL;

  norpc_proxy_load_sync (NORPC_PROXY (self->proxy), NULL, &error);
  g_assert_no_error (error);
}

/* Frees bytes. */
static void
note_release (gpointer data)
{
  DBusReleases *releases = data;
  char thread[16] = "";

  prctl (PR_GET_NAME, thread);
  if (g_str_equal (thread, "gdbus") || g_str_equal (thread, "norpc D-Bus"))
    g_atomic_int_inc (&releases->n_wrong);
  g_atomic_int_inc (&releases->n_released);
}

GBytes *
dbus_bytes_new (DBusReleases *releases)
{
  return g_bytes_new_with_free_func ("abc", 3, note_release, releases);
}

void
dbus_assert_released (DBusReleases *releases,
                      int           n)
{
  while (g_atomic_int_get (&releases->n_released) < n)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (g_atomic_int_get (&releases->n_wrong), ==, 0);
}

static void
add_tests (const char *name,
           void      (*func) (DBusFixture   *fixture,
                              gconstpointer  kind),
           int         n_kinds)
{
  const char *kinds[] = { "bus", "peer", "relayed" };

  for (int i = 0; i < n_kinds; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", name, kinds[i]);

      g_test_add (path, DBusFixture, GINT_TO_POINTER (i), dbus_fixture_set_up, func, dbus_fixture_tear_down);
    }
}

void
dbus_add_tests (const char *name,
                void      (*func) (DBusFixture   *fixture,
                                   gconstpointer  kind))
{
  add_tests (name, func, RELAYED);
}

void
dbus_add_relayed_tests (const char *name,
                        void      (*func) (DBusFixture   *fixture,
                                           gconstpointer  kind))
{
  add_tests (name, func, RELAYED + 1);
}
