/* norpc-proxy-busy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tells the client's context that a proxy has begun to wait for replies, or has the last one. */

#include "core/norpc-weak-ref.h"
#include "norpc-proxy-parts-private.h"
#include "norpc-reply-queue-private.h"

typedef struct
{
  NorpcGroupWatcher parent;
  gatomicrefcount   ref_count;   /* one for the group, one for the proxy, and one for an event on its
                                    way */
  GWeakRef          weak_proxy;  /* takes longer than the lock */
  GMutex            lock;
  NorpcProxy       *proxy;       /* (unowned) (nullable) [lock]: until it is finalized */
  NorpcReplyQueue  *reply_queue; /* (owned), since construction: of the proxy's context */
  guint             notify_id;   /* since construction */
  GQuark            detail;      /* since construction: of the property */
  GParamSpec       *pspec;       /* (unowned), since construction: a property of the interface may
                                    have the same name */
  int               pending;     /* atomic: an event is on its way */
} BusyWatcher;

typedef struct
{
  NorpcEvent   parent;
  BusyWatcher *watcher; /* (owned) */
} BusyEvent;

static void
busy_watcher_unref (NorpcGroupWatcher *watcher)
{
  BusyWatcher *self = (BusyWatcher *) watcher;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_weak_ref_clear (&self->weak_proxy);
  g_mutex_clear (&self->lock);
  norpc_reply_queue_unref (self->reply_queue);
  g_free (self);
}

/* Called with no lock held. */
static void
busy_event_free (NorpcEvent *event)
{
  busy_watcher_unref (&((BusyEvent *) event)->watcher->parent);
  g_free (event);
}

/* Runs in the client's context. A handler sees the state at this moment: if it has changed once
 * more, the next event follows.
 */
static void
busy_event_run (NorpcEvent *event)
{
  BusyWatcher *watcher = ((BusyEvent *) event)->watcher;
  g_autoptr (NorpcProxy) proxy = norpc_weak_ref_get (&watcher->weak_proxy);

  g_atomic_int_set (&watcher->pending, FALSE);
  if (proxy != NULL)
    g_object_notify_by_pspec (G_OBJECT (proxy), watcher->pspec);
  busy_event_free (event);
}

static const NorpcEventImpl busy_event_impl = {
  NULL, busy_event_run, busy_event_free, NORPC_EVENT_SINGLE
};

/* Thread-safe. */
static void
push_notification (BusyWatcher *self)
{
  NorpcEventQueue *events = norpc_reply_queue_get_events (self->reply_queue);
  BusyEvent *event = g_new0 (BusyEvent, 1);
  gboolean pushed;

  event->parent.impl = &busy_event_impl;
  g_atomic_ref_count_inc (&self->ref_count);
  event->watcher = self;

  g_mutex_lock (&events->lock);
  pushed = norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent);
  g_mutex_unlock (&events->lock);

  if (!pushed)
    busy_event_free (&event->parent);
}

/* Called in the thread that sends a call or receives a reply. */
static void
busy_watcher_changed (NorpcGroupWatcher *watcher)
{
  BusyWatcher *self = (BusyWatcher *) watcher;
  gboolean notifies;

  g_mutex_lock (&self->lock);
  notifies = self->proxy != NULL &&
             g_signal_has_handler_pending (self->proxy, self->notify_id, self->detail, TRUE);
  g_mutex_unlock (&self->lock);

  if (notifies && g_atomic_int_compare_and_exchange (&self->pending, FALSE, TRUE))
    push_notification (self);
}

/* Called in the thread that finalizes the proxy. Other threads may be using the watcher. */
void
norpc_proxy_busy_watcher_close (NorpcGroupWatcher *watcher)
{
  BusyWatcher *self = (BusyWatcher *) watcher;

  g_mutex_lock (&self->lock);
  self->proxy = NULL;
  g_mutex_unlock (&self->lock);
  busy_watcher_unref (watcher);
}

/* Called in the thread that constructs @proxy, in whose thread-default context it notifies. The result
 * has two references, one for the group of its calls, and one for norpc_proxy_busy_watcher_close ().
 */
NorpcGroupWatcher *
norpc_proxy_busy_watcher_new (NorpcProxy *proxy)
{
  BusyWatcher *self = g_new0 (BusyWatcher, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->parent.changed = busy_watcher_changed;
  self->parent.free = busy_watcher_unref;
  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  g_weak_ref_init (&self->weak_proxy, proxy);
  g_mutex_init (&self->lock);
  self->proxy = proxy;
  self->reply_queue = norpc_reply_queue_get (context);
  self->notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);
  self->pspec = g_object_class_find_property (g_type_class_peek (NORPC_TYPE_PROXY), "busy");
  self->detail = g_param_spec_get_name_quark (self->pspec);

  return &self->parent;
}
