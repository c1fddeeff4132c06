/* cg-outputs.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The files that one run writes: an array of them. */
GPtrArray *cg_outputs_new          (void);

/* Takes ownership of @text. */
void       cg_outputs_add          (GPtrArray           *self,
                                    const char          *path,
                                    char                *text);

/* Makes the path of @name in a folder, which may be NULL. */
char      *cg_outputs_make_path    (const char          *directory,
                                    const char          *name);

/* Makes a folder, and those that it is in, unless they exist. */
gboolean   cg_outputs_make_directory (const char          *directory,
                                      GError             **error);

/* Checks that no file would be written twice, and that none is one of @inputs. */
gboolean   cg_outputs_check        (GPtrArray           *self,
                                    const char * const  *inputs,
                                    GError             **error);

/* Makes the text of a dependency file for make and Ninja: all outputs so far, or if there are none
 * the file itself, @path, depend on @inputs. */
char      *cg_outputs_make_depfile (GPtrArray           *self,
                                    const char          *path,
                                    const char * const  *inputs);

/* Writes all files, except for those that have the same text already. */
gboolean   cg_outputs_write        (GPtrArray           *self,
                                    GError             **error);
