/* norpc-member-choice-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-members-private.h"

G_BEGIN_DECLS

/* Policies to choose one of @members, which must not be empty. The member that they return is
 * unowned.
 */
NorpcMember *norpc_members_choose_less_busy (NorpcMembers *members);
NorpcMember *norpc_members_choose_by_key    (NorpcMembers *members,
                                             guint         key);
NorpcMember *norpc_members_choose_ready     (NorpcMembers *members,
                                             guint         index);

G_END_DECLS
