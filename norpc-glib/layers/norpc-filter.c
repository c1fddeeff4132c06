/* norpc-filter.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-filter.h"

/**
 * NorpcFilter:
 *
 * Has functions look at calls, and at how they end.
 *
 * What is to be done with each call in one place: to log, to check who may do
 * what, to fill in an argument, to answer from a cache.
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

/* A call that is on its way: freed by who ends it. */
typedef struct
{
  NorpcCallWatch watch; /* the first */
  ReplyClosure  *reply; /* (owned) */
} Passage;

G_DEFINE_FINAL_TYPE (NorpcFilter, norpc_filter, NORPC_TYPE_LAYER)

static void
reply_closure_unref (ReplyClosure *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_free (self);
}

/* The thread that ends the call. */
static void
call_ended (NorpcCallWatch *watch,
            NorpcCall      *call)
{
  Passage *passage = (Passage *) watch;
  ReplyClosure *reply = passage->reply;

  g_free (passage);
  reply->func (norpc_call_get_reply (call), reply->data);
  reply_closure_unref (reply);
}

static void
watch_call (NorpcFilter *self,
            NorpcCall   *call)
{
  Passage *passage = g_new0 (Passage, 1);

  passage->reply = self->reply;
  g_atomic_ref_count_inc (&self->reply->ref_count);
  if (!norpc_call_add_watch (call, &passage->watch, call_ended))
    {
      reply_closure_unref (self->reply);
      g_free (passage);
    }
}

static void
norpc_filter_take (NorpcLayer *layer,
                   NorpcCall  *call)
{
  NorpcFilter *self = NORPC_FILTER (layer);

  /* Also how it ends if the function answers it. */
  if (self->reply != NULL)
    watch_call (self, call);
  if (self->call_func != NULL)
    self->call_func (call, self->call_data);

  norpc_layer_pass_on (layer, call);
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
  NORPC_LAYER_CLASS (klass)->take = norpc_filter_take;
}

static void
norpc_filter_init (NorpcFilter *self G_GNUC_UNUSED)
{
}

/**
 * norpc_filter_new:
 *
 * Makes a layer that has functions look at calls.
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
 * @func: (scope notified): looks at each call before it goes on
 * @user_data: data for @func
 * @destroy: (nullable): frees @user_data
 *
 * Sets what looks at each call before it goes on, before the first call.
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
