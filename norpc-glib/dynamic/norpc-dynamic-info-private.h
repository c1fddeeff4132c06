/* norpc-dynamic-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/norpc-interface-info-private.h"

G_BEGIN_DECLS

/* An interface info that was made at run time. There is one for each description, which is never freed,
 * because GTypes, calls and proxies refer to it.
 */
typedef struct
{
  NorpcRunTimeInfo run_time;   /* must be first */
  GPtrArray       *blocks;     /* (owned): the memory of the info, of owned blocks */
  GHashTable      *left_out;   /* (owned): of the members that need generated code, as owned texts of a kind,
                                  a blank and a name, and owned texts that say why */
  GHashTable      *function_names; /* (owned): of owned names of all members and owned names for functions */
  GHashTable      *errors;     /* (owned): of owned names "Domain.Error" and owned NorpcDescribedError */
  GType            proxy_type;   /* since it is registered */
  GType            service_type; /* since it is registered */
} NorpcDynamicInfo;

/* An error of a declared domain. */
typedef struct
{
  char *domain;    /* (owned): as the name of a quark, without a C namespace */
  int   code;
  char *dbus_name; /* (owned) (nullable) */
} NorpcDescribedError;

NorpcDynamicInfo *norpc_dynamic_info_new   (void);
void              norpc_dynamic_info_free  (NorpcDynamicInfo        *self);
gpointer          norpc_dynamic_info_alloc (NorpcDynamicInfo        *self,
                                            gsize                    size);
char             *norpc_dynamic_info_strdup (NorpcDynamicInfo       *self,
                                             const char             *text);
gpointer          norpc_dynamic_info_take_list (NorpcDynamicInfo    *self,
                                                GPtrArray           *items);
char             *norpc_dynamic_info_describe  (const NorpcDynamicInfo *self);

const NorpcDynamicInfo *norpc_dynamic_info_get          (const NorpcInterfaceInfo *info);
void                    norpc_dynamic_info_leave_out    (NorpcDynamicInfo         *self,
                                                         const char               *element,
                                                         const char               *member,
                                                         const char               *reason);
const char             *norpc_dynamic_info_get_left_out (const NorpcInterfaceInfo *info,
                                                         const char               *kind,
                                                         const char               *member);

G_END_DECLS
