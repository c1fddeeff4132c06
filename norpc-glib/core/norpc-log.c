/* norpc-log.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-log-private.h"

static gpointer log_func; /* atomic, (nullable): NorpcLogFunc */

/* Thread-safe. */
void
norpc_log_set_func (NorpcLogFunc func)
{
  g_atomic_pointer_set (&log_func, (gpointer) func);
}

/* Thread-safe. */
void
norpc_log_print (GLogLevelFlags  level,
                 const char     *format,
                 ...)
{
  NorpcLogFunc func = (NorpcLogFunc) g_atomic_pointer_get (&log_func);
  g_autofree char *message = NULL;
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);

  if (func != NULL)
    func (message);
  g_log (G_LOG_DOMAIN, level, "%s", message);
}
