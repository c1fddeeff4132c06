/* norpc-dbus-form.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "core/norpc-value-form-private.h"
#include "core/norpc-variant-fds-private.h"
#include "norpc-dbus-form-private.h"
#include "norpc-dbus-limits-private.h"

/* Returns the GVariant type (owned) of the values of an argument; it is empty if they have none. */
char *
norpc_dbus_arg_get_type (const NorpcArgInfo *info)
{
  const char *signature = info->dbus.signature;

  if (*signature == '\0' && norpc_dbus_arg_get_object_type (info) != G_TYPE_INVALID)
    signature = info->get_element_type != NULL ? "ao" : "o";

  return g_strconcat (*signature != '\0' && *signature != 'm' && norpc_arg_info_is_nullable (info) ? "m" : "",
                      signature, NULL);
}

/* Returns the type (owned) on D-Bus. The letter of a maybe type is no other type's. */
static char *
take_form (char *type)
{
  return g_strdelimit (type, "m", 'a');
}

char *
norpc_dbus_arg_get_form (const NorpcArgInfo *info)
{
  return take_form (norpc_dbus_arg_get_type (info));
}

/* Returns the type (owned) of a tuple of arguments. */
char *
norpc_dbus_args_get_type (GDBusArgInfo * const *infos)
{
  GString *type = g_string_new ("(");

  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    {
      g_autofree char *arg = norpc_dbus_arg_get_type ((const NorpcArgInfo *) infos[i]);

      g_string_append (type, arg);
    }
  g_string_append_c (type, ')');

  return g_string_free (type, FALSE);
}

/* Returns the signature (owned) of the body of a message. */
char *
norpc_dbus_args_get_form (GDBusArgInfo * const *infos)
{
  g_autofree char *type = take_form (norpc_dbus_args_get_type (infos));

  return g_strndup (type + 1, strlen (type) - 2);
}

/* Returns TRUE if values of a type may have another form on D-Bus. */
static gboolean
may_differ (const char *type)
{
  return strpbrk (type, "mhv") != NULL;
}

/* Returns the index (floating) of a descriptor, of which the message gets a duplicate. */
static GVariant *
handle_to_form (GVariant     *value,
                GUnixFDList **fds,
                char        **problem)
{
  g_autoptr (GError) error = NULL;
  int index;

  if (fds == NULL)
    {
      *problem = g_strdup ("a file descriptor cannot be part of it");
      return NULL;
    }
  if (g_variant_get_handle (value) < 0)
    {
      *problem = g_strdup_printf ("%d is no file descriptor, which D-Bus needs", g_variant_get_handle (value));
      return NULL;
    }
  if (*fds == NULL)
    *fds = g_unix_fd_list_new ();
  index = g_unix_fd_list_append (*fds, g_variant_get_handle (value), &error);
  if (index >= 0)
    return g_variant_new_handle (index);

  *problem = g_strdup_printf ("the file descriptor %d cannot be sent: %s", g_variant_get_handle (value),
                              error->message);

  return NULL;
}

/* Adds the forms of all children to @builder. */
static gboolean
add_children_to_form (GVariant         *value,
                      GVariantBuilder  *builder,
                      GUnixFDList     **fds,
                      char            **problem)
{
  for (gsize i = 0; i < g_variant_n_children (value); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
      GVariant *form = norpc_dbus_to_form (child, fds, problem);

      if (form == NULL)
        return FALSE;
      g_variant_builder_add_value (builder, form);
      g_variant_unref (form);
    }

  return TRUE;
}

static GVariant *
variant_to_form (GVariant     *value,
                 GUnixFDList **fds,
                 char        **problem)
{
  g_autoptr (GVariant) content = g_variant_get_variant (value);
  g_autoptr (GVariant) form = norpc_dbus_to_form (content, fds, problem);

  return form != NULL ? g_variant_new_variant (form) : NULL;
}

static GVariant *
container_to_form (GVariant     *value,
                   GUnixFDList **fds,
                   char        **problem)
{
  g_autofree char *type = take_form (g_strdup (g_variant_get_type_string (value)));
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (type));
  if (add_children_to_form (value, &builder, fds, problem))
    return g_variant_builder_end (&builder);

  g_variant_builder_clear (&builder);

  return NULL;
}

/* Returns the form (owned) of @value on D-Bus, which can carry it, or NULL with a message (owned). Descriptors are
 * duplicated to @fds (owned) (nullable), which is made when the first one is found.
 */
