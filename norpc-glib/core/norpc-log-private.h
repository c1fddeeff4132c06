/* norpc-log-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Warnings and criticals of the library, other than those of failed preconditions. An inspector sees
 * them, too.
 */

/* Thread-safe. Called with a message before it is logged, with no lock held. */
typedef void (*NorpcLogFunc) (const char *message);

void norpc_log_set_func (NorpcLogFunc    func);
void norpc_log_print    (GLogLevelFlags  level,
                         const char     *format,
                         ...) G_GNUC_PRINTF (2, 3);

#define norpc_warning(...)  norpc_log_print (G_LOG_LEVEL_WARNING, __VA_ARGS__)
#define norpc_critical(...) norpc_log_print (G_LOG_LEVEL_CRITICAL, __VA_ARGS__)

G_END_DECLS
