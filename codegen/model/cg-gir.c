/* cg-gir.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Reads the names of types in C from GIRs. */

#include "cg-gir.h"

#include "xml/cg-source.h"
#include "xml/cg-xml-reader.h"

#include <string.h>

struct _CgGirNamespace
{
  GStringChunk *strings;  /* (owned) */
  char         *name;     /* (owned): as it is asked for */
  char         *version;  /* (owned) */
  GPtrArray    *headers;  /* (owned) (element-type utf8): of strings */
  GHashTable   *types;    /* (owned) (element-type utf8 CgGirType) */
};

struct _CgGir
{
  GPtrArray  *folders;     /* (owned) (element-type filename): owned, the first goes first */
  GHashTable *namespaces;  /* (owned) (element-type utf8 CgGirNamespace) */
  GPtrArray  *files;       /* (element-type filename): owned, that were read */
};

static void
namespace_free (gpointer data)
{
  CgGirNamespace *self = data;

  g_hash_table_unref (self->types);
  g_ptr_array_unref (self->headers);
  g_string_chunk_free (self->strings);
  g_free (self->name);
  g_free (self->version);
  g_free (self);
}

CgGir *
cg_gir_new (const char * const *folders,
            GPtrArray          *files)
{
  CgGir *self = g_new0 (CgGir, 1);

  self->folders = cg_gir_folders_new (folders);
  self->files = files;
  self->namespaces = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                            namespace_free);

  return self;
}

void
cg_gir_free (CgGir *self)
{
  g_hash_table_unref (self->namespaces);
  g_ptr_array_unref (self->folders);
  g_free (self);
}

/* The depth of elements. */
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
  gboolean        is_in;         /* the namespace that is looked for */
  gboolean        has_namespace; /* the namespace was found */
  CgGirType      *type;          /* (nullable): the one that is open */
  const char     *hash;          /* (nullable): the method 'hash' that is open */
} Reader;

static const struct
{
  const char *element;
  CgNamedKind kind;
} kinds[] = {
  { "class", CG_NAMED_OBJECT },
  { "interface", CG_NAMED_OBJECT },
  { "record", CG_NAMED_BOXED },
  { "union", CG_NAMED_BOXED },
  { "enumeration", CG_NAMED_ENUM },
  { "bitfield", CG_NAMED_FLAGS },
  { "alias", CG_NAMED_NOTHING },
  { "callback", CG_NAMED_NOTHING },
  { "constant", CG_NAMED_NOTHING },
  { "glib:boxed", CG_NAMED_NOTHING },
};

static const char *
keep (Reader     *self,
      const char *string)
{
  return string != NULL ? g_string_chunk_insert_const (self->gir_namespace->strings, string) : NULL;
}

static gboolean
has_attribute (const char **attributes,
               const char  *name,
               const char  *value)
{
  return g_strcmp0 (cg_xml_find_attribute (attributes, name), value) == 0;
}

