/* norpc-value-form-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-interface-info-private.h"

G_BEGIN_DECLS

/* A type whose values have a form of their own as a GVariant, such as GFile, which is its URI. */
typedef struct
{
  GType      (*get_type)     (void);
  GVariant * (*to_variant)   (gpointer  value);
  gpointer   (*from_variant) (GVariant *variant); /* returns NULL if the text is not valid */
} NorpcValueForm;

const NorpcValueForm *norpc_value_form_find (const NorpcArgInfo *info);

/* The signature of a value that is not NULL. */
const char   *norpc_arg_info_get_content_signature (const NorpcArgInfo *info);
NorpcArgInfo  norpc_arg_info_get_element_info      (const NorpcArgInfo *info);
gboolean      norpc_arg_info_is_array              (const NorpcArgInfo *info,
                                                    GType               type);

/* Each puts the place of @problem, which it takes, in front of it. */
char *norpc_describe_field   (const char         *name,
                              const char         *record,
                              char               *problem);
char *norpc_describe_element (gsize               index,
                              char               *problem);
char *norpc_describe_value   (const char         *kind,
                              const GDBusArgInfo *info,
                              char               *problem);

G_END_DECLS
