/* norpc-server-report-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "channel/norpc-channel.h"

G_BEGIN_DECLS

/* The servers of the process, for inspectors. Thread-safe. */

GVariant                 *norpc_server_report_list           (void);
NorpcChannel             *norpc_server_report_find_interface (guint                      server,
                                                              const char                *interface_name,
                                                              const NorpcInterfaceInfo **info,
                                                              GError                   **error);

G_END_DECLS
