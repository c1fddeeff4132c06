/* norpc-waker-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Wakes up a main context that may have been freed.
 *
 * A thread that wakes up a context must not hold a reference to it: releasing the last
 * reference would finalize the context's sources in the wrong thread.
 */
typedef struct _NorpcWaker NorpcWaker;

/* Returns FALSE if the context is awake, and finds out by itself what there is to do. */
typedef gboolean (*NorpcWakeFunc) (gpointer data);

NorpcWaker *norpc_waker_new      (GMainContext *context);
void        norpc_waker_set_func (NorpcWaker    *self,
                                  NorpcWakeFunc  func,
                                  gpointer       data);
NorpcWaker *norpc_waker_ref      (NorpcWaker   *self);
void        norpc_waker_unref    (NorpcWaker   *self);
void        norpc_waker_wake     (NorpcWaker   *self);
void        norpc_waker_begin    (NorpcWaker   *self);
void        norpc_waker_end      (NorpcWaker   *self,
                                  gboolean      wakes);
gboolean    norpc_waker_is_owner (NorpcWaker   *self);
void        norpc_waker_settle   (NorpcWaker   *self);
void        norpc_waker_detach   (NorpcWaker   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcWaker, norpc_waker_unref)

G_END_DECLS
