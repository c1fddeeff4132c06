/* norpc-list-link.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-proxy.h"
#include "core/norpc-weak-ref.h"
#include "norpc-list-link-private.h"

/* How many events may wait that cannot be merged, because replies or other events are between
 * them: as many as emissions of a signal.
 */
#define MAX_EVENTS NORPC_DEFAULT_BACKLOG

/* Together, the events that wait may add as many items as the list has, and this many. */
#define MAX_MORE_ITEMS 1000

typedef struct _ListEvent ListEvent;

/* A newer state of the list. */
struct _ListEvent
{
  NorpcEvent       parent;
  NorpcListLink   *link;    /* (owned) */
  NorpcListItems  *items;   /* (owned) (nullable) [lock of the events] */
  NorpcListChanges changes; /* (owned) [lock of the events]: from the state before */
  ListEvent       *newer;   /* (unowned) (nullable) [lock of the events] */
};

struct _NorpcListLink
{
  gatomicrefcount    ref_count;   /* one for the mirror, and one for each event */
  GWeakRef           mirror;
  NorpcReplyQueue   *reply_queue; /* (owned), since construction: of the client's context */
  NorpcListApplyFunc apply;       /* since construction */

  ListEvent *oldest;   /* (unowned) (nullable) [lock of the events] */
  ListEvent *newest;   /* (unowned) (nullable) [lock of the events] */
  guint      n_events; /* [lock of the events] */
  guint64    n_added;  /* [lock of the events]: items that the events add */
};

static NorpcEventQueue *
get_events_of_link (NorpcListLink *self)
{
  return norpc_reply_queue_get_events (self->reply_queue);
}

NorpcListLink *
norpc_list_link_new (GObject            *mirror,
                     NorpcReplyQueue    *reply_queue,
                     NorpcListApplyFunc  apply)
{
  NorpcListLink *self = g_new0 (NorpcListLink, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->mirror, mirror);
  self->reply_queue = norpc_reply_queue_ref (reply_queue);
  self->apply = apply;

  return self;
}

