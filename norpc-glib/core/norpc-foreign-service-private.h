/* norpc-foreign-service-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

gboolean norpc_foreign_service_can_run       (GObject      *service,
                                              GMainContext *context,
                                              GThread      *thread);
void     norpc_foreign_service_note_function (GObject      *service,
                                              GCallback     func);
gboolean norpc_foreign_service_keeps_nothing (gpointer      iface,
                                              gsize         handle_offset,
                                              gsize         sync_offset);

G_END_DECLS
