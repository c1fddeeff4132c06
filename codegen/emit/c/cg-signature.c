/* cg-signature.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The signatures of all functions that are generated for members, records and proxies: return type,
 * name, parameters and their documentation. The tables serve declarations, definitions and doc
 * comments. */

#include "cg-signature.h"

#include "cg-marshal.h"
#include "cg-params.h"
#include "emit/cg-keys.h"

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

typedef enum
{
  RETURN_VOID,
  RETURN_HANDLED, /* a gboolean: TRUE unless the call has failed */
  RETURN_WRITTEN, /* a gboolean: TRUE if an item was written */
  RETURN_RESULT,  /* the only result, or a gboolean, TRUE on success, and return locations */
  RETURN_CALL,
  RETURN_STREAM,
  RETURN_FUTURE,
  RETURN_ITEM,    /* a gboolean, TRUE if there is an item, and return locations */
  RETURN_LENT,    /* the value of a property */
  RETURN_GIVEN
} ReturnKind;

/* The members that have a function. */
typedef enum
{
  OF_CALLS,    /* methods, but not streams */
  OF_TWO_WAY,
  OF_ONE_WAY,
  OF_STREAMS,
  OF_METHODS,
  OF_GIVEN,    /* methods with results that can be given away */
  OF_SIGNALS,
  OF_READ,     /* properties, by their access */
  OF_READ_POINTERS,
  OF_WRITTEN
} Members;

/* A function. The parameters before and after the arguments are letters of the table in cg-params.c. */
typedef struct
{
  const char       *function; /* the key of its name */
  const char       *name;     /* of the templates in docs and functions */
  CgSignatureGroup  group;
  Members           members;
  const char       *leading;  /* letters, in front of the arguments */
  ArgsKind          args;
  const char       *trailing;
  ReturnKind        returns;
} Row;

