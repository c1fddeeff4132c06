/* test-dbus-direct.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The service of an export runs in the context of the export, within the function that handles a message. Whatever it does
 * there, that function does not use what has gone meanwhile.
 */

#include "dbus-link.h"
#include "wire.h"

#define NAME "org.example.Wire.Service"
#define PATH "/org/example/Wire"

typedef struct _Fixture Fixture;

struct _Fixture
{
  DBusLink         link;
  NorpcDirect     *direct; /* (owned) */
  NorpcDBusExport *export; /* (owned) (nullable) */
  GArray          *notes;  /* (owned): of the numbers that the service has got */
  guint            n_runs;
  void           (*runs[2]) (Fixture *self); /* the service calls the first one first (nullable) */
  gboolean         left;   /* the client has left the bus */
  guint            n_seen; /* the numbers that another source has seen */
};

static gboolean
run (WireWire  *service,
     GError   **error)
{
  Fixture *self = norpc_simple_service_get_data (service);
  void (*func) (Fixture *self) = self->runs[self->n_runs++];

  if (func != NULL)
    func (self);

  return TRUE;
}

static gboolean
note (WireWire  *service,
      guint      number,
      GError   **error)
{
  g_array_append_val (((Fixture *) norpc_simple_service_get_data (service))->notes, number);

  return TRUE;
}

static void
unexport (Fixture *self)
{
  g_clear_object (&self->export);
}

/* Ends the export while it opens the stream. */
static gboolean
handle_pour (WireWire            *service,
             NorpcCall           *call,
             WireWirePourStream  *stream,
             const char          *name,
             GError             **error)
{
  Fixture *self = norpc_simple_service_get_data (service);

  wire_wire_complete_pour (service, call, 1, NULL);
  unexport (self);

  return TRUE;
}

static const WireWireInterface funcs = {
  .run = run,
  .note = note,
  .handle_pour = handle_pour,
};

static void
set_up (Fixture       *self,
        gconstpointer  unused)
{
  g_autoptr (GCancellable) handle = g_cancellable_new ();
  g_autoptr (WireWire) service = wire_wire_new_for_funcs (&funcs, self, NULL);
  g_autoptr (GError) error = NULL;

  g_object_set (service, "handle", handle, NULL);
  dbus_link_open (&self->link, DBUS_ON_BUS);
  self->notes = g_array_new (FALSE, FALSE, sizeof (guint));
  self->direct = norpc_direct_new (G_OBJECT (service));
  self->export = norpc_dbus_export_new (self->link.served, PATH, NORPC_ENDPOINT (self->direct),
                                        wire_wire_interface_info (), &error);
  g_assert_no_error (error);
  dbus_link_take_name (&self->link, NAME);
}

static void
tear_down (Fixture       *self,
           gconstpointer  unused)
{
  unexport (self);
  g_object_unref (self->direct);
  g_array_unref (self->notes);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  dbus_link_close (&self->link);
}

static void
send (Fixture    *self,
      const char *member,
      GVariant   *args)
{
  g_dbus_connection_call (self->link.used, NAME, PATH, "org.example.Wire", member, args, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          NULL, NULL, NULL);
}

