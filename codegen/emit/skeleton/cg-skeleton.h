/* cg-skeleton.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* The input of a skeleton: a description and names. */
typedef struct
{
  const CgDescription *description;
  const char          *file;             /* the name of the file */
  const char          *code;             /* the name of the generated code, without .h */
  const char          *c_namespace;
  const char          *interface_prefix;
  char               **asynchronous;     /* (nullable): methods with asynchronous handlers, or "all" */
  GPtrArray           *inputs;           /* (element-type utf8): the descriptions, as seen from the
                                            folder of the skeleton */
} CgSkeleton;

/* Set the keys of the templates for a language. */
void  cg_skeleton_set_c          (const CgSkeleton  *self,
                                  CgWriter          *writer);
void  cg_skeleton_set_python     (const CgSkeleton  *self,
                                  CgWriter          *writer);
void  cg_skeleton_set_vala       (const CgSkeleton  *self,
                                  CgWriter          *writer);

/* Sets the keys that all languages share: those of a meson.build, and the list of interfaces. */
void  cg_skeleton_set            (const CgSkeleton  *self,
                                  CgWriter          *writer,
                                  CgItemFunc         set_interface);

/* Checks whether the handler of @method is to be asynchronous. */
gboolean
      cg_skeleton_is_asynchronous (const CgSkeleton  *self,
                                   const CgMethod    *method);

/* Sets the keys of a method that all languages share, and the lists of its arguments. */
void  cg_skeleton_set_method     (const CgSkeleton  *self,
                                  CgWriter          *writer,
                                  const CgMethod    *method,
                                  CgItemFunc         set_arg);

/* Makes the text of an empty value, or NULL if the type has none. */
typedef char *(*CgMakeValue) (const CgTypeUse *use);

/* Sets $can_call$ and $values$, the empty arguments of a method with @separator between them. */
gboolean
      cg_skeleton_set_values     (CgWriter          *writer,
                                  const CgMethod    *method,
                                  CgMakeValue        make_value,
                                  const char        *separator);

/* Checks whether @use is a list model, whose first value is a list store for the type of its items. */
gboolean
      cg_skeleton_is_list        (const CgTypeUse   *use);

/* Gets the declaration or the interface of a type, or NULL if it is from a GIR. */
const CgNode *
      cg_skeleton_find_node      (const CgNamedType *named);
