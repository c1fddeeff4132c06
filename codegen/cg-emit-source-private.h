/* cg-emit-source-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-emitter.h"

G_BEGIN_DECLS

/* The parts of the C code. The names of the interface are in the writer. */

typedef void (*CgEmitMethod) (CgWriter       *writer,
                              const CgMethod *method);

extern const char cg_function_doc[];

void cg_emit_methods  (const CgInterface *interface,
                       CgWriter          *writer,
                       CgEmitMethod       emit);
void cg_emit_dispatch (const CgInterface *interface,
                       CgWriter          *writer);
void cg_emit_info     (const CgInterface *interface,
                       CgWriter          *writer);
void cg_emit_service  (const CgInterface *interface,
                       CgWriter          *writer);
void cg_emit_proxy    (const CgInterface *interface,
                       CgWriter          *writer);

G_END_DECLS
