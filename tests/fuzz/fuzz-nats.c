/* fuzz-nats.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is a message: lines of headers, an empty line, and data. It is read as the arguments of each method, and
 * as a reply. Data that is accepted is the same after it has been values.
 */

#include "fuzz.h"

#include <string.h>

#include "fuzz-depot.h"
#include "norpc-nats-error-private.h"
#include "norpc-nats-message-private.h"

#define MAX_HEADERS 20

/* Sets a header from a line. */
static void
set_header (natsMsg    *message,
            const char *line)
{
  const char *colon = strchr (line, ':');
  g_autofree char *name = NULL;

  if (colon == NULL || colon == line)
    return;

  name = g_strndup (line, (gsize) (colon - line));
  natsMsgHeader_Add (message, name, colon + 1);
}

/* Returns a message (owned), or NULL. */
static natsMsg *
make_message (const uint8_t *data,
              size_t         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  char *end = strstr (text, "\n\n");
  gsize start = end != NULL ? (gsize) (end - text) + 2 : 0;
  g_auto (GStrv) lines = NULL;
  natsMsg *message;

  if (natsMsg_Create (&message, "fuzz", NULL, (const char *) data + start, (int) (size - start)) != NATS_OK)
    return NULL;
  if (end == NULL)
    return message;

  *end = '\0';
  lines = g_strsplit (text, "\n", MAX_HEADERS);
  for (guint i = 0; lines[i] != NULL; i++)
    set_header (message, lines[i]);

  return message;
}

/* A message that was accepted is sent as it came. */
static void
check_same (natsMsg  *message,
            GVariant *args)
{
  g_autoptr (GError) error = NULL;
  natsMsg *again = norpc_nats_message_new ("fuzz", NULL, args, &error);

  g_assert_no_error (error);
  if (natsMsg_GetDataLength (message) == 0)
    g_assert_cmpstr (g_variant_get_type_string (args), ==, "()");
  else
    g_assert_cmpmem (natsMsg_GetData (message), natsMsg_GetDataLength (message), natsMsg_GetData (again),
                     natsMsg_GetDataLength (again));
  natsMsg_Destroy (again);
}

static void
read_args (natsMsg *message,
           guint    method)
{
  const NorpcInterfaceInfo *info = depot_depot_interface_info ();
  g_autofree char *type = norpc_interface_info_get_in_type (info, method);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) body = type != NULL ? norpc_nats_message_dup_body (message, type, &error) : NULL;
  g_autoptr (NorpcCall) call = NULL;
  g_autoptr (GVariant) args = NULL;

  if (body == NULL)
    return;

  call = norpc_call_new (info, method);
  if (!norpc_call_set_args_variant (call, body, &error))
    return;

  args = norpc_call_dup_args_variant (call, &error);
  g_assert_no_error (error);
  check_same (message, args);
}

/* A trace that was accepted is sent as it was kept. */
static void
read_trace (natsMsg *message)
{
  const NorpcInterfaceInfo *info = depot_depot_interface_info ();
  g_autoptr (NorpcCall) call = norpc_call_new (info, 0), again = norpc_call_new (info, 0);
  g_autofree char *parent = NULL, *state = NULL, *parent_again = NULL, *state_again = NULL;
  natsMsg *sent;

  norpc_nats_message_get_trace (message, call);
  parent = norpc_call_dup_trace_parent (call);
  state = norpc_call_dup_trace_state (call);
  g_assert_true (parent != NULL || state == NULL);
  if (natsMsg_Create (&sent, "fuzz", NULL, NULL, 0) != NATS_OK)
    return;

  norpc_nats_message_set_trace (sent, call);
  norpc_nats_message_get_trace (sent, again);
  parent_again = norpc_call_dup_trace_parent (again);
  state_again = norpc_call_dup_trace_state (again);
  g_assert_cmpstr (parent, ==, parent_again);
  g_assert_cmpstr (state, ==, state_again);
  natsMsg_Destroy (sent);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const NorpcInterfaceInfo *info = depot_depot_interface_info ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) held = NULL;
  natsMsg *message;
  guint timeout;

  nats_Open (-1);
  message = size < 100000 ? make_message (data, size) : NULL;
  if (message == NULL)
    return 0;

  for (guint method = 0; method < norpc_interface_info_get_n_methods (info); method++)
    read_args (message, method);
  read_trace (message);
  held = norpc_nats_message_dup_body (message, "(sas)", NULL);
  if (norpc_nats_message_get_timeout (message, &timeout, NULL))
    g_assert_cmpuint (timeout, <=, G_MAXINT32);
  if (norpc_nats_error_is_in (message))
    {
      error = norpc_nats_error_from (message, info);
      g_assert_true (error->domain != 0);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
  natsMsg_Destroy (message);

  return 0;
}
