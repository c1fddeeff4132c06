/* cg-param-docs.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The documentation of parameters, results and fields in doc comments: annotations and text. */

#include "cg-signature.h"

#include "doc/cg-doc.h"

/* The transfer annotation of an argument. An array frees its elements itself, so a binding
 * that gets one owns only the container. A binding that makes one cannot arrange for
 * that, so it gives the elements away, too. */
static const char *
get_transfer (const CgArg *arg,
              gboolean     is_out,
              gboolean     is_client)
{
  return is_out == is_client && arg->use.type->element != NULL ? "container" : "full";
}

static void
append_annotations (GString     *doc,
                    const CgArg *arg,
                    gboolean     is_out,
                    gboolean     is_client)
{
  gsize before = doc->len;

  if (is_out)
    g_string_append (doc, "(out) ");
  if (is_out && is_client)
    g_string_append (doc, "(optional) ");
  if (arg->use.nullable)
    g_string_append (doc, "(nullable) ");
  if (*arg->use.type->gir != '\0')
    g_string_append_printf (doc, "%s ", arg->use.type->gir);
  if (is_out && arg->use.type->is_pointer)
    g_string_append_printf (doc, "(transfer %s) ", get_transfer (arg, TRUE, is_client));
  else if (arg->use.is_moved)
    g_string_append_printf (doc, "(transfer %s) ", get_transfer (arg, FALSE, is_client));

  if (doc->len > before)
    {
      g_string_truncate (doc, doc->len - 1);
      g_string_append (doc, ": ");
    }
}

static void
append_text (GString     *doc,
             const CgArg *arg,
             const char  *what)
{
  g_autofree char *name = NULL;

  if (arg->node.c_doc != NULL)
    {
      g_string_append (doc, arg->node.c_doc);
      return;
    }

  if (what != NULL)
    g_string_append (doc, what);
  if (what != NULL && arg->node.name != NULL)
    {
      name = cg_doc_paragraph (arg->node.name, "", NULL);
      g_string_append_printf (doc, " `%s`", name);
    }
  if (arg->use.type->signature == NULL)
    g_string_append_printf (doc, "%s `%s`",
                            what != NULL ? ", of the type" : "a variant of the type",
                            arg->use.value_signature);
}

char *
cg_param_doc_make (const CgArg *arg,
                   const char  *what,
                   gboolean     is_out,
                   gboolean     is_client)
{
  GString *doc = g_string_new (NULL);

  append_annotations (doc, arg, is_out, is_client);
  append_text (doc, arg, what);

  return g_string_free (doc, FALSE);
}

char *
cg_param_doc_make_result (const CgArg *arg,
                          gboolean     is_client)
{
  GString *doc = g_string_new (NULL);

  g_string_append_printf (doc, "Returns: (transfer %s)", get_transfer (arg, TRUE, is_client));
  if (*arg->use.type->gir != '\0')
    g_string_append_printf (doc, " %s", arg->use.type->gir);
  g_string_append (doc, ": ");
  append_text (doc, arg, "the result");
  if (doc->str[doc->len - 1] == '.')
    g_string_truncate (doc, doc->len - 1);
  g_string_append (doc, ",\n  or %NULL with @error set");

  return g_string_free (doc, FALSE);
}

char *
cg_param_doc_make_value (const CgMember *property,
                         gboolean        is_given)
{
  const CgArg arg = { .use = property->use };
  GString *doc = g_string_new ("Returns:");

  if (property->use.type->is_pointer)
    g_string_append_printf (doc, " (transfer %s)",
                            is_given ? get_transfer (&arg, TRUE, FALSE) : "none");
  if (property->use.type->is_pointer)
    g_string_append (doc, " (nullable)");
  if (*property->use.type->gir != '\0')
    g_string_append_printf (doc, " %s", property->use.type->gir);
  g_string_append (doc, property->use.type->is_pointer ? ": the value" : " the value");
  if (property->use.element != NULL)
    g_string_append_printf (doc, ", a list of #%s", property->use.element->c_type);
  if (property->use.type->is_pointer && !is_given)
    g_string_append (doc, ", which belongs to @self and is\n"
                          "  valid until the next call of this function");

  return g_string_free (doc, FALSE);
}

char *
cg_param_doc_make_field (const CgField *field)
{
  GString *doc = g_string_new (field->use.nullable ? "(nullable) " : "");

  if (*field->use.type->gir != '\0')
    g_string_append_printf (doc, "%s ", field->use.type->gir);
  if (doc->len > 0)
    g_string_overwrite (doc, doc->len - 1, ": ");
  if (field->node.c_doc != NULL)
    g_string_append (doc, field->node.c_doc);

  return g_string_free (doc, FALSE);
}
