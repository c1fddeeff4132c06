/* norpc-type-match.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Compares enumerations, flags and records of two descriptions: those of generated code, which are GTypes, and
 * those of a description that was read at run time, which are texts.
 */

#include <string.h>

#include "norpc-type-match-private.h"
#include "norpc-value-form-private.h"

/* The contents of a declared type: values with their numbers, or fields with their types. */
typedef struct
{
  char             *name;      /* (owned) */
  gint64            number;
  NorpcDescribedArg type;      /* of a field */
  char             *type_name; /* (owned) (nullable): in `type` */
} Member;

typedef struct
{
  const char *kind;    /* (unowned) */
  char       *name;    /* (owned) */
  GArray     *members; /* (owned) (element-type Member) */
} Declaration;

static void
clear_member (gpointer data)
{
  g_free (((Member *) data)->name);
  g_free (((Member *) data)->type_name);
}

static Declaration *
declaration_new (const char *kind,
                 const char *name)
{
  Declaration *self = g_new (Declaration, 1);

  *self = (Declaration) { kind, g_strdup (name), g_array_new (FALSE, TRUE, sizeof (Member)) };
  g_array_set_clear_func (self->members, clear_member);

  return self;
}

static void
declaration_free (Declaration *self)
{
  g_array_unref (self->members);
  g_free (self->name);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Declaration, declaration_free)

static Member *
add_member (Declaration *self,
            const char  *name,
            gint64       number)
{
  Member member = { .name = g_strdup (name), .number = number };

  g_array_append_val (self->members, member);

  return &g_array_index (self->members, Member, self->members->len - 1);
}

/* Returns what the description that has an argument says of its type. @member is the argument or the property. */
NorpcDescribedArg
norpc_described_arg_new (const NorpcInterfaceInfo *info,
                         const NorpcArgInfo       *arg,
                         gconstpointer             member)
{
  const NorpcRunTimeInfo *run_time = norpc_interface_info_get_run_time (info);

  return (NorpcDescribedArg) {
    arg,
    run_time != NULL ? g_hash_table_lookup (run_time->arg_types, member) : NULL,
    run_time != NULL ? run_time->types : NULL
  };
}

/* Names of values are written in many ways: as READ_ONLY, ReadOnly and read-only. */
static char *
normalize (const char *name)
{
  GString *text = g_string_new (NULL);

  for (; *name != '\0'; name++)
    if (*name != '_' && *name != '-')
      g_string_append_c (text, g_ascii_tolower (*name));

  return g_string_free (text, FALSE);
}

static Declaration *
declare_enum (GType type)
{
  GEnumClass *klass = g_type_class_ref (type);
  Declaration *self = declaration_new ("enum", g_type_name (type));

  for (guint i = 0; i < klass->n_values; i++)
    add_member (self, klass->values[i].value_nick, klass->values[i].value);
  g_type_class_unref (klass);

  return self;
}

static Declaration *
declare_flags (GType type)
{
  GFlagsClass *klass = g_type_class_ref (type);
  Declaration *self = declaration_new ("flags", g_type_name (type));

  for (guint i = 0; i < klass->n_values; i++)
    add_member (self, klass->values[i].value_nick, klass->values[i].value);
  g_type_class_unref (klass);

  return self;
}

static Declaration *
declare_record (GType                  type,
                const NorpcRecordInfo *record)
{
  Declaration *self = declaration_new ("record", g_type_name (type));

  for (guint i = 0; i < record->n_fields; i++)
    {
      Member *member = add_member (self, record->fields[i].arg.dbus.name, 0);

      member->type = (NorpcDescribedArg) { .arg = &record->fields[i].arg };
    }

  return self;
}

/* The declaration of a type of generated code, or NULL for any other type. */
static Declaration *
declare_type (GType type)
{
  const NorpcRecordInfo *record = G_TYPE_IS_BOXED (type) ? norpc_record_type_get_info (type) : NULL;

  if (G_TYPE_IS_ENUM (type))
    return declare_enum (type);
  if (G_TYPE_IS_FLAGS (type))
    return declare_flags (type);

  return record != NULL ? declare_record (type, record) : NULL;
}

static const char *
skip_maybe (const char *name)
{
  return name + (*name == '?');
}

/* The declaration of a type that was read at run time, or NULL if @name is not one of them. */
static Declaration *
declare_text (const char *name,
              GVariant   *types)
{
  const char *kind, *field, *type;
  g_autoptr (GVariantIter) members = NULL;
  Declaration *self;
  gint64 number;

  if (!g_variant_lookup (types, name, "(&s&sa(ssx))", &kind, NULL, &members))
    return NULL;

  self = declaration_new (kind, name);
  while (g_variant_iter_next (members, "(&s&sx)", &field, &type, &number))
    {
      Member *member = add_member (self, field, number);

      member->type_name = g_strdup (type);
      member->type = (NorpcDescribedArg) { .declared = member->type_name, .types = types };
    }

  return self;
}

