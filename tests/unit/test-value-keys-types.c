/* test-value-keys-types.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Equal values of types of GLib and GIO are one key. */

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "key-fixture.h"

static gpointer
make_file (int n)
{
  return g_file_new_build_filename ("/", n == 1 ? "one" : "two", NULL);
}

static gpointer
make_icon (int n)
{
  return g_themed_icon_new (n == 1 ? "one" : "two");
}

static gpointer
make_file_icon (int n)
{
  g_autoptr (GFile) file = make_file (n);

  return g_file_icon_new (file);
}

static gpointer
make_address (int n)
{
  return g_inet_address_new_from_string (n == 1 ? "::1" : "::2");
}

static gpointer
make_mask (int n)
{
  return g_inet_address_mask_new_from_string (n == 1 ? "10.0.0.0/8" : "10.0.0.0/16", NULL);
}

static gpointer
make_socket_address (int n)
{
  return g_inet_socket_address_new_from_string ("127.0.0.1", 80 + (guint) n);
}

static gpointer
make_unix_address (int n)
{
  return g_unix_socket_address_new (n == 1 ? "/one" : "/two");
}

static gpointer
make_date_time (int n)
{
  return g_date_time_new_utc (2000 + n, 1, 1, 0, 0, 0);
}

static gpointer
make_date (int n)
{
  return g_date_new_julian ((guint) n);
}

static gpointer
make_uri (int n)
{
  return g_uri_build (G_URI_FLAGS_NONE, "https", NULL, "example.org", 80 + n, "/", NULL, NULL);
}

static gpointer
make_string (int n)
{
  return g_string_new (n == 1 ? "one" : "two");
}

static gpointer
make_variant_type (int n)
{
  return g_variant_type_new (n == 1 ? "a{sv}" : "as");
}

static gpointer
make_bytes (int n)
{
  return g_bytes_new (&n, sizeof n);
}

static void
test_objects (void)
{
  assert_keys_of ("", g_file_get_type, NULL, make_file, g_object_unref);
  assert_keys_of ("", g_icon_get_type, NULL, make_icon, g_object_unref);
  assert_keys_of ("", g_icon_get_type, NULL, make_file_icon, g_object_unref);
  assert_keys_of ("", g_inet_address_get_type, NULL, make_address, g_object_unref);
  assert_keys_of ("", g_inet_address_mask_get_type, NULL, make_mask, g_object_unref);
  assert_keys_of ("", g_socket_address_get_type, NULL, make_socket_address, g_object_unref);
  assert_keys_of ("", g_socket_connectable_get_type, NULL, make_socket_address, g_object_unref);
  assert_keys_of ("", g_socket_address_get_type, NULL, make_unix_address, g_object_unref);
  assert_keys_of ("", g_object_get_type, NULL, make_file, g_object_unref);
}

static void
free_string (gpointer string)
{
  g_string_free (string, TRUE);
}

static void
test_boxed (void)
{
  assert_keys_of ("", g_date_time_get_type, NULL, make_date_time, (GDestroyNotify) g_date_time_unref);
  assert_keys_of ("", g_date_get_type, NULL, make_date, (GDestroyNotify) g_date_free);
  assert_keys_of ("", g_uri_get_type, NULL, make_uri, (GDestroyNotify) g_uri_unref);
  assert_keys_of ("", g_bytes_get_type, NULL, make_bytes, (GDestroyNotify) g_bytes_unref);
  assert_keys_of ("", g_variant_type_get_gtype, NULL, make_variant_type, (GDestroyNotify) g_variant_type_free);
  assert_keys_of ("", g_gstring_get_type, NULL, make_string, free_string);
}

/* A certificate without a TLS backend. */
G_DECLARE_FINAL_TYPE (TestCertificate, test_certificate, TEST, CERTIFICATE, GTlsCertificate)

struct _TestCertificate
{
  GTlsCertificate parent_instance;
  GByteArray     *bytes; /* (owned) */
};

G_DEFINE_FINAL_TYPE (TestCertificate, test_certificate, G_TYPE_TLS_CERTIFICATE)

static void
test_certificate_get_property (GObject    *object,
                               guint       property_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  if (property_id == 1)
    g_value_set_boxed (value, TEST_CERTIFICATE (object)->bytes);
}

static void
test_certificate_set_property (GObject      *object,
                               guint         property_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  if (property_id == 1)
    TEST_CERTIFICATE (object)->bytes = g_value_dup_boxed (value);
}

