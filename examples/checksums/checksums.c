/* checksums.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A pool of workers. Each is a service in a thread of its own, and clients see one endpoint. */

#include "demo-checksums.h"

#define N_WORKERS 4
#define N_TEXTS 8

/* The service */

static gboolean
checksums_compute (DemoChecksums  *service,
                   GBytes         *data,
                   char          **checksum,
                   guint          *worker,
                   GError        **error)
{
  *checksum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, data);
  *worker = GPOINTER_TO_UINT (norpc_simple_service_get_data (service));

  return TRUE;
}

static const DemoChecksumsInterface checksums_funcs = { .compute = checksums_compute };

static GObject *
make_worker (guint    index,
             gpointer user_data)
{
  return G_OBJECT (demo_checksums_new_for_funcs (&checksums_funcs, GUINT_TO_POINTER (index), NULL));
}

/* The client */

typedef struct
{
  GMainLoop *loop;
  guint      n_done;
} Client;

static void
computed_cb (GObject      *source_object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Client *client = user_data;
  g_autofree char *checksum = NULL;
  g_autoptr (GError) error = NULL;
  guint worker;

  if (!demo_checksums_proxy_call_compute_finish (DEMO_CHECKSUMS_PROXY (source_object), result, &checksum, &worker,
                                                 &error))
    g_error ("%s", error->message);
  g_printerr ("worker %u: %s\n", worker, checksum);
  if (++client->n_done == N_TEXTS)
    g_main_loop_quit (client->loop);
}

int
main (void)
{
  g_autoptr (NorpcPool) pool = norpc_pool_new (N_WORKERS, NORPC_BALANCE_LEAST_PENDING, make_worker, NULL);
  g_autoptr (DemoChecksumsProxy) proxy = demo_checksums_proxy_new (NORPC_ENDPOINT (pool));
  g_autoptr (GError) error = NULL;
  Client client = { g_main_loop_new (NULL, FALSE), 0 };

  if (!norpc_pool_start (pool, NULL, &error))
    g_error ("%s", error->message);

  /* All of them are in flight at once. */
  for (guint i = 0; i < N_TEXTS; i++)
    {
      g_autofree char *text = g_strdup_printf ("text %u", i);
      g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));

      demo_checksums_proxy_call_compute (proxy, data, NULL, computed_cb, &client);
    }
  g_main_loop_run (client.loop);
  g_print ("%u checksums by %u workers\n", client.n_done, norpc_pool_get_n_servers (pool));

  norpc_pool_stop (pool, NORPC_STOP_FINISH, NULL, NULL);
  g_main_loop_unref (client.loop);

  return 0;
}
