/* norpc-fake-values-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* Values that a test gives for the arguments or the results of a member, checked against the
 * description. Immutable, once made.
 */
typedef struct
{
  GDBusArgInfo **infos;    /* (unowned) (nullable) */
  guint          n_values;
  GValue         values[]; /* (owned) */
} NorpcFakeValues;

/* How messages name the values. */
typedef struct
{
  const char    *interface_name;
  const char    *member; /* the name of a method, a signal or a property */
  const char    *kind;   /* "argument", "result" or "item" */
  GDBusArgInfo **infos;  /* (nullable) */
} NorpcFakeMember;

NorpcFakeValues *norpc_fake_values_new_variant (const NorpcFakeMember  *member,
                                                GVariant               *variant,
                                                GError                **error);
NorpcFakeValues *norpc_fake_values_new_copy    (const NorpcFakeMember  *member,
                                                guint                   n_values,
                                                const GValue           *values,
                                                GError                **error);
NorpcFakeValues *norpc_fake_values_new_valist  (const NorpcFakeMember  *member,
                                                va_list                 args,
                                                GError                **error);
NorpcFakeValues *norpc_fake_values_new_unchecked (GDBusArgInfo * const *infos,
                                                  guint                 n_values,
                                                  const GValue         *values);
GVariant        *norpc_fake_values_to_variant  (const NorpcFakeValues  *self,
                                                const NorpcFakeMember  *member,
                                                GError                **error);
gboolean         norpc_fake_values_equal       (const NorpcFakeValues  *self,
                                                const NorpcFakeValues  *other);
void             norpc_fake_values_free        (NorpcFakeValues        *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcFakeValues, norpc_fake_values_free)

G_END_DECLS
