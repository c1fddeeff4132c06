/* norpc-remote-interface-parts-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "events/norpc-signal-relay-private.h"
#include "norpc-remote-interface-private.h"

G_BEGIN_DECLS

/* Shared by the files of the interface: norpc-remote-interface-values.c has the values of the properties. Two files use
 * them: norpc-remote-interface-changes.c has the changes, and norpc-remote-interface-get-all.c the answers to calls
 * that request all values. norpc-remote-interface.c has the rest.
 */

/* Unless noted otherwise, fields are accessed in the thread of the endpoint. */
struct _NorpcRemoteInterface
{
  gatomicrefcount           ref_count;
  const NorpcInterfaceInfo *info;        /* since construction */
  NorpcSubscribers         *subscribers; /* (owned), since construction */
  const NorpcRemoteInterfaceImpl *impl;  /* since construction */
  gpointer                  data;        /* (unowned), since construction: of `impl` */

  GObject          *stand_in; /* (owned) */
  NorpcSignalRelay *relay;    /* (owned) (nullable): while there is a service */
  gboolean          loaded;   /* the stand-in has the values of the service */
  gboolean          is_stale; /* it has, except for some that have changed and that proxies request */
};

/* Values. The functions are called in the thread of the endpoint. */
int      norpc_remote_interface_find_property (NorpcRemoteInterface  *self,
                                               const char            *name);
gboolean norpc_remote_interface_show_value    (NorpcRemoteInterface  *self,
                                               int                    property,
                                               GVariant              *value,
                                               gboolean               again,
                                               GError               **error);
gboolean norpc_remote_interface_show_service  (NorpcRemoteInterface  *self,
                                               GVariant              *values,
                                               gboolean               again,
                                               GError               **error);

G_END_DECLS
