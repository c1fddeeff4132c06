/* norpc-filter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "call/norpc-reply-hook-private.h"
#include "client/norpc-layer-private.h"
#include "core/norpc-background-private.h"
#include "norpc-filter.h"

/**
 * NorpcFilter:
 *
 * Calls functions that decide whether calls pass, and that observe the results of calls.
 *
 * Use a filter for work that is the same for each call, such as logging, access control,
 * filling in an argument, or answering from a cache.
 *
 * A filter fails closed: a call passes only if the function returns %TRUE and sets no
 * error. If the function is written in another language and raises an exception, the call
 * does not pass.
 *
 * Since: 0.1
 */

/* The reply function. It lives until the calls have completed, and keeps no reference to the
 * filter, because the calls may be pending behind it.
 */
typedef struct
{
  gatomicrefcount      ref_count;
  NorpcFilterReplyFunc func;
  gpointer             data;
  GDestroyNotify       destroy; /* (nullable) */
} ReplyClosure;

struct _NorpcFilter
{
  NorpcLayer parent_instance;

  /* Set before the first call. */
  NorpcFilterFunc call_func; /* (nullable) */
  gpointer        call_data;
  GDestroyNotify  call_destroy; /* (nullable) */
  ReplyClosure   *reply;        /* (owned) (nullable) */
};

/* A call that has passed the filter. */
typedef struct
{
  NorpcCompletionHook hook; /* must be first */
  ReplyClosure  *reply; /* (owned) */
} Passage;

G_DEFINE_FINAL_TYPE (NorpcFilter, norpc_filter, NORPC_TYPE_LAYER)

