/* cg-names.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The table of all names in generated code. The names are those that gdbus-codegen gives to the
 * same description. */

#include "cg-names.h"

static const CgNameRow interface_rows[] = {
  { "ns", "$ns$", FALSE },
  { "NS", "$NS$", FALSE },
  { "MODULE", "$MODULE$", FALSE },
  { "NAME", "$NAME$", FALSE },
  { "Name", "$Name$", FALSE },
  { "dbus_name", "$dbus_name$", FALSE },
  { "Iface", "$Ns$$Name$", TRUE },
  { "IfaceStruct", "$Iface$Interface", TRUE },
  { "iface", "$ns$$name$", FALSE },
  { "names", "$Iface$' and '$iface$", FALSE },
  { "IFACE", "$NS$$NAME$", FALSE },
  { "TYPE_IFACE", "$NS$TYPE_$NAME$", TRUE },
  { "IFACE_CAST", "$IFACE$", TRUE },
  { "IS_IFACE", "$NS$IS_$NAME$", TRUE },
  { "GET_IFACE", "$IFACE$_GET_IFACE", TRUE },
  { "get_type", "$iface$_get_type", TRUE },
  { "interface_info", "$iface$_interface_info", TRUE },
  { "new_for_funcs", "$iface$_new_for_funcs", TRUE },
  { "Proxy", "$Iface$Proxy", TRUE },
  { "ProxyClass", "$Proxy$Class", TRUE },
  { "proxy", "$iface$_proxy", FALSE },
  { "PROXY_NAME", "$NAME$_PROXY", FALSE },
  { "TYPE_PROXY", "$NS$TYPE_$NAME$_PROXY", TRUE },
  { "PROXY_CAST", "$IFACE$_PROXY", TRUE },
  { "IS_PROXY", "$NS$IS_$NAME$_PROXY", TRUE },
  { "proxy_get_type", "$proxy$_get_type", TRUE },
  { "proxy_new", "$proxy$_new", TRUE },
  { "proxy_new_async", "$proxy$_new_async", TRUE },
  { "proxy_new_finish", "$proxy$_new_finish", TRUE },
  { "proxy_new_sync", "$proxy$_new_sync", TRUE },
  { "proxy_init", "$proxy$_init", TRUE },
  { "proxy_class_init", "$proxy$_class_init", TRUE },
  { "proxy_iface_init", "$proxy$_iface_init", TRUE },
  { "default_init", "$iface$_default_init", TRUE },
  { "info", "$iface$_info", TRUE },
  { "methods", "$iface$_methods", TRUE },
  { "signals", "$iface$_signals", TRUE },
  { "properties", "$iface$_properties", TRUE },
  { "dbus_methods", "$iface$_dbus_methods", TRUE },
  { "dbus_signals", "$iface$_dbus_signals", TRUE },
  { "dbus_properties", "$iface$_dbus_properties", TRUE },
  { "property_infos", "$iface$_property_infos", TRUE },
  { "annotations", "$iface$_annotations", TRUE },
  { "annotation_values", "$iface$_annotation_values", TRUE },
  { "signal_arg_infos", "$iface$_signal_arg_infos", TRUE },
  { "signal_args", "$iface$_signal_args", TRUE },
  { "signal_infos", "$iface$_signal_infos", TRUE },
};

/* The names of a method, and of a stream. */
#define METHOD_ROWS \
  { "method", "$method$", FALSE }, \
  { "dbus_method", "$dbus_method$", FALSE }, \
  { "vfunc", "$vfunc$", FALSE }, \
  { "handle", "handle_$method$", FALSE }, \
  { "complete", "$iface$_complete_$method$", TRUE }, \
  { "return", "$iface$_return_$method$", TRUE }, \
  { "call_name", "$call_name$", FALSE }, \
  { "call", "$proxy$_$call_name$", TRUE }, \
  { "finish", "$call$_finish", TRUE }, \
  { "sync", "$call$_sync", TRUE }, \
  { "call_with_reply", "$call$_with_reply", TRUE }, \
  { "ReplyFunc", "$ReplyFunc$", TRUE }, \
  { "METHOD", "$IFACE$_METHOD_$METHOD_NAME$", TRUE }, \
  { "method_info", "$iface$_method_info_$method$", TRUE }, \
  { "in_args", "$iface$_in_args_$method$", TRUE }, \
  { "in_arg_infos", "$iface$_in_arg_infos_$method$", TRUE }, \
  { "out_args", "$iface$_out_args_$method$", TRUE }, \
  { "out_arg_infos", "$iface$_out_arg_infos_$method$", TRUE }, \
  { "dispatch", "$iface$_dispatch_$method$", TRUE }, \
  { "default_handle", "$iface$_default_handle_$method$", TRUE }, \
  { "new_call", "$iface$_new_call_$method$", TRUE }, \
  { "take_reply", "$iface$_take_reply_$method$", TRUE }, \
  { "unpack", "$iface$_unpack_$method$", TRUE }, \
  { "proxy_handle", "$proxy$_handle_$method$", TRUE }, \
  { "proxy_sync", "$proxy$_sync_$method$", TRUE },

