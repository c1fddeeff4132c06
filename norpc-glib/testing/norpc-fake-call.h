/* norpc-fake-call.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/core/norpc-types.h>
#include <norpc-glib/core/norpc-version-macros.h>
#include <norpc-glib/events/norpc-item.h>

G_BEGIN_DECLS

#define NORPC_TYPE_FAKE_CALL (norpc_fake_call_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcFakeCall, norpc_fake_call, NORPC, FAKE_CALL, GObject)

NORPC_AVAILABLE_IN_ALL
const char   *norpc_fake_call_get_method_name (NorpcFakeCall  *self);
NORPC_AVAILABLE_IN_ALL
guint         norpc_fake_call_get_n_args      (NorpcFakeCall  *self);
NORPC_AVAILABLE_IN_ALL
const GValue *norpc_fake_call_get_arg         (NorpcFakeCall  *self,
                                               guint           index);
NORPC_AVAILABLE_IN_ALL
GVariant     *norpc_fake_call_dup_args        (NorpcFakeCall  *self,
                                               GError        **error);
NORPC_AVAILABLE_IN_ALL
gint64        norpc_fake_call_get_time        (NorpcFakeCall  *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_is_pending      (NorpcFakeCall  *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_is_cancelled    (NorpcFakeCall  *self);

NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_answer          (NorpcFakeCall  *self,
                                               GError        **error,
                                               ...);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_answer_variant  (NorpcFakeCall  *self,
                                               GVariant       *results,
                                               GError        **error);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_answer_values   (NorpcFakeCall  *self,
                                               guint           n_values,
                                               const GValue   *values,
                                               GError        **error);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_answer_error    (NorpcFakeCall  *self,
                                               const GError   *failure,
                                               GError        **error);

/* Streams */
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_write           (NorpcFakeCall  *self,
                                               GError        **error,
                                               ...);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_write_variant   (NorpcFakeCall  *self,
                                               GVariant       *item,
                                               GError        **error);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_write_values    (NorpcFakeCall  *self,
                                               guint           n_values,
                                               const GValue   *values,
                                               GError        **error);
NORPC_AVAILABLE_IN_ALL
NorpcItem    *norpc_fake_call_read            (NorpcFakeCall  *self);
NORPC_AVAILABLE_IN_ALL
gboolean      norpc_fake_call_is_at_end       (NorpcFakeCall  *self);

G_END_DECLS