NorpcListLink *
norpc_list_link_ref (NorpcListLink *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_list_link_unref (NorpcListLink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_weak_ref_clear (&self->mirror);
  norpc_reply_queue_unref (self->reply_queue);
  g_free (self);
}

NorpcReplyQueue *
norpc_list_link_get_reply_queue (NorpcListLink *self)
{
  return self->reply_queue;
}

/* Thread-safe. Called with no lock held, because a language binding may run code when an object gets
 * a second reference. Returns the mirror (owned), or NULL if it is being finalized.
 */
GObject *
norpc_list_link_dup_mirror (NorpcListLink *self)
{
  return norpc_weak_ref_get (&self->mirror);
}

/* Called with no lock held. */
static void
list_event_free (NorpcEvent *event)
{
  ListEvent *self = (ListEvent *) event;

  norpc_list_items_unref (self->items);
  norpc_list_changes_clear (&self->changes);
  norpc_list_link_unref (self->link);
  g_free (self);
}

/* Called with the lock of the events held. */
static ListEvent *
take_oldest_state_locked (NorpcListLink *self)
{
  ListEvent *event = self->oldest;

  self->oldest = event->newer;
  if (self->oldest == NULL)
    self->newest = NULL;
  self->n_events--;
  self->n_added -= norpc_list_changes_count_new (&event->changes);

  return event;
}

/* Runs in the client's context, with the lock of the events held. */
static void
list_event_unpacked_locked (NorpcEvent *event)
{
  take_oldest_state_locked (((ListEvent *) event)->link);
}

/* Runs in the client's context. */
static void
list_event_run (NorpcEvent *event)
{
  ListEvent *self = (ListEvent *) event;
  g_autoptr (GObject) mirror = norpc_list_link_dup_mirror (self->link);

  if (mirror != NULL)
    self->link->apply (mirror, g_steal_pointer (&self->items), &self->changes);

  list_event_free (event);
}

static const NorpcEventImpl list_event_impl = {
  list_event_unpacked_locked, list_event_run, list_event_free, NORPC_EVENT_LIST
};

/* Called with the lock of the events held. */
static NorpcEvent *
remove_state_locked (ListEvent *event)
{
  norpc_event_queue_remove_locked (&event->parent);
  event->parent.link.next = NULL;

  return &event->parent;
}

/* Called with the lock of the events held. @to becomes the state of @from, which is newer. */
static void
merge_newer_locked (NorpcListLink *self,
                    ListEvent     *to,
                    ListEvent     *from)
{
  NorpcListItems *items = to->items;

  to->items = from->items;
  from->items = items;
  self->n_added -= norpc_list_changes_count_new (&to->changes);
  norpc_list_changes_add_all (&to->changes, &from->changes);
  self->n_added += norpc_list_changes_count_new (&to->changes);
}

/* Called with the lock of the events held. Merges the oldest event with the next, which keeps its
 * place. Returns an event (owned) that is no longer in the queue.
 */
static NorpcEvent *
merge_oldest_locked (NorpcListLink *self)
{
  ListEvent *oldest = take_oldest_state_locked (self);
  NorpcListChanges later = self->oldest->changes;

  self->n_added -= norpc_list_changes_count_new (&later);
  norpc_list_changes_add_all (&oldest->changes, &later);
  self->oldest->changes = oldest->changes;
  oldest->changes = later;
  self->n_added += norpc_list_changes_count_new (&self->oldest->changes);

  return remove_state_locked (oldest);
}

/* Called with the lock of the events held, after @event was pushed. Returns events (owned)
 * (nullable) that are no longer in the queue.
 */
static NorpcEvent *
append_state_locked (NorpcListLink *self,
                     ListEvent     *event)
{
  NorpcEvent *removed = NULL;

  if (self->newest != NULL && norpc_event_may_merge_locked (&self->newest->parent, &event->parent))
    {
      merge_newer_locked (self, self->newest, event);
      return remove_state_locked (event);
    }

  if (self->newest != NULL)
    self->newest->newer = event;
  else
    self->oldest = event;
  self->newest = event;
  self->n_events++;
  self->n_added += norpc_list_changes_count_new (&event->changes);

  while (self->n_events > 1 &&
         (self->n_events > MAX_EVENTS ||
          self->n_added > (guint64) norpc_list_items_get_length (event->items) + MAX_MORE_ITEMS))
    {
      NorpcEvent *merged = merge_oldest_locked (self);

      merged->link.next = removed != NULL ? &removed->link : NULL;
      removed = merged;
    }

  return removed;
}

/* Thread-safe. Sends the mirror a newer state, @items, which is the result of @changes. Returns
 * events (owned) (nullable), linked to each other, to be freed with no lock held.
 */
NorpcEvent *
norpc_list_link_push (NorpcListLink          *self,
                      NorpcListItems         *items,
                      const NorpcListChanges *changes)
{
  ListEvent *event = g_new0 (ListEvent, 1);
  NorpcEvent *removed = &event->parent;

  event->parent.impl = &list_event_impl;
  event->link = norpc_list_link_ref (self);
  event->items = norpc_list_items_ref (items);
  norpc_list_changes_add_all (&event->changes, changes);

  g_mutex_lock (&get_events_of_link (self)->lock);
  if (norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent))
    removed = append_state_locked (self, event);
  g_mutex_unlock (&get_events_of_link (self)->lock);

  return removed;
}

/* Called in the thread that finalizes the mirror, once nothing is pushed any more. Drops what is
 * on its way.
 */
void
norpc_list_link_close (NorpcListLink *self)
{
  NorpcEvent *removed = NULL;

  g_mutex_lock (&get_events_of_link (self)->lock);
  while (self->oldest != NULL)
    {
      NorpcEvent *event = remove_state_locked (take_oldest_state_locked (self));

      event->link.next = removed != NULL ? &removed->link : NULL;
      removed = event;
    }
  g_mutex_unlock (&get_events_of_link (self)->lock);

  norpc_events_free (removed);
}
