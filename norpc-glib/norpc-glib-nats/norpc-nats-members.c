/* norpc-nats-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-nats-members-private.h"

/* How many are told apart: anybody may answer. */
#define MAX_MEMBERS 1000

/* For so many rounds, a member that has gone may have had calls. */
#define MAX_ROUNDS 16

struct _NorpcNatsMembers
{
  GHashTable *names;      /* (owned): a set of owned identifiers */
  guint       round;      /* the number of the current one, from 1 */
  guint       lost_round; /* in which one was last found to have gone, or 0 */
};

NorpcNatsMembers *
norpc_nats_members_new (void)
{
  NorpcNatsMembers *self = g_new0 (NorpcNatsMembers, 1);

  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  return self;
}

void
norpc_nats_members_free (NorpcNatsMembers *self)
{
  g_hash_table_unref (self->names);
  g_free (self);
}

void
norpc_nats_members_begin_round (NorpcNatsMembers *self)
{
  self->round++;
}

/* It has answered. */
void
norpc_nats_members_add (NorpcNatsMembers *self,
                        const char       *member)
{
  if (g_hash_table_size (self->names) < MAX_MEMBERS && !g_hash_table_contains (self->names, member))
    g_hash_table_add (self->names, g_strdup (member));
}

/* It has gone. */
void
norpc_nats_members_remove (NorpcNatsMembers *self,
                           const char       *member)
{
  if (g_hash_table_remove (self->names, member))
    self->lost_round = self->round;
}

/* None is known any more, because the connection is lost, or none is there. */
void
norpc_nats_members_clear (NorpcNatsMembers *self)
{
  g_hash_table_remove_all (self->names);
  self->lost_round = 0;
}

/* Returns TRUE if calls without an answer may have been those of a member that has gone. */
gboolean
norpc_nats_members_has_lost_one (NorpcNatsMembers *self)
{
  return self->lost_round > 0 && self->round - self->lost_round <= MAX_ROUNDS;
}

/* Returns the members (owned) that are not in a set. */
GPtrArray *
norpc_nats_members_list_others (NorpcNatsMembers *self,
                                GHashTable       *members)
{
  GPtrArray *others = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (members, name))
      g_ptr_array_add (others, g_strdup (name));

  return others;
}
