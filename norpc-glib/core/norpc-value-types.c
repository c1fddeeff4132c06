/* norpc-value-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Facts about the types of GLib and GIO: hash and equality of each type, and whether a copy
 * shares state that can be modified.
 */

#include <string.h>

#include "norpc-value-export-private.h"
#include "norpc-value-types-private.h"

typedef enum
{
  SHARED,    /* a copy shares state with the original */
  IMMUTABLE, /* values never change */
  COPIED     /* a copy shares nothing with the original */
} Copy;

typedef struct
{
  GType   (*get_type) (void);
  GHashFunc  hash;  /* (nullable): NULL if a value is equal only to itself */
  GEqualFunc equal; /* (nullable): as `hash` */
  Copy       copy;
  GDestroyNotify free; /* (nullable): for copies of the elements of arrays */
} KnownType;

static guint
hash_data (gconstpointer data,
           gsize         size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);

  return g_bytes_hash (bytes);
}

static guint
hash_number (guint64 number)
{
  return (guint) (number ^ (number >> 32));
}

static guint
hash_strv (gconstpointer value)
{
  guint hash = 0;

  for (char * const *strings = value; *strings != NULL; strings++)
    hash = hash * 31 + g_str_hash (*strings);

  return hash;
}

/* Hashes the normal form of a variant, which is the same for equal variants. The maybe of a
 * number is a variant, too.
 */
static guint
hash_variant (GVariant *variant)
{
  g_autoptr (GVariant) normal = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (g_variant_is_of_type (variant, G_VARIANT_TYPE_DOUBLE) && g_variant_get_double (variant) == 0.0)
    return 0;

  normal = g_variant_get_normal_form (variant);
  bytes = g_variant_get_data_as_bytes (normal);

  return g_bytes_hash (bytes);
}

/* Invalid dates cannot be compared. */
static guint
hash_date (gconstpointer value)
{
  return g_date_valid (value) ? g_date_get_julian (value) : 0;
}

static guint
hash_uri (gconstpointer value)
{
  g_autofree char *text = g_uri_to_string ((GUri *) value);

  return g_str_hash (text);
}

static guint
hash_inet_address (gconstpointer value)
{
  GInetAddress *address = (GInetAddress *) value;

  return hash_data (g_inet_address_to_bytes (address), g_inet_address_get_native_size (address));
}

static guint
hash_inet_address_mask (gconstpointer value)
{
  GInetAddressMask *mask = (GInetAddressMask *) value;

  return hash_inet_address (g_inet_address_mask_get_address (mask)) * 31 + g_inet_address_mask_get_length (mask);
}

static guint
hash_socket_address (gconstpointer value)
{
  GSocketAddress *address = (GSocketAddress *) value;
  gssize size = g_socket_address_get_native_size (address);
  g_autofree char *native = size > 0 ? g_malloc0 ((gsize) size) : NULL;

  if (native == NULL || !g_socket_address_to_native (address, native, (gsize) size, NULL))
    return g_direct_hash (value);

  return hash_data (native, (gsize) size);
}

static guint
hash_tls_certificate (gconstpointer value)
{
  g_autoptr (GByteArray) certificate = NULL;

  g_object_get ((gpointer) value, "certificate", &certificate, NULL);

  return certificate != NULL ? hash_data (certificate->data, certificate->len) : 0;
}

static guint
hash_app_info (gconstpointer value)
{
  const char *id = g_app_info_get_id ((GAppInfo *) value);

  return id != NULL ? g_str_hash (id) : g_direct_hash (value);
}

static gboolean
equal_strv (gconstpointer value,
            gconstpointer other)
{
  return g_strv_equal (value, other);
}

static gboolean
equal_date (gconstpointer value,
            gconstpointer other)
{
  return g_date_valid (value) && g_date_valid (other) && g_date_compare (value, other) == 0;
}

static gboolean
equal_uri (gconstpointer value,
           gconstpointer other)
{
  g_autofree char *text = g_uri_to_string ((GUri *) value);
  g_autofree char *other_text = g_uri_to_string ((GUri *) other);

  return g_str_equal (text, other_text);
}

static gboolean
equal_file (gconstpointer value,
            gconstpointer other)
{
  return g_file_equal ((GFile *) value, (GFile *) other);
}

static gboolean
equal_icon (gconstpointer value,
            gconstpointer other)
{
  return g_icon_equal ((GIcon *) value, (GIcon *) other);
}

static gboolean
equal_inet_address (gconstpointer value,
                    gconstpointer other)
{
  return g_inet_address_equal ((GInetAddress *) value, (GInetAddress *) other);
}

static gboolean
equal_inet_address_mask (gconstpointer value,
                         gconstpointer other)
{
  return g_inet_address_mask_equal ((GInetAddressMask *) value, (GInetAddressMask *) other);
}

