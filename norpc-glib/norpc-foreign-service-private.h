/* norpc-foreign-service-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

gboolean norpc_foreign_service_can_run (GObject      *service,
                                        GMainContext *context,
                                        GThread      *thread);

G_END_DECLS
