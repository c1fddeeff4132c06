/* norpc-mirror-events.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The changes, notifications and replies that wait for the client's context, in one order with its
 * signals and other replies.
 */

#include "call/norpc-call-private.h"
#include "client/norpc-call-send-private.h"
#include "client/norpc-proxy-private.h"
#include "core/norpc-background-private.h"
#include "norpc-mirror-parts-private.h"

/* How many changes may wait that cannot be merged, because signals or replies are between them: as
 * many as emissions of a signal.
 */
#define MAX_CHANGES NORPC_DEFAULT_BACKLOG

typedef enum
{
  EVENT_CHANGE,  /* new values from the service, or the message that values have changed */
  EVENT_CHANGED, /* another thread has changed the values that are shown */
  EVENT_NOTIFIED, /* another thread was about to notify */
  EVENT_REPLY    /* to a request */
} EventKind;

struct _NorpcMirrorEvent
{
  NorpcEvent   parent;
  EventKind    kind;
  NorpcMirror *mirror; /* (owned) */

  /* of a change */
  NorpcEmission    *values;      /* (owned) (nullable) [lock of the events] */
  guint             serial;      /* [lock of the events]: of the values */
  GPtrArray        *lists;       /* (owned) (nullable) [lock of the events]: of owned mirrors, which
                                    follow the list models among the values */
  gboolean          invalidates; /* [lock of the events]: values have changed that are not here */
  NorpcMirrorEvent *newer;       /* (unowned) (nullable) [lock of the events] */

  gboolean   *changed; /* (owned) (nullable), of EVENT_CHANGED: by property; NULL if all values are
                          there for the first time */
  GPtrArray  *pspecs;  /* (owned) (nullable), of EVENT_NOTIFIED: of owned GParamSpec */

  NorpcReply    *reply;    /* (owned) (nullable), of EVENT_REPLY */
  NorpcEndpoint *endpoint; /* (owned) (nullable), of EVENT_REPLY: to which the request was sent */
  GList          waiting;  /* [lock of the events], of EVENT_REPLY: its link among the replies of the mirror */
};

static NorpcEventQueue *
get_queue (NorpcMirror *self)
{
  return norpc_reply_queue_get_events (self->reply_queue);
}

/* Called in the thread that receives the reply of an event. */
static NorpcReply *
steal_reply (NorpcMirrorEvent *self)
{
  if (self->reply != NULL)
    norpc_call_send_detach (norpc_reply_get_call (self->reply));

  return g_steal_pointer (&self->reply);
}

/* Called with no lock held. */
static void
mirror_event_free (NorpcEvent *event)
{
  NorpcMirrorEvent *self = (NorpcMirrorEvent *) event;
  g_autoptr (NorpcReply) reply = steal_reply (self);

  g_clear_pointer (&self->values, norpc_emission_unref);
  g_clear_pointer (&self->lists, g_ptr_array_unref);
  g_free (self->changed);
  g_clear_pointer (&self->pspecs, g_ptr_array_unref);
  g_clear_object (&self->endpoint);
  norpc_mirror_unref (self->mirror);
  g_free (self);
}

/* Called with the lock of the events held. Takes the oldest change off the list. */
static NorpcMirrorEvent *
take_oldest_change_locked (NorpcMirror *self)
{
  NorpcMirrorEvent *event = self->oldest;

  self->oldest = event->newer;
  if (self->oldest == NULL)
    self->newest = NULL;
  self->n_changes--;

  return event;
}

/* Runs in the client's context, with the lock of the events held. */
static void
mirror_event_unpacked_locked (NorpcEvent *event)
{
  NorpcMirrorEvent *self = (NorpcMirrorEvent *) event;

  if (self->kind == EVENT_CHANGE)
    take_oldest_change_locked (self->mirror);
  else if (self->kind == EVENT_REPLY)
    g_queue_unlink (&self->mirror->replies, &self->waiting);
}

