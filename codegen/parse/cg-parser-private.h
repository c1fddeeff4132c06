/* cg-parser-private.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "doc/cg-doc.h"
#include "cg-parser.h"
#include "xml/cg-xml-reader.h"

typedef enum
{
  KIND_ROOT       = 1 << 0, /* the parent of the root element */
  KIND_NODE       = 1 << 1,
  KIND_INTERFACE  = 1 << 2,
  KIND_METHOD     = 1 << 3,
  KIND_SIGNAL     = 1 << 4,
  KIND_PROPERTY   = 1 << 5,
  KIND_ARG        = 1 << 6,
  KIND_ANNOTATION = 1 << 7,
  KIND_DOC        = 1 << 8,
  KIND_IGNORED    = 1 << 9, /* it and its contents are ignored */
  KIND_STREAM     = 1 << 10,
  KIND_INCLUDE    = 1 << 11,
  KIND_ENUM       = 1 << 12, /* flags, too */
  KIND_DOMAIN     = 1 << 13,
  KIND_RECORD     = 1 << 14,
  KIND_VALUE      = 1 << 15, /* an error, too */
  KIND_FIELD      = 1 << 16,
  KIND_RESULT     = 1 << 17 /* of a stream */
} Kind;

/* An element that has arguments, values or fields. */
#define KIND_WITH_ARGS \
  (KIND_METHOD | KIND_SIGNAL | KIND_STREAM | KIND_ENUM | KIND_DOMAIN | KIND_RECORD)

typedef struct
{
  Kind        kind;
  const char *name;       /* interned */
  CgLocation  location;
  gpointer    object;     /* (nullable): the CgNode that it describes */
  gboolean    said;       /* warnings were given that its text is ignored, or that it is misplaced */
} Frame;

/* cg-comments.c */
typedef struct _Comment Comment;

typedef struct
{
  CgSource      *source;
  CgDescription *description;
  CgDiagnostics *diagnostics;
  GArray        *frames;        /* (owned) (element-type Frame) */
  GHashTable    *prefixes;      /* (owned) (element-type utf8 utf8): those declared so far, with
                                 * their namespaces */
  GString       *doc;           /* (owned): what comes of the documentation that is open */
  Comment       *comment;       /* (owned) (nullable): the last that documents something */
  CgXmlReader   *reader;        /* (nullable) while it reads */
  CgLocation     location;      /* of what is being read */
  CgLocation     root;          /* of the root element */
  char          *root_xmlns;    /* (owned) (nullable) */
  gboolean       is_other;      /* the root element is not of this language */
  guint          n_definitions;  /* of interfaces and types */
} Parser;

/* The attributes of the current tag. */
typedef struct
{
  Parser      *parser;
  const char  *element;
  const char **list;      /* names and values in turn, and NULL */
  Frame       *parent;
  int          detail;    /* that the table of elements has for the element */
} Attributes;

typedef struct
{
  const char *word;
  int         value;
} Word;

/* cg-attributes.c */
CgLocation  cg_attributes_locate           (Attributes *self,
                                            const char *name,
                                            gboolean    value);
const char *cg_attributes_get_string       (Attributes *self,
                                            const char *name,
                                            CgLocation *location);
int         cg_attributes_get_word         (Attributes *self,
                                            const char *name,
                                            const Word *words,
                                            const char *hint,
                                            int         value);
gboolean    cg_attributes_get_boolean      (Attributes *self,
                                            const char *name);
void        cg_attributes_get_type         (Attributes *self,
                                            CgTypeUse  *use);
void        cg_attributes_get_sensitive    (Attributes *self,
                                            CgTypeUse  *use);
void        cg_attributes_get_element_type (Attributes *self,
                                            CgTypeUse  *use);
void        cg_attributes_get_common       (Attributes *self,
                                            CgNode     *node);

/* cg-comments.c */
void        cg_comments_read               (Parser       *self,
                                            const char   *text);
void        cg_comments_drop               (Parser       *self);
void        cg_comments_apply              (Parser       *self,
                                            CgNode       *node,
                                            gboolean      has_args);
void        cg_comments_apply_arg          (Parser       *self,
                                            const CgNode *member,
                                            CgNode       *node);
void        cg_comments_end                (Parser       *self,
                                            gconstpointer member);

/* cg-prefixes.c */
void        cg_prefixes_read               (Attributes *attributes);
Kind        cg_prefixes_start_element      (Attributes *attributes,
                                            gpointer   *object);

/* Begins an element, and returns its kind. */
Kind        cg_element_start               (Attributes *attributes,
                                            gpointer   *object);
