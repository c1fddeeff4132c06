/* cg-python-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

/* The way in which Python has a value. */
typedef enum
{
  CG_PYTHON_RESULT,   /* that a function of the module of norpc-glib returns: a plain value */
  CG_PYTHON_ANSWER,   /* that a method of a service returns to it: a plain value */
  CG_PYTHON_ARGUMENT, /* that it takes: a plain value, or others that stand for it */
  CG_PYTHON_RAW       /* of the functions of PyGObject */
} CgPythonForm;

/* Makes the annotation of a value. @is_variant: a GVariant has to be one in an argument, because the
 * module does not know its type. */
char *cg_python_type_make (const CgTypeUse *use,
                           CgPythonForm     form,
                           gboolean         is_variant);

/* Makes the annotation of the values of a function: None, one, or a tuple. */
char *cg_python_type_make_results (GPtrArray    *args,
                                   CgPythonForm  form);
