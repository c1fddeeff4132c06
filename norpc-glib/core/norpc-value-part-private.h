/* norpc-value-part-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/* A value that an argument consists of: the argument itself, an element of an array,
 * or a field of a record.
 */
typedef struct
{
  const char *field;        /* (nullable): the name of the field */
  GType       record;       /* the type of the record that the field is in, or G_TYPE_INVALID */
  int         index;        /* the index of the element, or -1 */

  const char *signature;    /* without a maybe, or "" if the type says it all */
  GType       type;
  GType       element_type; /* of an array, or G_TYPE_INVALID */
  gboolean    nullable;

  gboolean    is_pointer;
  gpointer    pointer;      /* (unowned) (nullable): if it is one */
  guint64     number;       /* otherwise; equal numbers have equal bits */
} NorpcValuePart;

/* FALSE ends the walk. */
typedef gboolean (*NorpcValuePartFunc) (const NorpcValuePart *part,
                                        gpointer              data);

gboolean norpc_value_foreach_part (const NorpcArgInfo *info,
                                   const GValue       *value,
                                   NorpcValuePartFunc  func,
                                   gpointer            data);

G_END_DECLS
