/* norpc-dbus-request-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dbus-serving-private.h"

G_BEGIN_DECLS

/* The content of the reply. */
typedef enum
{
  NORPC_DBUS_ANSWER_RESULTS,    /* of a method */
  NORPC_DBUS_ANSWER_ALL_VALUES, /* of the properties */
  NORPC_DBUS_ANSWER_ONE_VALUE,
  NORPC_DBUS_ANSWER_NOTHING
} NorpcDBusAnswer;

/* A message of a client that is not answered. It is used in the context of the export. */
typedef struct
{
  NorpcDBusServing         *serving;  /* (owned) */
  char                     *client;   /* (owned): its name */
  GDBusMessage             *message;  /* (owned) */
  gboolean                  has_slot; /* of the mailbox, which notes do not take */
  gboolean                  received; /* the objects among the arguments */
  gboolean                  answered; /* before its reply */
  NorpcDBusUnawaitedCall   *unawaited; /* (owned) (nullable): if its client waits for no reply, and the endpoint has it */
  gboolean                  is_begun; /* the client has it among those that wait for answers */
  gboolean                  has_credit; /* the client has given credit for the stream that it opens */
  guint                     credit;   /* items */
  const NorpcInterfaceInfo *info;
  NorpcDBusAnswer           answer;
  guint                     method;   /* of NORPC_DBUS_ANSWER_RESULTS */
  int                       property; /* of NORPC_DBUS_ANSWER_ONE_VALUE */
} NorpcDBusRequest;

/* Takes ownership of @message. */
void norpc_dbus_request_handle (NorpcDBusServing *serving,
                                NorpcDBusClient  *client,
                                GDBusMessage     *message);

/* Answers a message that is not for an object. Takes ownership of @message. */
void norpc_dbus_request_reject (NorpcDBusServing *serving,
                                NorpcDBusClient  *client,
                                GDBusMessage     *message,
                                const char       *name,
                                const char       *text);

void norpc_dbus_request_handle_stream (NorpcDBusServing *serving,
                                       NorpcDBusClient  *client,
                                       GDBusMessage     *message);

/* Answers all requests that the endpoint has, because nobody runs the context in which their replies would arrive. */
void norpc_dbus_request_answer_all_closed (NorpcDBusServing *serving);

G_END_DECLS
