/* cg-emit-info-members.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Signals, properties and streams as static data. */

#include "cg-emit-info-private.h"

static const char property_row[] =
  "{\n"
  "  { -1, (gchar *) $name_string$, (gchar *) $signature_string$,\n"
  "    $access$,\n"
  "    $annotations_value$ },\n"
  "  $flags$,\n"
  "  $value_get_type$\n"
  "}";

/* Differences between the kinds of members that have no functions. */
static const struct
{
  const char *row;
  const char *values;       /* the name of the array of values */
  const char *in_values;    /* (nullable): those of the arrays of arguments */
  const char *in_args;
  const char *out_values;
  const char *out_args;
  const char *type;
  const char *array;
  const char *key;          /* of the expression for the array of pointers */
  const char *dbus_type;    /* (nullable): the same for D-Bus */
  const char *dbus_array;
  const char *dbus_key;
} kinds[CG_N_MEMBERS] = {
  [CG_MEMBER_SIGNAL] = {
    "{ { -1, (gchar *) $name_string$, $out$, $annotations_value$ } }",
    "$signal_infos$", NULL, NULL, "$signal_arg_infos$_$index$", "$signal_args$_$index$",
    "NorpcSignalInfo", "$signals$", "signals_value", "GDBusSignalInfo", "$dbus_signals$", "dbus_signals_value"
  },
  [CG_MEMBER_PROPERTY] = {
    property_row, "$property_infos$", NULL, NULL, NULL, NULL,
    "NorpcPropertyInfo", "$properties$", "properties_value",
    "GDBusPropertyInfo", "$dbus_properties$", "dbus_properties_value"
  },
  [CG_MEMBER_STREAM] = {
    "{ { -1, (gchar *) $name_string$, $in$, $out$, $annotations_value$ } }",
    "$stream_infos$", "$stream_in_arg_infos$_$index$", "$stream_in_args$_$index$",
    "$stream_out_arg_infos$_$index$", "$stream_out_args$_$index$",
    "NorpcStreamInfo", "$streams$", "streams_value", NULL, NULL, NULL
  },
};

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

static const char *
get_access (const CgMember *property)
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

/* Writes the arguments, and sets @key to the expression for them. */
static void
emit_args (CgInfoEmitter *self,
           GPtrArray     *args,
           guint          index,
           const char    *values,
           const char    *array,
           const char    *key)
{
  g_autofree char *expression = NULL;

  if (values == NULL)
    return;

  cg_info_set_index (self, index);
  expression = cg_info_emit_args (self, args, values, array);
  cg_writer_set (self->writer, key, expression);
}

static void
emit_members (CgInfoEmitter     *self,
              const CgInterface *interface,
              CgMemberKind       kind)
{
  Members members;

  members_init (&members, self, kinds[kind].values);
  CG_FOREACH (const CgMember, member, interface->members[kind])
    {
      g_autofree char *annotations = cg_info_emit_annotations (self, &member->node);
      guint index = members.rows->len;

      emit_args (self, member->in_args, index, kinds[kind].in_values, kinds[kind].in_args, "in");
      emit_args (self, member->out_args, index, kinds[kind].out_values, kinds[kind].out_args, "out");
      cg_info_set_string (self, "name_string", member->node.name);
      if (kind == CG_MEMBER_PROPERTY)
        {
          cg_info_set_type (self, &member->use);
          cg_writer_set (self->writer, "access", get_access (member));
        }
      cg_writer_set (self->writer, "annotations_value", annotations);
      members_add (&members, self, kinds[kind].row, cg_member_get_reach (member));
    }

  cg_info_emit_values (self, kinds[kind].type, members.values, members.rows);
  emit_pointers (self, kinds[kind].type, kinds[kind].array, members.pointers, kinds[kind].key);
  if (kinds[kind].dbus_type != NULL)
    emit_pointers (self, kinds[kind].dbus_type, kinds[kind].dbus_array, members.dbus_pointers, kinds[kind].dbus_key);
  members_clear (&members);
}

void
cg_info_emit_members (CgInfoEmitter     *self,
                      const CgInterface *interface)
{
  for (CgMemberKind kind = CG_MEMBER_SIGNAL; kind < CG_N_MEMBERS; kind++)
    emit_members (self, interface, kind);
}
