/* cg-emit-python-stubs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The output "generate-python-stubs": what type checkers of Python read of a typelib. */

#include "cg-emitter.h"

#include <string.h>

#include "cg-keys.h"
#include "cg-python-names.h"
#include "cg-python-types.h"
#include "model/cg-declarations.h"
#include "model/cg-names.h"
#include "model/cg-spelling.h"
#include "model/cg-templates.h"

/* The arguments among which one is written, and how. */
typedef struct
{
  GPtrArray  *args;
  GHashTable *names;      /* (owned): of CgArg and owned names of parameters */
  gboolean    is_variant; /* the module does not know the types of variants */
} Parameters;

static void
parameters_init (Parameters *self,
                 GPtrArray  *args,
                 CgReach     reach)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  *self = (Parameters) { args, g_hash_table_new_full (NULL, NULL, NULL, g_free), reach != CG_REACH_DBUS };
  CG_FOREACH (const CgArg, arg, args)
    g_hash_table_insert (self->names, (gpointer) arg, cg_python_make_parameter (taken, arg->c_lent));
}

/* The arguments at the end that may be None can be left out. */
static gboolean
can_be_left_out (const Parameters *self,
                 const CgArg      *arg)
{
  guint index;

  if (!g_ptr_array_find (self->args, arg, &index))
    return FALSE;
  for (; index < self->args->len; index++)
    if (!((const CgArg *) g_ptr_array_index (self->args, index))->use.nullable)
      return FALSE;

  return TRUE;
}

static void
set_types (CgWriter        *writer,
           const CgTypeUse *use,
           gboolean         is_variant)
{
  cg_writer_take (writer, "raw", cg_python_type_make (use, CG_PYTHON_RAW, FALSE));
  cg_writer_take (writer, "plain", cg_python_type_make (use, CG_PYTHON_RESULT, FALSE));
  cg_writer_take (writer, "argument", cg_python_type_make (use, CG_PYTHON_ARGUMENT, is_variant));
}

static void
set_arg (CgWriter      *writer,
         gpointer       item,
         gconstpointer  data)
{
  const Parameters *parameters = data;
  const CgArg *arg = item;

  cg_writer_set (writer, "arg", g_hash_table_lookup (parameters->names, arg));
  cg_writer_set (writer, "default", can_be_left_out (parameters, arg) ? " = ..." : "");
  set_types (writer, &arg->use, parameters->is_variant);
}

/* The lists are expanded before the keys of the next member are set. */
static void
set_args (CgWriter   *writer,
          const char *key,
          GPtrArray  *args,
          CgReach     reach,
          Parameters *parameters)
{
  parameters_init (parameters, args, reach);
  cg_writer_set_list (writer, key, args, set_arg, parameters);
}

/* Sets $options$: an argument may have the name of one. */
static void
set_options (CgWriter  *writer,
             GPtrArray *args)
{
  static const char * const options[][2] = {
    { "timeout", "builtins.float | None" }, { "priority", "Norpc.Priority | None" }, { "cancellable", "Gio.Cancellable | None" }
  };
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  CG_FOREACH (const CgArg, arg, args)
    g_free (cg_python_make_parameter (taken, arg->c_lent));
  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      g_autofree char *name = cg_python_make_parameter (taken, options[i][0]);

      g_string_append_printf (text, "%s%s: %s = ...", i > 0 ? ", " : "", name, options[i][1]);
    }
  cg_writer_set (writer, "options", text->str);
}

/* PyGObject returns True where a function has no results. */
static char *
make_raw_results (GPtrArray *args)
{
  return args->len > 0 ? cg_python_type_make_results (args, CG_PYTHON_RAW) : g_strdup ("builtins.bool");
}

/* The members of one interface that are being written. */
typedef struct
{
  const CgInterface *interface;
  Parameters         parameters[3]; /* of the current member */
} Stubs;

static void
stubs_clear (Stubs *self)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->parameters); i++)
    g_clear_pointer (&self->parameters[i].names, g_hash_table_unref);
}

static void
set_member (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data)
{
  const CgMember *member = item;
  Stubs *stubs = (Stubs *) data;
  CgReach reach = cg_member_get_reach (member);

  stubs_clear (stubs);
  cg_keys_set_member (writer, member, set_arg, NULL);
  set_args (writer, "in_args", member->in_args, reach, &stubs->parameters[0]);
  set_args (writer, "out_args", member->out_args, CG_REACH_PROCESS, &stubs->parameters[1]);
  set_args (writer, "items", member->items, CG_REACH_PROCESS, &stubs->parameters[2]);
  cg_writer_set (writer, "lower", member->lower);
}

static void
set_method (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data)
{
  const CgMethod *method = item;
  const CgInterface *interface = ((const Stubs *) data)->interface;

  set_member (writer, item, data);
  set_options (writer, method->in_args);
  cg_python_set_names (writer, interface, method);
  cg_writer_take (writer, "result", cg_python_type_make_results (method->out_args, CG_PYTHON_RESULT));
  cg_writer_take (writer, "answer", cg_python_type_make_results (method->out_args, CG_PYTHON_ANSWER));
  cg_writer_take (writer, "raw_result", make_raw_results (method->out_args));
  cg_writer_take (writer, "item", cg_python_type_make_results (method->items, CG_PYTHON_RESULT));
  if (cg_member_is_stream (method))
    {
      const char *iface = cg_names_look_up (&interface->node, "Iface");
      const char *stream = cg_names_look_up (&method->node, "Stream");
      const char *name = cg_names_look_up (&interface->node, "Name");

      cg_writer_take (writer, "stream_class", g_strconcat (name, stream + strlen (iface), NULL));
    }
}

