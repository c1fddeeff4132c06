/* norpc-interface-info-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <string.h>

#include "norpc-interface-info.h"

G_BEGIN_DECLS

/* The fields of a record, which is a boxed type, or a class of objects. */
typedef struct
{
  GDestroyNotify        free;     /* (nullable): NULL for objects */
  guint                 n_fields;
  const NorpcFieldInfo *fields; /* (unowned): static */
} NorpcRecordInfo;

/* A flag of methods whose results stay handles: see norpc-value-export-private.h */
#define NORPC_METHOD_RETURNS_HANDLES ((NorpcMethodFlags) (1 << 16))

/* It writes a value that a proxy shows already, which is to arrive whatever happens. */
#define NORPC_METHOD_WRITES_SHOWN ((NorpcMethodFlags) (1 << 17))

/* An interface info that was made at run time, as part of that in dynamic/. Its `get_type` returns
 * G_TYPE_INVALID, because a function without arguments cannot tell such infos apart.
 */
typedef struct
{
  NorpcInterfaceInfo info;      /* must be first */
  GType              type;      /* of the GInterface, since it is registered */
  GHashTable        *arg_types; /* (owned): of unowned NorpcArgInfo and NorpcPropertyInfo, and owned names of the types as
                                   norpc_interface_info_list_in_types () has them, without "?", if these say more
                                   than the signature */
  GVariant          *types;     /* (owned): the declared types that need no generated code */
} NorpcRunTimeInfo;

GType norpc_run_time_info_get_type (void);

/* The `get_type` of an info of the calls that access the properties of such an interface. */
GType norpc_run_time_access_get_type (void);

/* Thread-safe. Returns TRUE also for the calls that access the properties of such an interface. */
static inline gboolean
norpc_interface_info_is_run_time (const NorpcInterfaceInfo *info)
{
  return info->get_type == norpc_run_time_info_get_type || info->get_type == norpc_run_time_access_get_type;
}

/* Thread-safe. Returns NULL if @info is another one. */
static inline const NorpcRunTimeInfo *
norpc_interface_info_get_run_time (const NorpcInterfaceInfo *info)
{
  return info->get_type == norpc_run_time_info_get_type ? (const NorpcRunTimeInfo *) info : NULL;
}

GType norpc_interface_info_get_gtype (const NorpcInterfaceInfo *info);

void                   norpc_record_type_set_info (GType                  type,
                                                   const NorpcRecordInfo *info);
const NorpcInterfaceInfo *norpc_interface_type_get_info (GType                     type);
void                      norpc_interface_type_set_info (GType                     type,
                                                         const NorpcInterfaceInfo *info);

const NorpcRecordInfo *norpc_record_type_get_info (GType                  type);
GHashFunc              norpc_type_get_hash_func   (GType                  type);

guint    norpc_interface_info_get_n_signals    (const NorpcInterfaceInfo *info);
guint    norpc_interface_info_get_n_properties (const NorpcInterfaceInfo *info);
int      norpc_interface_info_find_signal_named   (const NorpcInterfaceInfo *info,
                                                   const char               *name);
int      norpc_interface_info_find_property_named (const NorpcInterfaceInfo *info,
                                                   const char               *name);
gboolean norpc_interface_info_has_lists        (const NorpcInterfaceInfo *info);
gboolean norpc_arg_info_is_list                (const NorpcArgInfo       *info);

/* The value must not appear in a message, a log or an inspector: it is secret, or a field of it is. */
gboolean norpc_arg_info_is_sensitive (const NorpcArgInfo *info);
gboolean norpc_type_is_sensitive     (GType               type);

/* Returns TRUE if a value of a signal or a property can leave the process. A file descriptor can only do so with a call.
 */
static inline gboolean
norpc_signature_has_form (const char *signature)
{
  return *signature != '\0' && strchr (signature, 'h') == NULL;
}

/* A property as an argument. */
static inline NorpcArgInfo
norpc_property_info_get_arg (const NorpcPropertyInfo *info)
{
  return (NorpcArgInfo) {
    { -1, info->dbus.name, info->dbus.signature, NULL }, info->flags, info->get_type, info->get_element_type
  };
}

/* Only a description that is made at run time can lack the signature of an argument. */
static inline gboolean
norpc_arg_infos_have_signatures (GDBusArgInfo * const *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    if (infos[i]->signature == NULL)
      return FALSE;

  return TRUE;
}

static inline gboolean
norpc_method_info_is_stream (const NorpcMethodInfo *info)
{
  return (info->flags & NORPC_METHOD_FLAGS_STREAM) != 0;
}

guint                  norpc_arg_infos_count      (GDBusArgInfo * const *infos);
GType                  norpc_signature_get_gtype  (const char           *signature);
GType                  norpc_arg_info_get_gtype   (const GDBusArgInfo   *info);
GType                  norpc_arg_info_get_described_gtype (const NorpcArgInfo *info);
gboolean               norpc_arg_info_is_nullable (const NorpcArgInfo   *info);

G_END_DECLS
