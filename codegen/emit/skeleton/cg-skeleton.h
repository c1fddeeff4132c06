/* cg-skeleton.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* The input of a skeleton: a description and names. */
typedef struct
{
  const CgDescription *description;
  const char          *code;             /* the name of the generated code, without .h */
  const char          *c_namespace;
  const char          *interface_prefix;
  char               **asynchronous;     /* (nullable): methods with asynchronous handlers, or "all" */
  GPtrArray           *inputs;           /* (element-type utf8): the descriptions, as seen from the
                                            folder of the skeleton */
} CgSkeleton;

typedef struct
{
  const char  *language;
  const char  *suffix;       /* of the file, after the name of the generated code */
  gboolean     is_module;    /* its name must be an identifier */
  gboolean     is_optional;  /* it is left out if it exists; its name is the suffix alone */
  void       (*emit) (const CgSkeleton *self,
                      CgWriter         *writer);  /* in which $file$ is its name */
} CgSkeletonFile;

void  cg_skeleton_emit_c_header    (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_c_source    (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_c_test      (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_meson       (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_meson_python (const CgSkeleton *self,
                                     CgWriter         *writer);
void  cg_skeleton_emit_python      (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_python_test (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_vala        (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_vala_test   (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_meson_vala  (const CgSkeleton  *self,
                                    CgWriter          *writer);

/* cg-skeleton-values.c */

/* Sets the names of an interface, and of its service, in @writer. */
void  cg_skeleton_set_interface    (const CgSkeleton  *self,
                                    const CgInterface *interface,
                                    CgWriter          *writer);

/* Checks whether the handler of @method is asynchronous. */
gboolean
      cg_skeleton_is_asynchronous  (const CgSkeleton  *self,
                                    const CgMethod    *method);

/* Makes the C code that frees @value, of the type @use, or "". */
char *cg_skeleton_make_free        (CgWriter          *writer,
                                    const CgTypeUse   *use,
                                    const char        *value);

/* Makes an expression for an empty value, or NULL if the type has none. */
char *cg_skeleton_make_empty       (const CgTypeUse   *use);

/* Makes an expression for the first value of a property, which the service owns, or NULL if the
 * type has no empty value. */
char *cg_skeleton_make_first       (const CgTypeUse   *use);

/* Checks whether @use is a list model, whose first value is a list store for the type of its items. */
gboolean
      cg_skeleton_is_list          (const CgTypeUse   *use);

G_END_DECLS
