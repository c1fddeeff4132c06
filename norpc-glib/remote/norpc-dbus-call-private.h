/* norpc-dbus-call-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-object-parts-private.h"
#include "norpc-dbus-opened-stream-private.h"

G_BEGIN_DECLS

/*
 * A call of an object, from the client until it has completed: norpc-dbus-call-send.c has its message and the reply,
 * norpc-dbus-call-property.c the answers of calls that read or set properties, norpc-dbus-call-stream.c the opening of a
 * stream, and norpc-dbus-call.c, which they use, the rest.
 *
 * Unless noted otherwise, functions are called and fields are accessed in the thread of D-Bus endpoints.
 */
typedef struct
{
  NorpcCompletionHook hook; /* must be first */
  gatomicrefcount  ref_count;
  NorpcDBusObject *object;      /* (owned), since construction */
  NorpcCall       *call;        /* (owned) (nullable): until it is answered */
  GDBusMessage    *message;     /* (owned), since construction */
  GCancellable    *cancellable; /* (owned), since construction: ends the waiting for a reply */
  guint32          serial;      /* of the message, once it was sent */
  int              answered;    /* atomic: the thread of D-Bus endpoints completes the call */
  gboolean         has_slot;    /* accessed in the thread that completes the call, and in the last one */
  gboolean         awaits_answer; /* to the message, or to the one that reads a property that was set */
  gboolean         is_abandoned; /* nobody waits for the answer, which is counted as missing */
  gboolean         sent_credit; /* of a stream: the service has the first credit */
  NorpcDBusOpenedStream *opened; /* (owned) (nullable): of a stream, once the service has opened it */
} NorpcDBusCall;

NorpcDBusCall   *norpc_dbus_call_new            (NorpcDBusObject *object,
                                                 NorpcCall       *call,
                                                 GDBusMessage    *message);
NorpcDBusCall   *norpc_dbus_call_ref            (NorpcDBusCall   *self);
void             norpc_dbus_call_unref          (gpointer         data);
gboolean         norpc_dbus_call_is_waiting     (NorpcDBusCall   *self);
guint32          norpc_dbus_call_ensure_serial  (NorpcDBusCall   *self);
void             norpc_dbus_call_tell_service   (NorpcDBusCall   *self,
                                                 const char      *member,
                                                 GVariant        *args);
void             norpc_dbus_call_tell_cancelled (NorpcDBusCall   *self);
NorpcDBusPassage norpc_dbus_call_begin_passage  (NorpcDBusCall   *self,
                                                 const char      *sender);
void             norpc_dbus_call_note_answered  (NorpcDBusCall   *self);
NorpcCall       *norpc_dbus_call_take           (NorpcDBusCall   *self) G_GNUC_WARN_UNUSED_RESULT;
void             norpc_dbus_call_fail           (NorpcDBusCall   *self,
                                                 GError          *error);
void             norpc_dbus_call_fail_unsent    (NorpcDBusCall   *self,
                                                 GError          *error);
void             norpc_dbus_call_reject         (NorpcDBusCall   *self,
                                                 const char      *reason);

/* The message, and its reply */
void norpc_dbus_call_send (NorpcDBusCall *self);

/* Properties */
void norpc_dbus_call_finish_get_all (NorpcDBusCall *self,
                                     GDBusMessage  *reply);
void norpc_dbus_call_finish_set     (NorpcDBusCall *self);

/* Streams */
void norpc_dbus_call_prepare_stream (NorpcDBusCall *self);
void norpc_dbus_call_open_stream    (NorpcDBusCall *self,
                                     GDBusMessage  *reply);

G_END_DECLS
