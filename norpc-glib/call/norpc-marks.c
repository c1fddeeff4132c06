/* norpc-marks.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-marks-private.h"

#include <sysprof-capture.h>

/* Any thread: whether Sysprof records the process, which it does from the
 * beginning on or not at all.
 */
gboolean
norpc_marks_are_on (void)
{
  return sysprof_collector_is_active ();
}

static void
mark (NorpcCall  *call,
      const char *what,
      gint64      begin,
      gint64      duration)
{
  g_autofree char *message = NULL;

  if (!norpc_marks_are_on ())
    return;

  message = g_strdup_printf ("%s.%s", norpc_call_get_interface_name (call),
                             norpc_call_peek_method_name (call));
  sysprof_collector_mark (begin, duration, "norpc", what, message);
}

/* The service's context: the call begins to be handled. */
void
norpc_mark_waited (NorpcCall *call,
                   gint64     begin,
                   gint64     duration)
{
  mark (call, "waiting", begin, duration);
}

/* The thread that ends the call. */
void
norpc_mark_handled (NorpcCall *call,
                    gint64     begin,
                    gint64     duration)
{
  mark (call, "handling", begin, duration);
}
