/* norpc-fake-rule.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_FAKE_RULE (norpc_fake_rule_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcFakeRule, norpc_fake_rule, NORPC, FAKE_RULE, GObject)

/**
 * NORPC_FAKE_ALWAYS:
 *
 * The number of times of a rule that answers any number of calls.
 *
 * Since: 0.1
 */
#define NORPC_FAKE_ALWAYS 0

NORPC_AVAILABLE_IN_ALL
void     norpc_fake_rule_set_times     (NorpcFakeRule  *self,
                                        guint           times);
NORPC_AVAILABLE_IN_ALL
void     norpc_fake_rule_set_delay     (NorpcFakeRule  *self,
                                        guint           milliseconds);
NORPC_AVAILABLE_IN_ALL
gboolean norpc_fake_rule_match         (NorpcFakeRule  *self,
                                        const char     *arg,
                                        const GValue   *value,
                                        GError        **error);
NORPC_AVAILABLE_IN_ALL
gboolean norpc_fake_rule_match_variant (NorpcFakeRule  *self,
                                        GVariant       *args,
                                        GError        **error);
NORPC_AVAILABLE_IN_ALL
gboolean norpc_fake_rule_write         (NorpcFakeRule  *self,
                                        GError        **error,
                                        ...);
NORPC_AVAILABLE_IN_ALL
gboolean norpc_fake_rule_write_variant (NorpcFakeRule  *self,
                                        GVariant       *item,
                                        GError        **error);
NORPC_AVAILABLE_IN_ALL
gboolean norpc_fake_rule_write_values  (NorpcFakeRule  *self,
                                        guint           n_values,
                                        const GValue   *values,
                                        GError        **error);
NORPC_AVAILABLE_IN_ALL
guint    norpc_fake_rule_get_n_calls   (NorpcFakeRule  *self);

G_END_DECLS
