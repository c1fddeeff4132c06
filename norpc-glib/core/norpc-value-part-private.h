/* norpc-value-part-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

typedef struct _NorpcValueWalk NorpcValueWalk;

/* A part of an argument: the argument itself, an element of an array, or a field of a record.
 */
typedef struct
{
  const NorpcValueWalk *walk; /* (unowned): the walk that visits the part */

  int         parent;       /* the record that the part is in, as an index in @walk, or -1 */
  const char *field;        /* (nullable): the name of the field */
  int         index;        /* the index of the element, or -1 */

  const char *signature;    /* without a leading maybe, or "" if @type says everything */
  GType       type;
  GType       element_type; /* of an array, or G_TYPE_INVALID */
  gboolean    nullable;

  gboolean    is_pointer;
  gpointer    pointer;      /* (unowned) (nullable): the value if @is_pointer */
  guint64     number;       /* the value otherwise; equal numbers have equal bits */
} NorpcValuePart;

/* Returns FALSE to stop the walk. */
typedef gboolean (*NorpcValuePartFunc) (const NorpcValuePart *part,
                                        gpointer              data);

gboolean norpc_value_foreach_part (const NorpcArgInfo *info,
                                   const GValue       *value,
                                   NorpcValuePartFunc  func,
                                   gpointer            data);
gboolean norpc_object_foreach_part (GType              type,
                                    gpointer           object,
                                    NorpcValuePartFunc func,
                                    gpointer           data);
gboolean norpc_object_foreach_field (GObject           *object,
                                     NorpcValuePartFunc func,
                                     gpointer           data);
void     norpc_object_set_invalid (GObject *object);
gboolean norpc_object_is_invalid  (GObject *object);
char    *norpc_value_part_describe_place (const NorpcValuePart *part,
                                          const char           *problem);

G_END_DECLS