static void
set_property (CgWriter      *writer,
              gpointer       item,
              gconstpointer  data)
{
  const CgMember *property = item;
  g_autofree char *name = g_strdelimit (g_strdup (cg_names_look_up (&property->node, "property_name")), "-", '_');

  set_member (writer, item, data);
  set_types (writer, &property->use, FALSE);
  cg_writer_set (writer, "property", cg_is_python_keyword (name) ? "" : name); /* an attribute cannot be one */
}

static void
set_interface (CgWriter      *writer,
               gpointer       item,
               gconstpointer  data)
{
  const CgInterface *interface = item;
  Stubs *stubs = (Stubs *) data;

  stubs->interface = interface;
  cg_names_set (writer, &interface->node);
  cg_writer_set_flag (writer, "is_named", !cg_is_python_keyword (cg_names_look_up (&interface->node, "Name")));
  cg_writer_set_list (writer, "methods", interface->methods, set_method, stubs);
  cg_writer_set_list (writer, "signals", interface->signals, set_member, stubs);
  cg_writer_set_list (writer, "properties", interface->properties, set_property, stubs);
}

static void
set_value (CgWriter      *writer,
           gpointer       item,
           gconstpointer  data G_GNUC_UNUSED)
{
  const CgValue *value = item;
  g_autofree char *upper = g_ascii_strup (value->node.in_c, -1);

  cg_writer_set (writer, "upper", upper);
  cg_writer_take (writer, "number", g_strdup_printf ("%" G_GINT64_FORMAT, value->value));
}

static void
set_field (CgWriter      *writer,
           gpointer       item,
           gconstpointer  data G_GNUC_UNUSED)
{
  const CgField *field = item;

  /* as PyGObject does */
  cg_writer_take (writer, "field", g_strconcat (field->lower, cg_is_python_keyword (field->lower) ? "_" : "", NULL));
  set_types (writer, &field->use, TRUE);
}

/* Makes the parameters of a constructor. Those behind one that may be None have to be named. */
static char *
make_constructor (const CgDeclaration *record,
                  gboolean             is_plain)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gboolean is_named = FALSE;

  CG_FOREACH (const CgField, field, record->fields)
    {
      gboolean can_be_missing = is_plain && (field->use.nullable || record->is_object);
      g_autofree char *name = cg_python_make_parameter (taken, field->param);
      g_autofree char *type = cg_python_type_make (&field->use, is_plain && !record->is_object ? CG_PYTHON_ARGUMENT
                                                                                              : CG_PYTHON_RAW, TRUE);

      if (can_be_missing && !is_named)
        g_string_append (text, text->len > 0 ? ", *" : "*");
      is_named |= can_be_missing;
      g_string_append_printf (text, "%s%s: %s%s", text->len > 0 ? ", " : "", name, type,
                              can_be_missing ? " = ..." : "");
    }

  return g_string_free (text, FALSE);
}

static void
set_declaration (CgWriter      *writer,
                 gpointer       item,
                 gconstpointer  data G_GNUC_UNUSED)
{
  const CgDeclaration *declaration = item;
  gboolean is_record = declaration->kind == CG_DECLARED_RECORD;
  gboolean is_named = !cg_is_python_keyword (cg_names_look_up (&declaration->node, "Name"));

  cg_names_set (writer, &declaration->node);
  cg_writer_set_flag (writer, "is_enum", is_named && !is_record);
  cg_writer_set_flag (writer, "is_flags", declaration->kind == CG_DECLARED_FLAGS);
  cg_writer_set_flag (writer, "is_error_domain", declaration->kind == CG_DECLARED_ERROR_DOMAIN);
  cg_writer_set_flag (writer, "is_record", is_named && is_record);
  cg_writer_set_flag (writer, "is_object", declaration->is_object);
  cg_writer_take (writer, "plain_parameters", make_constructor (declaration, TRUE));
  cg_writer_take (writer, "raw_parameters", make_constructor (declaration, FALSE));
  cg_writer_set_list (writer, "values", declaration->values, set_value, NULL);
  cg_writer_set_list (writer, "fields", declaration->fields, set_field, NULL);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return g_ascii_strcasecmp (*(const char * const *) a, *(const char * const *) b);
}

/* Makes the list of the namespaces of types that are from a GIR. */
static char *
make_namespaces (const CgDescription *description)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char * const always[] = { "Gio", "GLib", "GObject", "Norpc" };
  GHashTableIter iter;
  gpointer named;

  for (gsize i = 0; i < G_N_ELEMENTS (always); i++)
    g_ptr_array_add (names, g_strdup (always[i]));
  g_hash_table_iter_init (&iter, description->named_types);
  while (g_hash_table_iter_next (&iter, NULL, &named))
    {
      const char *name = ((const CgNamedType *) named)->name;
      g_autofree char *space = g_strndup (name, strcspn (name, "."));

      if (((const CgNamedType *) named)->declaration == NULL && ((const CgNamedType *) named)->interface == NULL &&
          !g_ptr_array_find_with_equal_func (names, space, g_str_equal, NULL))
        g_ptr_array_add (names, g_steal_pointer (&space));
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);

  return g_strjoinv (", ", (char **) names->pdata);
}

void
cg_emit_python_stubs (const CgOutput *output,
                      CgWriter       *writer)
{
  const CgDescription *description = output->description;
  Stubs stubs = { 0 };

  cg_writer_take (writer, "namespaces", make_namespaces (description));
  cg_writer_set_list (writer, "declarations", description->declarations, set_declaration, NULL);
  cg_writer_set_list (writer, "interfaces", description->interfaces, set_interface, &stubs);
  cg_writer_emit (writer, cg_template ("python-stubs/module"));
  stubs_clear (&stubs);
}
