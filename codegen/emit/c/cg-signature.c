/* cg-signature.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signatures of all functions that are generated for members, records and proxies: return type,
 * name, parameters and their documentation. The tables serve declarations, definitions and doc
 * comments. */

#include "cg-signature.h"

#include "cg-params.h"

#include "model/cg-templates.h"
#include "model/cg-names.h"

#include <string.h>

typedef enum
{
  ARGS_NONE,
  ARGS_IN,        /* the in arguments, lent */
  ARGS_OUT_LENT,  /* the results, lent */
  ARGS_OUT_GIVEN, /* the results, given away */
  ARGS_ITEM       /* the values of an item, lent */
} ArgsKind;

/* Parameters that are return locations. */
typedef enum
{
  OUT_NONE,
  OUT_RESULTS,    /* unless the only result is returned */
  OUT_ITEM
} OutKind;

typedef enum
{
  RETURN_VOID,
  RETURN_HANDLED, /* a gboolean: TRUE unless the call has failed */
  RETURN_RESULT,  /* the only result, or a gboolean: TRUE on success */
  RETURN_CALL,
  RETURN_STREAM,
  RETURN_ITEM,    /* a gboolean: TRUE if there is an item */
  RETURN_LENT,    /* the value of a property */
  RETURN_GIVEN
} ReturnKind;

/* A function. The parameters before and after the arguments are letters of the table in cg-params.c. */
typedef struct
{
  const char *function;  /* the key of its name */
  const char *doc;       /* (nullable): the name of the template */
  const char *leading;   /* letters, in front of the arguments */
  ArgsKind    args;
  OutKind     out_params;
  const char *trailing;
  ReturnKind  returns;
} Row;

