/* norpc-manual-clock.h
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

#define NORPC_TYPE_MANUAL_CLOCK (norpc_manual_clock_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (NorpcManualClock, norpc_manual_clock, NORPC, MANUAL_CLOCK, GObject)

NORPC_AVAILABLE_IN_ALL
NorpcManualClock *norpc_manual_clock_new             (void) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void              norpc_manual_clock_advance         (NorpcManualClock *self,
                                                      guint             milliseconds);
NORPC_AVAILABLE_IN_ALL
gboolean          norpc_manual_clock_advance_to_next (NorpcManualClock *self);
NORPC_AVAILABLE_IN_ALL
void              norpc_manual_clock_run             (NorpcManualClock *self,
                                                      guint             milliseconds);

G_END_DECLS
