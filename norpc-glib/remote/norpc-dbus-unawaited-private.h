/* norpc-dbus-unawaited-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The calls of an exported object whose clients wait for no reply, the oldest first. They are not cancelled when their clients
 * leave. Clients that have left must not use up the capacity of the export, though: if too many of these calls are theirs, the
 * oldest ones are cancelled.
 *
 * All of it is used in the context of the export.
 */
typedef struct _NorpcDBusUnawaited NorpcDBusUnawaited;

/* One of the calls, until it is answered. */
typedef struct
{
  NorpcDBusUnawaited *all;         /* (owned) */
  GList               link;        /* of @all */
  char               *client;      /* (owned): its name */
  GCancellable       *cancellable; /* (owned) */
  gboolean            is_listed;   /* it was not cancelled */
  gboolean            has_left;    /* the client */
} NorpcDBusUnawaitedCall;

NorpcDBusUnawaited     *norpc_dbus_unawaited_new       (guint                   max_left);
void                    norpc_dbus_unawaited_unref     (gpointer                self);
NorpcDBusUnawaitedCall *norpc_dbus_unawaited_begin     (NorpcDBusUnawaited     *self,
                                                        const char             *client);
void                    norpc_dbus_unawaited_leave     (NorpcDBusUnawaited     *self,
                                                        const char             *client);
void                    norpc_dbus_unawaited_call_free (NorpcDBusUnawaitedCall *call);

G_END_DECLS