static const Row rows[CG_N_SIGNATURES] = {
  [CG_SIGNATURE_HANDLE_SYNC] = {
    "vfunc", "docs/handle-sync", "s", ARGS_IN, OUT_RESULTS, "e", RETURN_RESULT
  },
  [CG_SIGNATURE_HANDLE] = { "handle", "docs/handle", "sc", ARGS_IN, OUT_NONE, "e", RETURN_HANDLED },
  [CG_SIGNATURE_COMPLETE] = {
    "complete", "docs/complete", "sc", ARGS_OUT_LENT, OUT_NONE, "", RETURN_VOID
  },
  [CG_SIGNATURE_RETURN] = {
    "return", "docs/return", "sc", ARGS_OUT_GIVEN, OUT_NONE, "", RETURN_VOID
  },
  [CG_SIGNATURE_CALL] = { "call", "docs/call", "p", ARGS_IN, OUT_NONE, "xbu", RETURN_VOID },
  [CG_SIGNATURE_FINISH] = { "finish", "docs/finish", "pr", ARGS_NONE, OUT_RESULTS, "e", RETURN_RESULT },
  [CG_SIGNATURE_SYNC] = { "sync", "docs/sync", "p", ARGS_IN, OUT_RESULTS, "xe", RETURN_RESULT },
  [CG_SIGNATURE_CALL_WITH_REPLY] = {
    "call_with_reply", "docs/call-with-reply", "p", ARGS_IN, OUT_NONE, "xkd", RETURN_VOID
  },
  [CG_SIGNATURE_REPLY_FUNC] = {
    "ReplyFunc", "docs/reply-func", "", ARGS_OUT_LENT, OUT_NONE, "Eg", RETURN_VOID
  },
  [CG_SIGNATURE_SEND] = { "call", "docs/send", "p", ARGS_IN, OUT_NONE, "", RETURN_VOID },
  [CG_SIGNATURE_NEW_CALL] = { "new_call", NULL, "", ARGS_IN, OUT_NONE, "", RETURN_CALL },
  [CG_SIGNATURE_TAKE_REPLY] = { "take_reply", NULL, "y", ARGS_NONE, OUT_RESULTS, "", RETURN_RESULT },
  [CG_SIGNATURE_PROXY_SYNC] = { "proxy_sync", NULL, "s", ARGS_IN, OUT_RESULTS, "e", RETURN_RESULT },
  [CG_SIGNATURE_PROXY_HANDLE] = { "proxy_handle", NULL, "sc", ARGS_IN, OUT_NONE, "e", RETURN_HANDLED },
  [CG_SIGNATURE_SLOT] = { "slot", "docs/slot", "s", ARGS_OUT_LENT, OUT_NONE, "", RETURN_VOID },
  [CG_SIGNATURE_SIGNAL] = { "slot", "docs/signal", "", ARGS_OUT_LENT, OUT_NONE, "", RETURN_VOID },
  [CG_SIGNATURE_EMIT] = { "emit", "docs/emit", "s", ARGS_OUT_LENT, OUT_NONE, "", RETURN_VOID },
  [CG_SIGNATURE_GET] = { "get", "docs/get", "s", ARGS_NONE, OUT_NONE, "", RETURN_LENT },
  [CG_SIGNATURE_DUP] = { "dup", "docs/dup", "s", ARGS_NONE, OUT_NONE, "", RETURN_GIVEN },
  [CG_SIGNATURE_SET] = { "set", "docs/set", "sw", ARGS_NONE, OUT_NONE, "", RETURN_VOID },
  [CG_SIGNATURE_SET_ASYNC] = {
    "set_async", "docs/set-async", "pw", ARGS_NONE, OUT_NONE, "xbu", RETURN_VOID
  },
  [CG_SIGNATURE_SET_FINISH] = {
    "set_finish", "docs/set-finish", "pr", ARGS_NONE, OUT_NONE, "e", RETURN_HANDLED
  },
  [CG_SIGNATURE_SET_SYNC] = {
    "set_sync", "docs/set-sync", "pw", ARGS_NONE, OUT_NONE, "xe", RETURN_HANDLED
  },
  [CG_SIGNATURE_HANDLE_STREAM] = {
    "handle", "docs/handle-stream", "sci", ARGS_IN, OUT_NONE, "e", RETURN_HANDLED
  },
  [CG_SIGNATURE_PROXY_HANDLE_STREAM] = {
    "proxy_handle", NULL, "sci", ARGS_IN, OUT_NONE, "e", RETURN_HANDLED
  },
  [CG_SIGNATURE_OPEN] = { "open", "docs/open", "p", ARGS_IN, OUT_NONE, "x", RETURN_STREAM },
  [CG_SIGNATURE_NEXT_ASYNC] = {
    "next_async", "docs/next-async", "t", ARGS_NONE, OUT_NONE, "zbu", RETURN_VOID
  },
  [CG_SIGNATURE_NEXT_FINISH] = {
    "next_finish", "docs/next-finish", "tr", ARGS_NONE, OUT_ITEM, "e", RETURN_ITEM
  },
  [CG_SIGNATURE_NEXT_SYNC] = {
    "next_sync", "docs/next-sync", "t", ARGS_NONE, OUT_ITEM, "ze", RETURN_ITEM
  },
  [CG_SIGNATURE_TRY_NEXT] = {
    "try_next", "docs/try-next", "t", ARGS_NONE, OUT_ITEM, "", RETURN_ITEM
  },
  [CG_SIGNATURE_WRITE] = {
    "write", "docs/write", "t", ARGS_ITEM, OUT_NONE, "e", RETURN_HANDLED
  },
  [CG_SIGNATURE_OUTCOME_ASYNC] = {
    "outcome_async", "docs/outcome-async", "t", ARGS_NONE, OUT_NONE, "zbu", RETURN_VOID
  },
  [CG_SIGNATURE_OUTCOME_FINISH] = {
    "outcome_finish", "docs/outcome-finish", "tr", ARGS_NONE, OUT_RESULTS, "e", RETURN_RESULT
  },
  [CG_SIGNATURE_OUTCOME_SYNC] = {
    "outcome_sync", "docs/outcome-sync", "t", ARGS_NONE, OUT_RESULTS, "ze", RETURN_RESULT
  },
  [CG_SIGNATURE_TAKE_ITEM] = { "take_item", NULL, "m", ARGS_NONE, OUT_ITEM, "", RETURN_ITEM },
};

/* A function of a record, or a constructor. All but the letters are templates. */
typedef struct
{
  const char *return_type;
  const char *function;
  const char *params;    /* letters; none: the fields */
  const char *doc;       /* (nullable): the name of the template */
} OtherRow;

