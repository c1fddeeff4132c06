/* types-plain.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with synchronous handlers. C and C++. */

#include "types-services.h"

typedef struct
{
  GObject parent_instance;
} TypesPlain;

typedef struct
{
  GObjectClass parent_class;
} TypesPlainClass;

static gboolean
plain_nothing (TestTypes  *self,
               GError    **error)
{
  return TRUE;
}

static gboolean
plain_numbers (TestTypes  *self,
               guint8      byte,
               gboolean    truth,
               gint16      int16,
               guint16     uint16,
               gint        int32,
               guint       uint32,
               gint64      int64,
               guint64     uint64,
               double      number,
               gint        handle,
               guint8     *out_byte,
               gboolean   *out_truth,
               gint16     *out_int16,
               guint16    *out_uint16,
               gint       *out_int32,
               guint      *out_uint32,
               gint64     *out_int64,
               guint64    *out_uint64,
               double     *out_number,
               gint       *out_handle,
               GError    **error)
{
  *out_byte = byte;
  *out_truth = truth;
  *out_int16 = int16;
  *out_uint16 = uint16;
  *out_int32 = int32;
  *out_uint32 = uint32;
  *out_int64 = int64;
  *out_uint64 = uint64;
  *out_number = number;
  *out_handle = handle;
  return TRUE;
}

static gboolean
plain_strings (TestTypes   *self,
               const char  *string,
               const char  *path,
               const char  *signature,
               char       **out_string,
               char       **out_path,
               char       **out_signature,
               GError     **error)
{
  *out_string = g_strdup (string);
  *out_path = g_strdup (path);
  *out_signature = g_strdup (signature);
  return TRUE;
}

static gboolean
plain_arrays (TestTypes           *self,
              GBytes              *bytes,
              const char * const  *strings,
              const char * const  *paths,
              const char * const  *signatures,
              GBytes             **out_bytes,
              char              ***out_strings,
              char              ***out_paths,
              char              ***out_signatures,
              GError             **error)
{
  *out_bytes = g_bytes_ref (bytes);
  *out_strings = g_strdupv ((char **) strings);
  *out_paths = g_strdupv ((char **) paths);
  *out_signatures = g_strdupv ((char **) signatures);
  return TRUE;
}

static gboolean
plain_variants (TestTypes  *self,
                GVariant   *variant,
                GVariant   *pair,
                GVariant   *dict,
                GVariant   *lists,
                GVariant  **out_variant,
                GVariant  **out_pair,
                GVariant  **out_dict,
                GVariant  **out_lists,
                GError    **error)
{
  *out_variant = g_variant_ref (variant);
  *out_pair = g_variant_ref (pair);
  *out_dict = g_variant_ref (dict);
  *out_lists = g_variant_ref (lists);
  return TRUE;
}

static gboolean
plain_nullables (TestTypes           *self,
                 const char          *string,
                 const char          *attribute,
                 const char          *path,
                 GBytes              *bytes,
                 const char * const  *strings,
                 GVariant            *number,
                 GVariant            *pair,
                 char               **out_string,
                 char               **out_attribute,
                 char               **out_path,
                 GBytes             **out_bytes,
                 char              ***out_strings,
                 GVariant           **out_number,
                 GVariant           **out_pair,
                 GError             **error)
{
  *out_string = g_strdup (string);
  *out_attribute = g_strdup (attribute);
  *out_path = g_strdup (path);
  *out_bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  *out_strings = g_strdupv ((char **) strings);
  *out_number = number != NULL ? g_variant_ref (number) : NULL;
  *out_pair = pair != NULL ? g_variant_ref (pair) : NULL;
  return TRUE;
}

static gboolean
plain_one_number (TestTypes  *self,
                  gint        number,
                  gint       *out_result,
                  GError    **error)
{
  *out_result = number;
  return TRUE;
}

static char *
plain_one_string (TestTypes   *self,
                  const char  *string,
                  GError     **error)
{
  return g_strdup (string);
}

static char **
plain_one_strings (TestTypes           *self,
                   const char * const  *strings,
                   GError             **error)
{
  return g_strdupv ((char **) strings);
}

static GBytes *
plain_one_bytes (TestTypes  *self,
                 GBytes     *bytes,
                 GError    **error)
{
  return g_bytes_ref (bytes);
}

static GVariant *
plain_one_variant (TestTypes  *self,
                   GVariant   *pair,
                   GError    **error)
{
  return g_variant_ref (pair);
}

static gboolean
plain_one_nullable (TestTypes   *self,
                    const char  *string,
                    char       **out_result,
                    GError     **error)
{
  *out_result = g_strdup (string);
  return TRUE;
}

static gboolean
plain_refuse (TestTypes   *self,
              const char  *message,
              GError     **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, message);
  return FALSE;
}

static GVariant *
plain_wrong_type (TestTypes  *self,
                  GError    **error)
{
  return g_variant_ref_sink (g_variant_new ("(ss)", "not", "numbers"));
}

static void
types_plain_iface_init (gpointer iface_pointer,
                        gpointer data)
{
  TestTypesInterface *iface = (TestTypesInterface *) iface_pointer;

  iface->nothing = plain_nothing;
  iface->numbers = plain_numbers;
  iface->strings = plain_strings;
  iface->arrays = plain_arrays;
  iface->variants = plain_variants;
  iface->nullables = plain_nullables;
  iface->one_number = plain_one_number;
  iface->one_string = plain_one_string;
  iface->one_strings = plain_one_strings;
  iface->one_bytes = plain_one_bytes;
  iface->one_variant = plain_one_variant;
  iface->one_nullable = plain_one_nullable;
  iface->refuse = plain_refuse;
  iface->wrong_type = plain_wrong_type;
}

G_DEFINE_TYPE_WITH_CODE (TypesPlain, types_plain, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TEST_TYPE_TYPES, types_plain_iface_init))

static void
types_plain_class_init (TypesPlainClass *klass)
{
}

static void
types_plain_init (TypesPlain *self)
{
}