static const Row rows[CG_N_SIGNATURES] = {
  [CG_SIGNATURE_HANDLE_SYNC] =
    { "vfunc", "handle-sync", CG_GROUP_VFUNC, OF_CALLS, "s", ARGS_IN, "e", RETURN_RESULT },
  [CG_SIGNATURE_HANDLE] =
    { "handle", "handle", CG_GROUP_VFUNC, OF_CALLS, "sc", ARGS_IN, "e", RETURN_HANDLED },
  [CG_SIGNATURE_COMPLETE] =
    { "complete", "complete", CG_GROUP_SERVICE, OF_METHODS, "sc", ARGS_OUT_LENT, "", RETURN_VOID },
  [CG_SIGNATURE_RETURN] =
    { "return", "return", CG_GROUP_SERVICE, OF_GIVEN, "sc", ARGS_OUT_GIVEN, "", RETURN_VOID },
  [CG_SIGNATURE_CALL] =
    { "call", "call", CG_GROUP_PROXY, OF_TWO_WAY, "p", ARGS_IN, "xbu", RETURN_VOID },
  [CG_SIGNATURE_FINISH] =
    { "finish", "finish", CG_GROUP_PROXY, OF_TWO_WAY, "pr", ARGS_NONE, "e", RETURN_RESULT },
  [CG_SIGNATURE_SYNC] =
    { "sync", "sync", CG_GROUP_PROXY, OF_TWO_WAY, "p", ARGS_IN, "xe", RETURN_RESULT },
  [CG_SIGNATURE_CALL_WITH_REPLY] =
    { "call_with_reply", "call-with-reply", CG_GROUP_PROXY, OF_TWO_WAY,
      "p", ARGS_IN, "xkd", RETURN_VOID },
  [CG_SIGNATURE_FUTURE] =
    { "future", "future", CG_GROUP_NONE, OF_TWO_WAY, "p", ARGS_IN, "", RETURN_FUTURE },
  [CG_SIGNATURE_REPLY_FUNC] =
    { "ReplyFunc", "reply-func", CG_GROUP_NONE, OF_TWO_WAY, "", ARGS_OUT_LENT, "Eg", RETURN_VOID },
  [CG_SIGNATURE_SEND] =
    { "call", "send", CG_GROUP_PROXY, OF_ONE_WAY, "p", ARGS_IN, "", RETURN_VOID },
  [CG_SIGNATURE_NEW_CALL] =
    { "new_call", "new-call", CG_GROUP_NONE, OF_METHODS, "", ARGS_IN, "", RETURN_CALL },
  [CG_SIGNATURE_TAKE_REPLY] =
    { "take_reply", "take-reply", CG_GROUP_NONE, OF_METHODS, "y", ARGS_NONE, "", RETURN_RESULT },
  [CG_SIGNATURE_PROXY_SYNC] =
    { "proxy_sync", "proxy-sync", CG_GROUP_PROXY_HANDLER, OF_CALLS,
      "s", ARGS_IN, "e", RETURN_RESULT },
  [CG_SIGNATURE_PROXY_HANDLE] =
    { "proxy_handle", "proxy-handle", CG_GROUP_PROXY_HANDLER, OF_CALLS,
      "sc", ARGS_IN, "e", RETURN_HANDLED },
  [CG_SIGNATURE_SLOT] =
    { "slot", "slot", CG_GROUP_VFUNC, OF_SIGNALS, "s", ARGS_OUT_LENT, "", RETURN_VOID },
  [CG_SIGNATURE_SIGNAL] =
    { "slot", "signal", CG_GROUP_NONE, OF_SIGNALS, "", ARGS_OUT_LENT, "", RETURN_VOID },
  [CG_SIGNATURE_EMIT] =
    { "emit", "emit", CG_GROUP_SERVICE, OF_SIGNALS, "s", ARGS_OUT_LENT, "", RETURN_VOID },
  [CG_SIGNATURE_GET] =
    { "get", "get", CG_GROUP_SERVICE, OF_READ, "s", ARGS_NONE, "", RETURN_LENT },
  [CG_SIGNATURE_DUP] =
    { "dup", "dup", CG_GROUP_SERVICE, OF_READ_POINTERS, "s", ARGS_NONE, "", RETURN_GIVEN },
  [CG_SIGNATURE_SET] =
    { "set", "set", CG_GROUP_SERVICE, OF_WRITTEN, "sw", ARGS_NONE, "", RETURN_VOID },
  [CG_SIGNATURE_SET_ASYNC] =
    { "set_async", "set-async", CG_GROUP_PROXY, OF_WRITTEN, "pw", ARGS_NONE, "xbu", RETURN_VOID },
  [CG_SIGNATURE_SET_FINISH] =
    { "set_finish", "set-finish", CG_GROUP_PROXY, OF_WRITTEN,
      "pr", ARGS_NONE, "e", RETURN_HANDLED },
  [CG_SIGNATURE_SET_SYNC] =
    { "set_sync", "set-sync", CG_GROUP_PROXY, OF_WRITTEN, "pw", ARGS_NONE, "xe", RETURN_HANDLED },
  [CG_SIGNATURE_HANDLE_STREAM] =
    { "handle", "handle-stream", CG_GROUP_VFUNC, OF_STREAMS, "sci", ARGS_IN, "e", RETURN_HANDLED },
  [CG_SIGNATURE_PROXY_HANDLE_STREAM] =
    { "proxy_handle", "proxy-handle-stream", CG_GROUP_PROXY_HANDLER, OF_STREAMS,
      "sci", ARGS_IN, "e", RETURN_HANDLED },
  [CG_SIGNATURE_OPEN] =
    { "open", "open", CG_GROUP_PROXY, OF_STREAMS, "p", ARGS_IN, "x", RETURN_STREAM },
  [CG_SIGNATURE_NEXT_ASYNC] =
    { "next_async", "next-async", CG_GROUP_STREAM, OF_STREAMS, "t", ARGS_NONE, "zBu", RETURN_VOID },
  [CG_SIGNATURE_NEXT_FINISH] =
    { "next_finish", "next-finish", CG_GROUP_STREAM, OF_STREAMS,
      "tr", ARGS_NONE, "e", RETURN_ITEM },
  [CG_SIGNATURE_NEXT_SYNC] =
    { "next_sync", "next-sync", CG_GROUP_STREAM, OF_STREAMS, "t", ARGS_NONE, "ze", RETURN_ITEM },
  [CG_SIGNATURE_TRY_NEXT] =
    { "try_next", "try-next", CG_GROUP_STREAM, OF_STREAMS, "t", ARGS_NONE, "", RETURN_ITEM },
  [CG_SIGNATURE_WRITE] =
    { "write", "write", CG_GROUP_STREAM, OF_STREAMS, "t", ARGS_ITEM, "e", RETURN_WRITTEN },
  [CG_SIGNATURE_OUTCOME_ASYNC] =
    { "outcome_async", "outcome-async", CG_GROUP_STREAM, OF_STREAMS,
      "t", ARGS_NONE, "zbu", RETURN_VOID },
  [CG_SIGNATURE_OUTCOME_FINISH] =
    { "outcome_finish", "outcome-finish", CG_GROUP_STREAM, OF_STREAMS,
      "tr", ARGS_NONE, "e", RETURN_RESULT },
  [CG_SIGNATURE_OUTCOME_SYNC] =
    { "outcome_sync", "outcome-sync", CG_GROUP_STREAM, OF_STREAMS,
      "t", ARGS_NONE, "ze", RETURN_RESULT },
  [CG_SIGNATURE_TAKE_ITEM] =
    { "take_item", "take-item", CG_GROUP_NONE, OF_STREAMS, "m", ARGS_NONE, "", RETURN_ITEM },
};

