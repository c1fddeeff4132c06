/* norpc-subscribers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-subscribers-private.h"

struct _NorpcSubscribers
{
  GMutex      lock;
  GHashTable *counts; /* (owned) (nullable) [lock]: of unowned NorpcSubscriber; how many ways lead
                         from it to the endpoint */
  gboolean    runs;   /* [lock]: there is a service that runs */
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

  g_clear_pointer (&self->counts, g_hash_table_unref);
  g_mutex_clear (&self->lock);
}

void
norpc_subscribers_unref (NorpcSubscribers *self)
{
  g_atomic_rc_box_release_full (self, subscribers_clear);
}

/* Called with the lock held. */
static guint
get_count_locked (NorpcSubscribers *self,
                  NorpcSubscriber  *subscriber)
{
  return self->counts != NULL ? GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, subscriber)) : 0;
}

/* Thread-safe. */
void
norpc_subscribers_add (NorpcSubscribers *self,
                       NorpcSubscriber  *subscriber)
{
  guint count;

  g_mutex_lock (&self->lock);
  if (self->counts == NULL)
    self->counts = g_hash_table_new (NULL, NULL);
  count = get_count_locked (self, subscriber);
  g_hash_table_insert (self->counts, subscriber, GUINT_TO_POINTER (count + 1));
  if (count == 0 && self->runs)
    subscriber->note_service (subscriber, 1);
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. When it returns, no thread uses the subscriber on behalf of @self, if this was the
 * last way to it.
 */
void
norpc_subscribers_remove (NorpcSubscribers *self,
                          NorpcSubscriber  *subscriber)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = get_count_locked (self, subscriber);
  if (count > 1)
    g_hash_table_insert (self->counts, subscriber, GUINT_TO_POINTER (count - 1));
  else if (count == 1)
    g_hash_table_remove (self->counts, subscriber);
  if (count == 1 && self->runs)
    subscriber->note_service (subscriber, -1);
  g_mutex_unlock (&self->lock);
}

/* Called in the thread that starts or stops the service. */
void
norpc_subscribers_set_runs (NorpcSubscribers *self,
                            gboolean          runs)
{
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&self->lock);
  self->runs = runs;
  if (self->counts != NULL)
    {
      g_hash_table_iter_init (&iter, self->counts);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        {
          NorpcSubscriber *subscriber = key;

          subscriber->note_service (subscriber, runs ? 1 : -1);
        }
    }
  g_mutex_unlock (&self->lock);
}

/* Thread-safe. Calls @func for each subscriber, with the lock held. */
void
norpc_subscribers_foreach (NorpcSubscribers    *self,
                           NorpcSubscriberFunc  func,
                           gpointer             user_data)
{
  GHashTableIter iter;
  gpointer subscriber;

  g_mutex_lock (&self->lock);
  if (self->counts != NULL)
    {
      g_hash_table_iter_init (&iter, self->counts);
      while (g_hash_table_iter_next (&iter, &subscriber, NULL) && func (subscriber, user_data))
        ;
    }
  g_mutex_unlock (&self->lock);
}
