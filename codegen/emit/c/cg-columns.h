/* cg-columns.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The columns of many prototypes below each other. */
typedef struct
{
  guint return_type;
  guint function;
} CgColumns;

/* Pads a type so that its stars touch the name that follows. */
char *cg_columns_pad      (const char *type,
                           guint       width);

/* Parameters below each other: their types, and in a column their names. */
char *cg_columns_format   (GPtrArray  *types,
                           GPtrArray  *names);

G_END_DECLS
