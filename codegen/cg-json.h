/* cg-json.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes JSON, indented. Begins as { a string }; a name is NULL in an array. */
typedef struct
{
  GString  *text;
  guint     depth;
  gboolean  follows;  /* something stands in front at this depth */
} CgJson;

void cg_json_open        (CgJson     *self,
                          const char *name,
                          char        bracket);
void cg_json_close       (CgJson     *self,
                          char        bracket);

/* Does nothing if @value is NULL. */
void cg_json_add_string  (CgJson     *self,
                          const char *name,
                          const char *value);
void cg_json_add_boolean (CgJson     *self,
                          const char *name,
                          gboolean    value);
void cg_json_add_number  (CgJson     *self,
                          const char *name,
                          gint64      value);

G_END_DECLS