/* A function of a record, or a constructor. All but the letters are templates. */
typedef struct
{
  const char *return_type;
  const char *function;
  const char *params;    /* letters; none: the fields */
  const char *doc;       /* the name of the template */
} OtherRow;

static const OtherRow record_rows[CG_N_RECORD_FUNCTIONS] = {
  [CG_RECORD_GET_TYPE] = { "GType ", "$t_get_type$", "", "docs/record-get-type" },
  [CG_RECORD_NEW] = { "$T$ *", "$t_new$", "", "docs/record-new" },
  [CG_RECORD_COPY] = { "$T$ *", "$t_copy$", "l", "docs/record-copy" },
  [CG_RECORD_FREE] = { "void ", "$t_free$", "f", "docs/record-free" },
  [CG_RECORD_SWAP_FIELD] = { "void ", "$t_swap_field$", "OqI", "docs/record-swap-field" },
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
  [CG_SIGNATURE_INTERFACE_INFO] =
    { "const NorpcInterfaceInfo *", "$interface_info$", "", "docs/interface-info" },
  [CG_SIGNATURE_NEW] = { "$Proxy$ *", "$proxy_new$", "n", "docs/new" },
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
  if (returns == RETURN_FUTURE)
    return "DexFuture *";

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
  if (row->returns == RETURN_FUTURE)
    return g_strdup ("Returns: (transfer full): a future of the results");
  if (row->returns == RETURN_ITEM)
    return g_strdup (strchr (row->trailing, 'e') != NULL
                     ? "Returns: %TRUE if there is an item, %FALSE at the end or with @error set"
                     : "Returns: %TRUE if there is an item");
  if (row->returns == RETURN_HANDLED)
    return g_strdup ("Returns: %FALSE with @error set if the call failed, else %TRUE");
  if (row->returns == RETURN_WRITTEN)
    return g_strdup ("Returns: %TRUE if the item was written, %FALSE with @error set");
  if (row->returns != RETURN_RESULT)
    return g_strdup ("");
  if (arg == NULL)
    return g_strdup_printf ("Returns:%s %%TRUE on success, %%FALSE with @error set",
                            is_client_row (row) && method->out_args->len > 0 ? " (skip):" : "");

  return cg_param_doc_make_result (arg, is_client_row (row));
}

