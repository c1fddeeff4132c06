/* norpc-dbus-served-stream-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "events/norpc-pipe-private.h"
#include "norpc-dbus-served-stream-private.h"

G_BEGIN_DECLS

/* Shared by the files of the object of a stream: norpc-dbus-stream-methods.c has the methods that its client calls, and
 * norpc-dbus-served-stream.c the rest.
 */
#define NORPC_TYPE_DBUS_SERVED_STREAM (norpc_dbus_served_stream_get_type ())
GType norpc_dbus_served_stream_get_type (void) G_GNUC_CONST;
G_DECLARE_FINAL_TYPE (NorpcDBusServedStream, norpc_dbus_served_stream, NORPC, DBUS_SERVED_STREAM, GObject)

struct _NorpcDBusServedStream
{
  GObject parent_instance;

  NorpcDBusServing      *serving;      /* (owned) */
  NorpcDBusRequest      *request;      /* (owned) (nullable): until the stream ends */
  const NorpcMethodInfo *info;
  char                  *path;         /* (owned) */
  const char            *interface_name;
  guint                  registration; /* of GDBus */
  NorpcPipe             *pipe;         /* (owned) */
  guint                  capacity;     /* of the pipe */
  GCancellable          *cancellable;  /* (owned): of the call */
  gulong                 cancelled_id;
  NorpcReply            *outcome;      /* (owned) (nullable): waits for items that were not sent */
  NorpcDBusRequest      *waiting;      /* (owned) (nullable): is answered when the stream has ended */
  gboolean               started;      /* the client is ready for signals */

  /* Of items that go to the client */
  guint64                n_arrived; /* in this context */
  guint64                n_granted; /* what the client has given credit for */
  guint64                n_sent;

  /* Of items that come from the client */
  GSource               *reads;     /* (owned) (nullable): wakes up when the service has read */
  guint64                n_written;
  guint64                n_credited; /* for how many items the client has had credit */
};

void norpc_dbus_served_stream_start (NorpcDBusServedStream *self);
void norpc_dbus_served_stream_grant (NorpcDBusServedStream *self,
                                     guint                  n_items);
void norpc_dbus_served_stream_abort (NorpcDBusServedStream *self);

G_END_DECLS
