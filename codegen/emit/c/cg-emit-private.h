/* cg-emit-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-marshal.h"
#include "cg-signature.h"
#include "emit/cg-emitter.h"
#include "emit/cg-keys.h"
#include "model/cg-templates.h"
#include "model/cg-names.h"

/* The parts of the C code, in their order. The writer has the names of the interface. */

void cg_emit_helpers  (const CgDescription *description,
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

/* Sets $return_reply$, the end of functions that get a reply, and writes a function that they share
 * if that is shorter. */
void cg_emit_take_reply (CgWriter          *writer,
                         const CgMethod    *method);

/* cg-emit-replies.c */
void     cg_emit_unpack           (const CgInterface *interface,
                                   CgWriter          *writer);
gboolean cg_method_has_reply_func (const CgMethod    *method);

/* cg-emit-streams.c: the classes of streams. */
void cg_emit_streams  (const CgInterface *interface,
                       CgWriter          *writer);

/* cg-emit-properties.c: the functions of the proxy, or those that a service has, too. */
void cg_emit_properties (const CgInterface *interface,
                         CgWriter          *writer,
                         gboolean           is_proxy);

/* cg-emit-types.c: sets the list of the types that a description declares, and that of the fields of a
 * record. */
void cg_emit_set_declarations (CgWriter            *writer,
                               const CgDescription *description);
void cg_emit_set_fields       (CgWriter            *writer,
                               const CgDeclaration *record);

/* cg-emit-info.c: the fields of a record as data. */
void cg_emit_fields   (const CgDeclaration *record,
                       CgWriter            *writer);
