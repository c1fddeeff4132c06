/* kv-shard-prefix.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define KV_DEFAULT_SHARDS "3"

gboolean kv_shard_check_number (int      n_shards,
                                GError **error);
char    *kv_shard_make_prefix  (guint    index,
                                guint    n_shards);

G_END_DECLS
