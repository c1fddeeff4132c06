/* cg-model.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "xml/cg-diagnostics.h"
#include "cg-named-types.h"

/* The contents of all descriptions of one run. The parser fills it in, the
 * check completes types, the naming completes names; after that it is const.
 *
 * All strings belong to the string chunk of the CgDescription. */

/* Loops over the pointers in a GPtrArray. */
#define CG_FOREACH(Type, item, array) \
  for (Type **item##_at = (Type **) (array)->pdata, *item; \
       item##_at - (Type **) (array)->pdata < (gssize) (array)->len && ((item = *item##_at), TRUE); \
       item##_at++)

typedef enum
{
  CG_DIRECTION_IN,
  CG_DIRECTION_OUT
} CgDirection;

typedef enum
{
  CG_ACCESS_READ      = 1 << 0,
  CG_ACCESS_WRITE     = 1 << 1,
  CG_ACCESS_READWRITE = CG_ACCESS_READ | CG_ACCESS_WRITE
} CgAccess;

typedef enum
{
  CG_METHOD_ONEWAY      = 1 << 0,
  CG_METHOD_LATEST_WINS = 1 << 1,
  CG_METHOD_IDEMPOTENT  = 1 << 2,
  CG_METHOD_STREAM      = 1 << 3,
  CG_METHOD_STREAM_IN   = 1 << 4  /* its items go from the client to the service */
} CgMethodFlags;

/* The backlog of a signal without the attribute: NORPC_DEFAULT_BACKLOG of the runtime. */
#define CG_DEFAULT_BACKLOG 1000

/* The reach of the values of a type, and so of members that have such values. */
typedef enum
{
  CG_REACH_PROCESS,  /* within the process alone */
  CG_REACH_VARIANT,  /* out of it, as a GVariant: portable */
  CG_REACH_DBUS      /* over D-Bus, which has no maybe types */
} CgReach;

/* How the values of a member leave the process. */
typedef enum
{
  CG_CROSSES_NOTHING = 0,
  CG_CROSSES_DBUS    = 1 << 0,  /* with an export, which has forms for what D-Bus does not have */
  CG_CROSSES_NATS    = 1 << 1
} CgCrossing;

/* cg-names.h */
typedef struct _CgNameTable CgNameTable;

/* The properties of every part of a description. */
typedef struct
{
  CgLocation   location;
  CgLocation   name_location;
  const char  *name;        /* as described, or NULL if it has none */
  const char  *doc;         /* (nullable): as described, the three */
  const char  *brief;       /* (nullable) */
  const char  *since;       /* (nullable) */
  const char  *c_doc;       /* (nullable): as text of a comment in C */
  const char  *c_brief;     /* (nullable) */
  const char  *c_since;     /* (nullable) */
  gboolean     deprecated;
  const char  *deprecated_text;   /* (nullable): what is said of it */
  const char  *c_deprecated_text; /* (nullable): as text of a comment in C */
  gboolean     broken;      /* an error was reported, and others would be consequences of it */
  const char  *c_name;      /* (nullable): org.gtk.GDBus.C.Name */
  const char  *emits_changed; /* (nullable): of an interface; of a property, not NULL when
                               * checked */
  const char  *in_c;        /* its name in C, without the name of its parent */
  GPtrArray   *annotations; /* (owned) (element-type CgAnnotation) */
  const CgNameTable *name_table; /* (nullable): of what has names of its own, when resolved */
  const char **names;       /* (owned) (nullable): in the order of the table */
} CgNode;

typedef struct
{
  CgNode       node;
  CgLocation   value_location;
  const char  *value;
} CgAnnotation;

/* A GIR that types are taken from. */
typedef struct
{
  CgNode       node;
  const char  *version;
  CgLocation   version_location;
  const char  *header;   /* (nullable): that its types need beside those that it names */
} CgInclude;

/* cg-declarations.h */
typedef struct _CgDeclaration CgDeclaration;

typedef struct _CgInterface CgInterface;

/* A named type, which all its uses share. */
typedef struct
{
  const char  *name;     /* as described */
  CgNamedKind  kind;
  const char  *c_type;   /* these two, and the texts of the types, are set when names are resolved */
  const char  *lower;
  const char  *hash_function; /* (nullable): for a value, if its GIR has one */
  CgDeclaration *declaration; /* (nullable): if it is of a description */
  const CgInterface *interface; /* (nullable): if objects that implement it are the values */
  CgType       type;
  CgType       array;
} CgNamedType;

/* A type where it is used: of an argument or of a property. */
typedef struct
{
  CgLocation    location;
  const char   *signature;       /* as described */
  const char   *value_signature; /* without the maybe that nullable stands for */
  const char   *variant;         /* (nullable): the type of the GVariant for a value */
  const char   *wire;            /* (nullable): the type described, if an annotation has another */
  gboolean      nullable;
  CgLocation    nullable_location; /* the location of the attribute, if there is one */
  gboolean      is_moved;        /* from the client to the service */
  CgLocation    moved_location;  /* the location of the attribute, if there is one */
  gboolean      is_sensitive;    /* never shown or logged */
  CgNamedType  *named;           /* (nullable): if the type is a name */
  CgLocation    element_location;
  const char   *element_signature; /* (nullable): type of the items of a list model, as described */
  CgNamedType  *element;         /* (nullable): the same, until checked */
  const CgType *type;            /* (nullable) until checked */
} CgTypeUse;

typedef struct
{
  CgNode       node;
  CgTypeUse    use;
  CgDirection  direction;
  const char  *c_lent;           /* its name in C as a parameter */
  const char  *c_out;            /* and as an out parameter */
} CgArg;

typedef enum
{
  CG_MEMBER_METHOD,
  CG_MEMBER_SIGNAL,
  CG_MEMBER_PROPERTY,
  CG_N_MEMBERS
} CgMemberKind;

typedef struct _CgMember CgMember;

/* The member that C functions are generated for. */
typedef CgMember CgMethod;

struct _CgMember
{
  CgNode       node;
  CgMemberKind kind;
  GPtrArray   *in_args;          /* (owned) (element-type CgArg) */
  GPtrArray   *out_args;         /* (owned) (element-type CgArg): all of a signal; of a stream, the
                                    outcome */
  GPtrArray   *items;            /* (owned) (element-type CgArg): of a stream, what an item has */
  const char  *lower;            /* its name in C, by which that of a method is made unique */

  /* of a property */
  CgTypeUse    use;
  CgAccess     access;

  /* of a method */
  const CgMethod *replacement;   /* (nullable): what is to be used instead */
  guint        flags;            /* of CgMethodFlags */
  CgLocation   oneway_location;  /* the location of the attribute, if there is one */
  CgLocation   timeout_location;
  const char  *timeout_text;     /* (nullable): as described */
  guint        timeout;          /* in milliseconds, or 0; set when checked */

  /* of a signal */
  gboolean     closes_when_full;

  /* of a signal, or of a method that is a stream */
  CgLocation   backlog_location;
  const char  *backlog_text;     /* (nullable): as described */
  guint        backlog;          /* or 0, for CG_DEFAULT_BACKLOG; set when checked */
};

struct _CgInterface
{
  CgNode       node;
  const CgInterface *replacement; /* (nullable): what is to be used instead */
  union
  {
    GPtrArray *members[CG_N_MEMBERS]; /* (owned) (element-type CgMember): by kind */
    struct
    {
      GPtrArray *methods;
      GPtrArray *signals;
      GPtrArray *properties;
    };
  };
};

typedef struct
{
  GPtrArray    *interfaces;      /* (owned) (element-type CgInterface) */
  GPtrArray    *files;           /* base names of the descriptions */
  GPtrArray    *girs;            /* (owned) (element-type filename): that were read */
  GPtrArray    *includes;        /* (owned) (element-type CgInclude) */
  GPtrArray    *declarations;    /* (owned) (element-type CgDeclaration) */
  GHashTable   *named_types;     /* (owned) (element-type utf8 CgNamedType): that are used */
  GPtrArray    *headers;         /* (owned) (element-type utf8): what their C types need */
  const char   *prefix;          /* of all functions in C */
  GStringChunk *strings;         /* (owned): every string of the model */
} CgDescription;

gpointer       cg_node_new             (gsize             size,
                                        const CgLocation *location,
                                        GPtrArray        *siblings);

/* @text is "true", "false", or the documentation. */
void           cg_node_set_deprecated  (CgNode           *self,
                                        const char       *text);
CgDescription *cg_description_new      (void);
void           cg_description_free     (CgDescription    *self);
gboolean       cg_description_has_foreign_types (const CgDescription *self);
const char    *cg_description_string   (CgDescription    *self,
                                        const char       *string);
CgNamedType   *cg_named_type_new       (CgDescription    *description,
                                        const char       *name,
                                        CgNamedKind       kind);
void           cg_named_type_set_names (CgDescription     *description,
                                        CgNamedType       *named,
                                        const CgTypeNames *names);
CgInterface   *cg_interface_new        (CgDescription    *description,
                                        const CgLocation *location);
CgMember      *cg_member_new           (CgInterface      *interface,
                                        CgMemberKind      kind,
                                        const CgLocation *location);
CgAnnotation  *cg_annotation_new       (CgNode           *parent,
                                        const CgLocation *location);

/* Gets the out argument that is the return value of a method in C, or NULL. It is the only out
 * argument, a pointer, and not nullable, so that NULL can only mean failure. */
const CgArg   *cg_method_get_return_arg (const CgMethod  *self);

/* Calls @func for every use of a type. */
typedef void (*CgUseFunc) (CgTypeUse *use,
                           gpointer   data);

void           cg_description_foreach_use (CgDescription *self,
                                           CgUseFunc      func,
                                           gpointer       data);

const char    *cg_access_to_string      (CgAccess          self);

/* Called when the types have been checked. */
CgReach        cg_member_get_reach      (const CgMember  *self);
gboolean       cg_member_passes_objects (const CgMember  *self);
CgCrossing     cg_member_get_crossing   (const CgMember  *self);
gboolean       cg_member_has_maybes     (const CgMember  *self);
const char    *cg_type_use_get_form     (const CgTypeUse *self);

/* Checks whether a member is a stream. */
gboolean       cg_member_is_stream      (const CgMember   *self);

/* Gets the word for a kind of members, as "method". */
const char    *cg_member_kind_to_string (CgMemberKind      self);

/* Gets the word for a member, as "method" or "stream". */
const char    *cg_member_get_word       (const CgMember   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgDescription, cg_description_free)
