/* test-value-keys.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Equal arguments are one key. */

#include <gio/gunixsocketaddress.h>
#include <math.h>

#include "norpc-call-key-private.h"
#include "values-service.h"

/* A method with one argument, described at run time. */
typedef struct
{
  NorpcArgInfo arg;
  GDBusArgInfo *args[2];
  NorpcMethodInfo method;
  const NorpcMethodInfo *methods[2];
  NorpcInterfaceInfo interface;
} Description;

static void
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
static guint
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

static void
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

static gpointer
make_text (int n)
{
  return g_strdup_printf ("%d", n);
}

static gpointer
make_strings (int n)
{
  return g_strsplit (n == 1 ? "a b" : "a c", " ", -1);
}

static gpointer
make_dict (int n)
{
  return g_variant_ref_sink (g_variant_new_parsed ("{'a': <%i>}", n));
}

static gpointer
make_number (int n)
{
  return g_variant_ref_sink (g_variant_new_int32 (n));
}

static gpointer
make_files (int n)
{
  return values_make_files (n == 1 ? "one" : "two");
}

static gpointer
make_modes (int n)
{
  GArray *modes = g_array_new (FALSE, FALSE, sizeof (ValuesMode));
  ValuesMode mode = n == 1 ? VALUES_MODE_FAST : VALUES_MODE_SLOW;

  g_array_append_val (modes, mode);

  return modes;
}

static gpointer
make_place (int n)
{
  return values_place_new ("High Street", (guint) n);
}

static gpointer
make_places (int n)
{
  GPtrArray *places = g_ptr_array_new_with_free_func ((GDestroyNotify) values_place_free);

  g_ptr_array_add (places, make_place (0));
  g_ptr_array_add (places, make_place (n));

  return places;
}

static gpointer
make_trip (int n)
{
  return values_make_trip ("High Street", n);
}

/* Records that differ far inside. */
static gpointer
make_long_trip (int n)
{
  ValuesTrip *trip = values_make_trip ("High Street", 0.5);

  g_clear_pointer (&trip->next->note, g_free);
  trip->next->note = make_text (n);

  return trip;
}

static void
test_signatures (void)
{
  assert_keys_of ("s", NULL, NULL, make_text, g_free);
  assert_keys_of ("ms", NULL, NULL, make_text, g_free);
  assert_keys_of ("as", NULL, NULL, make_strings, (GDestroyNotify) g_strfreev);
  assert_keys_of ("ay", NULL, NULL, make_bytes, (GDestroyNotify) g_bytes_unref);
  assert_keys_of ("a{sv}", NULL, NULL, make_dict, (GDestroyNotify) g_variant_unref);
  assert_keys_of ("mi", NULL, NULL, make_number, (GDestroyNotify) g_variant_unref);
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
test_boxed (void)
{
  assert_keys_of ("", g_date_time_get_type, NULL, make_date_time, (GDestroyNotify) g_date_time_unref);
  assert_keys_of ("", g_date_get_type, NULL, make_date, (GDestroyNotify) g_date_free);
  assert_keys_of ("", g_uri_get_type, NULL, make_uri, (GDestroyNotify) g_uri_unref);
  assert_keys_of ("", g_bytes_get_type, NULL, make_bytes, (GDestroyNotify) g_bytes_unref);
  assert_keys_of ("", g_variant_type_get_gtype, NULL, make_variant_type, (GDestroyNotify) g_variant_type_free);
}

static void
free_string (gpointer string)
{
  g_string_free (string, TRUE);
}

static void
test_composed (void)
{
  assert_keys_of ("", g_gstring_get_type, NULL, make_string, free_string);
  assert_keys_of ("", g_ptr_array_get_type, g_file_get_type, make_files, (GDestroyNotify) g_ptr_array_unref);
  assert_keys_of ("", g_array_get_type, values_mode_get_type, make_modes, (GDestroyNotify) g_array_unref);
  assert_keys_of ("", values_place_get_type, NULL, make_place, (GDestroyNotify) values_place_free);
  assert_keys_of ("", g_ptr_array_get_type, values_place_get_type, make_places, (GDestroyNotify) g_ptr_array_unref);
  assert_keys_of ("", values_trip_get_type, NULL, make_trip, (GDestroyNotify) values_trip_free);
  assert_keys_of ("", values_trip_get_type, NULL, make_long_trip, (GDestroyNotify) values_trip_free);
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

/* One of two that are installed, anew each time. */
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

static void
install_app (const char *name)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "applications", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, "[Desktop Entry]\nType=Application\nName=App\nExec=true\n", -1, &error);
  g_assert_no_error (error);
}

