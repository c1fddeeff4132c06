/* norpc-nats-remote.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-events-private.h"
#include "norpc-nats-presence-private.h"
#include "norpc-nats-remote-private.h"

struct _NorpcNatsRemote
{
  gatomicrefcount ref_count;
  NorpcNatsLink  *link;   /* (owned), since construction */
  NorpcNatsInbox *inbox;  /* (unowned), since construction: of the link */
  char           *prefix; /* (owned), since construction */
  int             absent; /* atomic: there is no service, as far as is known */

  GMutex          lock;
  GPtrArray      *followed; /* (owned) [lock]: of owned Followed, which stay */

  /* Accessed in the thread of the link. */
  NorpcNatsPresence *presence;    /* (owned) (nullable): while there are proxies */
  gboolean           complained;  /* that messages were lost */
};

/* An interface. */
typedef struct
{
  NorpcNatsEvents *events;    /* (owned), since construction */
  guint            n_proxies; /* [lock of the remote] */
} Followed;

static void
followed_free (gpointer data)
{
  Followed *self = data;

  norpc_nats_events_unref (self->events);
  g_free (self);
}

static NorpcNatsRemote *
remote_ref (NorpcNatsRemote *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. */
static void
remote_unref (gpointer data)
{
  NorpcNatsRemote *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->followed);
  g_mutex_clear (&self->lock);
  g_free (self->prefix);
  norpc_nats_link_unref (self->link);
  g_free (self);
}

/* Returns the interfaces (owned) that have proxies, or the others. */
static GPtrArray *
list_events (NorpcNatsRemote *self,
             gboolean         with_proxies)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (norpc_nats_events_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->followed->len; i++)
    {
      Followed *followed = self->followed->pdata[i];

      if ((followed->n_proxies > 0) == with_proxies)
        g_ptr_array_add (list, norpc_nats_events_ref (followed->events));
    }
  g_mutex_unlock (&self->lock);

  return list;
}

/* Calls @func for the interfaces that have proxies, or for the others. Returns how many these are. */
static guint
foreach (NorpcNatsRemote *self,
         gboolean         with_proxies,
         void           (*func) (NorpcNatsEvents *events))
{
  g_autoptr (GPtrArray) list = list_events (self, with_proxies);

  for (guint i = 0; i < list->len; i++)
    func (list->pdata[i]);

  return list->len;
}

static void
set_available (NorpcNatsEvents *events)
{
  norpc_remote_interface_set_available (norpc_nats_events_get_remote (events), TRUE);
}

static void
set_unavailable (NorpcNatsEvents *events)
{
  norpc_remote_interface_set_available (norpc_nats_events_get_remote (events), FALSE);
}

static void
invalidate (NorpcNatsEvents *events)
{
  norpc_remote_interface_invalidate (norpc_nats_events_get_remote (events));
}

/* Returns TRUE if the library has dropped messages since this was last checked. */
static gboolean
check_dropped (NorpcNatsRemote *self)
{
  gboolean dropped = FALSE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->followed->len; i++)
    dropped = norpc_nats_events_check_dropped (((Followed *) self->followed->pdata[i])->events) || dropped;
  g_mutex_unlock (&self->lock);

  return dropped;
}

static void
presence_changed (gboolean present,
                  gpointer data)
{
  NorpcNatsRemote *self = data;

  g_atomic_int_set (&self->absent, !present);
  foreach (self, TRUE, present ? set_available : set_unavailable);
}

static void
presence_renewed (gpointer data)
{
  NorpcNatsRemote *self = data;

  foreach (self, TRUE, invalidate);
  if (check_dropped (self))
    norpc_nats_presence_hint (self->presence);
}

static void
presence_answered (const char *service,
                   natsMsg    *answer,
                   gpointer    data)
{
  g_autoptr (GPtrArray) list = list_events (data, TRUE);

  for (guint i = 0; i < list->len; i++)
    norpc_nats_events_take_answer (list->pdata[i], service, answer);
}

static const NorpcNatsPresenceFuncs presence_funcs = { presence_changed, presence_renewed, presence_answered };

/* There is a service, from which a message has come. */
static gboolean
note_arrival (gpointer data)
{
  NorpcNatsRemote *self = data;

  return self->presence != NULL && norpc_nats_presence_assume (self->presence);
}

/* Messages were lost. The answer to a question comes after all that the library has kept, and after it the values of
 * the properties are requested again.
 */
static void
note_loss (gpointer data)
{
  NorpcNatsRemote *self = data;

  if (!self->complained)
    g_message ("'%s' at NATS: signals and changes of properties come too fast, and some were lost; properties are "
               "requested again, and further messages of this kind are not reported", self->prefix);
  self->complained = TRUE;
  foreach (self, TRUE, norpc_nats_events_lose_signals);
  if (self->presence != NULL)
    norpc_nats_presence_hint (self->presence);
}

static const NorpcNatsEventsFuncs events_funcs = { note_arrival, note_loss };

static void
follow_link (NorpcNatsChange change,
             gpointer        data)
{
  NorpcNatsRemote *self = data;

  switch (change)
    {
    case NORPC_NATS_DISCONNECTED:
    case NORPC_NATS_CLOSED:
      norpc_nats_presence_lose (self->presence);
      break;

    case NORPC_NATS_RECONNECTED:
      foreach (self, TRUE, norpc_nats_events_connected);
      norpc_nats_presence_hint (self->presence);
      break;

    case NORPC_NATS_EVENTS_OVERFLOWED:
      if (check_dropped (self))
        note_loss (self);
      break;

    case NORPC_NATS_OVERFLOWED:
    default:
      break;
    }
}