static const CgNameRow method_rows[] = { METHOD_ROWS };

static const CgNameRow stream_rows[] = {
  METHOD_ROWS
  { "Method", "$Method$", FALSE },
  { "Stream", "$Iface$$Method$Stream", TRUE },
  { "StreamClass", "$Stream$Class", TRUE },
  { "stream", "$iface$_$method$_stream", FALSE },
  { "STREAM_NAME", "$NAME$_$METHOD_NAME$_STREAM", FALSE },
  { "TYPE_STREAM", "$NS$TYPE_$STREAM_NAME$", TRUE },
  { "IS_STREAM", "$NS$IS_$STREAM_NAME$", TRUE },
  { "STREAM_CAST", "$NS$$STREAM_NAME$", TRUE },
  { "stream_get_type", "$stream$_get_type", TRUE },
  { "stream_init", "$stream$_init", TRUE },
  { "stream_class_init", "$stream$_class_init", TRUE },
  { "open", "$proxy$_open_$method$", TRUE },
  { "next_async", "$stream$_next_async", TRUE },
  { "next_finish", "$stream$_next_finish", TRUE },
  { "next_sync", "$stream$_next_sync", TRUE },
  { "try_next", "$stream$_try_next", TRUE },
  { "write", "$stream$_write", TRUE },
  { "outcome_async", "$stream$_outcome_async", TRUE },
  { "outcome_finish", "$stream$_outcome_finish", TRUE },
  { "outcome_sync", "$stream$_outcome_sync", TRUE },
  { "take_item", "$stream$_take_item", TRUE },
  { "item_args", "$iface$_item_args_$method$", TRUE },
  { "item_arg_infos", "$iface$_item_arg_infos_$method$", TRUE },
};

static const CgNameRow signal_rows[] = {
  { "signal_name", "$signal_name$", FALSE },
  { "dbus_method", "$dbus_method$", FALSE },
  { "slot", "$slot$", FALSE },
  { "emit", "$iface$_emit_$signal$", TRUE },
};

static const CgNameRow property_rows[] = {
  { "property_name", "$property_name$", FALSE },
  { "dbus_method", "$dbus_method$", FALSE },
  { "get", "$iface$_get_$property$", TRUE },
  { "dup", "$iface$_dup_$property$", TRUE },
  { "set", "$iface$_set_$property$", TRUE },
  { "set_async", "$proxy$_set_$property$_async", TRUE },
  { "set_finish", "$proxy$_set_$property$_finish", TRUE },
  { "set_sync", "$proxy$_set_$property$_sync", TRUE },
};

/* The names of a declared type; each kind of type uses some of them. */
static const CgNameRow declaration_rows[] = {
  { "Name", "$Name$", FALSE },
  { "T", "$Ns$$Name$", TRUE },
  { "T_struct", "_$T$", TRUE },
  { "t", "$ns$$name$", FALSE },
  { "names", "$T$' and '$t$", FALSE },
  { "TT", "$NS$$NAME$", TRUE },
  { "GTYPE", "$NS$TYPE_$NAME$", TRUE },
  { "t_get_type", "$t$_get_type", TRUE },
  { "IS_T", "$NS$IS_$NAME$", TRUE },
  { "T_class", "$T$Class", TRUE },
  { "t_class_init", "$t$_class_init", TRUE },
  { "t_init", "$t$_init", TRUE },
  { "t_new", "$t$_new", TRUE },
  { "t_copy", "$t$_copy", TRUE },
  { "t_free", "$t$_free", TRUE },
  { "t_equal", "$t$_equal", TRUE },
  { "t_hash", "$t$_hash", TRUE },
  { "t_to_variant", "$t$_to_variant", TRUE },
  { "t_new_from_variant", "$t$_new_from_variant", TRUE },
  { "t_quark", "$t$_quark", TRUE },
  { "t_entries", "$t$_entries", TRUE },
  { "t_field_infos", "$t$_field_infos", TRUE },
};

const CgNameTable cg_declaration_names = { declaration_rows, G_N_ELEMENTS (declaration_rows) };
const CgNameTable cg_interface_names = { interface_rows, G_N_ELEMENTS (interface_rows) };
const CgNameTable cg_method_names = { method_rows, G_N_ELEMENTS (method_rows) };
const CgNameTable cg_stream_names = { stream_rows, G_N_ELEMENTS (stream_rows) };
const CgNameTable cg_signal_names = { signal_rows, G_N_ELEMENTS (signal_rows) };
const CgNameTable cg_property_names = { property_rows, G_N_ELEMENTS (property_rows) };

const char *
cg_names_look_up (const CgNode *node,
                  const char   *key)
{
  gsize i = 0;

  while (!g_str_equal (node->name_table->rows[i].key, key))
    i++;

  return node->names[i];
}

void
cg_names_set (CgWriter     *writer,
              const CgNode *node)
{
  for (gsize i = 0; i < node->name_table->n_rows; i++)
    cg_writer_set (writer, node->name_table->rows[i].key, node->names[i]);
}
