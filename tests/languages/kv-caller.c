/* kv-caller.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* C code for the tests in other languages: a service, and a client that makes calls in a
 * thread that no interpreter knows. */

#include "kv-caller.h"

#include "kv-store-service.h"

typedef struct
{
  NorpcEndpoint *endpoint;
  GBytes *key;
  GMainLoop *loop;      /* of the calling thread; (nullable) */
  GBytes *value;        /* (owned) (nullable): the result */
  GError *error;        /* (owned) (nullable): the other one */
} Get;

/**
 * kv_caller_new_store:
 *
 * Makes a store that is written in C.
 *
 * Returns: (transfer full): the store
 */
KvStore *
kv_caller_new_store (void)
{
  return KV_STORE (kv_store_service_new ());
}

static gpointer
get_sync_thread (gpointer data)
{
  Get *get = data;
  g_autoptr (KvStoreProxy) proxy = kv_store_proxy_new (get->endpoint);

  kv_store_proxy_call_get_sync (proxy, 0, get->key, &get->value, NULL, &get->error);
  return NULL;
}

static void
get_cb (GObject      *source_object,
        GAsyncResult *result,
        gpointer      user_data)
{
  Get *get = user_data;

  kv_store_proxy_call_get_finish (KV_STORE_PROXY (source_object), result, &get->value,
                                  &get->error);
  g_main_loop_quit (get->loop);
}

static gpointer
get_async_thread (gpointer data)
{
  Get *get = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (KvStoreProxy) proxy = kv_store_proxy_new (get->endpoint);

  g_main_context_push_thread_default (context);
  get->loop = g_main_loop_new (context, FALSE);
  kv_store_proxy_call_get (proxy, 0, get->key, NULL, get_cb, get);
  g_main_loop_run (get->loop);
  g_clear_pointer (&get->loop, g_main_loop_unref);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static GBytes *
get_in_thread (GThreadFunc     func,
               NorpcEndpoint  *endpoint,
               GBytes         *key,
               GError        **error)
{
  Get get = { endpoint, key, NULL, NULL, NULL };

  g_thread_join (g_thread_new ("caller", func, &get));
  if (get.error != NULL)
    g_propagate_error (error, get.error);
  return get.value;
}

/**
 * kv_caller_get_sync:
 * @endpoint: a store
 * @key: a key
 * @error: return location for an error
 *
 * Looks up a key in database 0 synchronously, in a new thread.
 *
 * Returns: (transfer full) (nullable): the value
 */
GBytes *
kv_caller_get_sync (NorpcEndpoint  *endpoint,
                    GBytes         *key,
                    GError        **error)
{
  return get_in_thread (get_sync_thread, endpoint, key, error);
}

/**
 * kv_caller_get_async:
 * @endpoint: a store
 * @key: a key
 * @error: return location for an error
 *
 * Looks up a key in database 0 asynchronously, in a new thread with a loop.
 *
 * Returns: (transfer full) (nullable): the value
 */
GBytes *
kv_caller_get_async (NorpcEndpoint  *endpoint,
                     GBytes         *key,
                     GError        **error)
{
  return get_in_thread (get_async_thread, endpoint, key, error);
}
