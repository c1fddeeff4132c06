/* cg-param-docs.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/cg-declarations.h"

G_BEGIN_DECLS

/* Makes the documentation of a parameter. @is_out: it is an out parameter; @is_client: of a
 * function for clients. @what: what to say of one without documentation; NULL for nothing but
 * its type, if C does not tell that. */
char *cg_param_doc_make        (const CgArg    *arg,
                                const char     *what,
                                gboolean        is_out,
                                gboolean        is_client);

/* Makes that of a result that is returned. */
char *cg_param_doc_make_result (const CgArg    *arg,
                                gboolean        is_client);

/* Makes that of a returned value of a property. */
char *cg_param_doc_make_value  (const CgMember *property,
                                gboolean        is_given);
char *cg_param_doc_make_field  (const CgField  *field);

G_END_DECLS
