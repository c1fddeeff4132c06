/* norpc-property-access-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/*
 * The calls that read and write the properties of an interface: methods that the description does
 * not have. The first one returns the values of all readable properties. Each writable property
 * has two others, which set it and return its value: one that may be superseded by a newer one,
 * and one that may not. The last result of each method is the serial number of its values. Made on
 * first use, and never freed.
 */
typedef struct
{
  NorpcInterfaceInfo        info; /* must be first: has the methods */
  const NorpcInterfaceInfo *interface_info;
  guint                     n_properties;

  guint  n_readable;
  guint *readable; /* (owned): the properties that the first method returns, in order */

  guint          n_updated;
  guint         *updated;      /* (owned): the properties whose changes are told with their values */
  NorpcArgInfo **updated_args; /* (owned): the same as arguments */

  NorpcArgInfo *args; /* (owned): each property as an argument */
} NorpcPropertyAccess;

#define NORPC_PROPERTY_GET_ALL 0

static inline guint
norpc_property_access_get_setter (guint    property,
                                  gboolean superseded_by_newer)
{
  return 1 + 2 * property + (superseded_by_newer ? 0 : 1);
}

/* The inverse: gets the property that a method sets. */
static inline guint
norpc_property_access_get_property (guint setter)
{
  return (setter - 1) / 2;
}

const NorpcPropertyAccess *norpc_property_access_get (const NorpcInterfaceInfo *interface_info);

gboolean norpc_property_access_has_same_values (const NorpcPropertyAccess *self,
                                                const NorpcPropertyAccess *other);
char    *norpc_property_read          (GObject                   *service,
                                       const NorpcPropertyAccess *access,
                                       guint                      property,
                                       GValue                    *value);
guint    norpc_property_next_serial   (void);
gboolean norpc_property_serial_is_newer (guint serial,
                                         guint than);

G_END_DECLS
