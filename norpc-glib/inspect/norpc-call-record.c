/* norpc-call-record.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "call/norpc-call-scope.h"
#include "core/norpc-clock-private.h"
#include "core/norpc-value-text-private.h"
#include "norpc-call-record-private.h"

#define MAX_VALUE 120 /* bytes of one argument as text */

/* Returns a name (owned) of the calling thread. */
static char *
get_thread_name (void)
{
#ifdef __linux__
  char name[17] = "";

  if (syscall (SYS_gettid) == getpid ())
    return g_strdup ("main");
  if (prctl (PR_GET_NAME, name, 0, 0, 0) == 0 && name[0] != '\0')
    return g_utf8_make_valid (name, -1);
#endif

  return g_strdup_printf ("thread %p", (gpointer) g_thread_self ());
}

/* Called in the client's thread, before it sends the call, which still owns the arguments. */
NorpcCallRecord *
norpc_call_record_new (NorpcCall *call,
                       guint64    id,
                       guint      server)
{
  NorpcCallRecord *self = g_new0 (NorpcCallRecord, 1);
  NorpcCall *current = norpc_call_get_current ();
  NorpcCallRecord *parent = current != NULL ? norpc_metrics_get_record (current) : NULL;

  g_atomic_ref_count_init (&self->ref_count);
  self->id = id;
  self->server = server;
  self->parent = parent != NULL ? parent->id : 0;
  self->client_server = parent != NULL ? parent->server : 0;
  self->interface_info = call->interface_info;
  self->method = call->method;
  self->args = norpc_values_to_text (norpc_call_get_method_info (call)->dbus.in_args, call->values, call->n_args,
                                     MAX_VALUE);
  self->client = get_thread_name ();
  self->sent = norpc_clock_get ();
  self->deadline = call->deadline;

  return self;
}

NorpcCallRecord *
norpc_call_record_ref (NorpcCallRecord *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
norpc_call_record_unref (NorpcCallRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->args);
  g_free (self->client);
  g_free (self);
}