/* Runs in the client's context. */
static void
mirror_event_run (NorpcEvent *event)
{
  NorpcMirrorEvent *self = (NorpcMirrorEvent *) event;
  g_autoptr (NorpcProxy) proxy = norpc_proxy_lock (&self->mirror->weak_proxy);
  g_autoptr (NorpcReply) reply = steal_reply (self);
  const NorpcMirrorFuncs *funcs = self->mirror->funcs;

  if (proxy != NULL)
    switch (self->kind)
      {
      case EVENT_CHANGE:
        funcs->take_change (self->mirror, proxy, self->values, self->serial, self->invalidates);
        break;

      case EVENT_CHANGED:
        funcs->notify (self->mirror, proxy, self->changed);
        break;

      case EVENT_NOTIFIED:
        g_object_freeze_notify (G_OBJECT (proxy));
        for (guint i = 0; i < self->pspecs->len; i++)
          g_object_notify_by_pspec (G_OBJECT (proxy), self->pspecs->pdata[i]);
        g_object_thaw_notify (G_OBJECT (proxy));
        break;

      case EVENT_REPLY:
        funcs->take_reply (self->mirror, proxy, reply);
        break;

      default:
        g_assert_not_reached ();
      }

  mirror_event_free (event);
}

static const NorpcEventImpl change_impl = {
  mirror_event_unpacked_locked, mirror_event_run, mirror_event_free, NORPC_EVENT_PROPERTIES
};
static const NorpcEventImpl other_impl = {
  mirror_event_unpacked_locked, mirror_event_run, mirror_event_free, NORPC_EVENT_SINGLE
};

static NorpcMirrorEvent *
mirror_event_new (NorpcMirror *mirror,
                  EventKind    kind)
{
  NorpcMirrorEvent *self = g_new0 (NorpcMirrorEvent, 1);

  self->parent.impl = kind == EVENT_CHANGE ? &change_impl : &other_impl;
  self->kind = kind;
  self->mirror = norpc_mirror_ref (mirror);

  return self;
}

/* Thread-safe. Takes ownership of @event. */
static void
push_event (NorpcMirror      *self,
            NorpcMirrorEvent *event)
{
  gboolean pushed;

  g_mutex_lock (&get_queue (self)->lock);
  pushed = norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent);
  g_mutex_unlock (&get_queue (self)->lock);

  if (!pushed)
    mirror_event_free (&event->parent);
}

/* Thread-safe. Takes ownership of @changed, which is NULL if the proxy is ready now. */
void
norpc_mirror_push_changed (NorpcMirror *self,
                           gboolean    *changed)
{
  NorpcMirrorEvent *event = mirror_event_new (self, EVENT_CHANGED);

  event->changed = changed;
  push_event (self, event);
}

/* Thread-safe. Makes the proxy notify of @pspecs in its context. */
void
norpc_mirror_push_notified (NorpcMirror  *self,
                            guint         n_pspecs,
                            GParamSpec  **pspecs)
{
  NorpcMirrorEvent *event = mirror_event_new (self, EVENT_NOTIFIED);

  event->pspecs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_param_spec_unref);
  for (guint i = 0; i < n_pspecs; i++)
    g_ptr_array_add (event->pspecs, g_param_spec_ref (pspecs[i]));
  push_event (self, event);
}

static void
free_event_cb (gpointer event)
{
  mirror_event_free (event);
}

/* Thread-safe. Takes ownership of @reply, and of @endpoint. Both are released in the client's context, or, if the proxy
 * is disposed of before, then, or in a thread of the pool: a context that does not run must not keep them.
 */
void
norpc_mirror_push_reply (NorpcMirror   *self,
                         NorpcReply    *reply,
                         NorpcEndpoint *endpoint)
{
  NorpcMirrorEvent *event = mirror_event_new (self, EVENT_REPLY);
  gboolean is_closed, pushed;

  norpc_call_receive_lists (norpc_reply_get_call (reply), self->reply_queue);
  event->reply = reply;
  event->endpoint = endpoint;
  event->waiting.data = event;

  g_mutex_lock (&get_queue (self)->lock);
  is_closed = self->is_closed;
  pushed = !is_closed && norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent);
  if (pushed)
    g_queue_push_tail_link (&self->replies, &event->waiting);
  g_mutex_unlock (&get_queue (self)->lock);

  if (is_closed)
    norpc_background_push_release (free_event_cb, event);
  else if (!pushed)
    mirror_event_free (&event->parent);
}

