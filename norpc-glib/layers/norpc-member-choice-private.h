/* norpc-member-choice-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-members-private.h"

G_BEGIN_DECLS

/* Ways to choose one of several, of which there is at least one. Each returns it
 * unowned.
 */
NorpcMember *norpc_members_choose_less_busy (NorpcMembers *members);
NorpcMember *norpc_members_choose_by_key    (NorpcMembers *members,
                                             guint         key);
NorpcMember *norpc_members_choose_ready     (NorpcMembers *members,
                                             guint         place);

G_END_DECLS
