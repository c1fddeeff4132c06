/* cg-signature.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-columns.h"
#include "model/cg-model.h"
#include "model/cg-writer.h"

G_BEGIN_DECLS

/* The C functions that are generated for one method. */
typedef enum
{
  CG_SIGNATURE_PLAIN,      /* the vfunc that answers at once */
  CG_SIGNATURE_HANDLE,     /* the vfunc that answers when it likes */
  CG_SIGNATURE_COMPLETE,
  CG_SIGNATURE_CALL,
  CG_SIGNATURE_FINISH,
  CG_SIGNATURE_SYNC,
  CG_SIGNATURE_SEND,       /* the one function of a one-way method's client */
  CG_SIGNATURE_NEW_CALL,   /* static: what call and sync share */
  CG_SIGNATURE_TAKE_REPLY, /* static: what finish and sync share */
  CG_SIGNATURE_PROXY_SYNC,   /* static: the synchronous handler of the proxy */
  CG_SIGNATURE_PROXY_HANDLE, /* static: its asynchronous handler */
  CG_N_SIGNATURES
} CgSignatureKind;

/* The functions that a proxy has for a method. */
const CgSignatureKind *cg_signature_get_client_kinds (const CgMethod *method,
                                                      gsize          *n_kinds);

/* Give @writer, in which the names of interface and method are, the keys
 * return_type, function, and params; and param_docs and doc. */
void cg_signature_set            (CgWriter        *writer,
                                  const CgMethod  *method,
                                  CgSignatureKind  kind);
void cg_signature_set_documented (CgWriter        *writer,
                                  const CgMethod  *method,
                                  CgSignatureKind  kind);

/* The name of a function of @method, whose names are in @writer. */
char *cg_signature_make_function (CgWriter        *writer,
                                  const CgMethod  *method,
                                  CgSignatureKind  kind);
void cg_signature_measure        (CgWriter        *writer,
                                  const CgMethod  *method,
                                  CgSignatureKind  kind,
                                  CgColumns       *columns);
void cg_signature_measure_set    (CgWriter        *writer,
                                  CgColumns       *columns);

G_END_DECLS
