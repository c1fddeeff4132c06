/* norpc-description-reader-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "norpc-dynamic-info-private.h"
#include "norpc-member-names-private.h"
#include "norpc-xml-tree-private.h"

G_BEGIN_DECLS

/* The reading of one interface. */
typedef struct
{
  NorpcDynamicInfo *info;     /* (unowned): that is filled in */
  GHashTable       *declared; /* (unowned): the elements that declare types, by name */
  NorpcMemberNames  names;
  GPtrArray        *methods;    /* (owned): of unowned NorpcMethodInfo */
  GPtrArray        *signals;    /* (owned): of unowned NorpcSignalInfo */
  GPtrArray        *properties; /* (owned): of unowned NorpcPropertyInfo */
  const char       *updates;    /* (unowned) (nullable): EmitsChangedSignal of the interface */
} NorpcInterfaceReader;

GPtrArray *norpc_description_read (const char  *xml,
                                   const char  *kept,
                                   GError     **error);

/* norpc-domain-reader.c */
GHashTable *norpc_described_errors_read (GPtrArray  *domains,
                                         GError    **error);

/* norpc-member-reader.c */
gboolean norpc_interface_reader_read_member (NorpcInterfaceReader  *self,
                                             const NorpcXmlElement *element,
                                             GError               **error);

/* norpc-arg-reader.c: each returns a list that ends with NULL. If an argument needs generated code, it sets
 * @left_out (owned).
 */
typedef enum
{
  NORPC_READ_ARGS,    /* that go in */
  NORPC_READ_RESULTS, /* that go out */
  NORPC_READ_ITEMS,   /* of a stream: arguments that go out */
  NORPC_READ_OUTCOME, /* of a stream: its results */
  NORPC_READ_SIGNAL   /* all arguments of a signal */
} NorpcReadArgs;

gboolean norpc_interface_reader_read_args (NorpcInterfaceReader   *self,
                                           const NorpcXmlElement  *member,
                                           NorpcReadArgs           which,
                                           GDBusArgInfo         ***args,
                                           char                  **left_out,
                                           GError                **error);
gboolean norpc_interface_reader_read_annotations (NorpcInterfaceReader   *self,
                                                  const NorpcXmlElement  *element,
                                                  GDBusAnnotationInfo  ***annotations,
                                                  GError                **error);

G_END_DECLS
