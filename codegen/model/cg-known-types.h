/* cg-known-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-gir.h"

G_BEGIN_DECLS

/* Of GLib, GObject and Gio. */
#define CG_KNOWN_TYPES_VERSION "2.0"

/* Whether a version of a namespace has types that are known without its GIR. */
gboolean    cg_known_types_have      (const char  *gir_namespace,
                                      const char  *version);

/* Fills in @type, whose strings are interned, and the header that it needs
 * besides gio/gio.h, or NULL. @name is "Namespace.Type". */
gboolean    cg_known_types_find      (const char  *name,
                                      CgGirType   *type,
                                      const char **header);

/* The macro that must be defined before @header is included, or NULL. */
const char *cg_known_types_get_macro (const char  *header);

G_END_DECLS
