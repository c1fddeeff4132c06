/* norpc-nats-members-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The exports with one prefix, as far as they are known by their answers. NATS tells neither how many there are nor that one
 * has gone, but answers in the place of one that has.
 *
 * The functions are called in the thread of the link. A round is the time between two questions.
 */
typedef struct _NorpcNatsMembers NorpcNatsMembers;

NorpcNatsMembers *norpc_nats_members_new          (void);
void              norpc_nats_members_free         (NorpcNatsMembers *self);
void              norpc_nats_members_begin_round  (NorpcNatsMembers *self);
void              norpc_nats_members_add          (NorpcNatsMembers *self,
                                                   const char       *member);
void              norpc_nats_members_remove       (NorpcNatsMembers *self,
                                                   const char       *member);
void              norpc_nats_members_clear        (NorpcNatsMembers *self);
gboolean          norpc_nats_members_has_lost_one (NorpcNatsMembers *self);
GPtrArray        *norpc_nats_members_list_others  (NorpcNatsMembers *self,
                                                   GHashTable       *members);

G_END_DECLS
