/* norpc-nats-status.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

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

/* Forgets the reason that the library keeps for the last failure in this thread. The library has no function for that,
 * but replaces the reason when the next function fails.
 */
void
norpc_nats_forget_failure (void)
{
  natsOptions_SetTimeout (NULL, 0);
}

/* Returns a part of @reason, without the line of the library's source that it may begin with: "(conn.c:733): ". */
static const char *
skip_source_line (const char *reason)
{
  const char *end = *reason == '(' ? strstr (reason, "): ") : NULL;

  return end != NULL ? end + strlen ("): ") : reason;
}

/* Returns TRUE if the server has ended the connection. The library has several statuses for it, depending on the moment. */
static gboolean
is_end_of_connection (natsStatus  status,
                      const char *reason)
{
  if (status == NATS_PROTOCOL_ERROR)
    return g_str_has_suffix (reason, "Expected 'PONG', got ''");

  /* OpenSSL has no reason if the connection is reset. */
  return status == NATS_SSL_ERROR && (g_str_has_suffix (reason, "SSL handshake error: (null)") ||
                                      g_str_has_suffix (reason, "unexpected eof while reading"));
}

/* Adds the library's reason to a message, unless that is the same. */
static void
add_reason (GError     *error,
            const char *reason,
            natsStatus  status)
{
  g_autofree char *text = NULL;

  reason = skip_source_line (reason);
  if (*reason == '\0' || g_str_equal (reason, natsStatus_GetText (status)))
    return;

  text = g_strdup_printf ("%s: %s", error->message, reason);
  g_free (error->message);
  error->message = g_utf8_make_valid (text, -1);
}

/* As norpc_nats_check_status (), with the reason that the library has for the failure, such as that of a certificate
 * that is rejected, and NORPC_ERROR_CLOSED wherever the server falls silent or ends the connection. Called in the thread of
 * the function that has returned @status, which has called norpc_nats_forget_failure () before that: otherwise the reason
 * could be that of an earlier failure.
 */
gboolean
norpc_nats_check_attempt (natsStatus   status,
                          const char  *action,
                          GError     **error)
{
  natsStatus last_status = NATS_OK;
  const char *last_reason = nats_GetLastError (&last_status);
  const char *reason;
  GError *failure = NULL;

  /* The library also returns this if the last of several servers refuses the connection, although another one has failed
   * for a better reason.
   */
  if (status == NATS_TIMEOUT && last_status != NATS_OK && last_status != NATS_INVALID_ARG)
    status = last_status;

  reason = last_status == status && last_reason != NULL ? last_reason : "";
  if (norpc_nats_check_status (status, action, &failure))
    return TRUE;

  if (status == NATS_TIMEOUT)
    failure->code = NORPC_ERROR_CLOSED;
  if (is_end_of_connection (status, reason))
    {
      g_clear_error (&failure);
      g_set_error (&failure, NORPC_ERROR, NORPC_ERROR_CLOSED, "%s: the server has closed the connection", action);
    }
  else
    {
      add_reason (failure, reason, status);
    }
  g_propagate_error (error, failure);

  return FALSE;
}
