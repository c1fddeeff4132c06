/* norpc-lints-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Signs of mistakes in a program, which inspectors have noticed. Each kind has a name, and is noted once
 * for each method or server, with the number of times. Those that were noticed last are kept.
 *
 * Thread-safe. No other code runs while the lock is held.
 */
typedef enum
{
  NORPC_LINT_BLOCKING_HANDLER, /* a handler blocked the thread of its service */
  NORPC_LINT_FULL_QUEUE,       /* calls found the queue of a server full */
  NORPC_LINT_NO_DEADLINE,      /* a call can wait forever */
  NORPC_LINT_WARNING           /* the library printed a warning */
} NorpcLintKind;

void      norpc_lints_note  (NorpcLintKind  kind,
                             guint          server,
                             const char    *interface_name,
                             const char    *method_name,
                             guint          count,
                             double         amount,
                             const char    *text);
void      norpc_lints_clear (void);
GVariant *norpc_lints_list  (void);

G_END_DECLS
