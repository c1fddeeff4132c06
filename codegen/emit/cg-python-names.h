/* cg-python-names.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-model.h"
#include "model/cg-writer.h"

/* Makes the name of a parameter: underscores are appended to a keyword, and to a name in @taken, to
 * which the result is added. */
char *cg_python_make_parameter   (GHashTable        *taken,
                                  const char        *name);

/* Sets the names of the functions that the Python module of norpc-glib makes for a method: $service_name$,
 * and those of proxies, $public$ and $public_sync$.
 */
void  cg_python_set_names        (CgWriter          *writer,
                                  const CgInterface *interface,
                                  const CgMethod    *method);
