/* norpc-declared-types-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "norpc-xml-tree-private.h"

G_BEGIN_DECLS

/* The types that a description declares. @declared has the elements (unowned) by their unowned names. */

const char *norpc_known_type_get_signature     (const char             *name,
                                                GType                 (**get_type) (void));
gboolean    norpc_declared_type_expand         (GHashTable             *declared,
                                                const char             *type,
                                                GString                *signature,
                                                char                  **problem);
char       *norpc_declared_type_describe       (const char             *type,
                                                gboolean                nullable);
gboolean    norpc_declared_type_read_sensitive (GHashTable             *declared,
                                                const char             *type,
                                                gboolean               *is_sensitive,
                                                GError                **error);
GVariant   *norpc_declared_types_describe      (GHashTable             *declared,
                                                GError                **error);

G_END_DECLS
