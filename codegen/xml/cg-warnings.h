/* cg-warnings.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Every warning has a name, in the table in cg-warnings.c and in the man page. */
typedef enum
{
  CG_WARNING_ANNOTATION_VALUE,
  CG_WARNING_BINDING_NAME,
  CG_WARNING_C_NAME,
  CG_WARNING_DUPLICATE_ANNOTATION,
  CG_WARNING_DUPLICATE_ARGUMENT,
  CG_WARNING_EMPTY_NAME,
  CG_WARNING_GIR_PATH,
  CG_WARNING_IGNORED_ANNOTATION,
  CG_WARNING_INTERFACE_PREFIX,
  CG_WARNING_LARGE_INTERFACE,
  CG_WARNING_MISPLACED_ELEMENT,
  CG_WARNING_NAME_WITHOUT_DOT,
  CG_WARNING_RENAMED_CALL,
  CG_WARNING_SIGNAL_DIRECTION,
  CG_WARNING_STRAY_DOCUMENTATION,
  CG_WARNING_STRAY_TEXT,
  CG_WARNING_THREAD_BOUND_TYPE,
  CG_WARNING_UNDECLARED_ENTITY,
  CG_WARNING_UNDECLARED_PREFIX,
  CG_WARNING_UNKNOWN_ANNOTATION,
  CG_WARNING_UNKNOWN_ATTRIBUTE,
  CG_WARNING_UNKNOWN_ELEMENT,
  CG_N_WARNINGS
} CgWarning;

typedef enum
{
  CG_WARNING_LEVEL_SILENT,
  CG_WARNING_LEVEL_NOTE,
  CG_WARNING_LEVEL_WARNING,
  CG_WARNING_LEVEL_ERROR
} CgWarningLevel;

/* The options of the command line for warnings. */
typedef struct
{
  gboolean errors;                    /* -Werror */
  gboolean silent[CG_N_WARNINGS];     /* -Wno-NAME */
  gboolean is_said[CG_N_WARNINGS];    /* -Werror=NAME or -Wno-error=NAME was there: */
  gboolean is_error[CG_N_WARNINGS];   /* the option that was given */
} CgWarnings;

const char     *cg_warning_get_name   (CgWarning          warning);
char           *cg_warnings_make_help (void);
gboolean        cg_warnings_apply     (CgWarnings        *self,
                                       const char        *option,
                                       GError           **error);
CgWarningLevel  cg_warnings_get_level (const CgWarnings  *self,
                                       CgWarning          warning);
