/* norpc-interrupt.h
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

/**
 * NorpcInterruptFunc:
 * @user_data: the data passed to norpc_interrupt_new()
 *
 * The type of functions that run in a thread whose blocking wait is interrupted.
 *
 * Since: 0.1
 */
typedef void (* NorpcInterruptFunc) (gpointer user_data);

#define NORPC_TYPE_INTERRUPT (norpc_interrupt_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcInterrupt, norpc_interrupt, NORPC, INTERRUPT, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcInterrupt *norpc_interrupt_new         (NorpcInterruptFunc  func,
                                             gpointer            user_data,
                                             GDestroyNotify      destroy) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void            norpc_interrupt_set_current (NorpcInterrupt     *self);
NORPC_AVAILABLE_IN_ALL
void            norpc_interrupt_raise       (NorpcInterrupt     *self);

G_END_DECLS
