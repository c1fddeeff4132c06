/* cg-python-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Types as annotations of Python. */

#include "cg-python-types.h"

#include <string.h>

#include "model/cg-declarations.h"
#include "model/cg-names.h"
#include "model/cg-spelling.h"

/* A member of a class may have the name of a type, so all are written with their module. */
#define BYTES_LIKE "builtins.bytes | builtins.bytearray | builtins.memoryview | GLib.Bytes"

static void append_signature (GString      *text,
                              const char  **signature);

static const char *
find_basic (char type)
{
  switch (type)
    {
    case 'b':
      return "builtins.bool";

    case 'd':
      return "builtins.float";

    case 's':
    case 'o':
    case 'g':
      return "builtins.str";

    case 'v':
      return "Any";

    default:
      return strchr ("ynqiuxth", type) != NULL ? "builtins.int" : NULL;
    }
}

/* Appends the types up to @end, which is skipped, in brackets. */
static void
append_group (GString      *text,
              const char   *name,
              const char  **signature,
              char          end)
{
  g_string_append_printf (text, "%s[", name);
  for (gboolean is_first = TRUE; **signature != end; is_first = FALSE)
    {
      if (!is_first)
        g_string_append (text, ", ");
      append_signature (text, signature);
    }
  (*signature)++;
  g_string_append_c (text, ']');
}

/* Appends one complete type, as GLib.Variant.unpack () returns a value of it. */
static void
append_signature (GString      *text,
                  const char  **signature)
{
  char type = *(*signature)++;

  if (type == 'a' && **signature == '{')
    {
      (*signature)++;
      append_group (text, "builtins.dict", signature, '}');
    }
  else if (type == 'a')
    {
      g_string_append (text, "builtins.list[");
      append_signature (text, signature);
      g_string_append_c (text, ']');
    }
  else if (type == '(')
    {
      append_group (text, "builtins.tuple", signature, ')');
    }
  else if (type == 'm')
    {
      append_signature (text, signature);
      g_string_append (text, " | None");
    }
  else
    {
      g_string_append (text, find_basic (type));
    }
}

/* Makes the annotation of a value of a signature. */
static char *
make_described (const CgTypeUse *use,
                CgPythonForm     form,
                gboolean         is_variant)
{
  const char *signature = use->value_signature;
  GString *text = g_string_new (NULL);

  if (form == CG_PYTHON_ARGUMENT && use->type->signature != NULL && strlen (signature) == 2 && signature[0] == 'a' &&
      signature[1] != 'y')
    g_string_append (text, "builtins.list[builtins.str] | builtins.tuple[builtins.str, ...]");
  else if (g_str_equal (signature, "ay"))
    g_string_append (text, form == CG_PYTHON_RAW        ? "GLib.Bytes"
                           : form == CG_PYTHON_ARGUMENT ? BYTES_LIKE
                                                        : "builtins.bytes");
  else if (use->type->signature == NULL && (form == CG_PYTHON_RAW || (form == CG_PYTHON_ARGUMENT && is_variant)))
    g_string_append (text, "GLib.Variant");
  else
    {
      const char *rest = signature;

      append_signature (text, &rest);
      if (use->type->signature == NULL && form == CG_PYTHON_ARGUMENT)
        g_string_append (text, " | GLib.Variant");
    }

  return g_string_free (text, FALSE);
}

/* Gets the name of a class; one that is a keyword cannot be written. */
static const char *
get_class (const CgNamedType *named)
{
  const char *name = named->declaration != NULL ? cg_names_look_up (&named->declaration->node, "Name")
                     : named->interface != NULL ? cg_names_look_up (&named->interface->node, "Name")
                                                : named->name;

  return cg_is_python_keyword (name) ? "Any" : name;
}

static char *
make_element (const CgNamedType *named,
              CgPythonForm       form)
{
  const char *name = get_class (named);

  /* An object that arrives is a proxy, except in the context of its owner. */
  if (form == CG_PYTHON_RESULT && named->kind == CG_NAMED_INTERFACE && !g_str_equal (name, "Any"))
    return g_strconcat (name, "Proxy", NULL);
  if (form == CG_PYTHON_RAW || named->kind == CG_NAMED_OBJECT || named->kind == CG_NAMED_INTERFACE)
    return g_strdup (name);
  if (g_str_equal (name, "GLib.Bytes"))
    return g_strdup (form == CG_PYTHON_ARGUMENT ? BYTES_LIKE : "builtins.bytes");
  if (g_str_equal (name, "GLib.DateTime"))
    return g_strdup (form == CG_PYTHON_ARGUMENT ? "datetime.datetime | GLib.DateTime" : "datetime.datetime");
  if (form == CG_PYTHON_ARGUMENT && (named->kind == CG_NAMED_ENUM || named->kind == CG_NAMED_FLAGS))
    return g_strdup_printf ("%s | int", name);
  if (form == CG_PYTHON_ARGUMENT && named->kind == CG_NAMED_RECORD)
    return g_strdup_printf ("%s | builtins.dict[builtins.str, Any]", name);

  return g_strdup (name);
}

char *
cg_python_type_make (const CgTypeUse *use,
                     CgPythonForm     form,
                     gboolean         is_variant)
{
  g_autofree char *value = NULL;

  if (use->named == NULL)
    {
      value = make_described (use, form, is_variant);
    }
  else
    {
      g_autofree char *element = make_element (use->named, form);

      value = use->type->element == NULL ? g_steal_pointer (&element)
              : g_strdup_printf (form == CG_PYTHON_ARGUMENT || form == CG_PYTHON_ANSWER ? "Sequence[%s]" : "builtins.list[%s]",
                                 element);
    }

  return use->nullable ? g_strconcat (value, " | None", NULL) : g_steal_pointer (&value);
}

char *
cg_python_type_make_results (GPtrArray    *args,
                             CgPythonForm  form)
{
  GString *text = g_string_new (args->len > 1 ? "builtins.tuple[" : "");

  if (args->len == 0)
    g_string_append (text, "None");
  CG_FOREACH (const CgArg, arg, args)
    {
      g_autofree char *type = cg_python_type_make (&arg->use, form, FALSE);

      g_string_append_printf (text, "%s%s", arg != args->pdata[0] ? ", " : "", type);
    }
  if (args->len > 1)
    g_string_append_c (text, ']');

  return g_string_free (text, FALSE);
}
