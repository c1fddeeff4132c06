/* test-value-keys.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Equal arguments are one key: what has a signature, arrays and records. */

#include <math.h>
#include <time.h>

#include "core/norpc-value-equal-private.h"
#include "key-fixture.h"

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
test_composed (void)
{
  assert_keys_of ("", g_ptr_array_get_type, g_file_get_type, make_files, (GDestroyNotify) g_ptr_array_unref);
  assert_keys_of ("", g_array_get_type, values_mode_get_type, make_modes, (GDestroyNotify) g_array_unref);
  assert_keys_of ("", values_place_get_type, NULL, make_place, (GDestroyNotify) values_place_free);
  assert_keys_of ("", g_ptr_array_get_type, values_place_get_type, make_places, (GDestroyNotify) g_ptr_array_unref);
  assert_keys_of ("", values_trip_get_type, NULL, make_trip, (GDestroyNotify) values_trip_free);
  assert_keys_of ("", values_trip_get_type, NULL, make_long_trip, (GDestroyNotify) values_trip_free);
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

/* Returns the time of the processor that this thread has used, in nanoseconds. */
static gint64
get_thread_time (void)
{
  struct timespec time;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time), ==, 0);

  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

/* Makes a value (owned) as GDBus does: GVariant does not know that it is in normal form. */
static GVariant *
make_untrusted (void)
{
  gsize size = 1 << 20;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);

  return g_variant_ref_sink (g_variant_new_variant (g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, FALSE)));
}

/* GVariant compares the texts of such values. Here, a comparison is faster than the making of one text. */
static void
test_large_variants (void)
{
  const NorpcArgInfo info = { { -1, (char *) "large", (char *) "v", NULL } };
  g_autoptr (GVariant) printed = make_untrusted ();
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) other = G_VALUE_INIT;
  g_autofree char *text = NULL;
  gint64 start = get_thread_time ();
  gint64 print_time;

  text = g_variant_print (printed, FALSE);
  print_time = get_thread_time () - start;

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_take_variant (&value, make_untrusted ());
  g_value_init (&other, G_TYPE_VARIANT);
  g_value_take_variant (&other, make_untrusted ());
  start = get_thread_time ();
  g_assert_true (norpc_value_equal (&info, &value, &other));
  g_assert_cmpint (get_thread_time () - start, <, print_time);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/value-keys/signatures", test_signatures);
  g_test_add_func ("/value-keys/composed", test_composed);
  g_test_add_func ("/value-keys/doubles", test_doubles);
  g_test_add_func ("/value-keys/numbers", test_numbers);
  g_test_add_func ("/value-keys/long-chain", test_long_chain);
  g_test_add_func ("/value-keys/large-variants", test_large_variants);

  return g_test_run ();
}
