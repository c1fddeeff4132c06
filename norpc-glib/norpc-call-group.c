/* norpc-call-group.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-group-private.h"
#include "norpc-call-private.h"

struct _NorpcCallGroup
{
  GMutex          lock;
  NorpcGroupLink *first; /* (unowned) (nullable) [lock] */
};

NorpcCallGroup *
norpc_call_group_new (void)
{
  NorpcCallGroup *self = g_atomic_rc_box_new0 (NorpcCallGroup);

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

/* The calling thread, before the call is sent. */
void
norpc_call_group_add (NorpcCallGroup *self,
                      NorpcGroupLink *link,
                      NorpcCall      *call)
{
  link->group = g_atomic_rc_box_acquire (self);
  link->call = call;

  g_mutex_lock (&self->lock);
  link->next = self->first;
  if (self->first != NULL)
    self->first->previous = link;
  self->first = link;
  g_mutex_unlock (&self->lock);
}

/* The client, when the call has come back. */
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

/* Any thread: ends all calls that are in the group now. */
void
norpc_call_group_give_up (NorpcCallGroup *self,
                          const GError   *error)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_call_release);

  g_mutex_lock (&self->lock);
  for (NorpcGroupLink *link = self->first; link != NULL; link = link->next)
    {
      norpc_call_hold (link->call);
      g_ptr_array_add (calls, link->call);
    }
  g_mutex_unlock (&self->lock);

  /* In the order in which they were made. */
  for (guint i = calls->len; i > 0; i--)
    norpc_call_give_up (calls->pdata[i - 1], g_error_copy (error));
}