/* Runs in the thread of the link. The interfaces that have proxies are subscribed, and no others. */
static void
update (gpointer data)
{
  NorpcNatsRemote *self = data;
  guint n_started = foreach (self, TRUE, norpc_nats_events_start);

  foreach (self, FALSE, norpc_nats_events_stop);
  if (n_started > 0 && self->presence == NULL)
    {
      norpc_nats_link_add_watch (self->link, follow_link, remote_ref (self), remote_unref);
      self->presence = norpc_nats_presence_new (self->link, self->inbox, self->prefix, &presence_funcs, self);
      g_atomic_int_set (&self->absent, !norpc_nats_presence_is_present (self->presence));
    }

  /* An interface is available from the first proxy on. The connection may have been lost since then. */
  if (n_started > 0)
    foreach (self, TRUE, norpc_nats_presence_is_present (self->presence) ? set_available : set_unavailable);
  if (n_started == 0 && self->presence != NULL)
    {
      g_clear_pointer (&self->presence, norpc_nats_presence_free);
      g_atomic_int_set (&self->absent, FALSE);
      norpc_nats_link_remove_watch (self->link, self);
    }
  remote_unref (self);
}

NorpcNatsRemote *
norpc_nats_remote_new (NorpcNatsLink  *link,
                       NorpcNatsInbox *inbox,
                       const char     *prefix)
{
  NorpcNatsRemote *self = g_new0 (NorpcNatsRemote, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->link = norpc_nats_link_ref (link);
  self->inbox = inbox;
  self->prefix = g_strdup (prefix);
  g_mutex_init (&self->lock);
  self->followed = g_ptr_array_new_with_free_func (followed_free);

  return self;
}

/* Takes ownership of @self. There are no proxies any more. */
void
norpc_nats_remote_end (NorpcNatsRemote *self)
{
  remote_unref (self);
}

/* Called with the lock held. Returns what follows the interface of a proxy (unowned): it is one for all descriptions of
 * the same interface.
 */
static Followed *
ensure_followed_locked (NorpcNatsRemote *self,
                        NorpcSubscriber *subscriber)
{
  const NorpcInterfaceInfo *info = norpc_subscriber_get_interface_info (subscriber);
  Followed *followed;

  for (guint i = 0; i < self->followed->len; i++)
    {
      followed = self->followed->pdata[i];
      if (norpc_remote_interface_matches (norpc_nats_events_get_remote (followed->events), info))
        return followed;
    }

  followed = g_new0 (Followed, 1);
  followed->events = norpc_nats_events_new (self->link, self->prefix, info, &events_funcs, self);

  /* No proxy notifies of a service that there was before it. No other thread has the interface yet. */
  if (norpc_nats_link_is_connected (self->link) && !norpc_nats_remote_is_absent (self))
    set_available (followed->events);
  g_ptr_array_add (self->followed, followed);

  return followed;
}

/* Adds one proxy, or removes one, and returns its interface (unowned). */
static NorpcRemoteInterface *
count_proxy (NorpcNatsRemote *self,
             NorpcSubscriber *subscriber,
             int              change)
{
  Followed *followed;
  gboolean updates;

  g_mutex_lock (&self->lock);
  followed = ensure_followed_locked (self, subscriber);
  followed->n_proxies += (guint) change;
  updates = followed->n_proxies == (change > 0 ? 1 : 0);
  g_mutex_unlock (&self->lock);

  if (updates)
    norpc_nats_link_invoke (self->link, update, remote_ref (self));

  return norpc_nats_events_get_remote (followed->events);
}

void
norpc_nats_remote_subscribe (NorpcNatsRemote *self,
                             NorpcSubscriber *subscriber)
{
  norpc_remote_interface_subscribe (count_proxy (self, subscriber, 1), subscriber);
}

void
norpc_nats_remote_unsubscribe (NorpcNatsRemote *self,
                               NorpcSubscriber *subscriber)
{
  norpc_remote_interface_unsubscribe (count_proxy (self, subscriber, -1), subscriber);
}

gboolean
norpc_nats_remote_is_absent (NorpcNatsRemote *self)
{
  return g_atomic_int_get (&self->absent);
}

/* Returns the interface (unowned) that proxies with @info follow, or one with the same name, or NULL. */
static NorpcRemoteInterface *
find_remote (NorpcNatsRemote          *self,
             const NorpcInterfaceInfo *info)
{
  NorpcRemoteInterface *found = NULL;
  gboolean matches = FALSE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; !matches && i < self->followed->len; i++)
    {
      NorpcRemoteInterface *remote = norpc_nats_events_get_remote (((Followed *) self->followed->pdata[i])->events);
      const char *name = norpc_remote_interface_get_info (remote)->dbus.name;

      matches = norpc_remote_interface_matches (remote, info);
      if (matches || (found == NULL && g_str_equal (name, info->dbus.name)))
        found = remote;
    }
  g_mutex_unlock (&self->lock);

  return found;
}

void
norpc_nats_remote_answer_get_all (NorpcNatsRemote *self,
                                  NorpcCall       *call,
                                  GVariant        *values)
{
  NorpcRemoteInterface *remote = find_remote (self, norpc_call_get_accessed_interface (call));

  if (remote != NULL)
    norpc_remote_interface_answer_get_all (remote, call, values);
  else
    norpc_call_return_error (call, NORPC_ERROR, NORPC_ERROR_CLOSED, "%s was rejected: its proxy has been released",
                             norpc_interface_info_get_name (norpc_call_get_interface_info (call)));
}
