/* kvstore-demo.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdlib.h>

#include "kv-store-service.h"

/* One store in a thread of its own. Client threads use it with synchronous calls, and the main
 * loop with asynchronous ones. */

#define N_THREADS 4
#define N_VISITS 1000

static GBytes *
to_bytes (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

/* Runs in each client thread. A proxy is cheap: each thread makes its own. */
static gpointer
visit_thread (gpointer data)
{
  NorpcChannel *channel = data;
  g_autoptr (KvStoreProxy) store = kv_store_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (GBytes) key = to_bytes ("visits");

  for (guint i = 0; i < N_VISITS; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!kv_store_proxy_call_increment_sync (store, 0, key, 1, NULL, NULL, &error))
        g_error ("INCREMENT failed: %s", error->message);
    }

  return NULL;
}

static void
count_from_threads (NorpcChannel *channel)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("visitor", visit_thread, channel);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

static void
print_value (KvStoreProxy *store,
             const char   *key)
{
  g_autoptr (GBytes) key_bytes = to_bytes (key);
  g_autoptr (GBytes) value = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text;

  if (!kv_store_proxy_call_get_sync (store, 0, key_bytes, &value, NULL, &error))
    {
      g_print ("  %s: %s\n", key, error->message);
    }
  else if (value == NULL)
    {
      g_print ("  %s: no such key\n", key);
    }
  else
    {
      text = g_bytes_get_data (value, &length);
      g_print ("  %s = %.*s\n", key, (int) length, text);
    }
}

/* The state of the calls that the main loop waits for. */
typedef struct
{
  GMainLoop *loop;
  GString *lengths;
  guint n_pending;
} Appending;

/* Runs in the main loop: replies come in the order of the calls. */
static void
appended_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Appending *appending = user_data;
  g_autoptr (GError) error = NULL;
  guint64 length;

  if (!kv_store_proxy_call_append_finish (KV_STORE_PROXY (source), result, &length, &error))
    g_error ("Append failed: %s", error->message);

  g_string_append_printf (appending->lengths, " %" G_GUINT64_FORMAT, length);
  if (--appending->n_pending == 0)
    g_main_loop_quit (appending->loop);
}

static void
append_from_main_loop (KvStoreProxy *store)
{
  static const char * const words[] = { "no", " ", "request", " ", "is", " ", "waited", " ", "for" };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GString) lengths = g_string_new (NULL);
  g_autoptr (GBytes) key = to_bytes ("sentence");
  Appending appending = { loop, lengths, G_N_ELEMENTS (words) };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (GBytes) word = to_bytes (words[i]);

      kv_store_proxy_call_append (store, 0, key, word, NULL, appended_cb, &appending);
    }

  g_print ("  %u calls sent, none answered yet\n", appending.n_pending);
  g_main_loop_run (loop);
  g_print ("  the lengths that came back:%s\n", lengths->str);
}

static void
set_for_a_while (KvStoreProxy *store)
{
  g_autoptr (GBytes) key = to_bytes ("ticket");
  g_autoptr (GBytes) value = to_bytes ("42");
  g_autoptr (GError) error = NULL;
  gboolean stored;

  if (!kv_store_proxy_call_set_sync (store, 0, key, value, 100, KV_SET_FLAGS_IF_ABSENT,
                                     &stored, NULL, NULL, &error))
    g_error ("Set failed: %s", error->message);

  print_value (store, "ticket");
  g_usleep (150 * 1000);
  g_print ("  150 ms later\n");
  print_value (store, "ticket");
}

static void
make_a_mistake (KvStoreProxy *store)
{
  g_autoptr (GBytes) key = to_bytes ("sentence");
  g_autoptr (GError) error = NULL;

  if (kv_store_proxy_call_increment_sync (store, 0, key, 1, NULL, NULL, &error))
    g_error ("A sentence was incremented");

  g_print ("  increment sentence: %s%s\n", error->message,
           g_error_matches (error, KV_STORE_ERROR, KV_STORE_ERROR_NOT_A_NUMBER)
             ? " (KV_STORE_ERROR_NOT_A_NUMBER)" : "");
}

