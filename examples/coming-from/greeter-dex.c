/* greeter-dex.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* examples/greeter/greeter.c, with libdex in place of norpc-glib. */

#include <libdex.h>

typedef struct
{
  char       *name;  /* (owned) */
  DexPromise *reply; /* (owned) */
} Request;

static gpointer
request_copy (gpointer boxed)
{
  const Request *request = boxed;
  Request *copy = g_new0 (Request, 1);

  copy->name = g_strdup (request->name);
  copy->reply = dex_ref (request->reply);

  return copy;
}

static void
request_free (gpointer boxed)
{
  Request *request = boxed;

  dex_unref (request->reply);
  g_free (request->name);
  g_free (request);
}

GType request_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)
G_DEFINE_BOXED_TYPE (Request, request, request_copy, request_free)

/* The service: a fiber, which is the only one that uses the number. */
static DexFuture *
serve (gpointer data)
{
  DexChannel *requests = data;
  guint n_greeted = 0;

  for (;;)
    {
      g_autoptr (Request) request = dex_await_boxed (dex_channel_receive (requests), NULL);

      if (request == NULL)
        return dex_future_new_true ();

      if (*request->name == '\0')
        dex_promise_reject (request->reply,
                            g_error_new_literal (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                                 "There is nobody to greet"));
      else
        dex_promise_resolve_string (request->reply,
                                    g_strdup_printf ("Hello, %s! You are guest %u.", request->name, ++n_greeted));
    }
}

/* Sends a request. */
static DexFuture *
greet (DexChannel *requests,
       const char *name)
{
  Request request = { (char *) name, dex_promise_new () };

  dex_future_disown (dex_channel_send (requests, dex_future_new_take_boxed (request_get_type (),
                                                                            request_copy (&request))));

  return DEX_FUTURE (request.reply);
}

/* The client: a fiber of the main thread. */
static DexFuture *
ask (gpointer data)
{
  DexChannel *requests = data;
  const char *names[] = { "Ada", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *greeting = dex_await_string (greet (requests, names[i]), &error);

      g_print ("%s\n", greeting != NULL ? greeting : error->message);
    }

  dex_channel_close_send (requests);

  return dex_future_new_true ();
}

static DexFuture *
quit_cb (DexFuture *future,
         gpointer   loop)
{
  g_main_loop_quit (loop);

  return NULL;
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (DexChannel) requests = NULL;
  g_autoptr (DexFuture) service = NULL;
  g_autoptr (DexFuture) client = NULL;

  dex_init ();
  requests = dex_channel_new (0);
  service = dex_scheduler_spawn (dex_thread_pool_scheduler_get_default (), 0, serve, dex_ref (requests), dex_unref);
  client = dex_scheduler_spawn (NULL, 0, ask, dex_ref (requests), dex_unref);
  client = dex_future_finally (client, quit_cb, loop, NULL);
  g_main_loop_run (loop);

  return 0;
}
