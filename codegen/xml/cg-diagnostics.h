/* cg-diagnostics.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-warnings.h"

#include <glib.h>
#include <stdio.h>

/* A place in a description. Lines and columns count from 1; a column is one
 * character, not one byte. Line 0 is the file as a whole. */
typedef struct
{
  const char *file;       /* as it was given; lives as long as its source */
  guint       file_index; /* position on the command line */
  guint       line;
  guint       column;
  gsize       offset;     /* in the text of the description */
} CgLocation;

typedef struct _CgDiagnostics CgDiagnostics;

CgDiagnostics *cg_diagnostics_new          (void);
void           cg_diagnostics_free         (CgDiagnostics    *self);
void           cg_diagnostics_error        (CgDiagnostics    *self,
                                            const CgLocation *location,
                                            const char       *format,
                                            ...) G_GNUC_PRINTF (3, 4);
void           cg_diagnostics_warning      (CgDiagnostics    *self,
                                            CgWarning         warning,
                                            const CgLocation *location,
                                            const char       *format,
                                            ...) G_GNUC_PRINTF (4, 5);
void           cg_diagnostics_note         (CgDiagnostics    *self,
                                            const CgLocation *location,
                                            const char       *format,
                                            ...) G_GNUC_PRINTF (3, 4);

/* Reports a difference of two versions, with its severity, a static string. */
void           cg_diagnostics_finding      (CgDiagnostics    *self,
                                            const char       *severity,
                                            const CgLocation *location,
                                            const char       *format,
                                            va_list           args) G_GNUC_PRINTF (4, 0);

/* Drops all messages, but keeps the texts of descriptions. */
void           cg_diagnostics_forget       (CgDiagnostics    *self);

/* Sets the levels of warnings. Must be called before the first warning. */
void           cg_diagnostics_set_warnings (CgDiagnostics    *self,
                                            const CgWarnings *warnings);

/* Takes ownership of the text of a description, to print its lines. It need not be valid UTF-8. */
void           cg_diagnostics_take_text    (CgDiagnostics    *self,
                                            guint             file_index,
                                            char             *text);

gboolean       cg_diagnostics_has_errors   (CgDiagnostics    *self);
void           cg_diagnostics_print        (CgDiagnostics    *self,
                                            FILE             *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgDiagnostics, cg_diagnostics_free)
