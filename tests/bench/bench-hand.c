/* bench-hand.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The same, written by hand with GLib: a thread with its main context, requests
 * in a GAsyncQueue that a source of that context empties, and replies by GTask
 * (or, without one, by g_main_context_invoke ()) in the context of the caller.
 */

#include "bench.h"

typedef struct
{
  GAsyncQueue  *queue;   /* (owned): of owned Request */
  GMainContext *context; /* (owned) */
  GThread      *thread;  /* (owned) */
  int           quit;    /* atomic */
} Hand;

typedef enum
{
  REQUEST_ASYNC,
  REQUEST_REPLY,
  REQUEST_SYNC
} RequestKind;

typedef struct
{
  RequestKind kind;
  gboolean    answer;

  GTask        *task;    /* (owned) (nullable): of REQUEST_ASYNC */
  GMainContext *context; /* (owned) (nullable): of REQUEST_REPLY */
  BenchWindow  *window;

  GMutex   lock; /* of REQUEST_SYNC, on the caller's stack */
  GCond    cond;
  gboolean answered; /* [lock] */
} Request;

typedef struct
{
  GSource source;
  Hand   *hand;
} HandSource;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_object (&request->task);
  g_clear_pointer (&request->context, g_main_context_unref);
  g_free (request);
}

/* The context of the caller. */
static gboolean
reply_cb (gpointer user_data)
{
  Request *request = user_data;

  bench_window_answered (request->window, request->answer);

  return G_SOURCE_REMOVE;
}

/* The service's thread. */
static void
handle_request (Request *request)
{
  request->answer = TRUE;

  switch (request->kind)
    {
    case REQUEST_ASYNC:
      g_task_return_boolean (request->task, request->answer);
      request_free (request);
      break;

    case REQUEST_REPLY:
      g_main_context_invoke_full (request->context, G_PRIORITY_DEFAULT,
                                  reply_cb, request, request_free);
      break;

    case REQUEST_SYNC:
    default:
      g_mutex_lock (&request->lock);
      request->answered = TRUE;
      g_cond_signal (&request->cond);
      g_mutex_unlock (&request->lock);
      break;
    }
}

static gboolean
hand_source_prepare (GSource *source,
                     int     *timeout)
{
  *timeout = -1;

  return g_async_queue_length (((HandSource *) source)->hand->queue) > 0;
}

static gboolean
hand_source_check (GSource *source)
{
  return g_async_queue_length (((HandSource *) source)->hand->queue) > 0;
}

static gboolean
hand_source_dispatch (GSource     *source,
                      GSourceFunc  callback,
                      gpointer     user_data)
{
  Hand *self = ((HandSource *) source)->hand;
  Request *request;

  while ((request = g_async_queue_try_pop (self->queue)) != NULL)
    handle_request (request);

  return G_SOURCE_CONTINUE;
}

static GSourceFuncs hand_source_funcs = {
  hand_source_prepare,
  hand_source_check,
  hand_source_dispatch,
  NULL,
  NULL,
  NULL
};

static gpointer
service_thread (gpointer data)
{
  Hand *self = data;
  GSource *source = g_source_new (&hand_source_funcs, sizeof (HandSource));

  ((HandSource *) source)->hand = self;
  g_source_attach (source, self->context);

  g_main_context_push_thread_default (self->context);
  while (!g_atomic_int_get (&self->quit))
    g_main_context_iteration (self->context, TRUE);
  g_main_context_pop_thread_default (self->context);

  g_source_destroy (source);
  g_source_unref (source);

  return NULL;
}

static gpointer
hand_start (const BenchSetup *setup,
            const char       *work)
{
  Hand *self = g_new0 (Hand, 1);

  self->queue = g_async_queue_new ();
  self->context = g_main_context_new ();
  self->thread = g_thread_new ("hand", service_thread, self);

  return self;
}

static void
hand_stop (gpointer service)
{
  Hand *self = service;

  g_atomic_int_set (&self->quit, TRUE);
  g_main_context_wakeup (self->context);
  g_thread_join (self->thread);
  g_main_context_unref (self->context);
  g_async_queue_unref (self->queue);
  g_free (self);
}

static void
hand_send (Hand    *self,
           Request *request)
{
  g_async_queue_push (self->queue, request);
  g_main_context_wakeup (self->context);
}

static void
task_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      user_data)
{
  bench_window_answered (user_data, g_task_propagate_boolean (G_TASK (result), NULL));
}

static void
hand_async (gpointer     client,
            BenchWindow *window)
{
  Request *request = g_new0 (Request, 1);

  request->kind = REQUEST_ASYNC;
  request->task = g_task_new (NULL, NULL, task_cb, window);
  hand_send (client, request);
}

static void
hand_reply (gpointer     client,
            BenchWindow *window)
{
  Request *request = g_new0 (Request, 1);

  request->kind = REQUEST_REPLY;
  request->context = g_main_context_ref_thread_default ();
  request->window = window;
  hand_send (client, request);
}

static gboolean
hand_sync (gpointer client)
{
  Request request = { .kind = REQUEST_SYNC };

  g_mutex_init (&request.lock);
  g_cond_init (&request.cond);

  hand_send (client, &request);

  g_mutex_lock (&request.lock);
  while (!request.answered)
    g_cond_wait (&request.cond, &request.lock);
  g_mutex_unlock (&request.lock);

  g_cond_clear (&request.cond);
  g_mutex_clear (&request.lock);

  return request.answer;
}

const BenchContender bench_hand = {
  .name = "hand",
  .start = hand_start,
  .stop = hand_stop,
  .async = hand_async,
  .reply = hand_reply,
  .sync = hand_sync,
};
