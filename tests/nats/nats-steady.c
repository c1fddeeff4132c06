/* nats-steady.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Makes very many calls over NATS, and shows the memory that the process uses meanwhile. */

#include <norpc-glib-nats/norpc-glib-nats.h>

#include "depot.h"
#include "nats-process.h"

#define TEXT "sixteen letters."
#define PREFIX "steady.depot"
#define N_IN_FLIGHT 16

static int n_thousands = 10000;

static const GOptionEntry entries[] = {
  { "thousands", 0, 0, G_OPTION_ARG_INT, &n_thousands, "Make so many thousand calls", "N" },
  { NULL }
};

typedef struct
{
  NorpcServer         *server; /* (owned) */
  NorpcThread         *thread; /* (owned): of the export */
  NorpcNatsConnection *served; /* (owned) */
  NorpcNatsExport     *export; /* (owned) */
  DepotDepotProxy     *proxy;  /* (owned) */
  gint64               n_sent, n_done, n_wanted;
} Steady;

static char *
depot_echo (DepotDepot  *service,
            const char  *text,
            GError     **error)
{
  return g_strdup (text);
}

static const DepotDepotInterface depot_funcs = { .echo = depot_echo };

static gboolean
export_cb (gpointer data)
{
  Steady *self = data;

  self->export = norpc_nats_export_new (self->served, PREFIX, norpc_server_get_endpoint (self->server),
                                        depot_depot_interface_info (), NULL);

  return G_SOURCE_REMOVE;
}

static void
echo_cb (GObject      *proxy,
         GAsyncResult *result,
         gpointer      data)
{
  Steady *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = depot_depot_proxy_call_echo_finish (DEPOT_DEPOT_PROXY (proxy), result, &error);

  g_assert_no_error (error);
  self->n_done++;
  if (self->n_sent == self->n_wanted)
    return;
  self->n_sent++;
  depot_depot_proxy_call_echo (self->proxy, TEXT, NULL, echo_cb, self);
}

static void
call_many (Steady *self,
           gint64  n)
{
  self->n_wanted = n;
  self->n_done = 0;
  for (self->n_sent = 0; self->n_sent < N_IN_FLIGHT; self->n_sent++)
    depot_depot_proxy_call_echo (self->proxy, TEXT, NULL, echo_cb, self);
  while (self->n_done < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
steady_init (Steady      *self,
             NatsProcess *nats)
{
  const char *url = nats_process_get_url (nats);
  g_autoptr (NorpcNatsConnection) connection = NULL;
  g_autoptr (NorpcNatsEndpoint) endpoint = NULL;

  self->server = norpc_serve (depot_depot_new_for_funcs (&depot_funcs, NULL, NULL), NULL);
  self->thread = norpc_thread_new ("export");
  self->served = norpc_nats_connection_new_sync (url, NULL, NULL);
  g_main_context_invoke (norpc_thread_get_main_context (self->thread), export_cb, self);
  connection = norpc_nats_connection_new_sync (url, NULL, NULL);
  endpoint = norpc_nats_endpoint_new (connection, PREFIX);
  self->proxy = depot_depot_proxy_new (NORPC_ENDPOINT (endpoint));
}

static void
steady_clear (Steady *self)
{
  g_object_unref (self->proxy);
  norpc_thread_stop (self->thread);
  g_object_unref (self->export);
  g_object_unref (self->thread);
  g_object_unref (self->served);
  g_object_unref (self->server);
}

/* Waits until the export is reached. */
static void
await_export (Steady *self)
{
  g_autofree char *echo = NULL;

  while (echo == NULL)
    echo = depot_depot_proxy_call_echo_sync (self->proxy, TEXT, NULL, NULL);
}

static gulong
get_memory (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;

  if (!g_file_get_contents ("/proc/self/statm", &text, NULL, NULL))
    return 0;
  words = g_strsplit (text, " ", 3);

  return (gulong) g_ascii_strtoull (words[1], NULL, 10) * 4;
}

static void
make_calls (Steady *self)
{
  gint64 start = g_get_monotonic_time ();

  for (int i = 1; i <= 10; i++)
    {
      call_many (self, (gint64) n_thousands * 100);
      g_print ("%d thousand calls, %lu KiB, %.0f s\n", n_thousands / 10 * i, get_memory (),
               (double) (g_get_monotonic_time () - start) / G_TIME_SPAN_SECOND);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GOptionContext) options = g_option_context_new ("- very many calls over NATS");
  g_autoptr (GError) error = NULL;
  NatsProcess *nats;
  Steady steady = { 0 };

  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  if (!nats_process_is_installed ())
    {
      g_print ("skipped: nats-server is not installed\n");
      return 77;
    }

  nats = nats_process_new ();
  steady_init (&steady, nats);
  await_export (&steady);
  make_calls (&steady);
  steady_clear (&steady);
  nats_process_free (nats);

  return 0;
}
