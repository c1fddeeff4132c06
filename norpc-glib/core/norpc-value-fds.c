/* norpc-value-fds.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <unistd.h>

#include "norpc-value-fds-private.h"

/* Sets all descriptors to -1, because 0 is a valid one. */
void
norpc_values_init_fds (GDBusArgInfo * const *infos,
                       GValue               *values,
                       guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    if (norpc_value_is_fd (infos[i], &values[i]))
      values[i].data[0].v_int = -1;
}

/* Thread-safe. Closes a descriptor, unless it is -1. */
void
norpc_fd_close (int fd)
{
  if (fd >= 0)
    close (fd);
}

/* Called in the thread that owns the descriptors. A value may be unset. */
void
norpc_values_close_fds (GDBusArgInfo * const *infos,
                        const GValue         *values,
                        guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    if (norpc_value_is_fd (infos[i], &values[i]))
      norpc_fd_close (values[i].data[0].v_int);
}
