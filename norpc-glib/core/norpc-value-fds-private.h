/* norpc-value-fds-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * File descriptors among the values of a reply, which owns them: results of the type h. One that is -1 is none, or has
 * been taken. Descriptors in variants are not found here.
 */

static inline gboolean
norpc_value_is_fd (const GDBusArgInfo *info,
                   const GValue       *value)
{
  return G_VALUE_TYPE (value) == G_TYPE_INT && info->signature[0] == 'h';
}

/* Called in the thread that owns the value, which holds a descriptor. Returns the descriptor (owned), and leaves none. */
static inline int
norpc_value_steal_fd (GValue *value)
{
  int fd = value->data[0].v_int;

  value->data[0].v_int = -1;

  return fd;
}

void norpc_values_init_fds  (GDBusArgInfo * const *infos,
                             GValue               *values,
                             guint                 n_values);
void norpc_values_close_fds (GDBusArgInfo * const *infos,
                             const GValue         *values,
                             guint                 n_values);
void norpc_fd_close         (int                   fd);

G_END_DECLS
