/* norpc-dbus-limits.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "norpc-dbus-limits-private.h"

#define MAX_SIGNATURE 255
#define MAX_ARRAYS 32 /* in one signature; so many structs, too */
#define MAX_DEPTH 64  /* of containers in a message, variants included */

/* D-Bus allows 128 MiB, but a bus closes the connection of a process that sends more than it is configured for,
 * usually 32 MiB. The header of a message is part of its size: this is less by what the header may take.
 */
#define MAX_BODY_SIZE ((32u << 20) - (64u << 10))

/* A bus closes the connection of a process that sends a message with more file descriptors than it is configured for, usually
 * 16. Between peers, the limit is that of the kernel.
 */
#define MAX_FDS_ON_BUS 16
#define MAX_FDS 253

/* The containers around the value of a property in a message: an array, an entry of a dictionary, and a variant. */
#define AROUND_PROPERTY 3

/* A value whose GVariant is smaller is within the limits of size, because padding and lengths make less than this
 * factor.
 */
#define SURE_SIZE (2u << 20)

/* @type has no more characters than a signature. Returns a text that says why it is no type of D-Bus, or NULL. */
static const char *
find_type_excess (const GVariantType *type,
                  guint               n_arrays,
                  guint               n_structs)
{
  const char *problem = NULL;

  if (g_variant_type_is_maybe (type))
    return "it has a maybe type";
  if (g_variant_type_is_dict_entry (type))
    return "it has a dictionary entry that is not in an array";
  if (g_variant_type_is_array (type))
    {
      const GVariantType *element = g_variant_type_element (type);

      if (n_arrays == MAX_ARRAYS)
        return "arrays are nested deeper than 32";
      if (!g_variant_type_is_dict_entry (element))
        return find_type_excess (element, n_arrays + 1, n_structs);
      return n_structs == MAX_ARRAYS ? "structs are nested deeper than 32"
                                     : find_type_excess (g_variant_type_value (element), n_arrays + 1, n_structs + 1);
    }
  if (!g_variant_type_is_tuple (type))
    return NULL;

  if (g_variant_type_first (type) == NULL)
    return "it has a struct without fields";
  if (n_structs == MAX_ARRAYS)
    return "structs are nested deeper than 32";
  for (const GVariantType *item = g_variant_type_first (type); problem == NULL && item != NULL;
       item = g_variant_type_next (item))
    problem = find_type_excess (item, n_arrays, n_structs + 1);

  return problem;
}

/* Checks a signature, which may consist of several types. */
static char *
find_signature_excess (const char *signature)
{
  g_autofree char *tuple = NULL;
  const char *problem = NULL;

  if (strlen (signature) > MAX_SIGNATURE)
    return g_strdup_printf ("its signature has %" G_GSIZE_FORMAT " characters, and D-Bus allows %d",
                            strlen (signature), MAX_SIGNATURE);

  tuple = g_strdup_printf ("(%s)", signature);
  for (const GVariantType *item = g_variant_type_first (G_VARIANT_TYPE (tuple)); problem == NULL && item != NULL;
       item = g_variant_type_next (item))
    problem = find_type_excess (item, 0, 0);

  return problem != NULL ? g_strdup_printf ("%s, which D-Bus does not allow", problem) : NULL;
}

static guint
get_alignment (char type)
{
  switch (type)
    {
    case 'y':
    case 'g':
    case 'v':
      return 1;

    case 'n':
    case 'q':
      return 2;

    case 'x':
    case 't':
    case 'd':
    case '(':
    case '{':
      return 8;

    default:
      return 4;
    }
}

static void
align (guint64 *size,
       char     type)
{
  guint64 alignment = get_alignment (type);

  *size = (*size + alignment - 1) / alignment * alignment;
}

static char *measure (GVariant *value,
                      guint     depth,
                      guint64  *size);

static char *
measure_children (GVariant *value,
                  guint     depth,
                  guint64  *size)
{
  char *problem = NULL;
  gsize n = g_variant_n_children (value);

  for (gsize i = 0; problem == NULL && i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);

      problem = measure (child, depth, size);
    }

  return problem;
}

/* A maybe is an array there. */
static char *
measure_array (GVariant *value,
               guint     depth,
               guint64  *size)
{
  char element = g_variant_get_type_string (value)[1];
  char *problem = NULL;

  *size += 4;
  align (size, element);
  if (strchr ("ynqiuxtdbh", element) != NULL)
    *size += g_variant_n_children (value) * get_alignment (element);
  else
    problem = measure_children (value, depth, size);

  return problem;
}

