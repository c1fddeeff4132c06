/* cg-params.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The parameters that generated functions have beside those of the description. */

#include "cg-params.h"

static const struct
{
  char        letter;
  const char *type;  /* a template, as the next but one */
  const char *name;
  const char *doc;   /* (nullable): not documented if NULL */
} params[] = {
  { 's', "$Iface$ *", "self", NULL },
  { 'p', "$Proxy$ *", "self", NULL },
  { 'c', "NorpcCall *", "call", "the call to answer" },
  { 'x', "GCancellable *", "cancellable", "(nullable): a cancellable for the call" },
  { 'b', "GAsyncReadyCallback ", "callback",
    "(scope async) (nullable): called when the call completes" },
  { 'B', "GAsyncReadyCallback ", "callback",
    "(scope async) (nullable): called when there is an item, or the end" },
  { 'u', "gpointer ", "user_data", "data for @callback" },
  { 'k', "$ReplyFunc$ ", "reply_func", "(scope async) (nullable): called with the reply" },
  { 'd', "gpointer ", "user_data", "data for @reply_func" },
  { 'E', "const GError *", "error", "(nullable): the error of a call that failed, or %NULL" },
  { 'g', "gpointer ", "user_data", "the data that was passed with the function" },
  { 'r', "GAsyncResult *", "result", "the result that @callback was given" },
  { 'e', "GError **", "error", NULL },
  { 'n', "NorpcEndpoint *", "endpoint", "what takes the calls" },
  { 'F', "const $IfaceStruct$ *", "funcs", "the functions, which are copied" },
  { 'D', "gpointer ", "data", "(nullable): data for the functions" },
  { 'G', "GDestroyNotify ", "free_func", "(nullable): frees @data, in the service's context" },
  { 'y', "NorpcReply *", "reply", NULL },
  { 't', "$Stream$ *", "self", NULL },
  { 'i', "$Stream$ *", "stream", "the service's end of the stream" },
  { 'm', "NorpcItem *", "item", NULL },
  { 'z', "GCancellable *", "cancellable", "(nullable): a cancellable for the wait" },

  /* of the functions of records */
  { 'l', "const $T$ *", "self", NULL },
  { 'f', "$T$ *", "self", "(transfer full): a record" },
  { 'a', "gconstpointer ", "self", "(type $T$): a record" },
  { 'o', "gconstpointer ", "other", "(type $T$): another record" },
  { 'q', "$T$ *", "other", "another record" },
  { 'I', "guint ", "index", "the index of a field" },
  { 'v', "GVariant *", "variant", "a variant" },
  { 'O', "$T$ *", "self", NULL },
};

void
cg_params_init (CgParams *self,
                CgWriter *writer)
{
  self->writer = writer;
  self->types = g_ptr_array_new_with_free_func (g_free);
  self->names = g_ptr_array_new ();
  self->docs = g_string_new (NULL);
  self->lists_all = FALSE;
}

void
cg_params_finish (CgParams   *self,
                  const char *return_type,
                  const char *function)
{
  cg_writer_set (self->writer, "return_type", return_type);
  cg_writer_take (self->writer, "return_line", g_strchomp (g_strdup (return_type)));
  cg_writer_set (self->writer, "function", function);
  cg_writer_take (self->writer, "params", cg_columns_format (self->types, self->names));
  cg_writer_set (self->writer, "param_docs", self->docs->str);

  g_ptr_array_unref (self->types);
  g_ptr_array_unref (self->names);
  g_string_free (self->docs, TRUE);
}

void
cg_params_add (CgParams   *self,
               const char *type,
               const char *name,
               const char *doc)
{
  g_ptr_array_add (self->types, g_strdup (type));
  g_ptr_array_add (self->names, (gpointer) name);
  if (*doc != '\0' || self->lists_all)
    g_string_append_printf (self->docs, "@%s:%s%s\n", name, *doc != '\0' ? " " : "", doc);
}

void
cg_params_add_letters (CgParams   *self,
                       const char *letters)
{
  for (; *letters != '\0'; letters++)
    for (gsize i = 0; i < G_N_ELEMENTS (params); i++)
      if (params[i].letter == *letters)
        {
          g_autofree char *type = cg_writer_expand (self->writer, params[i].type);
          g_autofree char *doc = cg_writer_expand (self->writer,
                                                   params[i].doc != NULL ? params[i].doc : "");

          cg_params_add (self, type, params[i].name, doc);
        }
}
