/* norpc-call-group.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-group-private.h"
#include "norpc-call-private.h"

struct _NorpcCallGroup
{
  gsize           offset; /* since construction: of the link in a call */
  GMutex          lock;
  NorpcGroupLink *first; /* (unowned) (nullable) [lock] */
};

/* @offset is the offset of the group's link in NorpcCall. */
NorpcCallGroup *
norpc_call_group_new (gsize offset)
{
  NorpcCallGroup *self = g_atomic_rc_box_new0 (NorpcCallGroup);

  self->offset = offset;
  g_mutex_init (&self->lock);

  return self;
}

static void
norpc_call_group_clear (gpointer data)
{
  NorpcCallGroup *self = data;

  g_assert (self->first == NULL);

  g_mutex_clear (&self->lock);
}

void
norpc_call_group_unref (NorpcCallGroup *self)
{
  g_atomic_rc_box_release_full (self, norpc_call_group_clear);
}

/* Called in the client's thread, before the call is sent. */
void
norpc_call_group_add (NorpcCallGroup *self,
                      NorpcCall      *call)
{
  NorpcGroupLink *link = G_STRUCT_MEMBER_P (call, self->offset);

  link->group = g_atomic_rc_box_acquire (self);

  g_mutex_lock (&self->lock);
  link->next = self->first;
  if (self->first != NULL)
    self->first->previous = link;
  self->first = link;
  g_mutex_unlock (&self->lock);
}

/* Called by the client when the call has completed. */
void
norpc_group_link_remove (NorpcGroupLink *link)
{
  NorpcCallGroup *group = g_steal_pointer (&link->group);

  if (group == NULL)
    return;

  g_mutex_lock (&group->lock);
  if (link->previous != NULL)
    link->previous->next = link->next;
  else
    group->first = link->next;
  if (link->next != NULL)
    link->next->previous = link->previous;
  g_mutex_unlock (&group->lock);

  link->previous = link->next = NULL;
  norpc_call_group_unref (group);
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
