/* norpc-member-choice.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-member-choice-private.h"

/* Thread-safe. Returns the member that is ready or, if both or none are, less busy. */
static NorpcMember *
get_better (NorpcMember *first,
            NorpcMember *second)
{
  gboolean first_ready = norpc_endpoint_is_ready (first->endpoint);
  gboolean second_ready = norpc_endpoint_is_ready (second->endpoint);

  if (first_ready != second_ready)
    return first_ready ? first : second;

  return norpc_member_get_n_pending (second) < norpc_member_get_n_pending (first) ? second : first;
}

/* Thread-safe. Returns the member at @index or, if it is not ready, the next one that is. */
NorpcMember *
norpc_members_choose_ready (NorpcMembers *members,
                            guint         index)
{
  for (guint i = 0; i < members->n; i++)
    {
      NorpcMember *member = members->at[(index + i) % members->n];

      if (norpc_endpoint_is_ready (member->endpoint))
        return member;
    }

  return members->at[index];
}

/* Thread-safe. Returns the better of two random members. This is nearly as good as the best of
 * all, which all concurrent senders would choose at once. If neither of the two is ready,
 * returns another one that is.
 */
NorpcMember *
norpc_members_choose_less_busy (NorpcMembers *members)
{
  NorpcMember *better;
  guint first, second;

  if (members->n == 1)
    return members->at[0];

  first = (guint) g_random_int_range (0, (gint32) members->n);
  second = (guint) g_random_int_range (0, (gint32) members->n - 1);
  if (second >= first)
    second++;

  better = get_better (members->at[first], members->at[second]);
  if (members->n == 2 || norpc_endpoint_is_ready (better->endpoint))
    return better;

  return norpc_members_choose_ready (members, better == members->at[first] ? first : second);
}

/* Thread-safe. Returns the weight of the member for the key. */
static guint64
get_closeness (NorpcMember *member,
               guint        key)
{
  guint64 x = (guint64) key + (member->number + 1) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);

  return x ^ (x >> 31);
}

/* Thread-safe. Chooses by rendezvous hashing, so that adding or removing a member moves only
 * the keys of that member.
 */
NorpcMember *
norpc_members_choose_by_key (NorpcMembers *members,
                             guint         key)
{
  NorpcMember *closest = members->at[0];

  for (guint i = 1; i < members->n; i++)
    if (get_closeness (members->at[i], key) > get_closeness (closest, key))
      closest = members->at[i];

  return closest;
}
