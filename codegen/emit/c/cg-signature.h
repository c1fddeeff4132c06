/* cg-signature.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-emit-shared.h"
#include "model/cg-declarations.h"

/* The C functions that are generated for one member. */
typedef enum
{
  CG_SIGNATURE_HANDLE_SYNC, /* the synchronous handler */
  CG_SIGNATURE_HANDLE,      /* the asynchronous handler */
  CG_SIGNATURE_COMPLETE,
  CG_SIGNATURE_RETURN,      /* completes a call, too, and is given the results */
  CG_SIGNATURE_CALL,
  CG_SIGNATURE_FINISH,
  CG_SIGNATURE_SYNC,
  CG_SIGNATURE_CALL_WITH_REPLY,
  CG_SIGNATURE_FUTURE,      /* static: returns a future of libdex */
  CG_SIGNATURE_REPLY_FUNC,  /* the type of functions that get its reply */
  CG_SIGNATURE_SEND,        /* the only function for clients of a one-way method */
  CG_SIGNATURE_NEW_CALL,    /* static: shared by call and sync */
  CG_SIGNATURE_TAKE_REPLY,  /* static: shared by finish and sync */
  CG_SIGNATURE_PROXY_SYNC,  /* static: the synchronous handler of the proxy */
  CG_SIGNATURE_PROXY_HANDLE, /* static: its asynchronous handler */
  CG_SIGNATURE_SLOT,        /* of a signal: the vfunc that is its default handler */
  CG_SIGNATURE_EMIT,        /* of a signal: the function that emits it */
  CG_SIGNATURE_SIGNAL,      /* a signal, as its handlers see it */
  CG_SIGNATURE_GET,         /* of a property */
  CG_SIGNATURE_DUP,
  CG_SIGNATURE_SET,
  CG_SIGNATURE_SET_ASYNC,
  CG_SIGNATURE_SET_FINISH,
  CG_SIGNATURE_SET_SYNC,
  CG_SIGNATURE_HANDLE_STREAM,/* of a stream: the vfunc */
  CG_SIGNATURE_PROXY_HANDLE_STREAM,/* static */
  CG_SIGNATURE_OPEN,
  CG_SIGNATURE_NEXT_ASYNC,
  CG_SIGNATURE_NEXT_FINISH,
  CG_SIGNATURE_NEXT_SYNC,
  CG_SIGNATURE_TRY_NEXT,
  CG_SIGNATURE_WRITE,
  CG_SIGNATURE_OUTCOME_ASYNC,
  CG_SIGNATURE_OUTCOME_FINISH,
  CG_SIGNATURE_OUTCOME_SYNC,
  CG_SIGNATURE_TAKE_ITEM,   /* static: shared by the functions that read an item */
  CG_N_SIGNATURES
} CgSignatureKind;

/* The places of functions in the header. */
typedef enum
{
  CG_GROUP_NONE,
  CG_GROUP_VFUNC,         /* in the struct of the interface */
  CG_GROUP_SERVICE,
  CG_GROUP_PROXY,
  CG_GROUP_PROXY_HANDLER, /* static: of the proxy as a service */
  CG_GROUP_STREAM
} CgSignatureGroup;

/* The functions of an interface: that for its info, the constructor of a service that consists of
 * functions, that of a proxy, and those of a proxy that load its properties. */
typedef enum
{
  CG_SIGNATURE_INTERFACE_INFO,
  CG_SIGNATURE_NEW_FOR_FUNCS,
  CG_SIGNATURE_NEW,
  CG_SIGNATURE_NEW_ASYNC,
  CG_SIGNATURE_NEW_FINISH,
  CG_SIGNATURE_NEW_SYNC,
  CG_N_NEW_SIGNATURES
} CgNewSignatureKind;

/* Set the keys of a function: return_type, which is written directly before the name, return_line,
 * for a line of its own, function, params, param_docs and doc. @writer has the names of the
 * interface and the member, or of the record. */
void  cg_signature_set            (CgWriter            *writer,
                                   const CgMethod      *method,
                                   CgSignatureKind      kind);
void  cg_signature_set_record     (CgWriter            *writer,
                                   const CgDeclaration *record,
                                   CgRecordFunction     function);

/* Sets the keys of the function that gets a field of a record that is an object, and field_doc. */
void  cg_signature_set_field      (CgWriter            *writer,
                                   const CgDeclaration *record,
                                   const CgField       *field);

void  cg_signature_set_new        (CgWriter            *writer,
                                   CgNewSignatureKind   kind);

/* Checks whether @member has a function, and it is in @group. */
gboolean
      cg_signature_is_in          (CgSignatureKind      kind,
                                   CgSignatureGroup     group,
                                   const CgMember      *member);

/* Writes a function of @method and its doc comment. */
void  cg_signature_emit           (CgWriter            *writer,
                                   const CgMethod      *method,
                                   CgSignatureKind      kind);

/* Writes the functions of @member in a group. */
void  cg_signature_emit_group     (CgWriter            *writer,
                                   const CgMember      *member,
                                   CgSignatureGroup     group);

/* Checks whether there is a function that results can be given away to. */
gboolean
      cg_method_has_return        (const CgMethod      *method);

/* Makes copies of results that are given away to a function. */
GPtrArray *
      cg_signature_give           (GPtrArray           *args);

/* Gets the name of a function of @method. */
const char *
      cg_signature_get_function   (const CgMethod      *method,
                                   CgSignatureKind      kind);

/* cg-param-docs.c */

/* Makes the documentation of a parameter. @is_out: it is an out parameter. @is_client: its function
 * is for clients. @what (nullable): the text for an argument without documentation; without @what,
 * only a type that C does not show is documented. */
char *cg_param_doc_make        (const CgArg    *arg,
                                const char     *what,
                                gboolean        is_out,
                                gboolean        is_client);

/* Makes the documentation of a result that is returned. */
char *cg_param_doc_make_result (const CgArg    *arg,
                                gboolean        is_client);

/* Makes the documentation of a value of a property that is returned. */
char *cg_param_doc_make_value  (const CgMember *property,
                                gboolean        is_given);
char *cg_param_doc_make_field  (const CgField  *field);
