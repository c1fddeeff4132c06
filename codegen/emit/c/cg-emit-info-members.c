/* cg-emit-info-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals, properties and streams as static data. */

#include "cg-emit-info-private.h"

static const char signal_row[] =
  "{ { -1, (gchar *) $name_string$, $args$, $annotations_value$ } }";

static const char property_row[] =
  "{\n"
  "  { -1, (gchar *) $name_string$, (gchar *) $signature_string$,\n"
  "    $access$,\n"
  "    $annotations_value$ },\n"
  "  $flags$,\n"
  "  $value_get_type$\n"
  "}";

static const char stream_row[] =
  "{ { -1, (gchar *) $name_string$, $in$, $out$, $annotations_value$ } }";

/* One kind of members while their arrays are made. */
typedef struct
{
  GPtrArray *rows;          /* (owned) */
  GPtrArray *pointers;      /* (owned) */
  GPtrArray *dbus_pointers; /* (owned): of those that D-Bus can carry */
  char      *values;        /* (owned): the name of their array */
} Members;

static void
members_init (Members       *self,
              CgInfoEmitter *emitter,
              const char    *values)
{
  self->rows = g_ptr_array_new_with_free_func (g_free);
  self->pointers = g_ptr_array_new_with_free_func (g_free);
  self->dbus_pointers = g_ptr_array_new_with_free_func (g_free);
  self->values = cg_writer_expand (emitter->writer, values);
}

static void
members_clear (Members *self)
{
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->pointers);
  g_ptr_array_unref (self->dbus_pointers);
  g_free (self->values);
}

static void
members_add (Members       *self,
             CgInfoEmitter *emitter,
             const char    *row,
             CgReach        reach)
{
  guint index = self->rows->len;

  g_ptr_array_add (self->rows, cg_writer_expand (emitter->writer, row));
  g_ptr_array_add (self->pointers, g_strdup_printf ("&%s[%u]", self->values, index));
  if (reach == CG_REACH_DBUS)
    g_ptr_array_add (self->dbus_pointers, g_strdup_printf ("&%s[%u].dbus", self->values, index));
}

/* Writes pointers, and sets @key to the expression for them. */
static void
emit_pointers (CgInfoEmitter *emitter,
               const char    *type,
               const char    *array,
               GPtrArray     *pointers,
               const char    *key)
{
  g_autofree char *expanded = cg_writer_expand (emitter->writer, array);
  g_autofree char *expression = cg_info_emit_pointers (emitter, type, expanded, pointers);

  cg_writer_set (emitter->writer, key, expression);
}

void
cg_info_emit_signals (CgInfoEmitter     *self,
                      const CgInterface *interface)
{
  Members members;

  members_init (&members, self, "$signal_infos$");
  for (guint i = 0; i < interface->signals->len; i++)
    {
      const CgSignal *signal = g_ptr_array_index (interface->signals, i);
      g_autofree char *annotations = cg_info_emit_annotations (self, &signal->node);
      g_autofree char *args = NULL;

      cg_info_set_index (self, i);
      args = cg_info_emit_args (self, signal->args, "$signal_arg_infos$_$index$", "$signal_args$_$index$");
      cg_info_set_string (self, "name_string", signal->node.name);
      cg_writer_set (self->writer, "args", args);
      cg_writer_set (self->writer, "annotations_value", annotations);
      members_add (&members, self, signal_row, cg_args_get_reach (signal->args));
    }

  cg_info_emit_values (self, "NorpcSignalInfo", members.values, members.rows);
  emit_pointers (self, "NorpcSignalInfo", "$signals$", members.pointers, "signals_value");
  emit_pointers (self, "GDBusSignalInfo", "$dbus_signals$", members.dbus_pointers, "dbus_signals_value");
  members_clear (&members);
}

static const char *
get_access (const CgProperty *property)
{
  switch (property->access)
    {
    case CG_ACCESS_READ:
      return "G_DBUS_PROPERTY_INFO_FLAGS_READABLE";

    case CG_ACCESS_WRITE:
      return "G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE";

    case CG_ACCESS_READWRITE:
      /* C++ has no enumerator for the two together */
      return "(GDBusPropertyInfoFlags) (G_DBUS_PROPERTY_INFO_FLAGS_READABLE | G_DBUS_PROPERTY_INFO_FLAGS_WRITABLE)";

    default:
      g_assert_not_reached ();
    }
}

void
cg_info_emit_properties (CgInfoEmitter     *self,
                         const CgInterface *interface)
{
  Members members;

  members_init (&members, self, "$property_infos$");
  CG_FOREACH (const CgProperty, property, interface->properties)
    {
      g_autofree char *annotations = cg_info_emit_annotations (self, &property->node);

      cg_info_set_string (self, "name_string", property->node.name);
      cg_info_set_type (self, &property->use);
      cg_writer_set (self->writer, "access", get_access (property));
      cg_writer_set (self->writer, "annotations_value", annotations);
      members_add (&members, self, property_row, cg_type_use_get_reach (&property->use));
    }

  cg_info_emit_values (self, "NorpcPropertyInfo", members.values, members.rows);
  emit_pointers (self, "NorpcPropertyInfo", "$properties$", members.pointers, "properties_value");
  emit_pointers (self, "GDBusPropertyInfo", "$dbus_properties$", members.dbus_pointers,
                 "dbus_properties_value");
  members_clear (&members);
}

/* D-Bus has none. */
void
cg_info_emit_streams (CgInfoEmitter     *self,
                      const CgInterface *interface)
{
  Members members;

  members_init (&members, self, "$stream_infos$");
  for (guint i = 0; i < interface->streams->len; i++)
    {
      const CgStream *stream = g_ptr_array_index (interface->streams, i);
      g_autofree char *annotations = cg_info_emit_annotations (self, &stream->node);
      g_autofree char *in_args = NULL;
      g_autofree char *out_args = NULL;

      cg_info_set_index (self, i);
      in_args = cg_info_emit_args (self, stream->in_args,
                                   "$stream_in_arg_infos$_$index$", "$stream_in_args$_$index$");
      cg_info_set_index (self, i);
      out_args = cg_info_emit_args (self, stream->out_args,
                                    "$stream_out_arg_infos$_$index$", "$stream_out_args$_$index$");
      cg_info_set_string (self, "name_string", stream->node.name);
      cg_writer_set (self->writer, "in", in_args);
      cg_writer_set (self->writer, "out", out_args);
      cg_writer_set (self->writer, "annotations_value", annotations);
      members_add (&members, self, stream_row, CG_REACH_PROCESS);
    }

  cg_info_emit_values (self, "NorpcStreamInfo", members.values, members.rows);
  emit_pointers (self, "NorpcStreamInfo", "$streams$", members.pointers, "streams_value");
  members_clear (&members);
}
