/* cg-declarations.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cg-model.h"

/* The types that a description declares. */

typedef enum
{
  CG_DECLARED_ENUM,
  CG_DECLARED_FLAGS,
  CG_DECLARED_ERROR_DOMAIN,
  CG_DECLARED_RECORD
} CgDeclaredKind;

/* One value of an enumeration, or one error of a domain. */
typedef struct
{
  CgNode       node;
  CgLocation   value_location;
  const char  *value_text;   /* (nullable): as described */
  gint64       value;        /* set when checked */
  CgLocation   dbus_location;
  const char  *dbus_name;    /* (nullable): of an error; completed when checked */
  CgLocation   nick_location;
  const char  *nick;         /* as described, or NULL until names are resolved */
  const char  *upper;        /* its name in C */
} CgValue;

typedef struct
{
  CgNode       node;
  CgTypeUse    use;
  const char  *lower;        /* its name in C */
  const char  *param;        /* and as a parameter */
  const char  *property;     /* and as a property, if the record is an object */
} CgField;

struct _CgDeclaration
{
  CgNode          node;
  CgDeclaredKind  kind;
  GPtrArray      *values;       /* (owned) (element-type CgValue) */
  GPtrArray      *fields;       /* (owned) (element-type CgField) */
  gboolean        is_object;    /* of a record: it is a GObject */
  CgLocation      dbus_location;
  const char     *dbus_prefix;  /* (nullable): of the names of errors */
  CgNamedType    *named;        /* (nullable): if its name is usable */
  gboolean        is_visited;   /* set while its fields are visited */
  guint           depth;        /* the depth of records, itself included, or 0 until it is known */
  gboolean        is_completed; /* the functions of the record are known */
  gboolean        is_recursive; /* records can be nested in it to any depth */
};

CgDeclaration *cg_declaration_new  (CgDescription    *description,
                                    CgDeclaredKind    kind,
                                    const CgLocation *location);

/* The C functions that are generated for one record. */
typedef enum
{
  CG_RECORD_GET_TYPE,
  CG_RECORD_NEW,
  CG_RECORD_COPY,
  CG_RECORD_FREE,
  CG_RECORD_SWAP_FIELD,
  CG_RECORD_EQUAL,
  CG_RECORD_HASH,
  CG_RECORD_TO_VARIANT,
  CG_RECORD_NEW_FROM_VARIANT,
  CG_N_RECORD_FUNCTIONS
} CgRecordFunction;

/* cg-records.c: determines the functions of records. Called when names are resolved. */
void           cg_records_complete         (CgDescription       *description);
gboolean       cg_record_has_function      (const CgDeclaration *record,
                                            CgRecordFunction     function);

/* Finds the field that has the name of a function of the record, or returns NULL. In language
 * bindings one would hide the other, so these get the field only. */
const CgField *cg_record_find_hiding_field (const CgDeclaration *record,
                                            CgRecordFunction     function);