static void
test_identified (void)
{
  install_app ("one.desktop");
  install_app ("two.desktop");
  assert_keys_of ("", g_app_info_get_type, NULL, make_app, g_object_unref);
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

static guint
hash_double (double number)
{
  Description description;
  g_autoptr (NorpcCall) call = NULL;

  description_init (&description, "d", NULL, NULL);
  call = norpc_call_new (&description.interface, 0);
  g_value_set_double (norpc_call_get_args (call, NULL), number);

  return norpc_call_hash_first_arg (call);
}

static guint
hash_maybe_double (double number)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_double (number));
  Description description;

  description_init (&description, "md", NULL, NULL);

  return hash_pointer (&description, variant);
}

static guint
hash_share (double number)
{
  g_autoptr (ValuesTrip) trip = values_make_trip ("High Street", number);
  Description description;

  description_init (&description, "", values_trip_get_type, NULL);

  return hash_pointer (&description, trip);
}

static void
test_doubles (void)
{
  g_assert_cmpuint (hash_double (0.0), ==, hash_double (-0.0));
  g_assert_cmpuint (hash_double (NAN), ==, hash_double (-NAN));
  g_assert_cmpuint (hash_double (0.25), !=, hash_double (0.5));
  g_assert_cmpuint (hash_maybe_double (0.0), ==, hash_maybe_double (-0.0));
  g_assert_cmpuint (hash_share (0.0), ==, hash_share (-0.0));
  g_assert_cmpuint (hash_share (0.25), !=, hash_share (0.5));
}

static guint
hash_int (const char *signature,
          GType     (*get_type) (void),
          int         number)
{
  Description description;
  g_autoptr (NorpcCall) call = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  description_init (&description, signature, get_type, NULL);
  call = norpc_call_new (&description.interface, 0);
  g_value_init (&value, G_TYPE_INT);
  g_value_set_int (&value, number);
  if (*signature == 'y')
    g_value_set_uchar (norpc_call_get_args (call, NULL), (guint8) number);
  else
    g_assert_true (g_value_transform (&value, norpc_call_get_args (call, NULL)));

  return norpc_call_hash_first_arg (call);
}

static void
test_numbers (void)
{
  const char * const signatures[] = { "y", "b", "n", "q", "i", "u", "x", "t", "d", "h" };

  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      g_assert_cmpuint (hash_int (signatures[i], NULL, 1), ==, hash_int (signatures[i], NULL, 1));
      g_assert_cmpuint (hash_int (signatures[i], NULL, 1), !=, hash_int (signatures[i], NULL, 0));
    }
  g_assert_cmpuint (hash_int ("i", values_mode_get_type, 1), ==, hash_int ("i", values_mode_get_type, 1));
  g_assert_cmpuint (hash_int ("i", values_mode_get_type, 1), !=, hash_int ("i", values_mode_get_type, 0));
}

/* A chain of records takes no stack. */
static void
test_long_chain (void)
{
  Description description;
  ValuesTrip *chain = NULL;
  guint hash;

  description_init (&description, "", values_trip_get_type, NULL);
  for (guint i = 0; i < 100000; i++)
    {
      ValuesTrip *trip = g_new0 (ValuesTrip, 1);

      trip->next = chain;
      chain = trip;
    }

  {
    NorpcCall *call = norpc_call_new (&description.interface, 0);
    GValue *value = norpc_call_get_args (call, NULL);

    value->data[0].v_pointer = chain;
    hash = norpc_call_hash_first_arg (call);
    value->data[0].v_pointer = NULL;
    norpc_call_unref (call);
  }
  g_assert_cmpuint (hash, !=, 0);

  while (chain != NULL)
    {
      ValuesTrip *next = chain->next;

      g_free (chain);
      chain = next;
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/value-keys/signatures", test_signatures);
  g_test_add_func ("/value-keys/objects", test_objects);
  g_test_add_func ("/value-keys/identified", test_identified);
  g_test_add_func ("/value-keys/boxed", test_boxed);
  g_test_add_func ("/value-keys/composed", test_composed);
  g_test_add_func ("/value-keys/identity", test_identity);
  g_test_add_func ("/value-keys/doubles", test_doubles);
  g_test_add_func ("/value-keys/numbers", test_numbers);
  g_test_add_func ("/value-keys/long-chain", test_long_chain);

  return g_test_run ();
}
