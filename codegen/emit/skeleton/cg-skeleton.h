/* cg-skeleton.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* The description and names that a skeleton is made for. */
typedef struct
{
  const CgDescription *description;
  const char          *code;         /* the generated code, without .h */
  const char          *c_namespace;
} CgSkeleton;

typedef struct
{
  const char  *language;
  const char  *suffix;       /* of the file, behind the name of the generated code */
  gboolean     underscores;  /* in its name, instead of hyphens */
  void       (*emit) (const CgSkeleton *self,
                      CgWriter         *writer);  /* in which $file$ is its name */
} CgSkeletonFile;

void  cg_skeleton_emit_c_header    (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_c_source    (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_c_test      (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_python      (const CgSkeleton  *self,
                                    CgWriter          *writer);
void  cg_skeleton_emit_python_test (const CgSkeleton  *self,
                                    CgWriter          *writer);

/* Gives @writer the names of an interface, and those of its service. */
void  cg_skeleton_set_interface    (const CgSkeleton  *self,
                                    const CgInterface *interface,
                                    CgWriter          *writer);

/* Makes the C code that frees @value, of the type of @arg; "" if there is nothing. */
char *cg_skeleton_make_free        (CgWriter          *writer,
                                    const CgArg       *arg,
                                    const char        *value);

G_END_DECLS
