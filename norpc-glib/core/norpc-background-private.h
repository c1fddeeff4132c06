/* norpc-background-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Runs application functions in the threads of GLib's shared pool. Each function has a thread
 * to itself for as long as it takes, so it may block: nothing in the runtime waits for it.
 * Functions that release values of the application share a few threads, because a call that ends
 * may leave one: those of them that block delay others.
 */
typedef void (*NorpcBackgroundFunc) (gpointer data);

extern int norpc_background_is_starved;

void     norpc_background_push       (NorpcBackgroundFunc func,
                                      gpointer            data);
void     norpc_background_push_release (NorpcBackgroundFunc func,
                                        gpointer            data);
void     norpc_background_retry      (void);
gboolean norpc_background_is_current (void);
gboolean norpc_background_has_jobs   (void);

G_END_DECLS
