/* indexer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that gets more work than it can do at once. Its queue has a capacity, and its
 * clients wait.
 */

#include "demo-indexer.h"

#define N_FILES 1000
#define CAPACITY 8

/* The service */

G_DECLARE_FINAL_TYPE (Indexer, indexer, EXAMPLE, INDEXER, GObject)

struct _Indexer
{
  GObject     parent_instance;
  GHashTable *paths; /* (owned): of owned char* */
};

static gboolean
indexer_add (DemoIndexer  *service,
             const char   *path,
             GError      **error)
{
  g_hash_table_add (EXAMPLE_INDEXER (service)->paths, g_strdup (path));
  return TRUE;
}

static gboolean
indexer_forget (DemoIndexer  *service,
                const char   *path,
                GError      **error)
{
  g_hash_table_remove (EXAMPLE_INDEXER (service)->paths, path);
  return TRUE;
}

static gboolean
indexer_search (DemoIndexer  *service,
                const char   *text,
                guint        *out_n_found,
                GError      **error)
{
  GHashTableIter iter;
  gpointer path;

  *out_n_found = 0;
  g_hash_table_iter_init (&iter, EXAMPLE_INDEXER (service)->paths);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    *out_n_found += strstr (path, text) != NULL;

  return TRUE;
}

static void
indexer_iface_init (DemoIndexerInterface *iface)
{
  iface->add = indexer_add;
  iface->forget = indexer_forget;
  iface->search = indexer_search;
}

G_DEFINE_TYPE_WITH_CODE (Indexer, indexer, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (DEMO_TYPE_INDEXER, indexer_iface_init))

static void
indexer_finalize (GObject *object)
{
  g_hash_table_unref (EXAMPLE_INDEXER (object)->paths);

  G_OBJECT_CLASS (indexer_parent_class)->finalize (object);
}

static void
indexer_class_init (IndexerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = indexer_finalize;
}

static void
indexer_init (Indexer *self)
{
  self->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* The client, in the main thread */

typedef struct
{
  GMainLoop        *loop;
  NorpcChannel     *channel;
  DemoIndexerProxy *proxy;
  guint             n_sent;
  guint             n_added;
  guint             n_searches; /* that are in flight */
  guint             n_found;
} Client;

static void send_next (Client *client);

static void
search_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  DemoIndexerProxy *proxy = DEMO_INDEXER_PROXY (source_object);
  Client *client = user_data;
  g_autoptr (GError) error = NULL;
  guint n_found;

  if (demo_indexer_proxy_call_search_finish (proxy, result, &n_found, &error))
    client->n_found = n_found;
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_error ("%s", error->message);
  /* or cancelled: a newer search has superseded it */

  if (--client->n_searches == 0)
    {
      g_print ("%u files found\n", client->n_found);
      g_main_loop_quit (client->loop);
    }
}

/* Searches while the user types. Only the last search matters. */
static void
search (Client *client)
{
  static const char * const typed[] = { "9", "99", "99." };

  demo_indexer_proxy_call_forget (client->proxy, "file-99.txt");
  client->n_searches = G_N_ELEMENTS (typed);
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    demo_indexer_proxy_call_search (client->proxy, typed[i], NULL, search_cb, client);
}

static void
add_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      user_data)
{
  Client *client = user_data;
  g_autoptr (GError) error = NULL;

  if (!demo_indexer_proxy_call_add_finish (DEMO_INDEXER_PROXY (source_object), result, &error))
    g_error ("%s", error->message);

  if (++client->n_added == N_FILES)
    {
      g_print ("%u files added, never more than %u waiting\n", N_FILES, CAPACITY);
      search (client);
    }
}

/* There is room for one more. */
static void
ready_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  Client *client = user_data;
  g_autofree char *path = g_strdup_printf ("file-%u.txt", client->n_sent);
  g_autoptr (GError) error = NULL;

  if (!norpc_endpoint_ready_finish (NORPC_ENDPOINT (source_object), result, &error))
    g_error ("%s", error->message);

  demo_indexer_proxy_call_add (client->proxy, path, NULL, add_cb, client);
  g_assert (norpc_channel_get_length (client->channel) <= CAPACITY);
  if (++client->n_sent < N_FILES)
    send_next (client);
}

static void
send_next (Client *client)
{
  norpc_endpoint_ready_async (NORPC_ENDPOINT (client->channel), NULL, ready_cb, client);
}

int
main (void)
{
  g_autoptr (GObject) service = g_object_new (indexer_get_type (), NULL);
  g_autoptr (NorpcChannel) channel = norpc_channel_new (CAPACITY, NORPC_WHEN_FULL_WAIT);
  g_autoptr (NorpcServer) server = g_object_new (NORPC_TYPE_SERVER,
                                                 "service", service,
                                                 "channel", channel,
                                                 NULL);
  g_autoptr (DemoIndexerProxy) proxy = demo_indexer_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  Client client = { loop, channel, proxy, 0, 0, 0, 0 };

  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);

  send_next (&client);
  g_main_loop_run (loop);

  return 0;
}