static const OtherRow record_rows[CG_N_RECORD_FUNCTIONS] = {
  [CG_RECORD_GET_TYPE] = { "GType ", "$t_get_type$", "", NULL },
  [CG_RECORD_NEW] = { "$T$ *", "$t_new$", "", "docs/record-new" },
  [CG_RECORD_COPY] = { "$T$ *", "$t_copy$", "l", "docs/record-copy" },
  [CG_RECORD_FREE] = { "void ", "$t_free$", "f", "docs/record-free" },
  [CG_RECORD_EQUAL] = { "gboolean ", "$t_equal$", "ao", "docs/record-equal" },
  [CG_RECORD_HASH] = { "guint ", "$t_hash$", "a", "docs/record-hash" },
  [CG_RECORD_TO_VARIANT] = { "GVariant *", "$t_to_variant$", "l", "docs/record-to-variant" },
  [CG_RECORD_NEW_FROM_VARIANT] = {
    "$T$ *", "$t_new_from_variant$", "ve", "docs/record-new-from-variant"
  },
};

static const OtherRow field_row = {
  "$field_type$", "$t$_get_$field_function$", "O", "docs/field-get"
};

static const OtherRow new_rows[CG_N_NEW_SIGNATURES] = {
  [CG_SIGNATURE_NEW_ASYNC] = { "void ", "$proxy_new_async$", "nxbu", "docs/new-async" },
  [CG_SIGNATURE_NEW_FINISH] = { "$Proxy$ *", "$proxy_new_finish$", "re", "docs/new-finish" },
  [CG_SIGNATURE_NEW_SYNC] = { "$Proxy$ *", "$proxy_new_sync$", "nxe", "docs/new-sync" },
  [CG_SIGNATURE_NEW_FOR_FUNCS] = { "$Iface$ *", "$new_for_funcs$", "FDG", "docs/new-for-funcs" },
};

/* Returns TRUE for a function of the proxy: its caller can leave out results. */
static gboolean
is_client_row (const Row *row)
{
  return strchr ("pytm", *row->leading) != NULL && *row->leading != '\0';
}

/* Adds the parameter for the value of a property. */
static void
add_value (CgParams       *self,
           const CgMember *property)
{
  const CgArg arg = { .use = property->use };
  g_autofree char *doc = cg_param_doc_make (&arg, "the value", FALSE, FALSE);

  cg_params_add (self, property->use.type->c_in, "value", doc);
}

static void
add_args (CgParams   *self,
          GPtrArray  *args,
          const char *what,
          gboolean    is_out,
          gboolean    is_client)
{
  CG_FOREACH (const CgArg, arg, args)
    {
      const CgType *type = arg->use.type;
      g_autofree char *doc = cg_param_doc_make (arg, what, is_out, is_client);
      g_autofree char *out_type =
        g_strconcat (type->c_out, g_str_has_suffix (type->c_out, "*") ? "*" : " *", NULL);

      cg_params_add (self, is_out ? out_type : arg->use.is_moved ? type->c_out : type->c_in,
                     is_out ? arg->c_out : arg->c_lent, doc);
    }
}

static const char *
get_return_type (const CgMethod *method,
                 ReturnKind      returns)
{
  const CgArg *arg = cg_method_get_return_arg (method);

  if (returns == RETURN_VOID)
    return "void ";
  if (returns == RETURN_LENT)
    return method->use.type->c_in;
  if (returns == RETURN_GIVEN)
    return method->use.type->c_out;
  if (returns == RETURN_CALL)
    return "NorpcCall *";

  return returns == RETURN_RESULT && arg != NULL ? arg->use.type->c_out : "gboolean ";
}

