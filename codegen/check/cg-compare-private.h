/* cg-compare-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-compare.h"

G_BEGIN_DECLS

typedef void (*CgCompareFunc) (CgFindings    *findings,
                               gconstpointer  before,
                               gconstpointer  now);

/* Compares what has the same name, and tells of what is gone; what is new is
 * of the severity @is_new. */
void cg_compare_all     (CgFindings          *findings,
                         GPtrArray           *before,
                         GPtrArray           *now,
                         const char          *what,
                         CgCompareFunc        compare,
                         CgSeverity           is_new);
void cg_compare_c_names (CgFindings          *findings,
                         const CgNode        *before,
                         const CgNode        *now,
                         const char          *old_name,
                         const char          *new_name);

/* cg-compare-args.c */
void cg_compare_args    (CgFindings          *findings,
                         const CgNode        *before,
                         const CgNode        *now,
                         GPtrArray           *old_args,
                         GPtrArray           *new_args,
                         CgDirection          direction);
void cg_compare_uses    (CgFindings          *findings,
                         const CgTypeUse     *before,
                         const CgTypeUse     *now,
                         const char          *what);

/* cg-compare-types.c */
void cg_compare_types   (CgFindings          *findings,
                         const CgDescription *before,
                         const CgDescription *now);

/* Notes a difference where it is, and the place in the other version if
 * @other is not NULL. */
void cg_findings_add    (CgFindings          *self,
                         CgSeverity           severity,
                         const CgLocation    *location,
                         const CgLocation    *other,
                         const char          *format,
                         ...) G_GNUC_PRINTF (5, 6);

G_END_DECLS
