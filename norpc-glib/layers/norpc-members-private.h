/* norpc-members-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "client/norpc-endpoint.h"

G_BEGIN_DECLS

/* How many calls an endpoint has to answer: lives until they have ended, and does
 * not hold the endpoint, which may hold them.
 */
typedef struct
{
  gatomicrefcount ref_count;
  int             n; /* atomic */
} NorpcPending;

/* An endpoint that calls go to. */
typedef struct
{
  gatomicrefcount ref_count;
  NorpcEndpoint  *endpoint; /* (owned) */
  guint64         number;   /* in the order in which they were added; set before others see it */
  NorpcPending   *pending;  /* (owned) */
} NorpcMember;

/* Those that calls are spread over. Once others see them they do not change, but
 * are replaced by others: so who has them needs no lock.
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
                                          guint          place);
NorpcMembers *norpc_members_copy_open    (NorpcMembers  *self);
gboolean      norpc_members_find         (NorpcMembers  *self,
                                          NorpcEndpoint *endpoint,
                                          guint         *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcMember, norpc_member_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcMembers, norpc_members_unref)

G_END_DECLS
