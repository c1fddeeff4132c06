/* cg-compare.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

/* The meaning of a difference for callers. */
typedef enum
{
  CG_SEVERITY_BREAKING,    /* breaks callers */
  CG_SEVERITY_RISKY,       /* may break some callers */
  CG_SEVERITY_COMPATIBLE,  /* an addition */
  CG_N_SEVERITIES
} CgSeverity;

typedef struct
{
  CgDiagnostics *diagnostics;
  guint          n[CG_N_SEVERITIES];
  GHashTable    *peers;  /* (owned): of the nodes of either version, while they are compared */
} CgFindings;

const char *cg_severity_to_string (CgSeverity           self);

/* Finds the differences between @before and @now. */
void        cg_compare            (const CgDescription *before,
                                   const CgDescription *now,
                                   CgFindings          *findings);
