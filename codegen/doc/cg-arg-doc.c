/* cg-arg-doc.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The documentation of an argument, for people and for language bindings. */

#include "cg-arg-doc.h"

#include "cg-doc.h"

/* The transfer annotation of an argument. An array frees its elements itself, so a binding
 * that gets one owns only the container. A binding that makes one cannot arrange for
 * that, so it gives the elements away, too. */
const char *
cg_arg_doc_get_transfer (const CgArg *arg,
                         gboolean     is_out,
                         gboolean     is_client)
{
  return is_out == is_client && arg->use.type->element != NULL ? "container" : "full";
}

void
cg_arg_doc_append_annotations (GString     *doc,
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
    g_string_append_printf (doc, "(transfer %s) ", cg_arg_doc_get_transfer (arg, TRUE, is_client));
  else if (arg->use.is_moved)
    g_string_append_printf (doc, "(transfer %s) ", cg_arg_doc_get_transfer (arg, FALSE, is_client));

  if (doc->len > before)
    {
      g_string_truncate (doc, doc->len - 1);
      g_string_append (doc, ": ");
    }
}

void
cg_arg_doc_append (GString     *doc,
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
    g_string_append_printf (doc, "%s `%s`", what != NULL ? ", of the type" : "a variant of the type",
                            arg->use.value_signature);
}
