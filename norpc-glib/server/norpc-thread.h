/* norpc-thread.h
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

#define NORPC_TYPE_THREAD (norpc_thread_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcThread, norpc_thread, NORPC, THREAD, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcThread  *norpc_thread_new              (const char  *name) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
const char   *norpc_thread_get_name         (NorpcThread *self);
NORPC_AVAILABLE_IN_ALL
GMainContext *norpc_thread_get_main_context (NorpcThread *self);
NORPC_AVAILABLE_IN_ALL
void          norpc_thread_stop             (NorpcThread *self);

G_END_DECLS
