/* raw-client.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "raw-client.h"

void
raw_client_init (RawClient   *self,
                 NatsProcess *nats)
{
  g_assert_cmpint (natsConnection_ConnectTo (&self->nats, nats_process_get_url (nats)), ==, NATS_OK);
}

void
raw_client_clear (RawClient *self)
{
  natsConnection_Destroy (self->nats);
}

natsMsg *
raw_client_ask (RawClient          *self,
                const char         *subject,
                gconstpointer       data,
                gsize               size,
                const char * const *headers)
{
  natsMsg *message, *reply = NULL;

  g_assert_cmpint (natsMsg_Create (&message, subject, NULL, data, (int) size), ==, NATS_OK);
  for (; headers != NULL && *headers != NULL; headers += 2)
    g_assert_cmpint (natsMsgHeader_Set (message, headers[0], headers[1]), ==, NATS_OK);
  g_assert_cmpint (natsConnection_RequestMsg (&reply, self->nats, message, 30000), ==, NATS_OK);
  natsMsg_Destroy (message);

  return reply;
}

/* Releases @reply. */
void
assert_refused (natsMsg    *reply,
                const char *code,
                const char *text)
{
  const char *value;

  g_assert_cmpint (natsMsgHeader_Get (reply, "Nats-Service-Error-Code", &value), ==, NATS_OK);
  g_assert_cmpstr (value, ==, code);
  g_assert_cmpint (natsMsgHeader_Get (reply, "Nats-Service-Error", &value), ==, NATS_OK);
  if (strstr (value, text) == NULL)
    g_error ("'%s' is not in '%s'", text, value);
  natsMsg_Destroy (reply);
}
