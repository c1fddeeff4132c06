/* test-dbus-outflow.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals for a client that does not read them: GDBus would keep them all. */

#include "dbus-fixture.h"

#define N_LARGE 100
#define LARGE (1024 * 1024)

/* The emissions and changes that the client has read. */
typedef struct
{
  guint    n_read;    /* emissions before the last one */
  guint    n_lost;    /* as the export says before the last one */
  gboolean has_last;
  gboolean has_title; /* a change of the title, to the last value */
} Seen;

static void
seen_cb (GDBusConnection *connection,
         const char      *sender,
         const char      *path,
         const char      *interface_name,
         const char      *member,
         GVariant        *args,
         gpointer         data)
{
  Seen *self = data;
  guint number;

  if (g_str_equal (member, "Lost"))
    {
      g_assert_false (self->has_last);
      g_variant_get_child (args, 2, "u", &self->n_lost);
    }
  else if (g_str_equal (member, "PropertiesChanged"))
    {
      g_autofree char *text = g_variant_print (args, FALSE);

      self->has_title = strstr (text, "'Title': <'99'>") != NULL;
    }
  else if (g_str_equal (member, "Happened"))
    {
      g_variant_get_child (args, 0, "u", &number);
      if (number == N_LARGE)
        self->has_last = TRUE;
      else
        g_assert_cmpuint (number, ==, self->n_read++);
    }
}

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
emit (WireWire *service,
      guint     number,
      gsize     size)
{
  const char * const tags[] = { NULL };
  g_autofree char *street = g_strnfill (size, 'x');
  g_autofree char *title = g_strdup_printf ("%u", number);
  g_autoptr (GBytes) data = g_bytes_new (NULL, 0);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  g_autoptr (GFile) file = g_file_new_for_path ("/");
  g_autoptr (GArray) modes = g_array_new (FALSE, FALSE, sizeof (WireMode));
  g_autoptr (WirePlace) place = wire_place_new (street, 1, 2, 3, TRUE, WIRE_MODE_FAST, 0, 4, 0.5, tags, data, dict, file,
                                                modes);

  if (number < N_LARGE)
    g_object_set (service, "title", title, NULL);
  wire_wire_emit_happened (service, number, place);
  iterate ();
}

/* Some emissions are not sent, and the client learns of it before the next one. Changes of properties are sent later. */
static void
test_asleep (void)
{
  DBusLink link = { 0 };
  WireState *state = wire_state_new ();
  g_autoptr (WireWire) service = wire_service_new (state);
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (service));
  g_autoptr (NorpcDBusExport) export = NULL;
  g_autoptr (GError) error = NULL;
  Seen seen = { 0 };

  dbus_link_open_asleep (&link);
  norpc_server_start (server, NULL, &error);
  g_assert_no_error (error);
  export = norpc_dbus_export_new (link.served, DBUS_PATH, norpc_server_get_endpoint (server), wire_wire_interface_info (),
                                  &error);
  g_assert_no_error (error);
  g_dbus_connection_signal_subscribe (link.used, NULL, NULL, NULL, DBUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, seen_cb,
                                      &seen, NULL);
  iterate ();
  for (guint i = 0; i < N_LARGE; i++)
    emit (service, i, LARGE);

  g_dbus_connection_start_message_processing (link.used);
  while (!seen.has_title)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen.n_read, >=, 30);
  g_assert_cmpuint (seen.n_read, <=, 34);

  emit (service, N_LARGE, 0);
  while (!seen.has_last)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (seen.n_read + seen.n_lost, ==, N_LARGE);

  g_clear_object (&export);
  norpc_server_stop (server, NORPC_STOP_ABANDON, NULL, NULL);
  dbus_link_close (&link);
  g_clear_object (&server);
  g_clear_object (&service);
  wire_state_free (state);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/dbus-outflow/asleep", test_asleep);

  return g_test_run ();
}
