/* cg-options.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "emit/cg-emitter.h"
#include "cg-input.h"

G_BEGIN_DECLS

typedef struct
{
  CgInput   input;
  char     *generate_c_code;          /* (owned) (nullable) */
  char     *depfile;                  /* (owned) (nullable) */
  char     *output;                   /* (owned) (nullable) */
  char     *output_directory;         /* (owned) (nullable) */
  char     *symbol_decorator;         /* (owned) (nullable) */
  char     *symbol_decorator_define;  /* (owned) (nullable) */
  char     *symbol_decorator_header;  /* (owned) (nullable) */
  gboolean  pragma_once;
  gboolean  version;
  gboolean *emitters;                 /* (owned): by the table: its option was given */
  char    **emitter_files;            /* (owned): the same, of those with a file of their own */
} CgOptions;

CgOptions *cg_options_parse (char       **args,
                             const char  *commands,
                             GError     **error);
void       cg_options_free  (CgOptions  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgOptions, cg_options_free)

G_END_DECLS
