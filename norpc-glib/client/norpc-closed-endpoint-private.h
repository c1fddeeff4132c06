/* norpc-closed-endpoint-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The endpoint of a proxy that has none: it rejects each call with NORPC_ERROR_CLOSED. */
#define NORPC_TYPE_CLOSED_ENDPOINT (norpc_closed_endpoint_get_type ())
G_DECLARE_FINAL_TYPE (NorpcClosedEndpoint, norpc_closed_endpoint, NORPC, CLOSED_ENDPOINT, GObject)

G_END_DECLS
