/* norpc-fake-match-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-fake-values-private.h"

G_BEGIN_DECLS

/* The values that some of the arguments of a call are to have. Reference-counted and immutable. */
typedef struct _NorpcFakeMatch NorpcFakeMatch;

NorpcFakeMatch *norpc_fake_match_new          (const NorpcFakeValues *args);
NorpcFakeMatch *norpc_fake_match_new_with_arg (const NorpcFakeMatch  *previous,
                                               guint                  n_args,
                                               guint                  arg,
                                               const GValue          *value);
void            norpc_fake_match_unref        (NorpcFakeMatch        *self);
gboolean        norpc_fake_match_fits         (const NorpcFakeMatch  *self,
                                               const NorpcFakeValues *args);

G_END_DECLS
