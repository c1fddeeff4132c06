/* norpc-call-record-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "call/norpc-call-private.h"

G_BEGIN_DECLS

/* A call, as inspectors see it. Times are those of norpc_clock_get (). */
typedef struct
{
  gatomicrefcount ref_count;

  /* Set when the call is sent. */
  guint64                   id;             /* unique in the process, and never 0 */
  guint64                   parent;         /* the call that was being handled, or 0 */
  guint                     server;         /* that it is sent to, or 0 if it has no channel */
  guint                     client_server;  /* that handles the parent, or 0 */
  const NorpcInterfaceInfo *interface_info; /* (unowned) */
  guint                     method;
  char                     *args;           /* (owned): as text */
  char                     *client;         /* (owned): the name of the thread that sends it */
  gint64                    sent;
  gint64                    deadline;       /* of norpc_clock_now (), in microseconds, or 0 */
  NorpcMethodRecorder      *stats;          /* (unowned): valid until the call ends */

  /* [lock of the call log] */
  GList    link;     /* in the calls in flight, with data while it is among them */
  gint64   handled;  /* or 0 */
  gint64   returned; /* when the handler returned, or 0 */
  gboolean ended;
  gboolean is_noted; /* it is known to block the thread of its service */
} NorpcCallRecord;

NorpcCallRecord *norpc_call_record_new   (NorpcCall       *call,
                                          guint64          id,
                                          guint            server);
NorpcCallRecord *norpc_call_record_ref   (NorpcCallRecord *self);
void             norpc_call_record_unref (NorpcCallRecord *self);

static inline const char *
norpc_call_record_get_interface_name (NorpcCallRecord *self)
{
  return self->interface_info->dbus.name;
}

static inline const char *
norpc_call_record_get_method_name (NorpcCallRecord *self)
{
  return self->interface_info->methods[self->method]->dbus.name;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcCallRecord, norpc_call_record_unref)

G_END_DECLS
