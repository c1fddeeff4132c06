/* norpc-call-copy.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Copies of a call, for layers that retry.
 *
 * An argument that moves belongs to the handler, which may change it or pass it on. Each
 * attempt but the last therefore gets copies of such arguments, and the last attempt gets the
 * originals.
 */

#include "core/norpc-value-copy-private.h"
#include "core/norpc-value-part-private.h"
#include "core/norpc-value-types-private.h"
#include "norpc-call-private.h"
#include "norpc-trace-context-private.h"

static const NorpcArgInfo *
get_arg_info (NorpcCall *self,
              guint      index)
{
  return (const NorpcArgInfo *) norpc_call_get_method_info (self)->dbus.in_args[index];
}

static gboolean
is_moved (NorpcCall *self,
          guint      index)
{
  return (get_arg_info (self, index)->flags & NORPC_ARG_FLAGS_MOVED) != 0;
}

static gboolean
check_copyable (const NorpcValuePart *part,
                gpointer              data G_GNUC_UNUSED)
{
  return norpc_value_part_is_copyable (part);
}

/* Called in the thread that owns the call. Returns FALSE if an argument that moves cannot be
 * copied; the only possible attempt is then norpc_call_move ().
 */
gboolean
norpc_call_can_be_copied (NorpcCall *self)
{
  for (guint i = 0; i < self->n_args; i++)
    if (is_moved (self, i) &&
        !norpc_value_foreach_part (get_arg_info (self, i), &self->values[i], check_copyable, NULL))
      return FALSE;

  return TRUE;
}

static void
copy_arg (const NorpcArgInfo *info,
          const GValue       *value,
          GValue             *copy)
{
  if ((info->flags & NORPC_ARG_FLAGS_MOVED) != 0)
    norpc_value_copy_deep (info, value, copy);
  else
    g_value_copy (value, copy);
}

/* Called in the thread that owns the call. Returns a new call (owned) without values that is an attempt at this one. The
 * service may describe the method in its own way.
 */
NorpcCall *
norpc_call_new_attempt (NorpcCall                *self,
                        const NorpcInterfaceInfo *interface_info,
                        guint                     method)
{
  NorpcCall *call = norpc_call_new (interface_info, method);

  call->deadline = norpc_call_get_deadline (self);
  call->priority = self->priority;
  call->has_priority = self->has_priority;
  call->n_forwards = self->n_forwards;
  call->is_sync = self->is_sync;
  if (self->is_sync)
    call->waiting_thread = self->waiting_thread;
  call->is_checked = self->is_checked;
  call->must_not_wait = self->must_not_wait;
  if (self->released_at != NULL)
    call->released_at = self->released_at->funcs->ref (self->released_at);
  call->client = self->client;
  norpc_call_share_stream (call, self);
  norpc_call_copy_trace_context (call, self);
  call->outer = self;
  norpc_call_ref_memory (self);
  /* Only compared, never used. */
  call->reply_queue = self->reply_queue;

  return call;
}

/* Called in the thread that owns the call, which must be copyable. Returns a new call (owned)
 * with copies of the arguments that move.
 */
NorpcCall *
norpc_call_copy (NorpcCall *self)
{
  NorpcCall *call = norpc_call_new_attempt (self, self->interface_info, self->method);

  for (guint i = 0; i < self->n_args; i++)
    copy_arg (get_arg_info (self, i), &self->values[i], &call->values[i]);

  return call;
}

/* Called in the thread that owns the call. Returns a new call (owned) that takes over the
 * arguments that move. No further attempt is possible after it.
 */
NorpcCall *
norpc_call_move (NorpcCall *self)
{
  NorpcCall *call = norpc_call_new_attempt (self, self->interface_info, self->method);

  for (guint i = 0; i < self->n_args; i++)
    if (is_moved (self, i))
      {
        g_value_unset (&call->values[i]);
        call->values[i] = self->values[i];
        self->values[i] = (GValue) G_VALUE_INIT;
      }
    else
      {
        g_value_copy (&self->values[i], &call->values[i]);
      }

  return call;
}
