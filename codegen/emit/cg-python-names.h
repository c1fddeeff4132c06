/* cg-python-names.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"

/* Makes the name of a parameter: underscores are appended to a keyword, and to a name in @taken, to
 * which the result is added. */
char *cg_python_make_parameter   (GHashTable        *taken,
                                  const char        *name);

/* Makes the name of the function that the Python module of norpc-glib makes for a method. */
char *cg_python_make_public_name (const CgInterface *interface,
                                  const char        *name,
                                  const char        *end);
