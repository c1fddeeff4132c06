/* norpc-follower-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-follower.h"

G_BEGIN_DECLS

/* How signals and properties leave the process. Unless noted otherwise, the functions run in the context of the
 * follower. Their @data is that of the follower.
 */
typedef struct
{
  const char *failure; /* what a message says about a property whose value has no form */

  /* Thread-safe. */
  gboolean  (*has_signal)   (const NorpcSignalInfo   *info);
  gboolean  (*has_property) (const NorpcPropertyInfo *info);
  gboolean  (*sends_value)  (const NorpcPropertyInfo *info); /* or only that it has changed */
  GVariant *(*get_value)    (const NorpcArgInfo      *info,  /* returns a form (owned), or NULL */
                             const GValue            *value, /* with a message (owned) */
                             char                   **problem);

  void      (*emitted)      (guint                    signal, /* and norpc_follower_flush () has not been called */
                             const GValue            *values,
                             guint                    n_values,
                             gpointer                 data);
  void      (*lost)         (guint                    signal, /* as above */
                             guint                    n_lost,
                             gpointer                 data);
  void      (*changes_wait) (gpointer                 data);  /* for norpc_follower_flush () */
  gboolean  (*changed)      (GVariant                *values, /* returns FALSE if it is to be called again without */
                             GVariant                *invalidated, /* values, because these are too large */
                             gpointer                 data);
} NorpcFollowerImpl;

NorpcFollower *norpc_follower_new_with_impl (NorpcEndpoint            *endpoint,
                                             const NorpcInterfaceInfo *info,
                                             const NorpcFollowerImpl  *impl,
                                             gpointer                  data) G_GNUC_WARN_UNUSED_RESULT;
NorpcProxy    *norpc_follower_get_proxy     (NorpcFollower            *self);

G_END_DECLS
