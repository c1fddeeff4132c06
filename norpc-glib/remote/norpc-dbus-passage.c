/* norpc-dbus-passage.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-value-export-private.h"
#include "core/norpc-value-form-private.h"
#include "core/norpc-value-variant-private.h"
#include "norpc-dbus-passage-private.h"
#include "objects/norpc-object-private.h"

/* Begins the passage of a message between a client and its service, which @connection leads to. */
NorpcDBusPassage
norpc_dbus_passage_begin (const NorpcDBusPassageFuncs *funcs,
                          GDBusConnection             *connection,
                          const char                  *sender,
                          gboolean                     has_norpc)
{
  gboolean has_bus = g_dbus_connection_get_unique_name (connection) != NULL;

  return (NorpcDBusPassage) { funcs, connection, has_bus && sender != NULL ? sender : "", has_norpc, FALSE, NULL };
}

/* Returns how many objects the message has. @self is NULL if it can have none. */
guint
norpc_dbus_passage_mark (NorpcDBusPassage *self)
{
  return self != NULL && self->given != NULL ? self->given->len : 0;
}

/* The objects after @mark are not in the message. */
void
norpc_dbus_passage_take_back (NorpcDBusPassage *self,
                              guint             mark)
{
  for (guint i = mark; i < norpc_dbus_passage_mark (self); i++)
    self->funcs->take_back (self, self->given->pdata[i]);
  if (norpc_dbus_passage_mark (self) > mark)
    g_ptr_array_set_size (self->given, (int) mark);
}

/* Ends a passage to another process: the objects in a message that is not sent stay here. */
void
norpc_dbus_passage_end (NorpcDBusPassage *self,
                        gboolean          sent)
{
  if (!sent)
    norpc_dbus_passage_take_back (self, 0);
  g_clear_pointer (&self->given, g_ptr_array_unref);
}

static gboolean
is_array (const NorpcArgInfo *info)
{
  return info->get_element_type != NULL && info->get_type () == G_TYPE_PTR_ARRAY;
}

GType
norpc_dbus_arg_get_object_type (const NorpcArgInfo *info)
{
  GType type;

  if (info->dbus.signature[0] != '\0' || info->get_type == NULL)
    return G_TYPE_INVALID;

  type = is_array (info) ? info->get_element_type () : info->get_type ();

  return norpc_object_type_is_passed (type) ? type : G_TYPE_INVALID;
}

gboolean
norpc_dbus_args_have_objects (GDBusArgInfo * const *infos)
{
  for (guint i = 0; infos != NULL && infos[i] != NULL; i++)
    if (norpc_dbus_arg_get_object_type ((const NorpcArgInfo *) infos[i]) != G_TYPE_INVALID)
      return TRUE;

  return FALSE;
}

/* Returns the path (floating) of an object, or NULL with a message (owned). */
static GVariant *
give_object (NorpcDBusPassage  *self,
             gpointer           handle,
             GType              type,
             char             **problem)
{
  char *path = self->funcs->give (self, handle, type, problem);

  if (path == NULL)
    return NULL;

  if (self->given == NULL)
    self->given = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->given, path);

  return g_variant_new_object_path (path);
}

static GVariant *
give_all (NorpcDBusPassage  *self,
          GPtrArray         *handles,
          GType              type,
          char             **problem)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
  for (guint i = 0; i < handles->len; i++)
    {
      GVariant *path = give_object (self, handles->pdata[i], type, problem);

      if (path == NULL)
        {
          g_variant_builder_clear (&builder);
          return NULL;
        }
      g_variant_builder_add_value (&builder, path);
    }

  return g_variant_builder_end (&builder);
}

static const char *
get_object_signature (const NorpcArgInfo *info)
{
  return is_array (info) ? "ao" : "o";
}

/* Returns a variant (floating), or NULL with a message (owned). @value may have objects, or handles of them. */
static GVariant *
give_value (NorpcDBusPassage    *self,
            const NorpcArgInfo  *info,
            GType                type,
            const GValue        *value,
            char               **problem)
{
  gboolean nullable = norpc_arg_info_is_nullable (info);
  g_auto (GValue) exported = G_VALUE_INIT;
  GVariant *content;

  if (g_value_peek_pointer (value) == NULL)
    {
      if (!nullable)
        *problem = g_strdup_printf ("expected an object of type %s, got NULL", g_type_name (type));
      return nullable ? g_variant_new_maybe (G_VARIANT_TYPE (get_object_signature (info)), NULL) : NULL;
    }

  g_value_init (&exported, G_VALUE_TYPE (value));
  g_value_copy (value, &exported);
  norpc_value_export (info, &exported);
  content = is_array (info) ? give_all (self, g_value_get_boxed (&exported), type, problem)
                            : give_object (self, g_value_get_object (&exported), type, problem);

  return content != NULL && nullable ? g_variant_new_maybe (NULL, content) : content;
}