static gboolean
equal_socket_address (gconstpointer value,
                      gconstpointer other)
{
  gssize size = g_socket_address_get_native_size ((GSocketAddress *) value);
  g_autofree char *native = size > 0 ? g_malloc0 ((gsize) size) : NULL;
  g_autofree char *other_native = size > 0 ? g_malloc0 ((gsize) size) : NULL;

  return size > 0 && size == g_socket_address_get_native_size ((GSocketAddress *) other) &&
         g_socket_address_to_native ((GSocketAddress *) value, native, (gsize) size, NULL) &&
         g_socket_address_to_native ((GSocketAddress *) other, other_native, (gsize) size, NULL) &&
         memcmp (native, other_native, (gsize) size) == 0;
}

static gboolean
equal_tls_certificate (gconstpointer value,
                       gconstpointer other)
{
  return g_tls_certificate_is_same ((GTlsCertificate *) value, (GTlsCertificate *) other);
}

static gboolean
equal_app_info (gconstpointer value,
                gconstpointer other)
{
  return g_app_info_equal ((GAppInfo *) value, (GAppInfo *) other);
}

static void
free_string (gpointer value)
{
  g_string_free (value, TRUE);
}

G_GNUC_BEGIN_IGNORE_DEPRECATIONS /* GValueArray */

static const KnownType boxed_types[] = {
  { g_strv_get_type, hash_strv, equal_strv, COPIED, (GDestroyNotify) g_strfreev },
  { g_bytes_get_type, g_bytes_hash, g_bytes_equal, IMMUTABLE, (GDestroyNotify) g_bytes_unref },
  { g_date_time_get_type, g_date_time_hash, g_date_time_equal, IMMUTABLE, (GDestroyNotify) g_date_time_unref },
  { g_date_get_type, hash_date, equal_date, COPIED, (GDestroyNotify) g_date_free },
  { g_uri_get_type, hash_uri, equal_uri, IMMUTABLE, (GDestroyNotify) g_uri_unref },
  { g_gstring_get_type, (GHashFunc) g_string_hash, (GEqualFunc) g_string_equal, COPIED, free_string },
  { g_variant_type_get_gtype, g_variant_type_hash, g_variant_type_equal, COPIED,
    (GDestroyNotify) g_variant_type_free },
  { g_time_zone_get_type, NULL, NULL, IMMUTABLE, (GDestroyNotify) g_time_zone_unref },
  { g_regex_get_type, NULL, NULL, IMMUTABLE, (GDestroyNotify) g_regex_unref },
  { g_error_get_type, NULL, NULL, COPIED, (GDestroyNotify) g_error_free },
  /* Copies of these contain values that may be shared. */
  { g_value_get_type, NULL, NULL, SHARED, NULL },
  { g_value_array_get_type, NULL, NULL, SHARED, NULL },
};

G_GNUC_END_IGNORE_DEPRECATIONS

/* The first type that an object is an instance of applies. */
static const KnownType object_types[] = {
  { g_file_get_type, g_file_hash, equal_file, IMMUTABLE },
  { g_icon_get_type, g_icon_hash, equal_icon, IMMUTABLE },
  { g_inet_address_get_type, hash_inet_address, equal_inet_address, IMMUTABLE },
  { g_inet_address_mask_get_type, hash_inet_address_mask, equal_inet_address_mask, IMMUTABLE },
  { g_socket_address_get_type, hash_socket_address, equal_socket_address, IMMUTABLE },
  { g_tls_certificate_get_type, hash_tls_certificate, equal_tls_certificate, IMMUTABLE },
  { g_app_info_get_type, hash_app_info, equal_app_info, SHARED },
};

static const KnownType *
find_known_boxed (GType type)
{
  for (guint i = 0; i < G_N_ELEMENTS (boxed_types); i++)
    if (boxed_types[i].get_type () == type)
      return &boxed_types[i];

  return NULL;
}

static const KnownType *
find_known (const NorpcValuePart *part)
{
  if (G_TYPE_IS_BOXED (part->type))
    {
      return find_known_boxed (part->type);
    }
  else if (G_TYPE_IS_OBJECT (part->type) || G_TYPE_IS_INTERFACE (part->type))
    {
      for (guint i = 0; i < G_N_ELEMENTS (object_types); i++)
        if (G_TYPE_CHECK_INSTANCE_TYPE (part->pointer, object_types[i].get_type ()))
          return &object_types[i];
    }

  return NULL;
}

/* Arrays and records are hashed and copied by their elements or fields, which are parts, too. */
static gboolean
has_parts (const NorpcValuePart *part)
{
  return part->element_type != G_TYPE_INVALID ||
         (G_TYPE_IS_BOXED (part->type) && norpc_record_type_get_info (part->type) != NULL);
}

/* Uses the hash function of the described type, or else the one of the object's own type. */
static guint
hash_unknown (const NorpcValuePart *part)
{
  GHashFunc hash_func = norpc_type_get_hash_func (part->type);

  if (hash_func == NULL && !G_TYPE_IS_BOXED (part->type))
    hash_func = norpc_type_get_hash_func (G_OBJECT_TYPE (part->pointer));

  return hash_func != NULL ? hash_func (part->pointer) : g_direct_hash (part->pointer);
}

