/* norpc-remote-interface-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-remote-interface.h"

G_BEGIN_DECLS

/* How the values of signals and properties enter the process. Unless noted otherwise, the functions are called in the
 * thread of the endpoint. Their @data is that of the interface.
 */
typedef struct
{
  /* Thread-safe. Values of others are ignored. */
  gboolean  (*has_property) (const NorpcPropertyInfo *info);
  gboolean  (*has_result)   (const NorpcArgInfo      *info); /* a property, for a call that requests all values */

  gboolean  (*set_args)     (GDBusArgInfo * const    *infos, /* returns FALSE with a message (owned) */
                             GValue                  *values,
                             guint                    n_values,
                             GVariant                *args,
                             char                   **problem,
                             gpointer                 data);
  char     *(*set_value)    (const NorpcArgInfo      *info,  /* returns a message (owned), or NULL */
                             GValue                  *value,
                             GVariant                *variant,
                             gboolean                 again, /* the same variant was set before */
                             gpointer                 data);

  /* Requests all values, for norpc_remote_interface_show_all (). If it is NULL, proxies request them. */
  void      (*load)         (gpointer                 data);
} NorpcRemoteInterfaceImpl;

/* Thread-safe. */
NorpcRemoteInterface *norpc_remote_interface_new_with_impl (const NorpcInterfaceInfo       *info,
                                                            const NorpcRemoteInterfaceImpl *impl,
                                                            gpointer                        data)
  G_GNUC_WARN_UNUSED_RESULT;

/* Called in the thread of the endpoint. */
gboolean              norpc_remote_interface_is_loaded     (NorpcRemoteInterface           *self);
gboolean              norpc_remote_interface_show_all      (NorpcRemoteInterface           *self,
                                                            GVariant                       *values,
                                                            GError                        **error);
gboolean              norpc_remote_interface_take_all      (NorpcRemoteInterface           *self,
                                                            NorpcCall                      *call,
                                                            GVariant                       *values,
                                                            gboolean                        shows,
                                                            GError                        **error);
gboolean              norpc_remote_interface_get_last      (NorpcRemoteInterface           *self,
                                                            const NorpcArgInfo             *arg,
                                                            GValue                         *value);

G_END_DECLS
