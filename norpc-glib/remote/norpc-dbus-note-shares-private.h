/* norpc-dbus-note-shares-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The notes about calls and objects that wait in the queue of an exported object, by client. There is always room for those
 * that a client is expected to send about the objects that it has. The others have shares, as calls do, so that no number of
 * notes of one client keeps those of another out.
 */
typedef struct _NorpcDBusNoteShares NorpcDBusNoteShares;

/* @client is NULL if there is only one. */
NorpcDBusNoteShares *norpc_dbus_note_shares_new    (guint                capacity);
void                 norpc_dbus_note_shares_free   (NorpcDBusNoteShares *self);
void                 norpc_dbus_note_shares_expect (NorpcDBusNoteShares *self,
                                                    const char          *client,
                                                    int                  n);
gboolean             norpc_dbus_note_shares_take   (NorpcDBusNoteShares *self,
                                                    const char          *client);
void                 norpc_dbus_note_shares_drop   (NorpcDBusNoteShares *self,
                                                    const char          *client);

G_END_DECLS
