/* norpc-state-notifier.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "client/norpc-reply-queue-private.h"
#include "core/norpc-weak-ref.h"
#include "norpc-state-notifier-private.h"

struct _NorpcStateNotifier
{
  gatomicrefcount  ref_count;   /* one for the owner, and one for an event on its way */
  GWeakRef         object;
  NorpcReplyQueue *reply_queue; /* (owned), since construction: of the object's context */
  int              pending;     /* atomic: an event is on its way */
};

typedef struct
{
  NorpcEvent          parent;
  NorpcStateNotifier *notifier; /* (owned) */
} StateEvent;

/* Called in the thread that constructs @object. */
NorpcStateNotifier *
norpc_state_notifier_new (GObject *object)
{
  NorpcStateNotifier *self = g_new0 (NorpcStateNotifier, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_weak_ref_init (&self->object, object);
  self->reply_queue = norpc_reply_queue_get_thread_default ();

  return self;
}

void
norpc_state_notifier_unref (NorpcStateNotifier *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_weak_ref_clear (&self->object);
  norpc_reply_queue_unref (self->reply_queue);
  g_free (self);
}

/* Called with no lock held. */
static void
state_event_free (NorpcEvent *event)
{
  norpc_state_notifier_unref (((StateEvent *) event)->notifier);
  g_free (event);
}

/* Runs in the object's context. A handler sees the state at this moment: if it has changed once more, the next event
 * follows.
 */
static void
state_event_run (NorpcEvent *event)
{
  NorpcStateNotifier *notifier = ((StateEvent *) event)->notifier;
  g_autoptr (GObject) object = norpc_weak_ref_get (&notifier->object);

  g_atomic_int_set (&notifier->pending, FALSE);
  if (object != NULL)
    g_object_notify (object, "state");
  state_event_free (event);
}

static const NorpcEventImpl state_event_impl = { NULL, state_event_run, state_event_free, NORPC_EVENT_SINGLE };

/* Called after each change. */
void
norpc_state_notifier_push (NorpcStateNotifier *self)
{
  NorpcEventQueue *events = norpc_reply_queue_get_events (self->reply_queue);
  StateEvent *event;
  gboolean pushed;

  if (!g_atomic_int_compare_and_exchange (&self->pending, FALSE, TRUE))
    return;

  g_atomic_ref_count_inc (&self->ref_count);
  event = g_new0 (StateEvent, 1);
  event->parent.impl = &state_event_impl;
  event->notifier = self;

  g_mutex_lock (&events->lock);
  pushed = norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent);
  g_mutex_unlock (&events->lock);

  if (!pushed)
    state_event_free (&event->parent);
}
