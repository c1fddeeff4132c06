/* norpc-nats-status.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <norpc-glib/norpc-glib.h>

#include "norpc-nats-status-private.h"

gboolean
norpc_nats_check_status (natsStatus   status,
                         const char  *action,
                         GError     **error)
{
  NorpcError code = NORPC_ERROR_FAILED;

  if (status == NATS_OK)
    return TRUE;

  if (status == NATS_CONNECTION_CLOSED || status == NATS_CONNECTION_DISCONNECTED || status == NATS_NO_SERVER ||
      status == NATS_DRAINING || status == NATS_STALE_CONNECTION || status == NATS_INSUFFICIENT_BUFFER ||
      status == NATS_IO_ERROR)
    code = NORPC_ERROR_CLOSED;
  else if (status == NATS_MAX_PAYLOAD || status == NATS_INVALID_ARG)
    code = NORPC_ERROR_INVALID_ARGUMENT;
  /* Its sender says what the message is. */
  if (status == NATS_MAX_PAYLOAD)
    g_set_error_literal (error, NORPC_ERROR, code, "the message is larger than the NATS server allows");
  else
    g_set_error (error, NORPC_ERROR, code, "%s: %s", action, natsStatus_GetText (status));

  return FALSE;
}
