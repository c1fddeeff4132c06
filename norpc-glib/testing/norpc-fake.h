/* norpc-fake.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>
#include <norpc-glib/testing/norpc-fake-call.h>
#include <norpc-glib/testing/norpc-fake-rule.h>

G_BEGIN_DECLS

#define NORPC_TYPE_FAKE (norpc_fake_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcFake, norpc_fake, NORPC, FAKE, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcFake     *norpc_fake_new            (const NorpcInterfaceInfo *interface_info) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void           norpc_fake_close          (NorpcFake                *self);

/* Answers */
NORPC_AVAILABLE_IN_ALL
NorpcFakeRule *norpc_fake_answer         (NorpcFake                *self,
                                          const char               *method,
                                          GError                  **error,
                                          ...);
NORPC_AVAILABLE_IN_ALL
NorpcFakeRule *norpc_fake_answer_variant (NorpcFake                *self,
                                          const char               *method,
                                          GVariant                 *results,
                                          GError                  **error);
NORPC_AVAILABLE_IN_ALL
NorpcFakeRule *norpc_fake_answer_values  (NorpcFake                *self,
                                          const char               *method,
                                          guint                     n_values,
                                          const GValue             *values,
                                          GError                  **error);
NORPC_AVAILABLE_IN_ALL
NorpcFakeRule *norpc_fake_answer_error   (NorpcFake                *self,
                                          const char               *method,
                                          const GError             *failure,
                                          GError                  **error);
NORPC_AVAILABLE_IN_ALL
NorpcFakeRule *norpc_fake_never_answer   (NorpcFake                *self,
                                          const char               *method,
                                          GError                  **error);

/* Calls */
NORPC_AVAILABLE_IN_ALL
guint          norpc_fake_get_n_calls    (NorpcFake                *self,
                                          const char               *method);
NORPC_AVAILABLE_IN_ALL
NorpcFakeCall *norpc_fake_get_call       (NorpcFake                *self,
                                          const char               *method,
                                          guint                     index);
NORPC_AVAILABLE_IN_ALL
GPtrArray     *norpc_fake_dup_calls      (NorpcFake                *self,
                                          const char               *method);
NORPC_AVAILABLE_IN_ALL
gboolean       norpc_fake_verify         (NorpcFake                *self,
                                          GError                  **error);

/* Signals and properties */
NORPC_AVAILABLE_IN_ALL
GObject       *norpc_fake_get_service          (NorpcFake    *self);
NORPC_AVAILABLE_IN_ALL
gboolean       norpc_fake_emit_variant         (NorpcFake    *self,
                                                const char   *signal,
                                                GVariant     *args,
                                                GError      **error);
NORPC_AVAILABLE_IN_ALL
gboolean       norpc_fake_set_property_variant (NorpcFake    *self,
                                                const char   *property,
                                                GVariant     *value,
                                                GError      **error);

G_END_DECLS