/* Thread-safe. Equal parts have the same hash. Values of a type without equality are equal
 * only if they are the same instance.
 */
guint
norpc_value_part_hash (const NorpcValuePart *part)
{
  const KnownType *known;

  if (!part->is_pointer)
    return hash_number (part->number);
  if (part->pointer == NULL)
    return 0;
  if (has_parts (part))
    return 1;

  switch (G_TYPE_FUNDAMENTAL (part->type))
    {
    case G_TYPE_STRING:
      return g_str_hash (part->pointer);

    case G_TYPE_VARIANT:
      return hash_variant (part->pointer);

    default:
      known = find_known (part);
      return known != NULL && known->hash != NULL ? known->hash (part->pointer) : hash_unknown (part);
    }
}

/* GVariant prints both values, and compares the texts, unless it knows that they are in normal form. It does not know it
 * of values that come from a message: this makes it look, which takes a fraction of the time.
 */
static gboolean
variant_equal (GVariant *value,
               GVariant *other)
{
  g_variant_is_normal_form (value);
  g_variant_is_normal_form (other);

  return g_variant_equal (value, other);
}

/* Thread-safe. @part and @other are of the same type. Does not compare parts of the parts. Two
 * pointers of an unknown type are equal only if they are the same.
 */
gboolean
norpc_value_part_equal (const NorpcValuePart *part,
                        const NorpcValuePart *other)
{
  const KnownType *known;

  if (!part->is_pointer)
    return part->number == other->number;
  if (part->pointer == NULL || other->pointer == NULL || part->pointer == other->pointer)
    return part->pointer == other->pointer;
  if (has_parts (part))
    return TRUE;

  switch (G_TYPE_FUNDAMENTAL (part->type))
    {
    case G_TYPE_STRING:
      return g_str_equal (part->pointer, other->pointer);

    case G_TYPE_VARIANT:
      return variant_equal (part->pointer, other->pointer);

    default:
      known = find_known (part);
      return known != NULL && known->equal != NULL && known == find_known (other) &&
             known->equal (part->pointer, other->pointer);
    }
}

/* If a copy is the same pointer, the boxed type is reference-counted. */
static gboolean
has_copies (const NorpcValuePart *part)
{
  gpointer copy = g_boxed_copy (part->type, part->pointer);
  gboolean differs = copy != part->pointer;

  g_boxed_free (part->type, copy);

  return differs;
}

/* Thread-safe. Returns TRUE if the part can be copied so that changes to the copy do not
 * affect the original. Does not examine parts of the part.
 */
gboolean
norpc_value_part_is_copyable (const NorpcValuePart *part)
{
  const KnownType *known;

  if (!part->is_pointer || part->pointer == NULL || has_parts (part))
    return TRUE;

  switch (G_TYPE_FUNDAMENTAL (part->type))
    {
    case G_TYPE_STRING:
    case G_TYPE_VARIANT:
      return TRUE;

    case G_TYPE_BOXED:
      known = find_known (part);
      return known != NULL ? known->copy != SHARED : has_copies (part);

    default:
      known = find_known (part);
      /* The copies of a handle lead to one object, which only its owner changes. */
      return known != NULL ? known->copy != SHARED : norpc_type_is_exported (part->type);
    }
}

static void
unref_variant (gpointer variant)
{
  g_variant_unref (variant);
}

/* Thread-safe. Returns the function that frees a value of a type that is a pointer, or NULL if it is
 * a boxed type without a known one.
 */
GDestroyNotify
norpc_value_type_get_free_func (GType type)
{
  const NorpcRecordInfo *record;
  const KnownType *known;

  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_STRING:
      return g_free;

    case G_TYPE_VARIANT:
      return unref_variant;

    case G_TYPE_BOXED:
      record = norpc_record_type_get_info (type);
      known = find_known_boxed (type);
      return record != NULL ? record->free : known != NULL ? known->free : NULL;

    default:
      return g_object_unref;
    }
}

/* Returns the pointer (owned) and leaves NULL in @value. */
gpointer
norpc_value_steal_pointer (GValue *value)
{
  g_return_val_if_fail (g_value_fits_pointer (value), NULL);

  /* Content that a GValue does not own, such as a static or interned string, cannot be stolen:
   * the caller receives a copy.
   */
  if (value->data[1].v_uint & (G_VALUE_NOCOPY_CONTENTS | G_VALUE_INTERNED_STRING))
    {
      if (G_VALUE_HOLDS_STRING (value))
        return g_value_dup_string (value);
      if (G_VALUE_HOLDS_BOXED (value))
        return g_value_dup_boxed (value);
    }

  return g_steal_pointer (&value->data[0].v_pointer);
}
