/* cg-emitter.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* Options for the C code. Borrowed from the command. */
typedef struct
{
  gboolean    pragma_once;
  const char *symbol_decorator;         /* (nullable) */
  const char *symbol_decorator_define;  /* (nullable) */
  const char *symbol_decorator_header;  /* (nullable) */
} CgStyle;

/* The input of an emitter. */
typedef struct
{
  const CgDescription *description;
  const CgStyle       *style;
  const char          *file;    /* the output's base name */
  const char          *header;  /* the base name of its header */
} CgOutput;

/* Writes the text of one output into @writer. */
typedef void (*CgEmitFunc) (const CgOutput *output,
                            CgWriter       *writer);

typedef struct
{
  const char *option;       /* the option of the command line, without hyphens */
  const char *suffix;       /* (nullable): of the file that --generate-c-code names; one
                             * that it does not write has a file with its option */
  const char *description;  /* for --help */
  CgEmitFunc  emit;
} CgEmitter;

#define CG_N_EMITTERS 7

extern const CgEmitter cg_emitters[CG_N_EMITTERS];

void cg_emit_header   (const CgOutput *output,
                       CgWriter       *writer);
void cg_emit_source   (const CgOutput *output,
                       CgWriter       *writer);
void cg_emit_dbus_xml (const CgOutput *output,
                       CgWriter       *writer);
void cg_emit_markdown (const CgOutput *output,
                       CgWriter       *writer);
void cg_emit_futures  (const CgOutput *output,
                       CgWriter       *writer);
void cg_emit_python_stubs (const CgOutput *output,
                           CgWriter       *writer);
void cg_emit_vala_metadata (const CgOutput *output,
                            CgWriter       *writer);