static void
test_certificate_finalize (GObject *object)
{
  g_byte_array_unref (TEST_CERTIFICATE (object)->bytes);
  G_OBJECT_CLASS (test_certificate_parent_class)->finalize (object);
}

static void
test_certificate_class_init (TestCertificateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_certificate_get_property;
  object_class->set_property = test_certificate_set_property;
  object_class->finalize = test_certificate_finalize;
  g_object_class_override_property (object_class, 1, "certificate");
  g_object_class_override_property (object_class, 2, "certificate-pem");
  g_object_class_override_property (object_class, 3, "private-key");
  g_object_class_override_property (object_class, 4, "private-key-pem");
  g_object_class_override_property (object_class, 5, "issuer");
}

static void
test_certificate_init (TestCertificate *self)
{
}

static gpointer
make_certificate (int n)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) &n, sizeof n);

  return g_object_new (test_certificate_get_type (), "certificate", bytes, NULL);
}

/* A new object for one of two that are installed. */
static gpointer
make_app (int n)
{
  GList *apps = g_app_info_get_all ();
  GAppInfo *app = NULL;

  for (GList *l = apps; l != NULL; l = l->next)
    if (g_str_equal (g_app_info_get_id (l->data), n == 1 ? "one.desktop" : "two.desktop"))
      app = g_app_info_dup (l->data);
  g_list_free_full (apps, g_object_unref);

  return app;
}

/* Two, in a folder of the test's own. */
static void
install_apps (const char *folder)
{
  const char * const names[] = { "one.desktop", "two.desktop" };

  g_mkdir_with_parents (folder, 0700);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autoptr (GError) error = NULL;

      g_file_set_contents (path, "[Desktop Entry]\nType=Application\nName=App\nExec=true\n", -1, &error);
      g_assert_no_error (error);
    }
}

static void
remove_apps (const char *folder)
{
  g_autofree char *one = g_build_filename (folder, "one.desktop", NULL);
  g_autofree char *two = g_build_filename (folder, "two.desktop", NULL);

  g_remove (one);
  g_remove (two);
  g_rmdir (folder);
}

static void
test_identified (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "applications", NULL);

  install_apps (folder);
  assert_keys_of ("", g_app_info_get_type, NULL, make_app, g_object_unref);
  remove_apps (folder);
  assert_keys_of ("", g_tls_certificate_get_type, NULL, make_certificate, g_object_unref);
}

/* A type without an equality: the same object is the same key. */
static void
test_identity (void)
{
  g_autoptr (GCancellable) one = g_cancellable_new ();
  g_autoptr (GCancellable) other = g_cancellable_new ();
  Description description;

  description_init (&description, "", g_cancellable_get_type, NULL);
  g_assert_cmpuint (hash_pointer (&description, one), ==, hash_pointer (&description, one));
  g_assert_cmpuint (hash_pointer (&description, one), !=, hash_pointer (&description, other));
}

/* A type that nothing is known of, but how it is hashed. */
static guint
hash_key_file (gconstpointer key_file)
{
  g_autofree char *text = g_key_file_to_data ((GKeyFile *) key_file, NULL, NULL);

  return g_str_hash (text);
}

static gpointer
make_key_file (int n)
{
  GKeyFile *key_file = g_key_file_new ();

  g_key_file_set_integer (key_file, "group", "key", n);

  return key_file;
}

static guint
hash_action (gconstpointer action)
{
  return g_str_hash (g_action_get_name ((GAction *) action));
}

static gpointer
make_action (int n)
{
  return g_simple_action_new (n == 1 ? "one" : "two", NULL);
}

static void
test_set (void)
{
  norpc_type_set_hash_func (G_TYPE_KEY_FILE, hash_key_file);
  assert_keys_of ("", g_key_file_get_type, NULL, make_key_file, (GDestroyNotify) g_key_file_unref);

  /* Of what the object is, whatever the description calls it. */
  norpc_type_set_hash_func (G_TYPE_SIMPLE_ACTION, hash_action);
  assert_keys_of ("", g_action_get_type, NULL, make_action, g_object_unref);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *data = g_dir_make_tmp ("norpc-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/value-keys-types/objects", test_objects);
  g_test_add_func ("/value-keys-types/identified", test_identified);
  g_test_add_func ("/value-keys-types/boxed", test_boxed);
  g_test_add_func ("/value-keys-types/identity", test_identity);
  g_test_add_func ("/value-keys-types/set", test_set);

  status = g_test_run ();
  g_rmdir (data);

  return status;
}