static gboolean
names_array (NorpcDescribedArg arg)
{
  if (arg.declared != NULL)
    return g_str_has_suffix (arg.declared, "[]");

  return arg.arg->get_type != NULL && norpc_arg_info_is_array (arg.arg, arg.arg->get_type ());
}

/* For a field. The flags of an argument tell it. */
static gboolean
is_nullable (NorpcDescribedArg arg)
{
  return arg.declared != NULL ? *arg.declared == '?' : norpc_arg_info_is_nullable (arg.arg);
}

/* Returns the name (owned) or the signature of a type or, for an array, of the type of its elements. */
static char *
get_name (NorpcDescribedArg arg)
{
  if (arg.declared != NULL)
    {
      const char *name = skip_maybe (arg.declared);

      return g_strndup (name, strlen (name) - (names_array (arg) ? 2 : 0));
    }
  if (names_array (arg))
    return g_strdup (g_type_name (arg.arg->get_element_type ()));
  if (arg.arg->get_type != NULL)
    return g_strdup (g_type_name (arg.arg->get_type ()));

  return g_strdup (norpc_arg_info_get_content_signature (arg.arg));
}

/* The declaration of a type or, for an array, of the type of its elements. Returns NULL if it is not declared. */
static Declaration *
get_declaration (NorpcDescribedArg arg)
{
  g_autofree char *name = NULL;

  if (arg.declared == NULL)
    return arg.arg->get_type == NULL ? NULL
                                     : declare_type (names_array (arg) ? arg.arg->get_element_type ()
                                                                    : arg.arg->get_type ());

  name = get_name (arg);

  return declare_text (name, arg.types);
}

static const Member *
find_member (const Declaration *self,
             const char        *name)
{
  g_autofree char *wanted = normalize (name);

  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);
      g_autofree char *normalized = normalize (member->name);

      if (g_str_equal (normalized, wanted))
        return member;
    }

  return NULL;
}

/* Returns a message (owned) about the first value of @self that @other has not or has with another number, or
 * NULL.
 */
static char *
find_other_value (const Declaration *self,
                  const Declaration *other)
{
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = &g_array_index (self->members, Member, i);
      const Member *same = find_member (other, member->name);

      if (same == NULL)
        return g_strdup_printf ("only one of them has the value '%s' of '%s'", member->name, self->name);
      if (same->number != member->number)
        return g_strdup_printf ("the value '%s' of '%s' is %" G_GINT64_FORMAT " in one, %" G_GINT64_FORMAT
                                " in the other", member->name, self->name, member->number, same->number);
    }

  return NULL;
}

static char *
compare_values (const Declaration *self,
                const Declaration *other)
{
  char *problem = find_other_value (self, other);

  return problem != NULL ? problem : find_other_value (other, self);
}

/* Fields are in a certain order. */
static char *
compare_fields (const Declaration *self,
                const Declaration *other)
{
  for (guint i = 0; i < MIN (self->members->len, other->members->len); i++)
    {
      const Member *field = &g_array_index (self->members, Member, i);
      const Member *other_field = &g_array_index (other->members, Member, i);
      char *problem;

      if (!g_str_equal (field->name, other_field->name))
        return g_strdup_printf ("field %u of '%s' is '%s' in one, '%s' in the other", i + 1, self->name, field->name,
                                other_field->name);
      if (is_nullable (field->type) != is_nullable (other_field->type))
        return g_strdup_printf ("the field '%s' of '%s' can be NULL in one of them only", field->name, self->name);
      problem = norpc_described_args_compare (field->type, other_field->type);
      if (problem != NULL)
        return norpc_describe_field (field->name, self->name, problem);
    }
  if (self->members->len == other->members->len)
    return NULL;

  return g_strdup_printf ("'%s' has %u fields in one, %u in the other", self->name, self->members->len,
                          other->members->len);
}

static char *
compare_declarations (const Declaration *self,
                      const Declaration *other)
{
  if (!g_str_equal (self->kind, other->kind))
    return g_strdup_printf ("'%s' is of the kind <%s>, '%s' of the kind <%s>", self->name, self->kind, other->name,
                            other->kind);

  return g_str_equal (self->kind, "record") ? compare_fields (self, other) : compare_values (self, other);
}

/* Thread-safe. Compares two types whose values have one form outside of the process. Returns a message (owned) that
 * says how the types differ, or NULL if a value of one can be converted into one of the other. A description that has
 * only the form, such as one that comes from D-Bus, cannot differ in names.
 */
char *
norpc_described_args_compare (NorpcDescribedArg arg,
                              NorpcDescribedArg other)
{
  g_autoptr (Declaration) declaration = get_declaration (arg);
  g_autoptr (Declaration) other_declaration = get_declaration (other);
  g_autofree char *name = get_name (arg);
  g_autofree char *other_name = get_name (other);

  if (declaration != NULL && other_declaration != NULL)
    return compare_declarations (declaration, other_declaration);
  if (g_str_equal (name, other_name) || g_variant_type_string_is_valid (name) ||
      g_variant_type_string_is_valid (other_name))
    return NULL;

  return g_strdup_printf ("'%s' is '%s' in the other", name, other_name);
}
