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
 * Has functions decide whether calls go on, and look at how they end.
 *
 * What is to be done with each call in one place: to log, to check who may do
 * what, to fill in an argument, to answer from a cache.
 *
 * A filter fails closed: a call passes only if its function returns %TRUE and sets no
 * error. So it does not where the function is written in another language and raises
 * an exception.
 *
 * Since: 0.1
 */

/* What looks at replies: lives until the calls have ended, and does not hold the
 * filter, behind which they may be held.
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

  /* Before the first call. */
  NorpcFilterFunc call_func; /* (nullable) */
  gpointer        call_data;
  GDestroyNotify  call_destroy; /* (nullable) */
  ReplyClosure   *reply;        /* (owned) (nullable) */
};

/* A call that has passed. */
typedef struct
{
  NorpcCompletionHook hook; /* the first */
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

/* The client's context, or a thread of the pool; or any thread, where @call is NULL as
 * the client never gets the answer: then the data of the function is freed in the pool.
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
      norpc_background_push (reply_closure_unref, passage->reply);
      g_free (passage);
    }
}

/* A call that ended without an answer of the service. */
typedef struct
{
  Passage    *passage; /* (owned) */
  NorpcReply *reply;   /* (owned): an error, so that nothing of the client's ends with it */
} Ended;

/* The context of the service, or a thread of the pool if that has gone. */
static void
tell_end (gpointer data)
{
  g_autofree Ended *ended = data;
  ReplyClosure *closure = ended->passage->reply;

  closure->func (ended->reply, closure->data);
  norpc_reply_unref (ended->reply);
  passage_free (ended->passage);
}

/* The thread that ends a call which has passed the filter of a server. The one that
 * answers is the service's business; any other is not, such as one that rejects an attempt.
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
    tell_end (ended);
  else if (!call->released_at->funcs->run_in_service (call->released_at, tell_end, ended))
    norpc_background_push (tell_end, ended);
}

/* Any thread: whether anybody waits for the reply to @call, or to the one that it is an
 * attempt at.
 */
static gboolean
has_reply (NorpcCall *call)
{
  while (call->outer != NULL)
    call = call->outer;

  return call->sink != NULL;
}

/* Any thread, which has the call: FALSE if that has ended. */
static gboolean
watch_call (NorpcFilter *self,
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

  /* Also how it ends if the function answers it. No function sees one that has ended. */
  if (self->reply != NULL && !watch_call (self, call))
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

/* The function may answer a call, in whatever thread. */
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
 * Makes a layer that has functions look at calls, which are to be set.
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
 * @func: (scope notified): decides whether a call goes on
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what decides whether calls go on, before the first call.
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
 * @func: (scope notified): looks at how each call ended
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what looks at how each call ended, before the first call.
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
