/* cg-skeleton-c.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A skeleton of a service in C, in which each method fails with "still to be written", and a test for
 * it, which calls each method with empty arguments. */

#include "cg-skeleton.h"

#include "emit/c/cg-marshal.h"
#include "emit/c/cg-signature.h"
#include "model/cg-names.h"

#include <string.h>

/* Makes the C code that frees @value, or "". */
static char *
make_free (CgWriter        *writer,
           const CgTypeUse *use,
           const char      *value)
{
  /* the function for this is static in the generated code */
  if (use->named != NULL && use->named->kind == CG_NAMED_BOXED && use->type->element == NULL)
    return g_strdup_printf ("if (%s != NULL)\n  g_boxed_free (%s (), %s);",
                            value, use->type->get_type, value);

  return cg_marshal_expand (writer, use->type->clear, use, "", 0, value);
}

static const struct
{
  const char *signature;
  const char *lent;
  const char *moved;
} empty_values[] = {
  { "s", "\"\"", "g_strdup (\"\")" },
  { "g", "\"\"", "g_strdup (\"\")" },
  { "o", "\"/\"", "g_strdup (\"/\")" },
  { "as", "(const char * const []) { NULL }", "g_new0 (char *, 1)" },
  { "ao", "(const char * const []) { NULL }", "g_new0 (char *, 1)" },
  { "ag", "(const char * const []) { NULL }", "g_new0 (char *, 1)" },
  { "ay", "no_bytes", "g_bytes_new (NULL, 0)" },
};

static char *
make_value (const CgTypeUse *use)
{
  if (use->nullable)
    return g_strdup ("NULL");
  if (!use->type->is_pointer)
    return g_strdup (use->type->zero);
  if (use->named != NULL)
    return NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (empty_values); i++)
    if (g_str_equal (empty_values[i].signature, use->value_signature))
      return g_strdup (use->is_moved ? empty_values[i].moved : empty_values[i].lent);

  /* an invalid serialised value is read as the default value */
  return g_strdup_printf ("g_variant_new_from_data (G_VARIANT_TYPE (\"%s\"), "
                          "\"\", 0, FALSE, NULL, NULL)", use->value_signature);
}

/* Makes an empty array that frees its elements, or NULL if the function that frees them is static
 * in the generated code. */
static char *
make_array (const CgType *element)
{
  if (!element->is_pointer)
    return g_strdup_printf ("g_array_new (FALSE, FALSE, sizeof (%s))", element->c_out);
  if (*element->free_function == '$')
    return NULL;

  return g_strdup_printf ("g_ptr_array_new_with_free_func (%s)", element->free_function);
}

/* Makes an expression for the first value of a property, which the service owns, or NULL if the
 * type has no empty value. */
static char *
make_first (const CgTypeUse *use)
{
  CgTypeUse owned = *use;

  owned.is_moved = TRUE;
  if (use->named == NULL || use->nullable || !use->type->is_pointer)
    return make_value (&owned);
  if (use->type->element != NULL)
    return make_array (use->type->element);
  if (!cg_skeleton_is_list (use))
    return NULL;

  return g_strdup_printf ("G_LIST_MODEL (g_list_store_new (%s ()))",
                          use->element != NULL ? use->element->type.get_type : "g_object_get_type");
}

static void
set_arg (CgWriter      *writer,
         gpointer       item,
         gconstpointer  data G_GNUC_UNUSED)
{
  const CgArg *arg = item;

  cg_writer_set_flag (writer, "is_moved", arg->use.is_moved);
  cg_writer_set (writer, "lent", arg->c_lent);
  cg_writer_set (writer, "out", arg->c_out);
  cg_writer_take (writer, "free", make_free (writer, &arg->use, arg->c_lent));
}

static gboolean
needs_bytes (const CgMethod *method)
{
  CG_FOREACH (const CgArg, arg, method->in_args)
    if (!arg->use.nullable && !arg->use.is_moved && g_str_equal (arg->use.value_signature, "ay"))
      return TRUE;

  return FALSE;
}

/* Sets the keys of the test that calls a method: the arguments, a line each, and what is done with the
 * result. */
static void
set_call (CgWriter       *writer,
          const CgMethod *method)
{
  const CgArg *returned = cg_method_get_return_arg (method);
  gboolean is_stream = cg_member_is_stream (method);
  gboolean is_oneway = (method->flags & CG_METHOD_ONEWAY) != 0;
  g_autoptr (GString) results = g_string_new (NULL);
  g_autofree char *values = NULL;

  for (guint i = 0; returned == NULL && i < method->out_args->len; i++)
    g_string_append (results, ",\nNULL");
  g_string_append (results, ",\nNULL,\n&error");

  cg_skeleton_set_values (writer, method, make_value, ",\n");
  values = cg_writer_expand (writer, "$values$");
  cg_writer_take (writer, "passed",
                  g_strconcat ("proxy", *values != '\0' ? ",\n" : "", values,
                               is_oneway ? "" : is_stream ? ",\nNULL" : results->str, NULL));
  cg_writer_take (writer, "outcome_passed", g_strconcat ("stream", results->str, NULL));
  cg_writer_set_flag (writer, "needs_bytes", needs_bytes (method));
  cg_writer_set (writer, "result_type", returned != NULL ? returned->use.type->c_out : "gboolean ");
  cg_writer_take (writer, "freed", returned != NULL ? make_free (writer, &returned->use, "result")
                                                    : g_strdup (""));
}