static char *
make_return_doc (const CgMethod *method,
                 const Row      *row)
{
  const CgArg *arg = cg_method_get_return_arg (method);

  if (row->returns == RETURN_LENT || row->returns == RETURN_GIVEN)
    return cg_param_doc_make_value (method, row->returns == RETURN_GIVEN);
  if (row->returns == RETURN_STREAM)
    return g_strdup ("Returns: (transfer full): the client's end of the stream");
  if (row->returns == RETURN_ITEM)
    return g_strdup (strchr (row->trailing, 'e') != NULL
                     ? "Returns: %TRUE if there is an item, %FALSE at the end or with @error set"
                     : "Returns: %TRUE if there is an item");
  if (row->returns == RETURN_HANDLED)
    return g_strdup ("Returns: %FALSE with @error set if the call failed, else %TRUE");
  if (row->returns != RETURN_RESULT)
    return g_strdup ("");
  if (arg == NULL)
    return g_strdup_printf ("Returns:%s %%TRUE on success, %%FALSE with @error set",
                            is_client_row (row) && method->out_args->len > 0 ? " (skip):" : "");

  return cg_param_doc_make_result (arg, is_client_row (row));
}

/* Makes the text of a doc comment after the parameters. */
static char *
make_doc (CgWriter       *writer,
          const CgMethod *method,
          const Row      *row)
{
  const char *c_doc = method->node.c_doc;
  g_autoptr (GString) time_limit = g_string_new (NULL);
  g_autofree char *text = NULL;
  g_autofree char *return_doc = make_return_doc (method, row);
  GString *doc;

  if (row->doc == NULL)
    return g_strdup ("");

  if (method->timeout != 0)
    g_string_append_printf (time_limit, "\n"
                            "It may take %u milliseconds, unless another timeout is set: see\n"
                            "norpc_proxy_set_timeout().\n", method->timeout);
  cg_writer_take (writer, "described",
                  c_doc != NULL ? g_strdup_printf ("\n%s\n", c_doc) : g_strdup (""));
  cg_writer_set (writer, "reach", cg_member_get_reach (method) == CG_REACH_PROCESS
                 ? "\nIt is in-process only: not all of its types have a form outside.\n" : "");
  cg_writer_set (writer, "time_limit", time_limit->str);
  cg_writer_set (writer, "results", method->out_args->len > 0
                 ? "\nThe results belong to the reply: they are valid until the function returns. If the\n"
                   "call has failed, they are 0 or %NULL.\n" : "");

  text = g_strchomp (cg_writer_expand (writer, cg_template (row->doc)));
  doc = g_string_new (text);
  if (*return_doc != '\0')
    g_string_append_printf (doc, "\n\n%s", return_doc);
  cg_emit_append_tags (doc, &method->node, *return_doc != '\0' ? "\n" : "\n\n");

  return g_string_free (doc, FALSE);
}

GPtrArray *
cg_signature_give (GPtrArray *args)
{
  GPtrArray *given = g_ptr_array_new_with_free_func (g_free);

  CG_FOREACH (const CgArg, arg, args)
    {
      CgArg *copy = g_memdup2 (arg, sizeof *arg);

      copy->use.is_moved = arg->use.type->is_pointer;
      g_ptr_array_add (given, copy);
    }

  return given;
}

/* Adds the parameters for the arguments of a row. A language binding makes results that it gives away,
 * as a client makes arguments. */
static void
add_row_args (CgParams       *self,
              const CgMethod *method,
              const Row      *row)
{
  gboolean is_given = row->args == ARGS_OUT_GIVEN;
  g_autoptr (GPtrArray) given = is_given ? cg_signature_give (method->out_args) : NULL;

  if (row->args != ARGS_NONE)
    add_args (self,
              is_given ? given : row->args == ARGS_IN ? method->in_args
              : row->args == ARGS_ITEM ? method->items : method->out_args,
              NULL, FALSE, is_given || is_client_row (row));
}