GVariant *
norpc_dbus_passage_get_value (NorpcDBusPassage    *self,
                              const NorpcArgInfo  *info,
                              const GValue        *value,
                              char               **problem)
{
  GType type = norpc_dbus_arg_get_object_type (info);

  *problem = NULL;

  return type != G_TYPE_INVALID ? give_value (self, info, type, value, problem)
                                : norpc_value_to_variant (info, value, problem);
}

/* Returns a tuple (floating), or NULL with a message (owned). */
GVariant *
norpc_dbus_passage_get_values (NorpcDBusPassage     *self,
                               GDBusArgInfo * const *infos,
                               const GValue         *values,
                               guint                 n_values,
                               const char           *kind,
                               char                **problem)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  for (guint i = 0; i < n_values; i++)
    {
      char *found = NULL;
      GVariant *child = norpc_dbus_passage_get_value (self, (const NorpcArgInfo *) infos[i], &values[i], &found);

      if (child == NULL)
        {
          g_variant_builder_clear (&builder);
          *problem = norpc_describe_value (kind, infos[i], found);
          return NULL;
        }
      g_variant_builder_add_value (&builder, child);
    }

  return g_variant_builder_end (&builder);
}

static gpointer
receive_object (NorpcDBusPassage  *self,
                GVariant          *path,
                GType              type,
                char             **problem)
{
  return self->funcs->receive (self, g_variant_get_string (path, NULL), type, problem);
}

/* Receives all of the objects, whatever is wrong with one of them: the peer counts each. */
static GPtrArray *
receive_all (NorpcDBusPassage  *self,
             GVariant          *paths,
             GType              type,
             char             **problem)
{
  GPtrArray *objects = g_ptr_array_new_with_free_func (g_object_unref);

  for (gsize i = 0; i < g_variant_n_children (paths); i++)
    {
      g_autoptr (GVariant) path = g_variant_get_child_value (paths, i);
      char *found = NULL;
      gpointer object = receive_object (self, path, type, &found);

      if (object != NULL)
        g_ptr_array_add (objects, object);
      else if (*problem == NULL)
        *problem = g_steal_pointer (&found);
      g_free (found);
    }
  if (*problem != NULL)
    g_clear_pointer (&objects, g_ptr_array_unref);

  return objects;
}

/* Returns a message (owned) that says what is wrong, or NULL. */
static char *
take_value (NorpcDBusPassage   *self,
            const NorpcArgInfo *info,
            GType               type,
            GValue             *value,
            GVariant           *variant)
{
  g_autoptr (GVariant) content = NULL;
  char *problem = NULL;

  content = g_variant_is_of_type (variant, G_VARIANT_TYPE_MAYBE) ? g_variant_get_maybe (variant)
                                                                 : g_variant_ref (variant);
  if (content == NULL)
    return NULL;
  if (!g_variant_is_of_type (content, G_VARIANT_TYPE (get_object_signature (info))))
    return g_strdup_printf ("expected a GVariant of type '%s', got one of type '%s'", get_object_signature (info),
                            g_variant_get_type_string (content));

  if (is_array (info))
    g_value_take_boxed (value, receive_all (self, content, type, &problem));
  else
    g_value_take_object (value, receive_object (self, content, type, &problem));

  return problem;
}

/* Returns a message (owned) that says what is wrong, or NULL. */
char *
norpc_dbus_passage_set_value (NorpcDBusPassage   *self,
                              const NorpcArgInfo *info,
                              GValue             *value,
                              GVariant           *variant)
{
  GType type = norpc_dbus_arg_get_object_type (info);

  return type != G_TYPE_INVALID ? take_value (self, info, type, value, variant)
                                : norpc_value_set_variant (info, value, variant);
}

/* Sets @values from the children of a tuple, or from none if @variant is NULL. If that fails, sets @problem (owned);
 * some of @values may have been set. The objects have all been received then, too.
 */
gboolean
norpc_dbus_passage_set_values (NorpcDBusPassage     *self,
                               GDBusArgInfo * const *infos,
                               GValue               *values,
                               guint                 n_values,
                               GVariant             *variant,
                               const char           *kind,
                               char                **problem)
{
  char *first = NULL;

  if (!norpc_dbus_args_have_objects (infos))
    return norpc_values_set_variant (infos, values, n_values, variant, kind, problem);

  for (guint i = 0; i < n_values; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (variant, i);
      char *found = norpc_dbus_passage_set_value (self, (const NorpcArgInfo *) infos[i], &values[i], child);

      if (found != NULL && first == NULL)
        first = norpc_describe_value (kind, infos[i], found);
      else
        g_free (found);
    }
  if (first == NULL)
    return TRUE;

  *problem = first;

  return FALSE;
}
