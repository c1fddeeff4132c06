/* norpc-marks-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-types-private.h"

G_BEGIN_DECLS

/*
 * Marks for Sysprof that show when each call waited and when it was handled. Times are those
 * of norpc_clock_get ().
 */
#ifdef NORPC_HAVE_SYSPROF

gboolean norpc_marks_are_on (void);
void     norpc_mark_waited  (NorpcCall *call,
                             gint64     begin,
                             gint64     duration);
void     norpc_mark_handled (NorpcCall *call,
                             gint64     begin,
                             gint64     duration);

#else

#define norpc_marks_are_on()                       FALSE
#define norpc_mark_waited(call, begin, duration)  ((void) (begin))
#define norpc_mark_handled(call, begin, duration) ((void) (begin))

#endif

G_END_DECLS