void
cg_signature_set (CgWriter        *writer,
                  const CgMethod  *method,
                  CgSignatureKind  kind)
{
  const Row *row = &rows[kind];
  gboolean is_client = is_client_row (row);
  g_autofree char *stream_type = cg_writer_expand (writer, row->returns == RETURN_STREAM ? "$Stream$ *" : "");
  CgParams params;

  cg_writer_take (writer, "doc", make_doc (writer, method, row));
  cg_params_init (&params, writer);
  params.lists_all = kind == CG_SIGNATURE_SIGNAL;
  cg_params_add_letters (&params, row->leading);
  if (strchr (row->leading, 'w') != NULL)
    add_value (&params, method);
  add_row_args (&params, method, row);
  if (row->out_params == OUT_ITEM)
    add_args (&params, method->items, "return location for the value", TRUE, is_client);
  if (row->out_params == OUT_RESULTS && cg_method_get_return_arg (method) == NULL)
    add_args (&params, method->out_args, "return location for the result", TRUE, is_client);
  cg_params_add_letters (&params, row->trailing);
  cg_params_finish (&params, row->returns == RETURN_STREAM ? stream_type
                             : get_return_type (method, row->returns),
                    cg_names_look_up (&method->node, row->function));
}

void
cg_signature_emit (CgWriter        *writer,
                   const CgMethod  *method,
                   CgSignatureKind  kind,
                   const char      *name)
{
  cg_signature_set (writer, method, kind);
  if (rows[kind].doc != NULL)
    cg_emit_function_doc (writer, kind == CG_SIGNATURE_CALL_WITH_REPLY ? " (skip)" : "");
  cg_writer_emit (writer, cg_template (name));
}

/* A one-way method has only one function for clients. */
const char *
cg_signature_get_function (const CgMethod  *method,
                           CgSignatureKind  kind)
{
  if (is_client_row (&rows[kind]) && (method->flags & CG_METHOD_ONEWAY) != 0)
    kind = CG_SIGNATURE_SEND;

  return cg_names_look_up (&method->node, rows[kind].function);
}

static void
add_fields (CgParams            *self,
            const CgDeclaration *record)
{
  CG_FOREACH (const CgField, field, record->fields)
    {
      g_autofree char *doc = cg_param_doc_make_field (field);

      cg_params_add (self, field->use.type->c_in, field->param, doc);
    }
}

/* @record is NULL if the function does not belong to a record. */
static void
set_other (CgWriter            *writer,
           const OtherRow      *row,
           const CgDeclaration *record)
{
  g_autofree char *return_type = cg_writer_expand (writer, row->return_type);
  g_autofree char *name = cg_writer_expand (writer, row->function);
  g_autofree char *text = cg_writer_expand (writer, row->doc != NULL ? cg_template (row->doc) : "");
  g_autoptr (GString) doc = g_string_new (text);
  CgParams params;

  if (record != NULL)
    cg_emit_append_tags (doc, &record->node, strstr (text, "\nReturns:") != NULL ? "\n" : "\n\n");
  cg_writer_set (writer, "doc", doc->str);

  cg_params_init (&params, writer);
  if (row == &record_rows[CG_RECORD_NEW])
    add_fields (&params, record);
  cg_params_add_letters (&params, row->params);
  cg_params_finish (&params, return_type, name);
}

void
cg_signature_set_new (CgWriter           *writer,
                      CgNewSignatureKind  kind)
{
  set_other (writer, &new_rows[kind], NULL);
}

void
cg_signature_set_record (CgWriter            *writer,
                         const CgDeclaration *record,
                         CgRecordFunction     function)
{
  const char *variant = record->named->type.variant;

  cg_writer_set (writer, "variant", variant != NULL ? variant : "");
  set_other (writer, &record_rows[function], record);
}

void
cg_signature_set_field (CgWriter            *writer,
                        const CgDeclaration *record,
                        const CgField       *field)
{
  const CgType *type = field->use.type;
  gboolean is_type = g_str_equal (field->lower, "type"); /* the GType has that function */

  cg_writer_set (writer, "field", field->node.name);
  cg_writer_set (writer, "field_type", type->c_in);
  cg_writer_take (writer, "field_function", g_strconcat (field->lower, is_type ? "_" : "", NULL));
  cg_writer_take (writer, "field_annotations",
                  g_strconcat (type->is_pointer ? " (transfer none)" : "",
                               field->use.nullable ? " (nullable)" : "",
                               *type->gir != '\0' ? " " : "", type->gir, type->is_pointer ? ":" : "", NULL));
  cg_writer_set (writer, "field_doc",
                 field->node.c_doc != NULL ? field->node.c_doc : "A field of the record.");
  set_other (writer, &field_row, record);
}
