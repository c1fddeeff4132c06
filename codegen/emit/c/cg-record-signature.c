/* cg-record-signature.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Return type, name, parameters and documentation of the functions of a
 * record: said once, for declaration and definition alike. */

#include "cg-record-signature.h"

#include "cg-columns.h"
#include "doc/cg-doc.h"
#include "cg-emit-shared.h"

#include <string.h>

typedef struct
{
  const char *type;
  const char *name;
  const char *doc;   /* (nullable) */
} Param;

static const struct
{
  const char *return_type;
  const char *function;
  Param       params[2];   /* none: the fields */
  const char *summary;
  const char *returns;
} rows[CG_N_RECORD_FUNCTIONS] = {
  [CG_RECORD_GET_TYPE] = { "GType ", "$t_get_type$", { { "void", NULL, NULL } }, "", "" },
  [CG_RECORD_NEW] = {
    "$T$ *", "$t_new$", { { NULL } },
    "Makes a record with copies of what is given.",
    "Returns: (transfer full): a new record"
  },
  [CG_RECORD_COPY] = {
    "$T$ *", "$t_copy$", { { "const $T$ *", "self", NULL } },
    "Makes a copy. Objects in it, and what else counts references, it shares.",
    "Returns: (transfer full): a copy of @self"
  },
  [CG_RECORD_FREE] = {
    "void ", "$t_free$", { { "$T$ *", "self", "(transfer full): a record" } },
    "Frees a record, and what is in it.", ""
  },
  [CG_RECORD_EQUAL] = {
    "gboolean ", "$t_equal$",
    { { "gconstpointer ", "self", "(type $T$): a record" },
      { "gconstpointer ", "other", "(type $T$): another record" } },
    "Compares two records, field by field.",
    "Returns: %TRUE if they are equal"
  },
  [CG_RECORD_HASH] = {
    "guint ", "$t_hash$", { { "gconstpointer ", "self", "(type $T$): a record" } },
    "Makes a number of a record that is the same for all that are equal.",
    "Returns: the number"
  },
  [CG_RECORD_TO_VARIANT] = {
    "GVariant *", "$t_to_variant$", { { "const $T$ *", "self", NULL } },
    "Puts a record into a variant of the type `$variant$`.",
    "Returns: (transfer none): a new floating variant"
  },
  [CG_RECORD_NEW_FROM_VARIANT] = {
    "$T$ *", "$t_new_from_variant$",
    { { "GVariant *", "variant", "a variant" }, { "GError **", "error", NULL } },
    "Makes a record of a variant, which is to be of the type `$variant$`.",
    "Returns: (transfer full): a new record, or %NULL with @error set"
  },
};

char *
cg_record_make_field_doc (const CgField *field)
{
  GString *doc = g_string_new (NULL);

  if (field->use.nullable)
    g_string_append (doc, "(nullable) ");
  if (*field->use.type->gir != '\0')
    g_string_append_printf (doc, "%s ", field->use.type->gir);
  if (doc->len > 0)
    {
      g_string_truncate (doc, doc->len - 1);
      g_string_append (doc, ": ");
    }

  if (field->node.c_doc != NULL)
    g_string_append (doc, field->node.c_doc);

  return g_string_free (doc, FALSE);
}

static void
add_doc (GString    *docs,
         const char *name,
         const char *doc)
{
  if (doc != NULL && *doc != '\0')
    g_string_append_printf (docs, "@%s: %s\n", name, doc);
}

static void
add_fields (const CgDeclaration *record,
            GPtrArray           *types,
            GPtrArray           *names,
            GString             *docs)
{
  CG_FOREACH (const CgField, field, record->fields)
    {
      g_autofree char *doc = cg_record_make_field_doc (field);

      g_ptr_array_add (types, g_strdup (field->use.type->c_in));
      g_ptr_array_add (names, (gpointer) field->param);
      add_doc (docs, field->param, doc);
    }
}

static void
set_doc (CgWriter            *writer,
         const CgDeclaration *record,
         CgRecordFunction     function)
{
  g_autoptr (GString) doc = g_string_new (NULL);
  g_autofree char *summary = NULL;

  cg_writer_set (writer, "variant", record->named->type.variant != NULL ? record->named->type.variant : "");
  summary = cg_writer_expand (writer, rows[function].summary);
  g_string_append (doc, summary);
  if (*rows[function].returns != '\0')
    g_string_append_printf (doc, "\n\n%s", rows[function].returns);
  cg_emit_append_tags (doc, &record->node, *rows[function].returns != '\0' ? "\n" : "\n\n");
  cg_writer_set (writer, "doc", doc->str);
}

void
cg_record_signature_set (CgWriter            *writer,
                         const CgDeclaration *record,
                         CgRecordFunction     function)
{
  g_autoptr (GPtrArray) types = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GString) docs = g_string_new (NULL);
  g_autofree char *return_type = cg_writer_expand (writer, rows[function].return_type);
  g_autofree char *name = cg_writer_expand (writer, rows[function].function);
  g_autofree char *params = NULL;

  if (function == CG_RECORD_NEW)
    add_fields (record, types, names, docs);
  for (gsize i = 0; i < G_N_ELEMENTS (rows[function].params) && rows[function].params[i].name != NULL; i++)
    {
      const Param *param = &rows[function].params[i];
      g_autofree char *doc = param->doc != NULL ? cg_writer_expand (writer, param->doc) : NULL;

      g_ptr_array_add (types, cg_writer_expand (writer, param->type));
      g_ptr_array_add (names, (gpointer) param->name);
      add_doc (docs, param->name, doc);
    }
  params = cg_columns_format (types, names);

  cg_writer_set (writer, "return_type", return_type);
  cg_writer_set (writer, "function", name);
  cg_writer_set (writer, "params", params);
  cg_writer_set (writer, "param_docs", docs->str);
  set_doc (writer, record, function);
}
