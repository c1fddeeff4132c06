/* cg-outputs.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The files that one run writes: an array of them. */
GPtrArray *cg_outputs_new          (void);

/* Takes over @text. */
void       cg_outputs_add          (GPtrArray           *self,
                                    const char          *path,
                                    char                *text);

/* A path in a folder, or @name if that is NULL. */
char      *cg_outputs_make_path    (const char          *directory,
                                    const char          *name);

/* Is no file to be written twice, and none of @inputs? */
gboolean   cg_outputs_check        (GPtrArray           *self,
                                    const char * const  *inputs,
                                    GError             **error);

/* Makes the text that tells make and Ninja that all outputs so far depend on @inputs, or,
 * if there are none, the depfile itself, whose path is @path. */
char      *cg_outputs_make_depfile (GPtrArray           *self,
                                    const char          *path,
                                    const char * const  *inputs);

/* Does not touch a file that has its text already. */
gboolean   cg_outputs_write        (GPtrArray           *self,
                                    GError             **error);

G_END_DECLS
