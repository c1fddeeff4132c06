/* cg-marshal.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Conversions between values in C and GValues, from the texts of the type table. */

#include "cg-marshal.h"

#include "cg-emit-shared.h"

#include <string.h>

/* Expands one text of the type table for an argument. */
char *
cg_marshal_expand (CgWriter        *writer,
                   const char      *text,
                   const CgTypeUse *use,
                   const char      *gvalue_array,
                   guint            index,
                   const char      *value)
{
  cg_writer_take (writer, "gvalue", g_strdup_printf ("&%s[%u]", gvalue_array, index));
  cg_writer_set (writer, "value", value);
  cg_writer_set (writer, "signature", use->value_signature);

  return cg_writer_expand (writer, text);
}

/* Makes the condition that a value is valid, or NULL if it always is. */
char *
cg_marshal_make_condition (CgWriter        *writer,
                           const CgTypeUse *use,
                           const char      *value)
{
  const CgType *type = use->type;
  g_autofree char *check = type->check != NULL
                           ? cg_marshal_expand (writer, type->check, use, "", 0, value) : NULL;

  if (!type->is_pointer || (use->nullable && check == NULL))
    return NULL;
  if (check == NULL)
    return g_strdup_printf ("%s != NULL", value);

  return g_strdup_printf (use->nullable ? "%s == NULL || %s" : "%s != NULL && %s", value, check);
}

const char *
cg_marshal_get_copy (const CgType *type,
                     gboolean      can_be_null)
{
  g_autofree char *text = NULL;

  if (!can_be_null || type->copies_null)
    return type->copy;

  /* interned, to live as long as the rows of the table */
  text = g_strdup_printf ("$value$ != NULL ? %s : NULL", type->copy);

  return g_intern_string (text);
}

/* Sets $store$, the statements that store arguments in GValues, a line each. If @is_local is TRUE,
 * the values are taken from variables. */
void
cg_marshal_set_store (CgWriter  *writer,
                      GPtrArray *args,
                      gboolean   is_local)
{
  g_autoptr (GString) store = g_string_new (NULL);

  for (guint i = 0; i < args->len; i++)
    {
      const CgArg *arg = g_ptr_array_index (args, i);
      const CgType *type = arg->use.type;
      const char *text = is_local || arg->use.is_moved ? type->take : type->set;
      g_autofree char *statement =
        cg_marshal_expand (writer, text, &arg->use,
                           arg->direction == CG_DIRECTION_IN ? "args" : "results", i,
                           is_local ? arg->c_out : arg->c_lent);

      g_string_append_printf (store, "%s%s", i > 0 ? "\n" : "", statement);
    }
  cg_writer_set (writer, "store", store->str);
}

void
cg_marshal_set_passed (CgWriter  *writer,
                       GPtrArray *passed,
                       gsize      width)
{
  gsize length = 0;

  for (guint i = 0; i < passed->len; i++)
    length += strlen (g_ptr_array_index (passed, i)) + 2;

  g_ptr_array_add (passed, NULL);
  cg_writer_take (writer, "passed",
                  g_strjoinv (length <= width ? ", " : ",\n", (char **) passed->pdata));
  g_ptr_array_unref (passed);
}

void
cg_marshal_pass (GPtrArray *passed,
                 GPtrArray *args)
{
  CG_FOREACH (const CgArg, arg, args)
    g_ptr_array_add (passed,
                     g_strdup (arg->direction == CG_DIRECTION_IN ? arg->c_lent : arg->c_out));
}

static gboolean
is_handle (const CgArg *arg)
{
  return g_strcmp0 (arg->use.type->signature, "h") == 0;
}

void
cg_marshal_set_arg (CgWriter      *writer,
                    gpointer       item,
                    gconstpointer  data G_GNUC_UNUSED)
{
  const CgArg *arg = item;
  const CgType *type = arg->use.type;
  g_autofree char *local = cg_writer_expand (writer, type->c_local);

  cg_writer_set_flag (writer, "is_moved", arg->use.is_moved);
  cg_writer_set_flag (writer, "is_pointer", type->is_pointer);
  cg_writer_set_flag (writer, "is_handle", is_handle (arg));
  cg_writer_set (writer, "lent", arg->c_lent);
  cg_writer_set (writer, "out", arg->c_out);
  cg_writer_set (writer, "c_out", type->c_out);
  cg_writer_set (writer, "zero", type->zero);
  cg_writer_take (writer, "local", cg_columns_pad (local, 0));
  cg_writer_set (writer, "value", arg->c_lent);
  cg_writer_set (writer, "signature", arg->use.value_signature);
  cg_writer_set_expanded (writer, "own", type->own != NULL ? type->own : "");
  cg_writer_set_expanded (writer, "clear", type->clear);
  cg_writer_set_expanded (writer, "gvalue", "&values[$index$]");
  cg_writer_set_expanded (writer, "get", type->get);
}

/* Returns TRUE if an argument is a file descriptor, which somebody owns. */
gboolean
cg_marshal_has_handles (GPtrArray *args)
{
  CG_FOREACH (const CgArg, arg, args)
    if (is_handle (arg))
      return TRUE;

  return FALSE;
}

/* Returns TRUE if an argument is a number, and no file descriptor. */
gboolean
cg_marshal_has_numbers (GPtrArray *args)
{
  CG_FOREACH (const CgArg, arg, args)
    if (!arg->use.type->is_pointer && !is_handle (arg))
      return TRUE;

  return FALSE;
}
