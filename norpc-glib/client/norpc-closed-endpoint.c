/* norpc-closed-endpoint.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "norpc-closed-endpoint-private.h"
#include "norpc-endpoint.h"

struct _NorpcClosedEndpoint
{
  GObject parent_instance;
};

static void norpc_closed_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcClosedEndpoint, norpc_closed_endpoint, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_ENDPOINT,
                                                      norpc_closed_endpoint_endpoint_iface_init))

static void
norpc_closed_endpoint_send (NorpcEndpoint *endpoint G_GNUC_UNUSED,
                            NorpcCall     *call)
{
  norpc_call_reject_owned (call, NORPC_ERROR_CLOSED, "was rejected: its proxy has no endpoint");
}

static gboolean
norpc_closed_endpoint_is_closed (NorpcEndpoint *endpoint G_GNUC_UNUSED)
{
  return TRUE;
}

static gboolean
norpc_closed_endpoint_is_ready (NorpcEndpoint *endpoint G_GNUC_UNUSED)
{
  return FALSE;
}

static void
norpc_closed_endpoint_await_ready (NorpcEndpoint *endpoint G_GNUC_UNUSED,
                                   NorpcCall     *probe)
{
  norpc_call_return_error_literal (probe, NORPC_ERROR, NORPC_ERROR_CLOSED,
                                   "The endpoint is closed: the proxy has no endpoint");
}

static void
norpc_closed_endpoint_endpoint_iface_init (NorpcEndpointInterface *iface)
{
  iface->send = norpc_closed_endpoint_send;
  iface->is_closed = norpc_closed_endpoint_is_closed;
  iface->is_ready = norpc_closed_endpoint_is_ready;
  iface->await_ready = norpc_closed_endpoint_await_ready;
}

static void
norpc_closed_endpoint_class_init (NorpcClosedEndpointClass *klass G_GNUC_UNUSED)
{
}

static void
norpc_closed_endpoint_init (NorpcClosedEndpoint *self G_GNUC_UNUSED)
{
}
