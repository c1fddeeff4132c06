/* norpc-subscribers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-subscribers-private.h"

/* Where a subscriber is. */
typedef struct
{
  guint n_ways; /* how many ways lead from it to the endpoint */
  guint index;  /* among the subscribers of its context */
} Place;

struct _NorpcSubscribers
{
  GMutex      lock;
  GHashTable *places;   /* (owned) (nullable) [lock]: of unowned NorpcSubscriber and owned Place */
  GHashTable *contexts; /* (owned) (nullable) [lock]: of unowned contexts and owned GPtrArray of
                           unowned NorpcSubscriber; none is empty */
  gboolean    runs;     /* [lock]: there is a service that runs */
};

NorpcSubscribers *
norpc_subscribers_new (void)
{
  NorpcSubscribers *self = g_atomic_rc_box_new0 (NorpcSubscribers);

  g_mutex_init (&self->lock);

  return self;
}

NorpcSubscribers *
norpc_subscribers_ref (NorpcSubscribers *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
subscribers_clear (gpointer data)
{
  NorpcSubscribers *self = data;

  g_clear_pointer (&self->places, g_hash_table_unref);
  g_clear_pointer (&self->contexts, g_hash_table_unref);
  g_mutex_clear (&self->lock);
}

void
norpc_subscribers_unref (NorpcSubscribers *self)
{
  g_atomic_rc_box_release_full (self, subscribers_clear);
}

/* Called with the lock held. Returns the subscribers of a context (unowned). */
static GPtrArray *
ensure_context_locked (NorpcSubscribers *self,
                       gconstpointer     context)
{
  GPtrArray *subscribers = g_hash_table_lookup (self->contexts, context);

  if (subscribers == NULL)
    {
      subscribers = g_ptr_array_new ();
      g_hash_table_insert (self->contexts, (gpointer) context, subscribers);
    }

  return subscribers;
}

/* Called with the lock held. */
static void
insert_subscriber_locked (NorpcSubscribers *self,
                          NorpcSubscriber  *subscriber)
{
  GPtrArray *subscribers = ensure_context_locked (self, subscriber->context);
  Place *place = g_new (Place, 1);

  *place = (Place) { 1, subscribers->len };
  g_ptr_array_add (subscribers, subscriber);
  g_hash_table_insert (self->places, subscriber, place);
  if (self->runs)
    subscriber->note_service (subscriber, 1);
}

/* Thread-safe. */
void
norpc_subscribers_add (NorpcSubscribers *self,
                       NorpcSubscriber  *subscriber)
{
  Place *place;

  g_mutex_lock (&self->lock);
  if (self->places == NULL)
    {
      self->places = g_hash_table_new_full (NULL, NULL, NULL, g_free);
      self->contexts = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
    }
  place = g_hash_table_lookup (self->places, subscriber);
  if (place != NULL)
    place->n_ways++;
  else
    insert_subscriber_locked (self, subscriber);
  g_mutex_unlock (&self->lock);
}

/* Called with the lock held. The last subscriber of the context takes the place. */
static void
remove_subscriber_locked (NorpcSubscribers *self,
                          NorpcSubscriber  *subscriber,
                          const Place      *place)
{
  GPtrArray *subscribers = g_hash_table_lookup (self->contexts, subscriber->context);
  gpointer last = subscribers->pdata[subscribers->len - 1];

  ((Place *) g_hash_table_lookup (self->places, last))->index = place->index;
  g_ptr_array_remove_index_fast (subscribers, place->index);
  if (subscribers->len == 0)
    g_hash_table_remove (self->contexts, subscriber->context);
  g_hash_table_remove (self->places, subscriber);
  if (self->runs)
    subscriber->note_service (subscriber, -1);
}

/* Thread-safe. When it returns, no thread uses the subscriber on behalf of @self, if this was the
 * last way to it.
 */
void
norpc_subscribers_remove (NorpcSubscribers *self,
                          NorpcSubscriber  *subscriber)
{
  Place *place;

  g_mutex_lock (&self->lock);
  place = self->places != NULL ? g_hash_table_lookup (self->places, subscriber) : NULL;
  if (place != NULL && place->n_ways > 1)
    place->n_ways--;
  else if (place != NULL)
    remove_subscriber_locked (self, subscriber, place);
  g_mutex_unlock (&self->lock);
}

/* Called with the lock held. */
static void
foreach_locked (NorpcSubscribers    *self,
                NorpcSubscriberFunc  func,
                gpointer             user_data)
{
  GHashTableIter iter;
  gpointer subscriber;

  if (self->places == NULL)
    return;

  g_hash_table_iter_init (&iter, self->places);
  while (g_hash_table_iter_next (&iter, &subscriber, NULL) && func (subscriber, user_data))
    ;
}

static gboolean
note_change (NorpcSubscriber *subscriber,
             gpointer         change)
{
  subscriber->note_service (subscriber, GPOINTER_TO_INT (change));

  return TRUE;
}

/* Called in the thread that starts or stops the service. */
void
norpc_subscribers_set_runs (NorpcSubscribers *self,
                            gboolean          runs)
{
  g_mutex_lock (&self->lock);
  self->runs = runs;
  foreach_locked (self, note_change, GINT_TO_POINTER (runs ? 1 : -1));
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Calls @func for each subscriber, with the lock held. */
void
norpc_subscribers_foreach (NorpcSubscribers    *self,
                           NorpcSubscriberFunc  func,
                           gpointer             user_data)
{
  g_mutex_lock (&self->lock);
  foreach_locked (self, func, user_data);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Calls @func for each context that has subscribers, with the lock held. */
void
norpc_subscribers_foreach_context (NorpcSubscribers           *self,
                                   NorpcSubscriberContextFunc  func,
                                   gpointer                    user_data)
{
  GHashTableIter iter;
  gpointer subscribers;

  g_mutex_lock (&self->lock);
  if (self->contexts != NULL)
    {
      g_hash_table_iter_init (&iter, self->contexts);
      while (g_hash_table_iter_next (&iter, NULL, &subscribers))
        func (subscribers, user_data);
    }
  g_mutex_unlock (&self->lock);
}
