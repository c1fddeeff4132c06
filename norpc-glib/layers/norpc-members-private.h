/* norpc-members-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"

G_BEGIN_DECLS

/* The number of pending calls of an endpoint. It lives until these calls have completed, and
 * keeps no reference to the endpoint, which may own them.
 */
typedef struct
{
  gatomicrefcount ref_count;
  int             n; /* atomic */
} NorpcPending;

/* An endpoint of a balance. */
typedef struct
{
  gatomicrefcount ref_count;
  NorpcEndpoint  *endpoint; /* (owned) */
  guint64         number;   /* in the order in which members were added; set before the member
                               is shared */
  NorpcPending   *pending;  /* (owned) */
} NorpcMember;

/* The members of a balance. Immutable once shared: changes replace the whole set, so that
 * readers need no lock.
 */
typedef struct
{
  gatomicrefcount ref_count;
  guint           n;
  NorpcMember    *at[]; /* (owned) */
} NorpcMembers;

NorpcMember *norpc_member_new           (NorpcEndpoint *endpoint);
NorpcMember *norpc_member_ref           (NorpcMember   *self);
void         norpc_member_unref         (NorpcMember   *self);
void         norpc_member_send          (NorpcMember   *self,
                                         NorpcCall     *call);
guint        norpc_member_get_n_pending (NorpcMember   *self);

NorpcMembers *norpc_members_new          (void);
NorpcMembers *norpc_members_ref          (NorpcMembers  *self);
void          norpc_members_unref        (NorpcMembers  *self);
NorpcMembers *norpc_members_copy_with    (NorpcMembers  *self,
                                          NorpcMember   *member);
NorpcMembers *norpc_members_copy_without (NorpcMembers  *self,
                                          guint          index);
NorpcMembers *norpc_members_copy_open    (NorpcMembers  *self);
gboolean      norpc_members_find         (NorpcMembers  *self,
                                          NorpcEndpoint *endpoint,
                                          guint         *index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcMember, norpc_member_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcMembers, norpc_members_unref)

G_END_DECLS
