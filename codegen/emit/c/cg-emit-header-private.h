/* cg-emit-header-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-columns.h"
#include "emit/cg-emitter.h"

G_BEGIN_DECLS

/* cg-emit-types.c: what a description declares, for the header. */
void cg_emit_types     (const CgDescription *description,
                        CgWriter            *writer);

G_END_DECLS
