/* cg-emit-source-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* The parts of the C code, in their order. The names of the interface are in the writer. */

void cg_emit_helpers  (const CgDescription *description,
                       CgWriter            *writer);
void cg_emit_enums    (const CgDescription *description,
                       CgWriter            *writer);
void cg_emit_records  (const CgDescription *description,
                       CgWriter            *writer);
void cg_emit_service_messages (const CgDescription *description,
                               CgWriter            *writer);
void cg_emit_dispatch (const CgInterface *interface,
                       CgWriter          *writer);
void cg_emit_info     (const CgInterface *interface,
                       CgWriter          *writer);
void cg_emit_service  (const CgInterface *interface,
                       CgWriter          *writer);
void cg_emit_proxy    (const CgInterface *interface,
                       CgWriter          *writer);

G_END_DECLS
