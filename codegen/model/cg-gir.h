/* cg-gir.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-named-types.h"

/* One type as its GIR has it. */
typedef struct
{
  CgNamedKind kind;
  const char *element;        /* interned: its name in the GIR */
  const char *c_type;         /* (nullable) */
  const char *get_type;       /* (nullable): the function for its GType */
  const char *header;         /* (nullable): the file that declares it, without folders */
  const char *hash;           /* (nullable): the function for the hash of a value */
  gboolean    is_fundamental; /* no GObject */
} CgGirType;

typedef struct _CgGirNamespace CgGirNamespace;

/* The GIRs of one run. */
typedef struct _CgGir CgGir;

/* Adds the paths of the GIRs that have been read to @files. */
CgGir                *cg_gir_new          (const char * const    *folders,
                                           GPtrArray             *files);
void                  cg_gir_free         (CgGir                 *self);

/* Reads a GIR, unless it has been read. @version (nullable) is that of an <include>. */
const CgGirNamespace *cg_gir_load         (CgGir                 *self,
                                           const char            *name,
                                           const char            *version,
                                           GError               **error);

/* Checks whether a GIR is installed. */
gboolean              cg_gir_has          (CgGir                 *self,
                                           const char            *name,
                                           const char            *version,
                                           GError               **error);
const CgGirType      *cg_gir_find         (const CgGirNamespace  *gir_namespace,
                                           const char            *name);

/* Gets the headers that a type needs: the one that declares it, if that is known, or all headers of
 * its namespace. */
void                  cg_gir_add_headers  (const CgGirNamespace  *gir_namespace,
                                           const CgGirType       *type,
                                           GPtrArray             *headers);

/* Adds a header, unless it is NULL, cannot be included, or has been added. */
void                  cg_gir_add_header   (GPtrArray             *headers,
                                           const char            *header);

/* Checks whether a name can be written in an #include. */
gboolean              cg_gir_is_header    (const char            *header);

/* cg-gir-files.c: where GIRs are. */

/* Makes a list of the folders of GIRs, which begins with @folders. */
GPtrArray            *cg_gir_folders_new  (const char * const    *folders);

/* Finds the version of a GIR if only one is installed. */
char                 *cg_gir_find_version (GPtrArray             *folders,
                                           const char            *name,
                                           GError               **error);
char                 *cg_gir_find_file    (GPtrArray             *folders,
                                           const char            *name,
                                           const char            *version,
                                           GError               **error);

/* cg-known-types.c: of GLib, GObject and Gio */
#define CG_KNOWN_TYPES_VERSION "2.0"

/* Checks whether types of a version of a namespace are known without its GIR. */
gboolean    cg_known_types_have      (const char  *gir_namespace,
                                      const char  *version);

/* Fills in @type, whose strings are interned, and the header that it needs
 * besides gio/gio.h, or NULL. @name is "Namespace.Type". */
gboolean    cg_known_types_find      (const char  *name,
                                      CgGirType   *type,
                                      const char **header);

/* The macro that must be defined before @header is included, or NULL. */
const char *cg_known_types_get_macro (const char  *header);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgGir, cg_gir_free)
