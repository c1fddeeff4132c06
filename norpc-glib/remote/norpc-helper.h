/* norpc-helper.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/client/norpc-endpoint.h>

G_BEGIN_DECLS

#define NORPC_TYPE_HELPER (norpc_helper_get_type ())

/**
 * NorpcHelperState:
 * @NORPC_HELPER_STARTING: the program has been started, and has not connected yet
 * @NORPC_HELPER_RUNNING: the program is connected
 * @NORPC_HELPER_WAITING: the program has ended, and is started again after a while
 * @NORPC_HELPER_FAILED: the program has ended too often, and is not started again
 * @NORPC_HELPER_STOPPED: the helper was stopped
 *
 * The state of a [class@Norpc.Helper].
 *
 * Since: 0.1
 */
typedef enum
{
  NORPC_HELPER_STARTING,
  NORPC_HELPER_RUNNING,
  NORPC_HELPER_WAITING,
  NORPC_HELPER_FAILED,
  NORPC_HELPER_STOPPED
} NorpcHelperState;

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcHelper, norpc_helper, NORPC, HELPER, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcHelper      *norpc_helper_new          (const char * const  *argv,
                                             const char          *object_path) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcHelperState  norpc_helper_get_state    (NorpcHelper         *self);
NORPC_AVAILABLE_IN_ALL
guint             norpc_helper_get_n_starts (NorpcHelper         *self);
NORPC_AVAILABLE_IN_ALL
GError           *norpc_helper_dup_error    (NorpcHelper         *self) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void              norpc_helper_restart      (NorpcHelper         *self);
NORPC_AVAILABLE_IN_ALL
void              norpc_helper_stop         (NorpcHelper         *self);

NORPC_AVAILABLE_IN_ALL
GDBusConnection  *norpc_helper_connect      (GError             **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