static void
reply_closure_unref (gpointer data)
{
  ReplyClosure *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

static void
passage_free (Passage *passage)
{
  reply_closure_unref (passage->reply);
  g_free (passage);
}

/* Runs in the client's context or in a thread of the pool; or in any thread, with @call NULL,
 * if the client never gets the answer. In the latter case the data of the function is freed in
 * a thread of the pool.
 */
static void
call_returned (NorpcCompletionHook *hook,
               NorpcCall           *call)
{
  Passage *passage = (Passage *) hook;

  if (call != NULL)
    {
      passage->reply->func (norpc_call_get_reply (call), passage->reply->data);
      passage_free (passage);
    }
  else
    {
      norpc_background_push_release (reply_closure_unref, passage->reply);
      g_free (passage);
    }
}

/* A call that completed without an answer from the service. */
typedef struct
{
  Passage    *passage; /* (owned) */
  NorpcReply *reply;   /* (owned): an error, so that it owns no results of the client */
} Ended;

/* Runs in the service's context, or in a thread of the pool if that context no longer exists. */
static void
report_end (gpointer data)
{
  g_autofree Ended *ended = data;
  ReplyClosure *closure = ended->passage->reply;

  closure->func (ended->reply, closure->data);
  norpc_reply_unref (ended->reply);
  passage_free (ended->passage);
}

/* Runs in the thread that completes a call which has passed the filter of a server. If that
 * thread answers the call, it may run the service's functions; any other thread, such as one
 * that rejects an attempt, must not.
 */
static void
call_ended_at_server (NorpcCompletionHook *hook,
                      NorpcCall           *call)
{
  Passage *passage = (Passage *) hook;
  Ended *ended = g_new (Ended, 1);

  *ended = (Ended) { passage, norpc_reply_ref (norpc_call_get_reply (call)) };
  if (g_atomic_int_get (&call->replied) &&
      (call->error == NULL || norpc_call_get_stage (call) >= NORPC_CALL_HANDLED))
    report_end (ended);
  else if (!call->released_at->funcs->run_in_service (call->released_at, report_end, ended))
    norpc_background_push (report_end, ended);
}

/* Thread-safe. Returns TRUE if a client waits for the reply to @call, or to the call that it
 * is an attempt at.
 */
static gboolean
has_reply (NorpcCall *call)
{
  while (call->outer != NULL)
    call = call->outer;

  return call->link.sink != NULL;
}

/* Called in a thread that owns the call. Returns FALSE if the call has completed. */
static gboolean
observe_reply (NorpcFilter *self,
               NorpcCall   *call)
{
  Passage *passage;
  gboolean added;

  if (!has_reply (call))
    return TRUE;

  passage = g_new0 (Passage, 1);
  passage->reply = self->reply;
  g_atomic_ref_count_inc (&self->reply->ref_count);
  if (call->released_at != NULL)
    added = norpc_call_add_completion_hook (call, &passage->hook, call_ended_at_server);
  else
    added = norpc_call_add_reply_hook (call, &passage->hook, call_returned);

  if (!added)
    passage_free (passage);

  return added;
}

static void
norpc_filter_send (NorpcLayer *layer,
                   NorpcCall  *call)
{
  NorpcFilter *self = NORPC_FILTER (layer);
  GError *error = NULL;

  /* Added first, to observe the reply even if the function answers the call. The function is
   * not called for a call that has completed.
   */
  if (self->reply != NULL && !observe_reply (self, call))
    {
      norpc_call_unref (call);
      return;
    }

  if (self->call_func != NULL &&
      (!self->call_func (call, self->call_data, &error) || error != NULL))
    {
      norpc_call_fail (call, error);
      return;
    }

  norpc_layer_forward (layer, call);
}

/* The function may answer a call in any thread. */
static gconstpointer
norpc_filter_get_executor (NorpcLayer *layer)
{
  if (NORPC_FILTER (layer)->call_func != NULL)
    return NULL;

  return NORPC_LAYER_CLASS (norpc_filter_parent_class)->get_executor (layer);
}

static void
norpc_filter_finalize (GObject *object)
{
  NorpcFilter *self = NORPC_FILTER (object);

  if (self->call_destroy != NULL)
    self->call_destroy (self->call_data);
  g_clear_pointer (&self->reply, reply_closure_unref);

  G_OBJECT_CLASS (norpc_filter_parent_class)->finalize (object);
}

static void
norpc_filter_class_init (NorpcFilterClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_filter_finalize;
  NORPC_LAYER_CLASS (klass)->send = norpc_filter_send;
  NORPC_LAYER_CLASS (klass)->get_executor = norpc_filter_get_executor;
}

static void
norpc_filter_init (NorpcFilter *self G_GNUC_UNUSED)
{
}

/**
 * norpc_filter_new:
 *
 * Creates a layer that filters calls with functions, to be set with
 * [method@Norpc.Filter.set_call_func] and [method@Norpc.Filter.set_reply_func].
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_filter_new (void)
{
  return g_object_new (NORPC_TYPE_FILTER, NULL);
}

/**
 * norpc_filter_set_call_func:
 * @self: a filter
 * @func: (scope notified): the function that decides whether a call passes
 * @user_data: data for @func
 * @destroy: (nullable): the function to free @user_data with
 *
 * Sets the function that decides whether calls pass. Must be called before the first call
 * is sent.
 *
 * Since: 0.1
 */
void
norpc_filter_set_call_func (NorpcFilter     *self,
                            NorpcFilterFunc  func,
                            gpointer         user_data,
                            GDestroyNotify   destroy)
{
  g_return_if_fail (NORPC_IS_FILTER (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->call_func == NULL);

  self->call_func = func;
  self->call_data = user_data;
  self->call_destroy = destroy;
}

/**
 * norpc_filter_set_reply_func:
 * @self: a filter
 * @func: (scope notified): the function that observes the result of each call
 * @user_data: data for @func
 * @destroy: (nullable): the function to free @user_data with
 *
 * Sets the function that observes the result of each call. Must be called before the
 * first call is sent.
 *
 * Since: 0.1
 */
void
norpc_filter_set_reply_func (NorpcFilter          *self,
                             NorpcFilterReplyFunc  func,
                             gpointer              user_data,
                             GDestroyNotify        destroy)
{
  g_return_if_fail (NORPC_IS_FILTER (self));
  g_return_if_fail (func != NULL);
  g_return_if_fail (self->reply == NULL);

  self->reply = g_new0 (ReplyClosure, 1);
  g_atomic_ref_count_init (&self->reply->ref_count);
  self->reply->func = func;
  self->reply->data = user_data;
  self->reply->destroy = destroy;
}