static char *
measure_variant (GVariant *value,
                 guint     depth,
                 guint64  *size)
{
  g_autoptr (GVariant) content = g_variant_get_variant (value);
  char *problem = find_signature_excess (g_variant_get_type_string (content));

  *size += strlen (g_variant_get_type_string (content)) + 2;

  return problem != NULL ? problem : measure (content, depth, size);
}

static char *
measure_text (GVariant *value,
              guint64  *size)
{
  gsize length;
  const char *text = g_variant_get_string (value, &length);

  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_SIGNATURE))
    {
      *size += 4 + length + 1;
      return NULL;
    }

  *size += 1 + length + 1;

  return find_signature_excess (text);
}

/* Adds the size of a value in a message, in which it is at a depth of containers. */
static char *
measure (GVariant *value,
         guint     depth,
         guint64  *size)
{
  const char *type = g_variant_get_type_string (value);

  align (size, *type);
  if (strchr ("ynqiuxtdbh", *type) != NULL)
    {
      *size += get_alignment (*type);
      return NULL;
    }
  if (strchr ("sog", *type) != NULL)
    return measure_text (value, size);

  if (depth == MAX_DEPTH)
    return g_strdup ("it is nested deeper than the 64 containers that D-Bus allows in a message");
  if (*type == 'v')
    return measure_variant (value, depth + 1, size);
  if (*type == 'a' || *type == 'm')
    return measure_array (value, depth + 1, size);

  return measure_children (value, depth + 1, size);
}

static gboolean
is_surely_carried (GVariant *value)
{
  return strpbrk (g_variant_get_type_string (value), "vg") == NULL && g_variant_get_size (value) < SURE_SIZE;
}

/* Checks the values of arguments, in a tuple, before they have their form on D-Bus. The text begins with @kind and the
 * name of the argument.
 */
char *
norpc_dbus_find_args_excess (GDBusArgInfo * const *infos,
                             GVariant             *args,
                             const char           *kind)
{
  guint64 size = 0;

  if (strlen (g_variant_get_type_string (args)) <= MAX_SIGNATURE + 2 && is_surely_carried (args))
    return NULL;
  if (strlen (g_variant_get_type_string (args)) > MAX_SIGNATURE + 2)
    return g_strdup_printf ("the %ss have a signature of %" G_GSIZE_FORMAT " characters, and D-Bus allows %d", kind,
                            strlen (g_variant_get_type_string (args)) - 2, MAX_SIGNATURE);

  for (gsize i = 0; i < g_variant_n_children (args); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (args, i);
      g_autofree char *problem = measure (child, 0, &size);

      if (problem == NULL && size > MAX_BODY_SIZE)
        problem = g_strdup ("with it, the message is larger than the 32 MiB that a bus allows");
      if (problem != NULL)
        return g_strdup_printf ("%s '%s': %s", kind, infos[i]->name, problem);
    }

  return NULL;
}

/* Checks the value of a property, which must fit in an announcement that it has changed. */
char *
norpc_dbus_find_value_excess (GVariant *value)
{
  guint64 size = 0;
  char *problem = is_surely_carried (value) ? NULL : measure (value, AROUND_PROPERTY, &size);

  if (problem == NULL && size > MAX_BODY_SIZE)
    problem = g_strdup ("it is larger than the 32 MiB that a bus allows in a message");

  return problem;
}

/* Checks the body of a message, whose parts have been checked, for its size. */
char *
norpc_dbus_find_body_excess (GVariant *body)
{
  guint64 size = 0;
  char *problem = NULL;

  if (g_variant_get_size (body) < SURE_SIZE)
    return NULL;

  problem = measure_children (body, 0, &size);
  if (problem == NULL && size > MAX_BODY_SIZE)
    problem = g_strdup_printf ("a message of %" G_GUINT64_FORMAT " bytes is too large for a bus, which allows 32 MiB",
                               size);

  return problem;
}

/* Checks the descriptors (nullable) of a message. */
char *
norpc_dbus_find_fds_excess (GDBusConnection *connection,
                            GUnixFDList     *fds)
{
  int max_fds = g_dbus_connection_get_unique_name (connection) != NULL ? MAX_FDS_ON_BUS : MAX_FDS;

  if (fds == NULL || g_unix_fd_list_get_length (fds) <= max_fds)
    return NULL;

  return g_strdup_printf ("a message with %d file descriptors has more than the %d that a connection like this passes",
                          g_unix_fd_list_get_length (fds), max_fds);
}
