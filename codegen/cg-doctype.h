/* cg-doctype.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-entities.h"

G_BEGIN_DECLS

typedef struct
{
  const char *end;      /* what follows the declaration */
  CgEntities *entities; /* where those go that it declares */
  const char *p;        /* the declaration; after an error, where that is */
  const char *message;  /* (nullable): the error */
} CgDoctype;

gboolean cg_doctype_read (CgDoctype *self);

G_END_DECLS
