/* kv-access.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <norpc-glib/norpc-glib.h>

G_BEGIN_DECLS

#define KV_TYPE_ACCESS (kv_access_get_type ())

G_DECLARE_FINAL_TYPE (KvAccess, kv_access, KV, ACCESS, NorpcLayer)

NorpcLayer *kv_access_new (GDBusConnection *system_bus,
                           const char      *action) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