/* Sets $doc$, the text of a doc comment after the parameters. */
static void
set_doc (CgWriter       *writer,
         const CgMethod *method,
         const Row      *row)
{
  static const char * const crossings[] = {
    [CG_CROSSES_NOTHING] = "It is in-process only: not all of its types have a form outside.",
    [CG_CROSSES_DBUS] = "It leaves the process over D-Bus, but not over NATS.",
    [CG_CROSSES_NATS] = "It leaves the process over NATS, but not over D-Bus, which has no such types.",
    [CG_CROSSES_DBUS | CG_CROSSES_NATS] = "",
  };
  g_autofree char *name = g_strconcat ("docs/", row->name, NULL);
  gboolean client_reads = (method->flags & CG_METHOD_STREAM_IN) == 0;

  cg_keys_set_docs (writer, &method->node);
  cg_writer_set (writer, "crossing", crossings[cg_member_get_crossing (method)]);
  cg_writer_set_flag (writer, "client_reads", client_reads);
  cg_writer_set (writer, "reader", client_reads ? "client" : "service");
  cg_writer_set (writer, "writer", client_reads ? "service" : "client");
  cg_writer_set_flag (writer, "has_results", method->out_args->len > 0);
  cg_writer_set_flag (writer, "has_handles", cg_marshal_has_handles (method->out_args));
  cg_writer_take (writer, "timeout",
                  method->timeout > 0 ? g_strdup_printf ("%u", method->timeout) : g_strdup (""));
  cg_writer_set_template (writer, "text", name);
  cg_writer_take (writer, "return_doc", make_return_doc (method, row));
  if (cg_writer_is_set (writer, "text"))
    cg_writer_set_template (writer, "doc", "shared/doc");
  else
    cg_writer_set (writer, "doc", "");
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

  set_doc (writer, method, row);
  cg_params_init (&params, writer);
  params.lists_all = kind == CG_SIGNATURE_SIGNAL;
  cg_params_add_letters (&params, row->leading);
  if (strchr (row->leading, 'w') != NULL)
    add_value (&params, method);
  add_row_args (&params, method, row);
  if (row->returns == RETURN_ITEM)
    add_args (&params, method->items, "return location for the value", TRUE, is_client);
  if (row->returns == RETURN_RESULT && cg_method_get_return_arg (method) == NULL)
    add_args (&params, method->out_args, "return location for the result", TRUE, is_client);
  cg_params_add_letters (&params, row->trailing);
  cg_params_finish (&params, row->returns == RETURN_STREAM ? stream_type
                             : get_return_type (method, row->returns),
                    cg_names_look_up (&method->node, row->function));
}

gboolean
cg_method_has_return (const CgMethod *method)
{
  CG_FOREACH (const CgArg, arg, method->out_args)
    if (arg->use.type->is_pointer)
      return TRUE;

  return FALSE;
}

static gboolean
has_function (const CgMember *member,
              Members         members)
{
  gboolean is_stream = cg_member_is_stream (member);
  gboolean is_method = member->kind == CG_MEMBER_METHOD;
  gboolean is_oneway = (member->flags & CG_METHOD_ONEWAY) != 0;
  gboolean is_read = (member->access & CG_ACCESS_READ) != 0;

  switch (members)
    {
    case OF_CALLS:
      return is_method && !is_stream;
    case OF_TWO_WAY:
      return is_method && !is_stream && !is_oneway;
    case OF_ONE_WAY:
      return is_method && !is_stream && is_oneway;
    case OF_STREAMS:
      return is_stream;
    case OF_METHODS:
      return is_method;
    case OF_GIVEN:
      return is_method && cg_method_has_return (member);
    case OF_SIGNALS:
      return member->kind == CG_MEMBER_SIGNAL;
    case OF_READ:
      return is_read;
    case OF_READ_POINTERS:
      return is_read && member->use.type->is_pointer;
    case OF_WRITTEN:
      return (member->access & CG_ACCESS_WRITE) != 0;
    default:
      g_assert_not_reached ();
    }
}

gboolean
cg_signature_is_in (CgSignatureKind   kind,
                    CgSignatureGroup  group,
                    const CgMember   *member)
{
  return rows[kind].group == group && has_function (member, rows[kind].members);
}

void
cg_signature_emit (CgWriter        *writer,
                   const CgMethod  *method,
                   CgSignatureKind  kind)
{
  g_autofree char *name = g_strconcat ("functions/", rows[kind].name, NULL);

  cg_signature_set (writer, method, kind);
  if (cg_writer_is_set (writer, "doc"))
    cg_emit_function_doc (writer, kind == CG_SIGNATURE_CALL_WITH_REPLY || kind == CG_SIGNATURE_FUTURE
                          ? " (skip)" : "");
  cg_writer_emit (writer, cg_template (name));
}

void
cg_signature_emit_group (CgWriter         *writer,
                         const CgMember   *member,
                         CgSignatureGroup  group)
{
  for (CgSignatureKind kind = 0; kind < CG_N_SIGNATURES; kind++)
    if (cg_signature_is_in (kind, group, member))
      cg_signature_emit (writer, member, kind);
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
  CgParams params;

  if (record != NULL)
    cg_keys_set_docs (writer, &record->node);
  else
    cg_writer_set (writer, "tags", "");
  cg_writer_set_template (writer, "doc", row->doc);

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
