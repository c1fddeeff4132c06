/* cg-emit-records-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-emit-source-private.h"

#include "cg-record-signature.h"

G_BEGIN_DECLS

/* cg-emit-record-nested.c */
const char *
      cg_emit_record_get_nested     (CgRecordFunction     function);
void  cg_emit_record_nested_helpers (const CgDescription *description,
                                     CgWriter            *writer);

G_END_DECLS