/* $own$, the name of the implementation, must not be a function that every service has. */
static void
set_method (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data)
{
  static const char * const taken[] = { "call_free", "call_new", "funcs", "new", "start", "stop", NULL };
  const CgMethod *method = item;
  const char *handler;
  CgSignatureKind kind;

  cg_skeleton_set_method (data, writer, method, set_arg);
  kind = cg_member_is_stream (method) ? CG_SIGNATURE_HANDLE_STREAM
         : cg_writer_is_set (writer, "is_asynchronous") ? CG_SIGNATURE_HANDLE
         : CG_SIGNATURE_HANDLE_SYNC;
  handler = cg_signature_get_function (method, kind);
  cg_signature_set (writer, method, kind);
  cg_writer_set (writer, "handler", handler);
  cg_writer_take (writer, "own",
                  g_strconcat (handler, g_strv_contains (taken, handler) ? "_method" : "", NULL));
  set_call (writer, method);
}

static void
set_signal (CgWriter      *writer,
            gpointer       item,
            gconstpointer  data G_GNUC_UNUSED)
{
  const CgMember *signal = item;

  cg_names_set (writer, &signal->node);
  cg_writer_set_list (writer, "out_args", signal->out_args, set_arg, NULL);
}

/* A property that cannot be NULL needs a first value, except for strings, which are empty. */
static void
set_property (CgWriter      *writer,
              gpointer       item,
              gconstpointer  data G_GNUC_UNUSED)
{
  const CgMember *property = item;
  const CgType *type = property->use.type;
  g_autofree char *first = make_first (&property->use);
  gboolean needs_first = type->is_pointer && !property->use.nullable &&
                         !g_str_has_prefix (type->c_local, "g_autofree");

  cg_names_set (writer, &property->node);
  cg_writer_set (writer, "lower", property->lower);
  cg_writer_set_flag (writer, "needs_first", needs_first);
  cg_writer_set (writer, "value", first != NULL && needs_first ? first : "");
  cg_writer_set_expanded (writer, "first", first != NULL && g_str_has_prefix (first, "g_variant")
                          ? "$if value$g_variant_ref_sink ($value$)$end$" : "$value$");
  cg_writer_set (writer, "local", cg_skeleton_is_list (&property->use) ? "g_autoptr (GListModel) "
                 : type->c_local);
}

/* Checks whether the properties of an unedited skeleton have valid values. */
static gboolean
can_load (const CgInterface *interface)
{
  gboolean can_read = FALSE;

  CG_FOREACH (const CgMember, property, interface->properties)
    if ((property->access & CG_ACCESS_READ) != 0)
      {
        g_autofree char *first = make_first (&property->use);

        if (first == NULL)
          return FALSE;
        can_read = TRUE;
      }

  return can_read;
}

static gboolean
has_asynchronous (const CgSkeleton  *self,
                  const CgInterface *interface)
{
  CG_FOREACH (const CgMethod, method, interface->methods)
    if (cg_skeleton_is_asynchronous (self, method))
      return TRUE;

  return FALSE;
}

static gboolean
is_taken_type (const CgSkeleton *self,
               const char       *name)
{
  CG_FOREACH (const CgInterface, interface, self->description->interfaces)
    if (g_str_equal (cg_names_look_up (&interface->node, "Iface"), name))
      return TRUE;

  return FALSE;
}

static void
set_interface (CgWriter      *writer,
               gpointer       item,
               gconstpointer  data)
{
  const CgInterface *interface = item;
  const char *iface = cg_names_look_up (&interface->node, "Iface");
  g_autofree char *type = g_strconcat (iface, "Service", NULL);
  g_autofree char *service = NULL;
  gboolean is_taken = is_taken_type (data, type);

  cg_names_set (writer, &interface->node);
  service = cg_writer_expand (writer, is_taken ? "$iface$_service_object" : "$iface$_service");
  cg_writer_set (writer, "service", service);
  cg_writer_take (writer, "indent", g_strnfill (strlen (service), ' '));
  cg_writer_take (writer, "Service", g_strconcat (type, is_taken ? "Object" : "", NULL));
  cg_writer_set_flag (writer, "can_load", can_load (interface));
  cg_writer_set_flag (writer, "has_asynchronous", has_asynchronous (data, interface));
  cg_writer_set_list (writer, "methods", interface->methods, set_method, data);
  cg_writer_set_list (writer, "signals", interface->signals, set_signal, NULL);
  cg_writer_set_list (writer, "properties", interface->properties, set_property, NULL);
}

/* Checks whether there is a method that can be called and is one-way, or is not. */
static gboolean
has_call (CgWriter            *writer,
          const CgDescription *description,
          gboolean             is_oneway)
{
  CG_FOREACH (const CgInterface, interface, description->interfaces)
    CG_FOREACH (const CgMethod, method, interface->methods)
      if (((method->flags & CG_METHOD_ONEWAY) != 0) == is_oneway &&
          cg_skeleton_set_values (writer, method, make_value, ""))
        return TRUE;

  return FALSE;
}

void
cg_skeleton_set_c (const CgSkeleton *self,
                   CgWriter         *writer)
{
  cg_skeleton_set (self, writer, set_interface);
  cg_writer_set_flag (writer, "is_c", TRUE);
  cg_writer_set (writer, "prefix", self->description->prefix);
  cg_writer_set_flag (writer, "has_one_way", has_call (writer, self->description, TRUE));
  cg_writer_set_flag (writer, "has_two_way", has_call (writer, self->description, FALSE));
}
