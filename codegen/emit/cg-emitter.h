/* cg-emitter.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* How the output is to be. Borrowed from the options. */
typedef struct
{
  gboolean    pragma_once;
  const char *symbol_decorator;         /* (nullable) */
  const char *symbol_decorator_define;  /* (nullable) */
  const char *symbol_decorator_header;  /* (nullable) */
} CgStyle;

/* Writes the text of one output into @writer. @file is the output's base
 * name, @header that of the header that goes with it. */
typedef void (*CgEmitFunc) (const CgDescription *description,
                            const CgStyle       *style,
                            const char          *file,
                            const char          *header,
                            CgWriter            *writer);

typedef struct
{
  const char *name;
  const char *option;       /* of the command line, without the hyphens */
  const char *suffix;       /* (nullable): of the file that --generate-c-code names; one
                             * that it does not write has a file with its option */
  const char *description;  /* for --help */
  CgEmitFunc  emit;
} CgEmitter;

extern const CgEmitter cg_emitters[];
extern const guint     cg_n_emitters;

void cg_emit_header   (const CgDescription *description,
                       const CgStyle       *style,
                       const char          *file,
                       const char          *header,
                       CgWriter            *writer);
void cg_emit_source   (const CgDescription *description,
                       const CgStyle       *style,
                       const char          *file,
                       const char          *header,
                       CgWriter            *writer);
void cg_emit_dbus_xml (const CgDescription *description,
                       const CgStyle       *style,
                       const char          *file,
                       const char          *header,
                       CgWriter            *writer);
void cg_emit_markdown (const CgDescription *description,
                       const CgStyle       *style,
                       const char          *file,
                       const char          *header,
                       CgWriter            *writer);

G_END_DECLS
