/* norpc-proxy.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <norpc-glib/call/norpc-call.h>
#include <norpc-glib/core/norpc-version-macros.h>

G_BEGIN_DECLS

#define NORPC_TYPE_PROXY (norpc_proxy_get_type ())

NORPC_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (NorpcProxy, norpc_proxy, NORPC, PROXY, GObject)

/**
 * NorpcProxyClass:
 * @parent_class: the parent class
 *
 * The class structure of [class@Norpc.Proxy].
 *
 * Since: 0.1
 */
struct _NorpcProxyClass
{
  GObjectClass parent_class;

  /*< private >*/
#ifndef __GI_SCANNER__
  const NorpcInterfaceInfo *interface_info; /* (nullable) */
  const NorpcProxyEvents   *events;         /* (nullable) */
#endif

  gpointer _reserved[8];
};

NORPC_AVAILABLE_IN_ALL
NorpcEndpoint *norpc_proxy_get_endpoint    (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
gboolean       norpc_proxy_is_connected    (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
gboolean       norpc_proxy_is_ready        (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
gboolean       norpc_proxy_is_busy         (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_set_owner       (NorpcProxy           *self,
                                            GObject              *owner);
NORPC_AVAILABLE_IN_ALL
guint          norpc_proxy_get_timeout     (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_set_timeout     (NorpcProxy           *self,
                                            guint                 milliseconds);
NORPC_AVAILABLE_IN_ALL
NorpcPriority  norpc_proxy_get_priority    (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_set_priority    (NorpcProxy           *self,
                                            NorpcPriority         priority);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_cancel_all      (NorpcProxy           *self);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_call            (NorpcProxy           *self,
                                            NorpcCall            *call,
                                            GCancellable         *cancellable,
                                            GAsyncReadyCallback   callback,
                                            gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
NorpcReply    *norpc_proxy_take_reply      (NorpcProxy             *self,
                                            GAsyncResult           *result,
                                            const NorpcMethodInfo  *method,
                                            GError                **error);
NORPC_AVAILABLE_IN_ALL
NorpcReply    *norpc_proxy_call_finish     (NorpcProxy           *self,
                                            GAsyncResult         *result,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
NorpcReply    *norpc_proxy_call_sync       (NorpcProxy           *self,
                                            NorpcCall            *call,
                                            GCancellable         *cancellable,
                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_call_with_reply (NorpcProxy           *self,
                                            NorpcCall            *call,
                                            GCancellable         *cancellable,
                                            GCallback             reply_func,
                                            gpointer              user_data);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_send            (NorpcProxy           *self,
                                            NorpcCall            *call);
NORPC_AVAILABLE_IN_ALL
void           norpc_proxy_forward         (NorpcProxy           *self,
                                            NorpcCall            *call,
                                            NorpcCall            *forwarded);

G_END_DECLS
