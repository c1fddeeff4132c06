/* norpc-types.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (NORPC_GLIB_INSIDE) && !defined (NORPC_GLIB_COMPILATION)
#error "Only <norpc-glib/norpc-glib.h> can be included directly."
#endif

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _NorpcArgInfo       NorpcArgInfo;
typedef struct _NorpcFieldInfo     NorpcFieldInfo;
typedef struct _NorpcMethodInfo    NorpcMethodInfo;
typedef struct _NorpcSignalInfo    NorpcSignalInfo;
typedef struct _NorpcPropertyInfo  NorpcPropertyInfo;
typedef struct _NorpcInterfaceInfo NorpcInterfaceInfo;

typedef struct _NorpcCall  NorpcCall;
typedef struct _NorpcReply NorpcReply;

typedef struct _NorpcStats       NorpcStats;
typedef struct _NorpcMethodStats NorpcMethodStats;

typedef struct _NorpcEndpoint  NorpcEndpoint;
typedef struct _NorpcLifecycle NorpcLifecycle;
typedef struct _NorpcChannel   NorpcChannel;
typedef struct _NorpcDirect    NorpcDirect;
typedef struct _NorpcThread    NorpcThread;
typedef struct _NorpcServer    NorpcServer;
typedef struct _NorpcProxy     NorpcProxy;
typedef struct _NorpcLayer     NorpcLayer;

#ifndef __GI_SCANNER__
typedef struct _NorpcSubscriber  NorpcSubscriber;
typedef struct _NorpcProxyEvents NorpcProxyEvents;

typedef struct _NorpcRemoteInterface NorpcRemoteInterface;
typedef struct _NorpcFollower        NorpcFollower;
#endif

G_END_DECLS