/* Gets the base name of a path. */
static const char *
get_base (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

static void
start_type (Reader      *self,
            const char  *element,
            const char **attributes)
{
  const char *name = cg_xml_find_attribute (attributes, "name");
  CgGirType *type;
  gsize i = 0;

  while (i < G_N_ELEMENTS (kinds) && !g_str_equal (kinds[i].element, element))
    i++;
  if (i == G_N_ELEMENTS (kinds) || name == NULL)
    return;

  type = g_new0 (CgGirType, 1);
  type->kind = kinds[i].kind;
  type->element = g_intern_string (element);
  type->c_type = keep (self, cg_xml_find_attribute (attributes, "c:type"));
  type->get_type = keep (self, cg_xml_find_attribute (attributes, "glib:get-type"));
  type->is_fundamental = has_attribute (attributes, "glib:fundamental", "1");
  g_hash_table_replace (self->gir_namespace->types, (gpointer) keep (self, name), type);
  self->type = type;
}

/* The direct children of a type element. */
static void
start_in_type (Reader      *self,
               const char  *element,
               const char **attributes)
{
  const char *file = cg_xml_find_attribute (attributes, "filename");

  if (g_str_equal (element, "source-position") && file != NULL)
    self->type->header = keep (self, get_base (file));
  else if (g_str_equal (element, "method") && has_attribute (attributes, "name", "hash"))
    self->hash = keep (self, cg_xml_find_attribute (attributes, "c:identifier"));
}

/* Checks that a function is a hash function: it gets the value only, and returns a guint. */
static void
check_hash (Reader      *self,
            const char  *element,
            const char **attributes)
{
  if (g_str_equal (element, "parameter") ||
      (g_str_equal (element, "type") && !has_attribute (attributes, "name", "guint")))
    self->hash = NULL;
}

static void
start_in_repository (Reader      *self,
                     const char  *element,
                     const char **attributes)
{
  const char *name = cg_xml_find_attribute (attributes, "name");

  if (g_str_equal (element, "c:include") && name != NULL)
    g_ptr_array_add (self->gir_namespace->headers, (gpointer) keep (self, name));

  self->is_in = g_str_equal (element, "namespace") &&
                has_attribute (attributes, "name", self->gir_namespace->name) &&
                has_attribute (attributes, "version", self->gir_namespace->version);
  self->has_namespace |= self->is_in;
}

static void
start_cb (CgXmlReader  *reader,
          const char   *element,
          const char  **attributes,
          gpointer      user_data)
{
  Reader *self = user_data;

  self->depth++;
  if (self->depth == DEPTH_REPOSITORY && !g_str_equal (element, "repository"))
    cg_xml_reader_fail (reader, cg_xml_reader_get_offset (reader),
                        "the root element is <%s>, not <repository>", element);
  else if (self->depth == DEPTH_NAMESPACE)
    start_in_repository (self, element, attributes);
  else if (self->depth == DEPTH_TYPE && self->is_in)
    start_type (self, element, attributes);
  else if (self->depth == DEPTH_IN_TYPE && self->type != NULL)
    start_in_type (self, element, attributes);
  else if (self->depth == DEPTH_OF_PARAMETER)
    check_hash (self, element, attributes);
}

static void
end_cb (CgXmlReader *reader G_GNUC_UNUSED,
        const char  *element G_GNUC_UNUSED,
        gpointer     user_data)
{
  Reader *self = user_data;

  if (self->depth == DEPTH_IN_TYPE && self->hash != NULL)
    self->type->hash = g_steal_pointer (&self->hash);
  if (self->depth == DEPTH_TYPE)
    self->type = NULL;
  self->depth--;
}

static gboolean
read_file (Reader      *self,
           const char  *path,
           GError     **error)
{
  static const CgXmlHandlers handlers = { start_cb, end_cb, NULL, NULL, NULL };
  gsize length = 0;
  gsize offset = 0;
  g_autofree char *text = cg_file_read (path, &length, error);

  if (text == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  if (!cg_xml_read (text, length, NULL, &handlers, self, &offset, error))
    {
      guint line = 1;

      for (gsize i = 0; i < offset; i++)
        line += text[i] == '\n';
      g_prefix_error (error, "%s:%u: ", path, line);
      return FALSE;
    }

  if (self->has_namespace)
    return TRUE;

  g_set_error (error, CG_XML_ERROR, CG_XML_ERROR_OTHER, "%s: it has no namespace %s %s",
               path, self->gir_namespace->name, self->gir_namespace->version);

  return FALSE;
}

static CgGirNamespace *
read_namespace (const char  *path,
                const char  *name,
                const char  *version,
                GError     **error)
{
  CgGirNamespace *self = g_new0 (CgGirNamespace, 1);
  Reader reader = { .gir_namespace = self };

  self->strings = g_string_chunk_new (16384);
  self->name = g_strdup (name);
  self->version = g_strdup (version);
  self->headers = g_ptr_array_new ();
  self->types = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  if (!read_file (&reader, path, error))
    g_clear_pointer (&self, namespace_free);

  return self;
}

gboolean
cg_gir_has (CgGir       *self,
            const char  *name,
            const char  *version,
            GError     **error)
{
  g_autofree char *path = cg_gir_find_file (self->folders, name, version, error);

  return path != NULL;
}

const CgGirNamespace *
cg_gir_load (CgGir       *self,
             const char  *name,
             const char  *version,
             GError     **error)
{
  CgGirNamespace *loaded = g_hash_table_lookup (self->namespaces, name);
  g_autofree char *found = NULL;
  g_autofree char *path = NULL;

  if (loaded != NULL)
    return loaded;

  if (version == NULL)
    version = found = cg_gir_find_version (self->folders, name, error);
  if (version == NULL)
    return NULL;

  path = cg_gir_find_file (self->folders, name, version, error);
  if (path == NULL)
    return NULL;

  loaded = read_namespace (path, name, version, error);
  if (loaded != NULL)
    {
      g_hash_table_insert (self->namespaces, loaded->name, loaded);
      g_ptr_array_add (self->files, g_steal_pointer (&path));
    }

  return loaded;
}

const CgGirType *
cg_gir_find (const CgGirNamespace *gir_namespace,
             const char           *name)
{
  return g_hash_table_lookup (gir_namespace->types, name);
}

gboolean
cg_gir_is_header (const char *header)
{
  for (const char *p = header; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p) || strchr ("<>\"\\", *p) != NULL)
      return FALSE;

  return *header != '\0';
}

void
cg_gir_add_header (GPtrArray  *headers,
                   const char *header)
{
  if (header != NULL && cg_gir_is_header (header) &&
      !g_ptr_array_find_with_equal_func (headers, header, g_str_equal, NULL))
    g_ptr_array_add (headers, g_strdup (header));
}

void
cg_gir_add_headers (const CgGirNamespace *gir_namespace,
                    const CgGirType      *type,
                    GPtrArray            *headers)
{
  for (guint i = 0; i < gir_namespace->headers->len; i++)
    {
      const char *header = g_ptr_array_index (gir_namespace->headers, i);

      if (g_strcmp0 (get_base (header), type->header) == 0)
        {
          cg_gir_add_header (headers, header);
          return;
        }
    }

  /* these are included already, except for the headers of Gio for Unix */
  if (cg_known_types_have (gir_namespace->name, CG_KNOWN_TYPES_VERSION))
    return;

  for (guint i = 0; i < gir_namespace->headers->len; i++)
    cg_gir_add_header (headers, g_ptr_array_index (gir_namespace->headers, i));
}
