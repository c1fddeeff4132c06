/* norpc-fake-rule-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-fake-rule.h"
#include "norpc-fake-values-private.h"

G_BEGIN_DECLS

/* Protects the state of all fakes, which only tests use. No other code runs while it is held. */
extern GMutex norpc_fake_lock;

/* Which of the rules for a call comes first. */
typedef enum
{
  NORPC_FAKE_RANK_LIMITED, /* answers a number of calls */
  NORPC_FAKE_RANK_MATCHING,
  NORPC_FAKE_RANK_DEFAULT
} NorpcFakeRank;

NorpcFakeRule *norpc_fake_rule_new (const NorpcInterfaceInfo *info,
                                    guint                     method,
                                    NorpcFakeValues          *results,
                                    const GError             *failure);

const NorpcInterfaceInfo *norpc_fake_rule_get_interface_info (NorpcFakeRule *self);

guint                  norpc_fake_rule_get_method  (NorpcFakeRule         *self);
const NorpcFakeValues *norpc_fake_rule_get_results (NorpcFakeRule         *self);
const GError          *norpc_fake_rule_get_failure (NorpcFakeRule         *self);
guint                  norpc_fake_rule_get_delay   (NorpcFakeRule         *self);
NorpcFakeRank          norpc_fake_rule_get_rank    (NorpcFakeRule         *self);
gboolean               norpc_fake_rule_matches     (NorpcFakeRule         *self,
                                                    const NorpcFakeValues *args);
gboolean               norpc_fake_rule_claim       (NorpcFakeRule         *self);
char                  *norpc_fake_rule_find_unused (NorpcFakeRule         *self);
gboolean               norpc_fake_rule_add_item    (NorpcFakeRule         *self,
                                                    NorpcFakeValues       *item,
                                                    GError               **error);
GPtrArray             *norpc_fake_rule_dup_items   (NorpcFakeRule         *self);

NorpcFakeMember norpc_fake_args_member    (const NorpcInterfaceInfo *info,
                                           guint                     method);
NorpcFakeMember norpc_fake_results_member (const NorpcInterfaceInfo *info,
                                           guint                     method);

G_END_DECLS
