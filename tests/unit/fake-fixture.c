/* fake-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-fixture.h"

void
faked_set_up (Faked         *self,
              gconstpointer  unused)
{
  self->fake = norpc_fake_new (store_store_interface_info ());
  self->proxy = store_store_proxy_new (NORPC_ENDPOINT (self->fake));
}

void
faked_tear_down (Faked         *self,
                 gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->fake);
  iterate ();
}

/* Returns the value (owned) (nullable). */
char *
get_sync (Faked       *self,
          const char  *key,
          GError     **error)
{
  char *value = NULL;

  store_store_proxy_call_get_sync (self->proxy, key, &value, NULL, error);

  return value;
}

/* Returns the value (owned) (nullable). */
char *
get_finish (GObject       *object,
            GAsyncResult  *result,
            GError       **error)
{
  char *value = NULL;

  store_store_proxy_call_get_finish (STORE_STORE_PROXY (object), result, &value, error);

  return value;
}

void
assert_get (Faked      *self,
            const char *key,
            const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *value = get_sync (self, key, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (value, ==, expected);
}

void
assert_get_fails (Faked      *self,
                  const char *key,
                  GQuark      domain,
                  int         code,
                  const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (get_sync (self, key, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

/* Answers one call. */
NorpcFakeRule *
answer_get (Faked      *self,
            const char *value)
{
  g_autoptr (GError) error = NULL;
  NorpcFakeRule *rule = norpc_fake_answer (self->fake, "Get", &error, value);

  g_assert_no_error (error);

  return rule;
}

void
get_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  Outcome *outcome = user_data;
  g_autofree char *value = get_finish (object, result, &outcome->error);

  outcome->n++;
  outcome->thread = g_thread_self ();
  outcome->ok = outcome->error == NULL;
  g_assert_true (outcome->error != NULL || g_str_equal (value, "late"));
}

gboolean
put (Faked       *self,
     const char   *key,
     guint         amount,
     const char   *tag,
     guint        *n_keys,
     GError      **error)
{
  const char *tags[] = { tag, NULL };
  gboolean is_new = FALSE;

  return store_store_proxy_call_put_sync (self->proxy, key, amount, tags, &is_new, n_keys, NULL, error) && is_new;
}
