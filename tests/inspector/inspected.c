/* inspected.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program for tests that look into it: some services in two threads, and calls to them. It says when all of it is
 * there, and ends with its standard input. With the argument "alone", it does not look into itself, and makes calls
 * without a deadline.
 */

#include <stdio.h>

#include "store.h"

/* Keeps the call until clear (). */
static gboolean
handle_unlock (StoreStore  *service,
               NorpcCall   *call,
               const char  *user,
               const char  *password,
               GError     **error)
{
  g_async_queue_push (norpc_simple_service_get_data (service), norpc_call_ref (call));

  return TRUE;
}

static gboolean
clear (StoreStore  *service,
       GError     **error)
{
  NorpcCall *call = g_async_queue_try_pop (norpc_simple_service_get_data (service));

  if (call == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nobody has asked");
      return FALSE;
    }

  store_store_complete_unlock (service, call);
  norpc_call_unref (call);

  return TRUE;
}

static gboolean
get (StoreStore  *service,
     const char  *key,
     char       **value,
     GError     **error)
{
  *value = g_strconcat (key, key, NULL);

  return TRUE;
}

static gboolean
place (StoreStore  *service,
       GVariant    *point,
       const char  *name,
       GError     **error)
{
  return TRUE;
}

static const StoreStoreInterface store_funcs = {
  .handle_unlock = handle_unlock,
  .clear = clear,
  .get = get,
  .place = place,
};

static NorpcServer *
serve_on (NorpcThread *thread,
          GAsyncQueue *calls)
{
  g_autoptr (GObject) service = G_OBJECT (store_store_new_for_funcs (&store_funcs, calls, NULL));
  g_autoptr (GError) error = NULL;
  NorpcServer *server = norpc_server_new_on_thread (service, thread);

  g_clear_object (&service);
  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);

  return server;
}

static void
unlock_cb (GObject      *source_object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  if (!store_store_proxy_call_unlock_finish (STORE_STORE_PROXY (source_object), result, &error))
    g_print ("%s\n", error->message);
}

typedef struct
{
  GMainLoop       *loop;
  StoreStoreProxy *proxy; /* of a store that answers everything */
  gboolean         is_alone;
} Program;

static void
get_abc (Program *self)
{
  g_autofree char *value = NULL;

  store_store_proxy_call_get_sync (self->proxy, "abc", &value, NULL, NULL);
}

/* Calls again and again. */
static gboolean
call_cb (gpointer user_data)
{
  Program *self = user_data;

  get_abc (self);
  if (self->is_alone)
    store_store_proxy_call_clear (self->proxy, NULL, NULL, NULL);

  return G_SOURCE_CONTINUE;
}

/* The end of the standard input, or a line that asks for many calls. */
static gboolean
input_cb (GIOChannel   *channel,
          GIOCondition  condition,
          gpointer      user_data)
{
  Program *self = user_data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (self->loop);
      return G_SOURCE_REMOVE;
    }

  for (guint i = 0; i < 2000; i++)
    get_abc (self);
  g_print ("%s", line);
  fflush (stdout);

  return G_SOURCE_CONTINUE;
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (NorpcThread) thread = norpc_thread_new ("stores");
  g_autoptr (GAsyncQueue) calls = g_async_queue_new ();
  g_autoptr (NorpcServer) first = serve_on (thread, calls);
  g_autoptr (NorpcServer) second = serve_on (thread, calls);
  g_autoptr (StoreStoreProxy) proxy = store_store_proxy_new (norpc_server_get_endpoint (first));
  g_autoptr (StoreStoreProxy) other = store_store_proxy_new (norpc_server_get_endpoint (second));
  gboolean is_alone = argc > 1 && g_str_equal (argv[1], "alone");
  g_autoptr (NorpcInspector) keep = is_alone ? NULL : norpc_inspector_new ();
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  Program program = { loop, other, is_alone };

  store_store_proxy_call_unlock (proxy, "ada", "lovelace", NULL, unlock_cb, NULL);
  g_timeout_add (25, call_cb, &program);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, &program);

  g_print ("ready\n");
  fflush (stdout);
  g_main_loop_run (loop);

  return 0;
}
