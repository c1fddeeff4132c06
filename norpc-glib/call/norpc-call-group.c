/* norpc-call-group.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-group-private.h"
#include "norpc-call-private.h"

struct _NorpcCallGroup
{
  guint           id;     /* since construction: of a client */
  gsize           offset; /* since construction: of the link in a call */
  NorpcGroupWatcher *watcher; /* (owned) (nullable), since construction */
  GMutex          lock;
  NorpcGroupLink *first;  /* (unowned) (nullable) [lock] */
  guint           n_refs; /* [lock]: one of the creator, and one of each thread that notifies the
                             watcher; calls that are in the group keep it, too */
};

/* Thread-safe. Returns the number of one more client, which is not 0, and that of no other one. */
guint
norpc_call_next_client (void)
{
  static int n_clients; /* atomic */
  guint client;

  /* Skips 0 when it wraps around. */
  do
    client = (guint) g_atomic_int_add (&n_clients, 1) + 1;
  while (client == 0);

  return client;
}

/* @offset is the offset of the group's link in NorpcCall. Takes ownership of @watcher (nullable). */
NorpcCallGroup *
norpc_call_group_new (gsize              offset,
                      NorpcGroupWatcher *watcher)
{
  NorpcCallGroup *self = g_new0 (NorpcCallGroup, 1);

  self->id = norpc_call_next_client ();
  self->offset = offset;
  self->watcher = watcher;
  self->n_refs = 1;
  g_mutex_init (&self->lock);

  return self;
}

/* Called by the last thread that knows the group. */
static void
norpc_call_group_free (NorpcCallGroup *self)
{
  if (self->watcher != NULL)
    self->watcher->free (self->watcher);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Called with the lock held. Returns TRUE if the caller must free the group after it has unlocked it. */
static gboolean
is_gone_locked (NorpcCallGroup *self)
{
  return self->n_refs == 0 && self->first == NULL;
}

void
norpc_call_group_unref (NorpcCallGroup *self)
{
  gboolean gone;

  g_mutex_lock (&self->lock);
  self->n_refs--;
  gone = is_gone_locked (self);
  g_mutex_unlock (&self->lock);

  if (gone)
    norpc_call_group_free (self);
}

/* Called with no lock held. */
static void
note_changed (NorpcCallGroup *self)
{
  if (self->watcher != NULL)
    self->watcher->changed (self->watcher);
}

/* Called in the client's thread, before the call is sent. */
void
norpc_call_group_add (NorpcCallGroup *self,
                      NorpcCall      *call)
{
  NorpcGroupLink *link = G_STRUCT_MEMBER_P (call, self->offset);
  gboolean is_first;

  link->group = self;

  g_mutex_lock (&self->lock);
  is_first = self->first == NULL;
  link->next = self->first;
  if (self->first != NULL)
    self->first->previous = link;
  self->first = link;
  g_mutex_unlock (&self->lock);

  if (is_first)
    note_changed (self);
}

/* The slow path of norpc_group_link_remove (). */
void
norpc_group_link_leave (NorpcGroupLink *link)
{
  NorpcCallGroup *group = g_steal_pointer (&link->group);
  gboolean notifies, gone;

  g_mutex_lock (&group->lock);
  if (link->previous != NULL)
    link->previous->next = link->next;
  else
    group->first = link->next;
  if (link->next != NULL)
    link->next->previous = link->previous;
  notifies = group->first == NULL && group->watcher != NULL;
  if (notifies)
    group->n_refs++;
  gone = is_gone_locked (group);
  g_mutex_unlock (&group->lock);

  link->previous = link->next = NULL;
  if (notifies)
    {
      note_changed (group);
      norpc_call_group_unref (group);
    }
  else if (gone)
    {
      norpc_call_group_free (group);
    }
}

/* Thread-safe. Returns a number that identifies the group. */
guint
norpc_call_group_get_id (NorpcCallGroup *self)
{
  return self->id;
}

/* Thread-safe. */
gboolean
norpc_call_group_is_empty (NorpcCallGroup *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = self->first == NULL;
  g_mutex_unlock (&self->lock);

  return empty;
}

/* Thread-safe. Returns an array (owned) of the calls that are in the group now, the newest
 * first. Release each call with norpc_call_unref_memory ().
 */
GPtrArray *
norpc_call_group_list (NorpcCallGroup *self)
{
  GPtrArray *calls = g_ptr_array_new ();

  g_mutex_lock (&self->lock);
  for (NorpcGroupLink *link = self->first; link != NULL; link = link->next)
    {
      NorpcCall *call = (NorpcCall *) ((char *) link - self->offset);

      norpc_call_ref_memory (call);
      g_ptr_array_add (calls, call);
    }
  g_mutex_unlock (&self->lock);

  return calls;
}