GVariant *
norpc_dbus_to_form (GVariant     *value,
                    GUnixFDList **fds,
                    char        **problem)
{
  GVariant *form;

  if (!may_differ (g_variant_get_type_string (value)))
    return g_variant_ref (value);

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_HANDLE))
    form = handle_to_form (value, fds, problem);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARIANT))
    form = variant_to_form (value, fds, problem);
  else
    form = container_to_form (value, fds, problem);

  return form != NULL ? g_variant_ref_sink (form) : NULL;
}

static GVariant *
handle_from_form (GVariant     *form,
                  GUnixFDList  *fds,
                  char        **problem)
{
  int n_fds = 0;
  const int *list = fds != NULL ? g_unix_fd_list_peek_fds (fds, &n_fds) : NULL;
  gint32 index = g_variant_get_handle (form);

  if (index >= 0 && index < n_fds)
    return g_variant_new_handle (list[index]);

  *problem = g_strdup_printf ("the message has no file descriptor %d", index);

  return NULL;
}

static GVariant *from_form (GVariant            *form,
                            const char          *type,
                            const NorpcArgInfo  *info,
                            GUnixFDList         *fds,
                            char               **problem);

static GVariant *
maybe_from_form (GVariant            *form,
                 const char          *type,
                 const NorpcArgInfo  *info,
                 GUnixFDList         *fds,
                 char               **problem)
{
  g_autoptr (GVariant) child = NULL;
  g_autoptr (GVariant) content = NULL;

  if (g_variant_n_children (form) > 1)
    {
      *problem = g_strdup_printf ("expected one value or none, got %" G_GSIZE_FORMAT, g_variant_n_children (form));
      return NULL;
    }
  if (g_variant_n_children (form) == 0)
    return g_variant_new_maybe (G_VARIANT_TYPE (type + 1), NULL);

  child = g_variant_get_child_value (form, 0);
  content = from_form (child, type + 1, info, fds, problem);

  return content != NULL ? g_variant_new_maybe (NULL, content) : NULL;
}

/* The description of what a container consists of. */
typedef struct
{
  const NorpcRecordInfo *record;  /* (nullable): of its fields */
  const char            *name;    /* of the type of the record */
  gboolean               is_array;
  NorpcArgInfo           element; /* of its elements */
} Parts;

/* @info is NULL for a part of a value whose type has no name. */
static void
parts_init (Parts              *self,
            const NorpcArgInfo *info)
{
  GType type = info != NULL && info->get_type != NULL ? info->get_type () : G_TYPE_INVALID;

  *self = (Parts) { .is_array = type != G_TYPE_INVALID && norpc_arg_info_is_array (info, type) };
  if (self->is_array)
    self->element = norpc_arg_info_get_element_info (info);
  else if (G_TYPE_IS_BOXED (type))
    self->record = norpc_record_type_get_info (type);
  if (self->record != NULL)
    self->name = g_type_name (type);
}

static const NorpcArgInfo *
parts_get_info (const Parts *self,
                gsize        index)
{
  if (self->record != NULL && index < self->record->n_fields)
    return &self->record->fields[index].arg;

  return self->is_array ? &self->element : NULL;
}

/* Adds the values of all children to @builder. */
static gboolean
add_children_from_form (GVariant            *form,
                        GVariantBuilder     *builder,
                        const char          *type,
                        const NorpcArgInfo  *info,
                        GUnixFDList         *fds,
                        char               **problem)
{
  gboolean is_array = *type == 'a';
  const GVariantType *child_type = is_array ? g_variant_type_element (G_VARIANT_TYPE (type))
                                            : g_variant_type_first (G_VARIANT_TYPE (type));
  Parts parts;

  parts_init (&parts, info);
  for (gsize i = 0; i < g_variant_n_children (form); i++)
    {
      const NorpcArgInfo *part = parts_get_info (&parts, i);
      g_autoptr (GVariant) child = g_variant_get_child_value (form, i);
      g_autofree char *text = g_variant_type_dup_string (child_type);
      g_autoptr (GVariant) value = from_form (child, text, part, fds, problem);

      if (value == NULL && is_array)
        *problem = norpc_describe_element (i, *problem);
      else if (value == NULL && part != NULL)
        *problem = norpc_describe_field (part->dbus.name, parts.name, *problem);
      if (value == NULL)
        return FALSE;
      g_variant_builder_add_value (builder, value);
      if (!is_array)
        child_type = g_variant_type_next (child_type);
    }

  return TRUE;
}

