/* norpc-dbus-clients-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-sender.h"
#include "call/norpc-trace-context-private.h"
#include "norpc-dbus-match-private.h"

G_BEGIN_DECLS

/*
 * The processes that call an exported object, or the objects below it, each until it leaves the bus. The bus says who they are
 * before their first message is handled.
 *
 * All of it is used in the context of the export.
 */
typedef struct _NorpcDBusClients NorpcDBusClients;

/* Told by a client with norpc-glib about the call that it sends next. */
typedef struct
{
  guint32            serial;     /* of the call, or 0 */
  guint              limit;      /* milliseconds, or 0 */
  NorpcTraceContext *trace;      /* (owned) (nullable) */
  gboolean           has_credit; /* the call opens a stream, which has this credit */
  guint              credit;     /* items */
} NorpcDBusNotes;

/* The functions below keep a client while they handle a message of it, even if it leaves meanwhile. */
typedef struct
{
  gatomicrefcount   ref_count;
  char             *name;        /* (owned): empty for the peer of a connection without a bus */
  guint             number;      /* since construction: that of its calls, see norpc_call_get_client () */
  NorpcSender      *sender;      /* (owned) (nullable): NULL until it is known */
  GQueue            waiting;     /* of owned GDBusMessage: until the sender is known */
  GHashTable       *requests;    /* (owned): of serial numbers and owned GCancellable; those that wait for answers */
  gboolean          has_left;    /* the bus */
  NorpcDBusNotes    notes;
  NorpcDBusMatch   *end;         /* (owned) (nullable): tells when it has left the bus */
} NorpcDBusClient;

/* Takes ownership of @message. The sender has no credentials if the client has left before the bus was asked for
 * them.
 */
typedef void (*NorpcDBusClientFunc) (NorpcDBusClient *client,
                                     GDBusMessage    *message,
                                     gpointer         data);

/* The client has left. */
typedef void (*NorpcDBusClientLeftFunc) (const char *name,
                                         gpointer    data);

NorpcDBusClients *norpc_dbus_clients_new        (GDBusConnection     *connection,
                                                 NorpcDBusClientFunc  func,
                                                 NorpcDBusClientLeftFunc left,
                                                 gpointer             data);
void              norpc_dbus_clients_free       (NorpcDBusClients    *self);
void              norpc_dbus_clients_cancel_all (NorpcDBusClients    *self);
void              norpc_dbus_clients_watch      (NorpcDBusClients    *self,
                                                 const char          *name);
void              norpc_dbus_clients_take       (NorpcDBusClients    *self,
                                                 GDBusMessage        *message);

/* The requests of a client that are not answered. */
GCancellable     *norpc_dbus_client_begin  (NorpcDBusClient  *self,
                                            guint32           serial);
gboolean          norpc_dbus_clients_finish (NorpcDBusClients *self,
                                             const char       *name,
                                             guint32           serial);
void              norpc_dbus_client_cancel (NorpcDBusClient  *self,
                                            guint32           serial);

NorpcDBusNotes   *norpc_dbus_client_get_notes (NorpcDBusClient *self,
                                               guint32          serial);

G_END_DECLS