/* Returns once the export has all messages, without running its context: GDBus's own thread answers. */
static void
await_arrival (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
    g_dbus_connection_call_sync (self->link.used, NAME, PATH, "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                                 G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);

  g_assert_no_error (error);
}

static void
left_cb (GDBusConnection *connection,
         const char      *sender,
         const char      *path,
         const char      *interface_name,
         const char      *member,
         GVariant        *args,
         gpointer         self)
{
  ((Fixture *) self)->left = TRUE;
}

/* Has the client leave the bus, and the export learn of it. */
static void
leave (Fixture *self)
{
  guint id = g_dbus_connection_signal_subscribe (self->link.served, "org.freedesktop.DBus", "org.freedesktop.DBus",
                                                 "NameOwnerChanged", NULL,
                                                 g_dbus_connection_get_unique_name (self->link.used),
                                                 G_DBUS_SIGNAL_FLAGS_NONE, left_cb, self, NULL);

  g_dbus_connection_close_sync (self->link.used, NULL, NULL);
  while (!self->left)
    g_main_context_iteration (NULL, TRUE);
  g_dbus_connection_signal_unsubscribe (self->link.served, id);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Sends two calls, which the export handles together once the bus has told who the client is. */
static void
run_twice (Fixture *self)
{
  send (self, "Run", NULL);
  send (self, "Run", NULL);
  await_arrival (self);
  while (self->n_runs < 2)
    g_main_context_iteration (NULL, TRUE);
}

/* The client leaves while the service runs its context. */
static void
test_left (Fixture       *self,
           gconstpointer  unused)
{
  self->runs[0] = leave;
  run_twice (self);
}

/* The client leaves, and the next of its calls ends the export. */
static void
test_left_and_ended (Fixture       *self,
                     gconstpointer  unused)
{
  self->runs[0] = leave;
  self->runs[1] = unexport;
  run_twice (self);
  g_assert_null (self->export);
}

static void
test_ended (Fixture       *self,
            gconstpointer  unused)
{
  self->runs[0] = unexport;
  send (self, "Run", NULL);
  send (self, "Run", NULL);
  await_arrival (self);
  while (self->export != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->n_runs, ==, 1);
}

static void
reply_cb (GObject      *connection,
          GAsyncResult *result,
          gpointer      replied)
{
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (connection), result, NULL);

  *(gboolean *) replied = TRUE;
}

/* The service ends the export while that opens a stream. */
static void
test_ended_with_stream (Fixture       *self,
                        gconstpointer  unused)
{
  gboolean replied = FALSE;

  g_dbus_connection_call (self->link.used, NAME, PATH, "org.example.Wire", "Pour", g_variant_new ("(s)", "jug"), NULL,
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, reply_cb, &replied);
  while (!replied)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (self->export);
}

static void
note_later (Fixture *self)
{
  send (self, "Note", g_variant_new ("(u)", 2));
  await_arrival (self);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* A call that arrives while the service runs its context does not overtake those that wait. */
static void
test_order (Fixture       *self,
            gconstpointer  unused)
{
  self->runs[0] = note_later;
  send (self, "Run", NULL);
  send (self, "Note", g_variant_new ("(u)", 1));
  await_arrival (self);
  while (self->notes->len < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (g_array_index (self->notes, guint, 0), ==, 1);
  g_assert_cmpuint (g_array_index (self->notes, guint, 1), ==, 2);
}

#define N_NOTES 300

/* Runs in the context of the export. */
static gboolean
look (gpointer data)
{
  Fixture *self = data;

  self->n_seen = self->notes->len;

  return G_SOURCE_REMOVE;
}

/* The context of the export goes on with other things before it has handled all that a client has sent. */
static void
test_many (Fixture       *self,
           gconstpointer  unused)
{
  send (self, "Note", g_variant_new ("(u)", 0));
  while (self->notes->len == 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 1; i < N_NOTES; i++)
    send (self, "Note", g_variant_new ("(u)", i));
  await_arrival (self);
  g_idle_add_full (G_PRIORITY_DEFAULT, look, self, NULL);
  while (self->n_seen == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (self->n_seen, <, N_NOTES);

  while (self->notes->len < N_NOTES)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < N_NOTES; i++)
    g_assert_cmpuint (g_array_index (self->notes, guint, i), ==, i);
}

static void
add (const char *path,
     void      (*func) (Fixture       *self,
                        gconstpointer  unused))
{
  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add ("/dbus-direct/left", test_left);
  add ("/dbus-direct/left-and-ended", test_left_and_ended);
  add ("/dbus-direct/ended", test_ended);
  add ("/dbus-direct/ended-with-stream", test_ended_with_stream);
  add ("/dbus-direct/order", test_order);
  add ("/dbus-direct/many", test_many);

  return g_test_run ();
}
