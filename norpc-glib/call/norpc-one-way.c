/* norpc-one-way.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Warnings about one-way calls that fail, because their clients get no error. */

#include "core/norpc-log-private.h"
#include "norpc-call-private.h"

/* Taken after all other locks. */
static GMutex failures_lock;

/* The failures that were warned about: owned strings (owned) (nullable) [failures_lock] */
static GHashTable *failures;

/* Rejections are normal under load and when a program exits. A service need not answer a
 * one-way call.
 */
static gboolean
is_expected (NorpcCall *call)
{
  return g_error_matches (call->error, NORPC_ERROR, NORPC_ERROR_BUSY) ||
         g_error_matches (call->error, NORPC_ERROR, NORPC_ERROR_CLOSED) ||
         g_error_matches (call->error, NORPC_ERROR, NORPC_ERROR_NO_REPLY) ||
         g_error_matches (call->error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT) ||
         (!g_atomic_int_get (&call->replied) &&
          g_error_matches (call->error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

/* Thread-safe. */
static gboolean
is_news (NorpcCall *call)
{
  gboolean news;

  g_mutex_lock (&failures_lock);
  if (failures == NULL)
    failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  news = g_hash_table_add (failures, g_strdup_printf ("%s.%s %s %d",
                                                      norpc_call_get_interface_name (call),
                                                      norpc_call_peek_method_name (call),
                                                      g_quark_to_string (call->error->domain),
                                                      call->error->code));
  g_mutex_unlock (&failures_lock);

  return news;
}

/* Called in the thread that completes a one-way call with an error. Warns once for each method
 * and error code.
 */
void
norpc_call_note_failure (NorpcCall *self)
{
  if (!is_expected (self) && is_news (self))
    norpc_warning ("The one-way call %s.%s failed: %s",
                   norpc_call_get_interface_name (self), norpc_call_peek_method_name (self),
                   self->error->message);
}
