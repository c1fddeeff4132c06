/* norpc-inspector-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-inspector.h"
#include "norpc-method-rates-private.h"

G_BEGIN_DECLS

/* How inspectors of other processes reach the one of a connection. */
#define NORPC_INSPECT_PATH "/org/norpc/Inspector"
#define NORPC_INSPECT_INTERFACE "org.norpc.Inspector1"

struct _NorpcInspector
{
  GObject parent_instance;

  GDBusConnection *connection; /* (owned) (nullable), since construction: to the process that it looks into,
                                  or NULL for its own */
  gboolean         owns_connection; /* since construction: the connection ends with the inspector */

  int               last_invocation; /* atomic: of those that were sent over the connection */

  GMutex            lock;
  NorpcMethodRates *rates; /* (owned) (nullable) [lock]: of this process */
};

G_END_DECLS
