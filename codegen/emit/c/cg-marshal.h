/* cg-marshal.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* Arguments that are passed to a function are in one line if it is not longer than this. */
#define CG_PASSED_WIDTH 50

char     *cg_marshal_expand         (CgWriter        *writer,
                                     const char      *text,
                                     const CgTypeUse *use,
                                     const char      *gvalue_array,
                                     guint            index,
                                     const char      *value);
char     *cg_marshal_make_condition (CgWriter        *writer,
                                     const CgTypeUse *use,
                                     const char      *value);

/* Gets the text for a copy of a value. If @can_be_null is TRUE, the value can be NULL even if its
 * type cannot. */
const char *
          cg_marshal_get_copy       (const CgType    *type,
                                     gboolean         can_be_null);
void      cg_marshal_set_store      (CgWriter       *writer,
                                     GPtrArray      *args,
                                     gboolean        is_local);

/* Sets $passed$ to the arguments of a function, in one line of at most @width characters, or in a
 * line each. Takes ownership of @passed. */
void      cg_marshal_set_passed     (CgWriter       *writer,
                                     GPtrArray      *passed,
                                     gsize           width);

/* Appends the names of @args in C to @passed. */
void      cg_marshal_pass           (GPtrArray      *passed,
                                     GPtrArray      *args);

/* Sets the keys of an argument in a list. $get$ gets its value from `values`. */
void      cg_marshal_set_arg        (CgWriter       *writer,
                                     gpointer        item,
                                     gconstpointer   data);

/* Checks whether there is a file descriptor. */
gboolean  cg_marshal_has_handles    (GPtrArray      *args);

/* Checks whether there is a value that is neither a pointer nor a file descriptor. */
gboolean  cg_marshal_has_numbers    (GPtrArray      *args);
