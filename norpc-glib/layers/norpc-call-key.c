/* norpc-call-key.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "core/norpc-value-part-private.h"
#include "core/norpc-value-types-private.h"
#include "norpc-call-key-private.h"

static gboolean
add_hash (const NorpcValuePart *part,
          gpointer              data)
{
  guint *hash = data;

  *hash = *hash * 31 + norpc_value_part_hash (part);

  return TRUE;
}

/* Called in a thread that owns the call. Equal arguments have the same hash. Values of a type
 * without equality are equal only if they are the same instance.
 */
guint
norpc_call_hash_first_arg (NorpcCall *call)
{
  const NorpcArgInfo *info;
  guint hash = 0;

  if (call->n_args == 0)
    return 0;

  info = (const NorpcArgInfo *) norpc_call_get_method_info (call)->dbus.in_args[0];
  norpc_value_foreach_part (info, &call->values[0], add_hash, &hash);

  return hash;
}
