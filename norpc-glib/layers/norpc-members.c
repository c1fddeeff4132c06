/* norpc-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-members-private.h"

/* A call that is pending at a member. Freed by the thread that completes the call. */
typedef struct
{
  NorpcCompletionHook hook;   /* must be first */
  NorpcPending  *pending; /* (owned) */
} Passage;

static NorpcPending *
pending_new (void)
{
  NorpcPending *self = g_new0 (NorpcPending, 1);

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

static void
pending_unref (NorpcPending *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/* Thread-safe. Sinks the floating reference of @endpoint, if it has one. */
NorpcMember *
norpc_member_new (NorpcEndpoint *endpoint)
{
  NorpcMember *self = g_new0 (NorpcMember, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->endpoint = g_object_ref_sink (endpoint);
  self->pending = pending_new ();

  return self;
}

NorpcMember *
norpc_member_ref (NorpcMember *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_member_unref (NorpcMember *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_object_unref (self->endpoint);
  pending_unref (self->pending);
  g_free (self);
}

/* Thread-safe. Gets the number of pending calls. */
guint
norpc_member_get_n_pending (NorpcMember *self)
{
  return (guint) g_atomic_int_get (&self->pending->n);
}

/* Runs in the thread that completes the call. */
static void
passage_ended (NorpcCompletionHook *hook,
               NorpcCall           *call G_GNUC_UNUSED)
{
  Passage *passage = (Passage *) hook;

  g_atomic_int_add (&passage->pending->n, -1);
  pending_unref (passage->pending);
  g_free (passage);
}

/* Thread-safe. Passes @call on to the member's endpoint, and counts it as pending until it
 * completes.
 */
void
norpc_member_send (NorpcMember *self,
                   NorpcCall   *call)
{
  Passage *passage = g_new0 (Passage, 1);

  passage->pending = self->pending;
  g_atomic_ref_count_inc (&passage->pending->ref_count);
  g_atomic_int_inc (&passage->pending->n);

  if (norpc_call_add_completion_hook (call, &passage->hook, passage_ended))
    {
      norpc_endpoint_send (self->endpoint, call);
    }
  else
    {
      passage_ended (&passage->hook, call);
      norpc_call_unref (call);
    }
}

/* Allocates an empty set for up to @max members. */
static NorpcMembers *
members_new (guint max)
{
  NorpcMembers *self = g_malloc0 (sizeof (NorpcMembers) + max * sizeof (NorpcMember *));

  g_atomic_ref_count_init (&self->ref_count);

  return self;
}

static void
add (NorpcMembers *self,
     NorpcMember  *member)
{
  self->at[self->n++] = norpc_member_ref (member);
}

/* Returns an empty set (owned). */
NorpcMembers *
norpc_members_new (void)
{
  return members_new (0);
}

NorpcMembers *
norpc_members_ref (NorpcMembers *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_members_unref (NorpcMembers *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n; i++)
    norpc_member_unref (self->at[i]);
  g_free (self);
}

/* Thread-safe. Returns a copy (owned) with @member appended. */
NorpcMembers *
norpc_members_copy_with (NorpcMembers *self,
                         NorpcMember  *member)
{
  NorpcMembers *copy = members_new (self->n + 1);

  for (guint i = 0; i < self->n; i++)
    add (copy, self->at[i]);
  add (copy, member);

  return copy;
}

/* Thread-safe. Returns a copy (owned) without the member at @index. */
NorpcMembers *
norpc_members_copy_without (NorpcMembers *self,
                            guint         index)
{
  NorpcMembers *copy = members_new (self->n);

  for (guint i = 0; i < self->n; i++)
    if (i != index)
      add (copy, self->at[i]);

  return copy;
}

/* Thread-safe. Returns a copy (owned) with the members that are not closed. */
NorpcMembers *
norpc_members_copy_open (NorpcMembers *self)
{
  NorpcMembers *copy = members_new (self->n);

  for (guint i = 0; i < self->n; i++)
    if (!norpc_endpoint_is_closed (self->at[i]->endpoint))
      add (copy, self->at[i]);

  return copy;
}

/* Thread-safe. Returns FALSE if @endpoint is not a member. */
gboolean
norpc_members_find (NorpcMembers  *self,
                    NorpcEndpoint *endpoint,
                    guint         *index)
{
  for (guint i = 0; i < self->n; i++)
    if (self->at[i]->endpoint == endpoint)
      {
        *index = i;
        return TRUE;
      }

  return FALSE;
}
