/* norpc-waker-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Wakes a main context that may be gone.
 *
 * Who wakes a context must not hold it: with the last reference its sources
 * would end in the wrong thread.
 */
typedef struct _NorpcWaker NorpcWaker;

NorpcWaker *norpc_waker_new    (GMainContext *context);
NorpcWaker *norpc_waker_ref    (NorpcWaker   *self);
void        norpc_waker_unref  (NorpcWaker   *self);
void        norpc_waker_wake   (NorpcWaker   *self);
void        norpc_waker_begin  (NorpcWaker   *self);
void        norpc_waker_end    (NorpcWaker   *self,
                                gboolean      wakes);
void        norpc_waker_settle (NorpcWaker   *self);
void        norpc_waker_detach (NorpcWaker   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcWaker, norpc_waker_unref)

G_END_DECLS