static GVariant *
container_from_form (GVariant            *form,
                     const char          *type,
                     const NorpcArgInfo  *info,
                     GUnixFDList         *fds,
                     char               **problem)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE (type));
  if (add_children_from_form (form, &builder, type, info, fds, problem))
    return g_variant_builder_end (&builder);

  g_variant_builder_clear (&builder);

  return NULL;
}

static GVariant *
variant_from_form (GVariant     *form,
                   GUnixFDList  *fds,
                   char        **problem)
{
  g_autoptr (GVariant) content = g_variant_get_variant (form);
  g_autoptr (GVariant) value = from_form (content, g_variant_get_type_string (content), NULL, fds, problem);

  return value != NULL ? g_variant_new_variant (value) : NULL;
}

/* Returns the value (owned) of @type for what a message has, or NULL with a message (owned), which names the part that is
 * wrong by its description, @info (nullable). Descriptors belong to @fds.
 */
static GVariant *
from_form (GVariant            *form,
           const char          *type,
           const NorpcArgInfo  *info,
           GUnixFDList         *fds,
           char               **problem)
{
  g_autofree char *expected = take_form (g_strdup (type));
  GVariant *value;

  if (!g_variant_is_of_type (form, G_VARIANT_TYPE (expected)))
    {
      *problem = g_strdup_printf ("expected a GVariant of type '%s', got one of type '%s'", expected,
                                  g_variant_get_type_string (form));
      return NULL;
    }
  if (!may_differ (type))
    return g_variant_ref (form);

  if (*type == 'h')
    value = handle_from_form (form, fds, problem);
  else if (*type == 'v')
    value = variant_from_form (form, fds, problem);
  else if (*type == 'm')
    value = maybe_from_form (form, type, info, fds, problem);
  else
    value = container_from_form (form, type, info, fds, problem);

  return value != NULL ? g_variant_ref_sink (value) : NULL;
}

/* Adds the values of all arguments to @builder. */
static gboolean
add_args_from_form (GDBusArgInfo * const  *infos,
                    const char            *kind,
                    GVariant              *form,
                    GVariantBuilder       *builder,
                    GUnixFDList           *fds,
                    char                 **problem)
{
  for (gsize i = 0; i < g_variant_n_children (form); i++)
    {
      const NorpcArgInfo *info = (const NorpcArgInfo *) infos[i];
      g_autofree char *type = norpc_dbus_arg_get_type (info);
      g_autoptr (GVariant) child = g_variant_get_child_value (form, i);
      g_autoptr (GVariant) value = from_form (child, type, info, fds, problem);

      if (value == NULL)
        {
          *problem = norpc_describe_value (kind, infos[i], *problem);
          return FALSE;
        }
      g_variant_builder_add_value (builder, value);
    }

  return TRUE;
}

/* Returns a tuple (owned) of the arguments that a message has, or NULL with a message (owned), which names the argument that
 * is wrong, a @kind. Descriptors belong to @fds.
 */
GVariant *
norpc_dbus_args_from_form (GDBusArgInfo * const  *infos,
                           const char            *kind,
                           GVariant              *form,
                           GUnixFDList           *fds,
                           char                 **problem)
{
  g_autofree char *type = norpc_dbus_args_get_type (infos);
  g_autofree char *expected = take_form (g_strdup (type));
  GVariantBuilder builder;

  if (!g_variant_is_of_type (form, G_VARIANT_TYPE (expected)))
    {
      *problem = g_strdup_printf ("expected %ss of type '%s', got '%s'", kind, expected, g_variant_get_type_string (form));
      return NULL;
    }
  if (!may_differ (type))
    return g_variant_ref (form);

  g_variant_builder_init (&builder, G_VARIANT_TYPE (type));
  if (add_args_from_form (infos, kind, form, &builder, fds, problem))
    return g_variant_ref_sink (g_variant_builder_end (&builder));

  g_variant_builder_clear (&builder);

  return NULL;
}

/* Returns a handle (floating) that is a duplicate, which it adds to @dups, or -1 if there are too many. */
static GVariant *
dup_handle (GVariant *handle,
            GArray   *dups)
{
  int fd = fcntl (g_variant_get_handle (handle), F_DUPFD_CLOEXEC, 3);

  g_array_append_val (dups, fd);

  return g_variant_new_handle (fd);
}

/* Returns a part (owned) of a result whose descriptors do not need @fds: a GVariant keeps the list, and
 * others have duplicates, which are in @dups. @info (nullable) is the description of the part.
 */
