/* cg-gir-reader.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads of one GIR what its types are called in C, and nothing else. */

#include "cg-gir-private.h"

#include "cg-file.h"

#include <gio/gio.h>
#include <string.h>

/* How deep elements are. */
enum
{
  DEPTH_REPOSITORY = 1,
  DEPTH_NAMESPACE,
  DEPTH_TYPE,
  DEPTH_IN_TYPE,
  DEPTH_IN_METHOD,
  DEPTH_OF_PARAMETER
};

typedef struct
{
  CgGirNamespace *gir_namespace;
  guint           depth;
  gboolean        is_in;         /* the namespace that is wanted */
  gboolean        has_namespace; /* it was there */
  CgGirType      *type;          /* (nullable): the one that is open */
  const char     *hash;          /* (nullable): the method 'hash' that is open */
} Reader;

static const struct
{
  const char *element;
  CgGirKind   kind;
} kinds[] = {
  { "class", CG_GIR_CLASS },
  { "interface", CG_GIR_INTERFACE },
  { "record", CG_GIR_RECORD },
  { "union", CG_GIR_RECORD },
  { "enumeration", CG_GIR_ENUMERATION },
  { "bitfield", CG_GIR_BITFIELD },
  { "alias", CG_GIR_OTHER },
  { "callback", CG_GIR_OTHER },
  { "constant", CG_GIR_OTHER },
  { "glib:boxed", CG_GIR_OTHER },
};

static const char *
find_attribute (const char **names,
                const char **values,
                const char  *name)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_str_equal (names[i], name))
      return values[i];

  return NULL;
}

static const char *
keep (Reader     *self,
      const char *string)
{
  return string != NULL ? g_string_chunk_insert_const (self->gir_namespace->strings, string) : NULL;
}

static void
start_type (Reader      *self,
            const char  *element,
            const char **names,
            const char **values)
{
  const char *name = find_attribute (names, values, "name");
  CgGirType *type;
  gsize i = 0;

  while (i < G_N_ELEMENTS (kinds) && !g_str_equal (kinds[i].element, element))
    i++;
  if (i == G_N_ELEMENTS (kinds) || name == NULL)
    return;

  type = g_new0 (CgGirType, 1);
  type->kind = kinds[i].kind;
  type->element = g_intern_string (element);
  type->c_type = keep (self, find_attribute (names, values, "c:type"));
  type->get_type = keep (self, find_attribute (names, values, "glib:get-type"));
  type->is_fundamental = g_strcmp0 (find_attribute (names, values, "glib:fundamental"), "1") == 0;
  g_hash_table_replace (self->gir_namespace->types, (gpointer) keep (self, name), type);
  self->type = type;
}

/* The direct children of a type element. */
static void
start_in_type (Reader      *self,
               const char  *element,
               const char **names,
               const char **values)
{
  const char *file;

  if (g_str_equal (element, "source-position"))
    {
      file = find_attribute (names, values, "filename");
      if (file != NULL)
        self->type->header = keep (self, strrchr (file, '/') != NULL ? strrchr (file, '/') + 1 : file);
    }
  else if (g_str_equal (element, "method") && g_strcmp0 (find_attribute (names, values, "name"), "hash") == 0)
    self->hash = keep (self, find_attribute (names, values, "c:identifier"));
}

/* A hash is a guint of the value alone. */
static void
check_hash (Reader      *self,
            const char  *element,
            const char **names,
            const char **values)
{
  if (g_str_equal (element, "parameter") ||
      (g_str_equal (element, "type") && g_strcmp0 (find_attribute (names, values, "name"), "guint") != 0))
    self->hash = NULL;
}

static void
start_in_repository (Reader      *self,
                     const char  *element,
                     const char **names,
                     const char **values)
{
  const char *name = find_attribute (names, values, "name");

  if (g_str_equal (element, "c:include") && name != NULL)
    g_ptr_array_add (self->gir_namespace->headers, (gpointer) keep (self, name));

  self->is_in = g_str_equal (element, "namespace") &&
                g_strcmp0 (name, self->gir_namespace->name) == 0 &&
                g_strcmp0 (find_attribute (names, values, "version"), self->gir_namespace->version) == 0;
  self->has_namespace |= self->is_in;
}

static void
start_element_cb (GMarkupParseContext  *context,
                  const char           *element,
                  const char          **names,
                  const char          **values,
                  gpointer              user_data,
                  GError              **error)
{
  Reader *self = user_data;

  (void) context;

  self->depth++;
  switch (self->depth)
    {
    case DEPTH_REPOSITORY:
      if (!g_str_equal (element, "repository"))
        g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                     "the root element is <%s>, not <repository>", element);
      break;

    case DEPTH_NAMESPACE:
      start_in_repository (self, element, names, values);
      break;

    case DEPTH_TYPE:
      if (self->is_in)
        start_type (self, element, names, values);
      break;

    case DEPTH_IN_TYPE:
      if (self->type != NULL)
        start_in_type (self, element, names, values);
      break;

    case DEPTH_OF_PARAMETER:
      check_hash (self, element, names, values);
      break;

    default:
      break;
    }
}

static void
end_element_cb (GMarkupParseContext  *context,
                const char           *element,
                gpointer              user_data,
                GError              **error)
{
  Reader *self = user_data;

  (void) context;
  (void) element;
  (void) error;

  if (self->depth == DEPTH_IN_TYPE && self->hash != NULL)
    self->type->hash = g_steal_pointer (&self->hash);
  if (self->depth == DEPTH_TYPE)
    self->type = NULL;
  self->depth--;
}

static gboolean
parse (Reader      *self,
       const char  *text,
       gsize        length,
       GError     **error)
{
  static const GMarkupParser parser = { start_element_cb, end_element_cb, NULL, NULL, NULL };
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, self, NULL);
  /* an empty file is mapped nowhere */
  gboolean ok = g_markup_parse_context_parse (context, text != NULL ? text : "", length, error) &&
                g_markup_parse_context_end_parse (context, error);

  g_markup_parse_context_free (context);
  if (!ok)
    return FALSE;

  if (!self->has_namespace)
    {
      g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                   "it has no namespace %s %s", self->gir_namespace->name, self->gir_namespace->version);
      return FALSE;
    }

  return TRUE;
}

CgGirNamespace *
cg_gir_namespace_read (const char  *path,
                       const char  *name,
                       const char  *version,
                       GError     **error)
{
  g_autoptr (CgGirNamespace) self = g_new0 (CgGirNamespace, 1);
  g_autoptr (GMappedFile) file = NULL;
  Reader reader = { .gir_namespace = self };

  self->strings = g_string_chunk_new (16384);
  self->name = g_strdup (name);
  self->version = g_strdup (version);
  self->headers = g_ptr_array_new ();
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  if (cg_file_check_input (path, error))
    file = g_mapped_file_new (path, FALSE, error);
  if (file == NULL || !parse (&reader, g_mapped_file_get_contents (file), g_mapped_file_get_length (file), error))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
cg_gir_namespace_free (CgGirNamespace *self)
{
  g_hash_table_unref (self->types);
  g_ptr_array_unref (self->headers);
  g_string_chunk_free (self->strings);
  g_free (self->name);
  g_free (self->version);
  g_free (self);
}
