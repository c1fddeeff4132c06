/* norpc-wait-result-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The result of a wait, as a GTask has one.
 *
 * A GTask that returns in the main-loop iteration in which it was made attaches a source that calls
 * its callback. The source keeps the task, and the task its context, which is never freed if no thread
 * runs it again. A wait calls its callback itself, and so needs none of that.
 */
#define NORPC_TYPE_WAIT_RESULT (norpc_wait_result_get_type ())
G_DECLARE_FINAL_TYPE (NorpcWaitResult, norpc_wait_result, NORPC, WAIT_RESULT, GObject)

NorpcWaitResult *norpc_wait_result_new (gpointer      source_object,
                                        GCancellable *cancellable,
                                        gpointer      user_data,
                                        gpointer      source_tag);

GCancellable *norpc_wait_result_get_cancellable (NorpcWaitResult *self);

/* Once. */
void     norpc_wait_result_return_pointer            (NorpcWaitResult *self,
                                                      gpointer         value,
                                                      GDestroyNotify   free_value);
void     norpc_wait_result_return_error              (NorpcWaitResult *self,
                                                      GError          *error);
void     norpc_wait_result_return_new_error          (NorpcWaitResult *self,
                                                      GQuark           domain,
                                                      int              code,
                                                      const char      *format,
                                                      ...) G_GNUC_PRINTF (4, 5);
gboolean norpc_wait_result_return_error_if_cancelled (NorpcWaitResult *self);

/* For finish functions */
gboolean norpc_wait_result_is_valid          (GAsyncResult    *result,
                                              gpointer         source_object,
                                              gpointer         source_tag);
gpointer norpc_wait_result_propagate_pointer (NorpcWaitResult *self,
                                              GError         **error);

G_END_DECLS