/* Called with the lock of the events held. Adds the contents of @from, which was sent later or
 * earlier, to those of @to. The values of @from take precedence if @newer is TRUE.
 */
static void
merge_changes_locked (NorpcMirrorEvent *to,
                      NorpcMirrorEvent *from,
                      gboolean          newer)
{
  NorpcEmission *values = to->values;
  GPtrArray *lists = to->lists;

  to->invalidates = to->invalidates || from->invalidates;
  if (from->values == NULL || (values != NULL && !newer))
    return;

  to->values = from->values;
  to->lists = from->lists;
  to->serial = from->serial;
  from->values = values;
  from->lists = lists;
}

/* Called with the lock of the events held. */
static NorpcEvent *
unqueue_event_locked (NorpcMirrorEvent *event)
{
  norpc_event_queue_remove_locked (&event->parent);
  event->parent.link.next = NULL;

  return &event->parent;
}

/* Called with the lock of the events held, after @event was pushed. Returns an event (owned)
 * (nullable) that is no longer in the queue. If too many changes wait, the oldest one is merged
 * with the next.
 */
static NorpcEvent *
append_change_locked (NorpcMirror      *self,
                      NorpcMirrorEvent *event)
{
  NorpcMirrorEvent *newest = self->newest;
  NorpcMirrorEvent *dropped;

  if (newest != NULL && norpc_event_may_merge_locked (&newest->parent, &event->parent))
    {
      merge_changes_locked (newest, event, TRUE);
      return unqueue_event_locked (event);
    }

  if (newest != NULL)
    newest->newer = event;
  else
    self->oldest = event;
  self->newest = event;
  if (++self->n_changes <= MAX_CHANGES)
    return NULL;

  dropped = take_oldest_change_locked (self);
  merge_changes_locked (self->oldest, dropped, FALSE);

  return unqueue_event_locked (dropped);
}

/* Runs in the service's context. @values (nullable) are those of all properties whose values are
 * sent with changes; without them, the client requests the values. @lists (nullable) are the
 * mirrors of the lists among them. Returns an event (owned) (nullable) to be freed with no lock
 * held.
 */
NorpcEvent *
norpc_mirror_add_change (NorpcMirror   *self,
                         NorpcEmission *values,
                         GPtrArray     *lists,
                         guint          serial)
{
  NorpcMirrorEvent *event = mirror_event_new (self, EVENT_CHANGE);
  NorpcEvent *dropped = &event->parent;

  event->values = values != NULL ? norpc_emission_ref (values) : NULL;
  event->lists = lists != NULL ? g_ptr_array_ref (lists) : NULL;
  event->serial = serial;
  event->invalidates = values == NULL;

  g_mutex_lock (&get_queue (self)->lock);
  if (norpc_reply_queue_push_event_locked (self->reply_queue, &event->parent))
    dropped = append_change_locked (self, event);
  g_mutex_unlock (&get_queue (self)->lock);

  return dropped;
}

/* Called in the thread that disposes of the proxy, which has unsubscribed. Drops the changes and
 * replies that wait, and cancels the requests for all values, because one that waits would keep the endpoint.
 */
void
norpc_mirror_close (NorpcMirror *self)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The proxy was released");
  NorpcEvent *removed = NULL;

  g_mutex_lock (&get_queue (self)->lock);
  self->is_closed = TRUE;
  while (self->oldest != NULL)
    norpc_events_prepend (&removed, unqueue_event_locked (take_oldest_change_locked (self)));
  while (!g_queue_is_empty (&self->replies))
    norpc_events_prepend (&removed, unqueue_event_locked (g_queue_pop_head_link (&self->replies)->data));
  g_mutex_unlock (&get_queue (self)->lock);

  norpc_events_free (removed);
  norpc_call_group_cancel (self->requests, error, NORPC_METHOD_FLAGS_NONE);
}
