/* norpc-marks.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-call-private.h"
#include "norpc-marks-private.h"

#include <sysprof-capture.h>

/* Thread-safe. Returns TRUE if Sysprof records the process. This does not change while the
 * process runs.
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

/* Runs in the service's context, before the handler starts. */
void
norpc_mark_waited (NorpcCall *call,
                   gint64     begin,
                   gint64     duration)
{
  mark (call, "waiting", begin, duration);
}

/* Called in the thread that completes the call. */
void
norpc_mark_handled (NorpcCall *call,
                    gint64     begin,
                    gint64     duration)
{
  mark (call, "handling", begin, duration);
}