static GVariant *
own_part (GVariant           *part,
          const NorpcArgInfo *info,
          GUnixFDList        *fds,
          GArray             *dups)
{
  gboolean is_maybe = g_variant_is_of_type (part, G_VARIANT_TYPE_MAYBE);
  GVariantBuilder builder;
  Parts parts;

  if (g_variant_is_of_type (part, G_VARIANT_TYPE_HANDLE))
    return g_variant_ref_sink (dup_handle (part, dups));
  if (!norpc_variant_has_fds (part))
    return g_variant_ref (part);
  if (info != NULL && norpc_arg_info_get_gtype (&info->dbus) == G_TYPE_VARIANT)
    return norpc_variant_keep_list (part, fds);

  parts_init (&parts, info);
  g_variant_builder_init (&builder, g_variant_get_type (part));
  for (gsize i = 0; i < g_variant_n_children (part); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (part, i);
      g_autoptr (GVariant) owned = own_part (child, is_maybe ? info : parts_get_info (&parts, i), fds, dups);

      g_variant_builder_add_value (&builder, owned);
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Closes the descriptors that could be duplicated, if others could not. Returns FALSE then. */
static gboolean
check_dups (GArray *dups)
{
  gboolean complete = TRUE;

  for (guint i = 0; i < dups->len; i++)
    complete = complete && g_array_index (dups, int, i) >= 0;
  for (guint i = 0; !complete && i < dups->len; i++)
    if (g_array_index (dups, int, i) >= 0)
      close (g_array_index (dups, int, i));

  return complete;
}

/* Returns the results (owned) with descriptors that outlive @fds: those that are results by themselves, or are in records,
 * are duplicates, which belong to the caller. Others belong to the variants that they are in. Returns NULL with a message
 * (owned) if there are too many.
 */
GVariant *
norpc_dbus_own_fds (GDBusArgInfo * const *infos,
                    GVariant             *results,
                    GUnixFDList          *fds,
                    char                **problem)
{
  g_autoptr (GPtrArray) owned = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GArray) dups = g_array_new (FALSE, FALSE, sizeof (int));

  for (gsize i = 0; i < g_variant_n_children (results); i++)
    {
      g_autoptr (GVariant) result = g_variant_get_child_value (results, i);

      g_ptr_array_add (owned, own_part (result, (const NorpcArgInfo *) infos[i], fds, dups));
    }
  if (check_dups (dups))
    return g_variant_ref_sink (g_variant_new_tuple ((GVariant * const *) owned->pdata, owned->len));

  *problem = g_strdup ("there are too many open file descriptors");

  return NULL;
}

/* Sets @value, that of a property, from what a message has. Returns a message (owned) that says what is wrong, or NULL.
 */
char *
norpc_dbus_set_value (NorpcDBusPassage   *passage,
                      const NorpcArgInfo *info,
                      GValue             *value,
                      GVariant           *form)
{
  g_autofree char *type = norpc_dbus_arg_get_type (info);
  char *problem = NULL;
  g_autoptr (GVariant) variant = from_form (form, type, info, NULL, &problem);

  return variant != NULL ? norpc_dbus_passage_set_value (passage, info, value, variant) : problem;
}

/* Receives and releases the objects in the value that a dictionary has for a property. */
void
norpc_dbus_discard_value (NorpcDBusPassage   *passage,
                          const NorpcArgInfo *info,
                          GVariant           *dict)
{
  g_autoptr (GVariant) form = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  if (norpc_dbus_arg_get_object_type (info) == G_TYPE_INVALID)
    return;
  form = g_variant_lookup_value (dict, info->dbus.name, NULL);
  if (form == NULL)
    return;

  g_value_init (&value, norpc_arg_info_get_gtype (&info->dbus));
  g_free (norpc_dbus_set_value (passage, info, &value, form));
}

/* Returns the form (owned) of the value of a property, or NULL with a message (owned). */
GVariant *
norpc_dbus_get_value (NorpcDBusPassage    *passage,
                      const NorpcArgInfo  *info,
                      const GValue        *value,
                      char               **problem)
{
  guint mark = norpc_dbus_passage_mark (passage);
  GVariant *variant = norpc_dbus_passage_get_value (passage, info, value, problem);
  g_autoptr (GVariant) sunk = variant != NULL ? g_variant_ref_sink (variant) : NULL;
  GVariant *form = NULL;

  if (sunk != NULL)
    *problem = norpc_dbus_find_value_excess (sunk);
  if (*problem == NULL)
    form = norpc_dbus_to_form (sunk, NULL, problem);
  if (form == NULL)
    norpc_dbus_passage_take_back (passage, mark);

  return form;
}
