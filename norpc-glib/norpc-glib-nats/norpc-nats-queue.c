/* norpc-nats-queue.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-queue-private.h"

/* How many items are handled before other sources of the context have their turn. */
#define BATCH 32

struct _NorpcNatsQueue
{
  GSource            source; /* must be first */
  GMutex             lock;
  GQueue             items;      /* [lock]: owned */
  GQueue             urgent;     /* [lock]: owned */
  gboolean           was_urgent; /* [lock]: the last item, when there were both kinds */
  NorpcNatsQueueFunc func;    /* since construction */
  gpointer           data;    /* since construction */
  GDestroyNotify     destroy; /* (nullable), since construction: releases @data */
};

/* Called with the lock held. Urgent items and others take turns, so that neither kind has to wait for many of the other
 * one.
 */
static gpointer
pop_item_locked (NorpcNatsQueue *self)
{
  if (g_queue_is_empty (&self->items) || g_queue_is_empty (&self->urgent))
    return g_queue_pop_head (g_queue_is_empty (&self->items) ? &self->urgent : &self->items);

  self->was_urgent = !self->was_urgent;

  return g_queue_pop_head (self->was_urgent ? &self->urgent : &self->items);
}

/* Called with the lock held. */
static gboolean
is_empty_locked (NorpcNatsQueue *self)
{
  return g_queue_is_empty (&self->items) && g_queue_is_empty (&self->urgent);
}

/* Thread-safe. Sets whether there are more items. */
static gpointer
pop_item (NorpcNatsQueue *self,
          gboolean       *more)
{
  gpointer item;

  g_mutex_lock (&self->lock);
  item = pop_item_locked (self);
  *more = !is_empty_locked (self);
  g_mutex_unlock (&self->lock);

  return item;
}

/* Runs in the context, which its thread may not have pushed: what is begun here ends in it. */
static gboolean
queue_dispatch (GSource     *source,
                GSourceFunc  callback G_GNUC_UNUSED,
                gpointer     user_data G_GNUC_UNUSED)
{
  NorpcNatsQueue *self = (NorpcNatsQueue *) source;
  GMainContext *context = g_source_get_context (source);
  gboolean more = TRUE;

  g_main_context_push_thread_default (context);

  /* An item that is pushed from here on makes the source ready again. */
  g_source_set_ready_time (source, -1);
  for (guint i = 0; more && i < BATCH; i++)
    {
      gpointer item = pop_item (self, &more);

      if (item != NULL)
        self->func (item, self->data);
    }
  if (more && !g_source_is_destroyed (source))
    g_source_set_ready_time (source, 0);
  g_main_context_pop_thread_default (context);

  return G_SOURCE_CONTINUE;
}

static void
queue_finalize (GSource *source)
{
  NorpcNatsQueue *self = (NorpcNatsQueue *) source;
  gboolean more = TRUE;

  while (more)
    {
      gpointer item = pop_item (self, &more);

      if (item != NULL)
        self->func (item, self->data);
    }
  if (self->destroy != NULL)
    self->destroy (self->data);
  g_mutex_clear (&self->lock);
}

static GSourceFuncs queue_funcs = { NULL, NULL, queue_dispatch, queue_finalize, NULL, NULL };

/* @destroy releases @data after the last item has been handled. */
NorpcNatsQueue *
norpc_nats_queue_new (GMainContext       *context,
                      const char         *name,
                      NorpcNatsQueueFunc  func,
                      gpointer            data,
                      GDestroyNotify      destroy)
{
  GSource *source = g_source_new (&queue_funcs, sizeof (NorpcNatsQueue));
  NorpcNatsQueue *self = (NorpcNatsQueue *) source;

  g_source_set_static_name (source, name);
  g_mutex_init (&self->lock);
  g_queue_init (&self->items);
  g_queue_init (&self->urgent);
  self->func = func;
  self->data = data;
  self->destroy = destroy;
  g_source_attach (source, context);

  return self;
}

static void
push_to (NorpcNatsQueue *self,
         GQueue         *queue,
         gpointer        item)
{
  gboolean was_empty;

  g_mutex_lock (&self->lock);
  was_empty = is_empty_locked (self);
  g_queue_push_tail (queue, item);
  g_mutex_unlock (&self->lock);

  if (was_empty)
    g_source_set_ready_time (&self->source, 0);
}

/* Thread-safe. Takes ownership of @item. */
void
norpc_nats_queue_push (NorpcNatsQueue *self,
                       gpointer        item)
{
  push_to (self, &self->items, item);
}

/* Thread-safe. Takes ownership of @item, which overtakes those that are not urgent. */
void
norpc_nats_queue_push_urgent (NorpcNatsQueue *self,
                              gpointer        item)
{
  push_to (self, &self->urgent, item);
}

/* Thread-safe, but nothing may be pushed any more. Items that are left are handled in the thread that releases
 * the source: this one, or that of the context.
 */
void
norpc_nats_queue_free (NorpcNatsQueue *self)
{
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}
