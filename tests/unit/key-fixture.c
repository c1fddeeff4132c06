/* key-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "key-fixture.h"

void
description_init (Description *self,
                  const char  *signature,
                  GType      (*get_type) (void),
                  GType      (*get_element_type) (void))
{
  *self = (Description) {
    .arg = { { -1, (char *) "key", (char *) signature, NULL }, NORPC_ARG_FLAGS_NULLABLE, get_type, get_element_type },
    .method = { .dbus = { -1, (char *) "Method", NULL, NULL, NULL } },
    .interface = { .dbus = { -1, (char *) "org.example.Key", NULL, NULL, NULL, NULL } },
  };
  self->args[0] = &self->arg.dbus;
  self->method.dbus.in_args = self->args;
  self->methods[0] = &self->method;
  self->interface.methods = self->methods;
}

/* The key of a pointer, which is lent. */
guint
hash_pointer (Description *self,
              gpointer     pointer)
{
  g_autoptr (NorpcCall) call = norpc_call_new (&self->interface, 0);
  GValue *value = norpc_call_get_args (call, NULL);

  if (G_VALUE_HOLDS_VARIANT (value))
    g_value_set_variant (value, pointer);
  else if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, pointer);
  else if (G_VALUE_HOLDS_BOXED (value))
    g_value_set_boxed (value, pointer);
  else
    g_value_set_object (value, pointer);

  return norpc_call_hash_first_arg (call);
}

#define ASSERT_KEYS(type, make, free_func, one, other) \
  G_STMT_START \
    { \
      gpointer a_ = make (one), b_ = make (one), c_ = make (other); \
      \
      g_assert_true (a_ != b_); \
      g_assert_cmpuint (hash_pointer (type, a_), ==, hash_pointer (type, b_)); \
      g_assert_cmpuint (hash_pointer (type, a_), !=, hash_pointer (type, c_)); \
      g_assert_cmpuint (hash_pointer (type, a_), !=, hash_pointer (type, NULL)); \
      free_func (a_); \
      free_func (b_); \
      free_func (c_); \
    } \
  G_STMT_END

void
assert_keys_of (const char *signature,
                GType     (*get_type) (void),
                GType     (*get_element_type) (void),
                gpointer  (*make) (int n),
                void      (*free_func) (gpointer value))
{
  Description description;

  description_init (&description, signature, get_type, get_element_type);
  ASSERT_KEYS (&description, make, free_func, 1, 2);
}
