/* norpc-member-names.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The names of GSignals and GObject properties: those that norpc-codegen gives to the same description,
 * so that one program can be written for compiled interfaces and for others.
 */

#include <string.h>

#include "norpc-member-names-private.h"

static void
member_name_free (gpointer data)
{
  NorpcMemberName *self = data;

  g_free (self->lower);
  g_free (self->gname);
  g_free (self);
}

static void
members_init (NorpcMembersOfKind *self)
{
  self->list = g_ptr_array_new_with_free_func (member_name_free);
  self->by_lower = g_hash_table_new (g_str_hash, g_str_equal);
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static void
members_clear (NorpcMembersOfKind *self)
{
  g_hash_table_unref (self->taken);
  g_hash_table_unref (self->by_lower);
  g_ptr_array_unref (self->list);
}

void
norpc_member_names_init (NorpcMemberNames *self)
{
  members_init (&self->methods);
  members_init (&self->signals);
  members_init (&self->properties);
}

void
norpc_member_names_clear (NorpcMemberNames *self)
{
  members_clear (&self->methods);
  members_clear (&self->signals);
  members_clear (&self->properties);
}

/* Replaces all characters that an identifier cannot have by underscores. */
static char *
make_identifier (const char *name)
{
  GString *identifier = g_string_new (NULL);

  if (g_ascii_isdigit (*name))
    g_string_append_c (identifier, '_');
  for (; *name != '\0'; name = g_utf8_next_char (name))
    g_string_append_c (identifier, g_ascii_isalnum (*name) ? *name : '_');

  return g_string_free (identifier, FALSE);
}

/* Inserts an underscore before a capital letter that follows another character. */
static char *
camel_case_to_lower (const char *name)
{
  GString *lower = g_string_new (NULL);
  gboolean after_other = FALSE;

  for (; *name == '_'; name++)
    g_string_append_c (lower, '_');
  for (; *name != '\0'; name++)
    {
      gboolean is_upper = g_ascii_isupper (*name);

      if (is_upper && after_other)
        g_string_append_c (lower, '_');
      g_string_append_c (lower, g_ascii_tolower (*name));
      after_other = !is_upper;
    }

  return g_string_free (lower, FALSE);
}

/* A name that has an underscore is not in camel case. */
static char *
make_lower (const char *name,
            const char *c_name)
{
  g_autofree char *identifier = make_identifier (c_name != NULL ? c_name : name);

  if (c_name != NULL && strchr (c_name, '_') > c_name)
    return g_ascii_strdown (identifier, -1);

  return camel_case_to_lower (identifier);
}

/* Returns the new member (unowned), or NULL if another one of its kind has the same name in C, or the same name
 * and the same types: methods and signals may be overloaded, as in generated code.
 */
NorpcMemberName *
norpc_member_names_add (NorpcMembersOfKind *members,
                        const char         *name,
                        const char         *types,
                        const char         *c_name)
{
  g_autofree char *lower = make_lower (name, c_name);
  NorpcMemberName *self;

  if (g_hash_table_contains (members->by_lower, lower) ||
      !g_hash_table_add (members->taken, g_strdup_printf ("%s %s", name, types)))
    return NULL;

  self = g_new0 (NorpcMemberName, 1);
  self->lower = g_steal_pointer (&lower);
  g_ptr_array_add (members->list, self);
  g_hash_table_insert (members->by_lower, self->lower, self);

  return self;
}

/* Marks the names of generated functions as taken. A format has one %s. */
static void
take_functions (GHashTable               *taken,
                const NorpcMembersOfKind *members,
                const char * const       *formats)
{
  for (guint i = 0; i < members->list->len; i++)
    for (guint j = 0; formats[j] != NULL; j++)
      {
        const NorpcMemberName *member = g_ptr_array_index (members->list, i);

        g_hash_table_add (taken, g_strdup_printf (formats[j], member->lower));
      }
}

static gboolean
is_lower_of_other (const NorpcMembersOfKind *members,
                   const NorpcMemberName    *member,
                   const char               *name)
{
  const NorpcMemberName *found = g_hash_table_lookup (members->by_lower, name);

  return found != NULL && found != member;
}

/* Makes the name in C of a GSignal or a GObject property: @word is appended if it is taken. It begins with
 * a letter and does not end with an underscore.
 */
static char *
make_free_name (const NorpcMemberName    *member,
                const NorpcMembersOfKind *members,
                const char               *word,
                const char * const       *inherited,
                GHashTable               *taken)
{
  GString *name = g_string_new (member->lower);

  if (!g_ascii_isalpha (*member->lower))
    g_string_printf (name, "%s_%s", word, member->lower);
  if (g_str_has_suffix (member->lower, "_"))
    g_string_append (name, word);
  while (g_strv_contains (inherited, name->str) || g_hash_table_contains (taken, name->str) ||
         is_lower_of_other (members, member, name->str))
    g_string_append_printf (name, "_%s", word);

  return g_string_free (name, FALSE);
}

/* Names the members of one kind. Names that are not changed are taken once all of them are named. */
static void
name_members_of_kind (const NorpcMembersOfKind *members,
                      const char               *word,
                      const char * const       *inherited,
                      GHashTable               *taken)
{
  for (guint i = 0; i < members->list->len; i++)
    {
      NorpcMemberName *member = g_ptr_array_index (members->list, i);

      member->gname = make_free_name (member, members, word, inherited, taken);
      if (!g_str_equal (member->gname, member->lower))
        g_hash_table_add (taken, g_strdup (member->gname));
    }
  for (guint i = 0; i < members->list->len; i++)
    {
      NorpcMemberName *member = g_ptr_array_index (members->list, i);

      g_hash_table_add (taken, g_strdup (member->gname));
      g_strdelimit (member->gname, "_", '-');
    }
}

/* Finds the names of all signals and properties, once all members are there. */
void
norpc_member_names_find (NorpcMemberNames *self)
{
  static const char * const of_methods[] = {
    "handle_%s", "complete_%s", "call_%s", "call_%s_finish", "call_%s_sync", NULL
  };
  static const char * const of_signals[] = { "emit_%s", NULL };
  static const char * const of_properties[] = {
    "get_%s", "dup_%s", "set_%s", "set_%s_async", "set_%s_finish", "set_%s_sync", NULL
  };
  static const char * const inherited_properties[] = { "endpoint", "load_properties", NULL };
  static const char * const inherited_signals[] = {
    "notify", "signal_closed", "signals_lost", "write_failed", NULL
  };
  static const char * const themselves[] = { "%s", NULL };
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  take_functions (taken, &self->methods, of_methods);
  for (guint i = 0; i < self->methods.list->len; i++)
    {
      const NorpcMemberName *method = g_ptr_array_index (self->methods.list, i);

      if (method->is_stream)
        g_hash_table_add (taken, g_strconcat ("open_", method->lower, NULL));
    }
  take_functions (taken, &self->signals, of_signals);
  take_functions (taken, &self->properties, of_properties);
  name_members_of_kind (&self->properties, "property", inherited_properties, taken);
  take_functions (taken, &self->methods, themselves);
  name_members_of_kind (&self->signals, "signal", inherited_signals, taken);
}
