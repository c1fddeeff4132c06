/* norpc-owner-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-proxy.h"

G_BEGIN_DECLS

/*
 * The object whose disposal ends a proxy.
 */
typedef struct _NorpcOwner NorpcOwner;

/* Called in the thread that disposes of the object. */
typedef void (*NorpcOwnerFunc) (NorpcProxy *proxy);

NorpcOwner   *norpc_owner_new      (GObject             *object,
                                    NorpcProxy          *proxy,
                                    NorpcOwnerFunc       disposed);
void          norpc_owner_free     (NorpcOwner          *self);
GCancellable *norpc_owner_get_gone (NorpcOwner          *self);
GTask        *norpc_owner_task_new (GCancellable        *gone,
                                    gpointer             source_object,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data);

G_END_DECLS
