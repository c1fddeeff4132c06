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

/* For cg-compare.c and cg-findings.c. */

/* A kind of nodes, and the comparison of two versions of a node. */
typedef struct
{
  const char  *what;
  gboolean     is_sent;  /* its name is visible outside of the process */
  CgSeverity   is_new;   /* of a node that is added */
  void       (*compare) (CgFindings    *findings,
                         gconstpointer  old_node,
                         gconstpointer  new_node);
} CgNodeKind;

/* Records a difference with its location, and with the location in the other version if @other is
 * not NULL. */
void cg_findings_add     (CgFindings       *self,
                          CgSeverity        severity,
                          const CgLocation *location,
                          const CgLocation *other,
                          const char       *format,
                          ...) G_GNUC_PRINTF (5, 6);

/* Pairs the nodes of one kind, and compares those of each pair. */
void cg_findings_compare (CgFindings       *findings,
                          const CgNodeKind *kind,
                          GPtrArray        *before,
                          GPtrArray        *now);

/* A difference between the nodes @before and @now, or between their types. */
#define ADD(severity, ...) \
  cg_findings_add (findings, severity, &((const CgNode *) now)->name_location, \
                   &((const CgNode *) before)->name_location, __VA_ARGS__)
#define BREAKING(...) ADD (CG_SEVERITY_BREAKING, __VA_ARGS__)
#define ADD_OF_USE(severity, ...) \
  cg_findings_add (findings, severity, &now->location, &before->location, __VA_ARGS__)