/* Runs in a client thread. */
static gpointer
change_thread (gpointer data)
{
  NorpcEndpoint *endpoint = data;
  g_autoptr (KvStoreProxy) store = kv_store_proxy_new (endpoint);
  g_autoptr (KvNotifierProxy) notifier = kv_notifier_proxy_new (endpoint);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) key = to_bytes ("color");
  g_autoptr (GBytes) value = to_bytes ("blue");
  g_autoptr (GBytes) channel = to_bytes ("news");
  g_autoptr (GBytes) message = to_bytes ("the color is going");
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (keys, g_bytes_ref (key));
  if (!kv_store_proxy_call_set_sync (store, 0, key, value, 0, KV_SET_FLAGS_NONE,
                                     NULL, NULL, NULL, &error) ||
      !kv_notifier_proxy_call_publish_sync (notifier, channel, message, NULL, &error) ||
      !kv_store_proxy_call_remove_sync (store, 0, g_steal_pointer (&keys), NULL, NULL, &error))
    g_error ("A change failed: %s", error->message);

  return NULL;
}

/* Runs in the main loop, as the next one. */
static void
published_cb (KvNotifier *notifier,
              GBytes     *channel,
              GBytes     *message,
              gpointer    user_data)
{
  g_print ("  %.*s: %.*s\n",
           (int) g_bytes_get_size (channel), (const char *) g_bytes_get_data (channel, NULL),
           (int) g_bytes_get_size (message), (const char *) g_bytes_get_data (message, NULL));
}

static void
key_event_cb (KvNotifier *notifier,
              guint       database,
              KvEvents    event,
              GBytes     *key,
              gpointer    user_data)
{
  GMainLoop *loop = user_data;

  g_print ("  %.*s %s\n", (int) g_bytes_get_size (key), (const char *) g_bytes_get_data (key, NULL),
           event == KV_EVENTS_DEL ? "was removed" : "got a value");
  if (event == KV_EVENTS_DEL)
    g_main_loop_quit (loop);
}

/* Signals arrive in the order in which the service emitted them. */
static void
watch_from_main_loop (NorpcEndpoint *endpoint)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (KvNotifierProxy) notifier = kv_notifier_proxy_new (endpoint);
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_signal_connect (notifier, "published", G_CALLBACK (published_cb), NULL);
  g_signal_connect (notifier, "key-event", G_CALLBACK (key_event_cb), loop);
  if (!kv_notifier_proxy_set_events_sync (notifier, KV_EVENTS_SET | KV_EVENTS_DEL, NULL, &error))
    g_error ("The events were not set: %s", error->message);

  thread = g_thread_new ("changer", change_thread, endpoint);
  g_main_loop_run (loop);
  g_thread_join (thread);
}

int
main (void)
{
  g_autoptr (KvStoreService) service = kv_store_service_new ();
  g_autoptr (NorpcServer) server = norpc_server_new (G_OBJECT (service));
  NorpcChannel *channel = norpc_server_get_channel (server);
  g_autoptr (KvStoreProxy) store = kv_store_proxy_new (NORPC_ENDPOINT (channel));
  g_autoptr (GError) error = NULL;

  if (!norpc_server_start (server, NULL, &error))
    g_error ("The store did not start: %s", error->message);

  g_print ("%d threads count to %d each, and wait for every reply:\n", N_THREADS, N_VISITS);
  count_from_threads (channel);
  print_value (store, "visits");

  g_print ("\nThe main loop appends words, and waits for no reply:\n");
  append_from_main_loop (store);
  print_value (store, "sentence");

  g_print ("\nA key lives for 100 ms:\n");
  set_for_a_while (store);

  g_print ("\nThe main loop hears of what another thread does:\n");
  watch_from_main_loop (NORPC_ENDPOINT (channel));

  g_print ("\nAn error of the service is a GError of the caller:\n");
  make_a_mistake (store);

  if (!norpc_server_stop (server, NORPC_STOP_FINISH, NULL, &error))
    g_error ("The store did not stop: %s", error->message);
  g_print ("\nThe store has stopped:\n");
  print_value (store, "visits");

  return EXIT_SUCCESS;
}
