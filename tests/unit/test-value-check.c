/* test-value-check.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The check finds a wrong value, and says what is wrong and where. */

#include "core/norpc-value-check-private.h"
#include "values-service.h"

static char *
find_problem (const char    *signature,
              NorpcArgFlags  flags,
              const GValue  *value)
{
  const NorpcArgInfo info = { { -1, (char *) "a", (char *) signature, NULL }, flags, NULL, NULL };

  return norpc_value_find_problem (&info, value);
}

/* @variant is given as a GValue of its type, and consumed. */
static void
assert_problem (const char    *signature,
                NorpcArgFlags  flags,
                GType          type,
                GVariant      *variant,
                const char    *expected)
{
  g_autoptr (GVariant) owned = variant != NULL ? g_variant_ref_sink (variant) : NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *problem = NULL;

  if (type != G_TYPE_INVALID)
    g_value_init (&value, type);
  if (owned != NULL && type == G_TYPE_VARIANT)
    g_value_set_variant (&value, owned);
  else if (owned != NULL)
    g_dbus_gvariant_to_gvalue (owned, &value);
  problem = find_problem (signature, flags, &value);
  g_assert_cmpstr (problem, ==, expected);
}

#define NULLABLE NORPC_ARG_FLAGS_NULLABLE

static void
test_signatures (void)
{
  assert_problem ("i", 0, G_TYPE_INT, NULL, NULL);
  assert_problem ("i", 0, G_TYPE_UINT, NULL, "expected a value of type gint, got one of type guint");
  assert_problem ("i", 0, G_TYPE_INVALID, NULL, "expected a value of type gint, got an unset value");
  assert_problem ("s", 0, G_TYPE_INVALID, NULL, "expected a value of type gchararray, got an unset value");
  assert_problem ("s", 0, G_TYPE_STRING, NULL, "expected a value of type gchararray, got NULL");
  assert_problem ("s", NULLABLE, G_TYPE_STRING, NULL, NULL);
  assert_problem ("ms", 0, G_TYPE_STRING, NULL, NULL);
  assert_problem ("ay", 0, G_TYPE_BYTES, NULL, "expected a value of type GBytes, got NULL");
  assert_problem ("as", 0, G_TYPE_STRV, NULL, "expected a value of type GStrv, got NULL");
  assert_problem ("mi", 0, G_TYPE_VARIANT, NULL, NULL);
  assert_problem ("mi", 0, G_TYPE_VARIANT, g_variant_new_int32 (1), NULL);
  assert_problem ("mu", 0, G_TYPE_VARIANT, g_variant_new_int32 (1),
                  "expected a GVariant of type 'u', got one of type 'i'");
  assert_problem ("ai", 0, G_TYPE_VARIANT, NULL, "expected a value of type GVariant, got NULL");
  assert_problem ("ai", NULLABLE, G_TYPE_VARIANT, NULL, NULL);
  assert_problem ("a{sv}", 0, G_TYPE_VARIANT, g_variant_new_parsed ("{'a': 'b'}"),
                  "expected a GVariant of type 'a{sv}', got one of type 'a{ss}'");
  assert_problem ("a{sv}", 0, G_TYPE_VARIANT, g_variant_new_parsed ("{'a': <'b'>}"), NULL);
}

/* Contents that a GValue of the right type can have and a handler must not see. */
static void
test_contents (void)
{
  assert_problem ("o", 0, G_TYPE_STRING, g_variant_new_string ("/a/b"), NULL);
  assert_problem ("o", 0, G_TYPE_STRING, g_variant_new_string ("a/b"), "expected an object path, got 'a/b'");
  assert_problem ("mo", 0, G_TYPE_STRING, NULL, NULL);
  assert_problem ("g", 0, G_TYPE_STRING, g_variant_new_string ("a{sv}"), NULL);
  assert_problem ("g", 0, G_TYPE_STRING, g_variant_new_string ("a{"), "expected a D-Bus signature, got 'a{'");
  assert_problem ("as", 0, G_TYPE_STRV, g_variant_new_parsed ("['', '/']"), NULL);
  assert_problem ("ao", 0, G_TYPE_STRV, g_variant_new_parsed ("['/', '']"), "element 1: expected an object path, got ''");
  assert_problem ("ag", 0, G_TYPE_STRV, g_variant_new_parsed ("['', '?']"), "element 1: expected a D-Bus signature, got '?'");
  assert_problem ("n", 0, G_TYPE_INT, g_variant_new_int32 (-32768), NULL);
  assert_problem ("n", 0, G_TYPE_INT, g_variant_new_int32 (-32769),
                  "expected a number from -32768 to 32767, got -32769");
  assert_problem ("n", 0, G_TYPE_INT, g_variant_new_int32 (32768),
                  "expected a number from -32768 to 32767, got 32768");
  assert_problem ("q", 0, G_TYPE_UINT, g_variant_new_uint32 (65535), NULL);
  assert_problem ("q", 0, G_TYPE_UINT, g_variant_new_uint32 (65536), "expected a number up to 65535, got 65536");
}

static void
test_utf8 (void)
{
  const char * const strings[] = { "good", "bad \xff", NULL };
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) texts = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  g_autofree char *problems = NULL;

  g_value_init (&text, G_TYPE_STRING);
  g_value_set_static_string (&text, "bad \xff");
  problem = find_problem ("s", 0, &text);
  g_assert_cmpstr (problem, ==, "expected valid UTF-8, got 'bad \357\277\275'");

  g_value_init (&texts, G_TYPE_STRV);
  g_value_set_boxed (&texts, strings);
  problems = find_problem ("as", 0, &texts);
  g_assert_cmpstr (problems, ==, "element 1: expected valid UTF-8, got 'bad \357\277\275'");
}

/* A subtype is fine; an object of another type is not, whatever the value is called. */
static void
test_objects (void)
{
  const NorpcArgInfo info = { { -1, (char *) "a", (char *) "", NULL }, 0, g_file_get_type, NULL };
  g_auto (GValue) object = G_VALUE_INIT;
  g_autoptr (GFile) file = g_file_new_for_path ("/");
  g_autofree char *problem = NULL;

  g_value_init (&object, G_OBJECT_TYPE (file));
  g_value_set_object (&object, file);
  g_assert_null (norpc_value_find_problem (&info, &object));

  g_value_unset (&object);
  g_value_init (&object, G_TYPE_FILE);
  object.data[0].v_pointer = g_object_new (G_TYPE_OBJECT, NULL);
  problem = norpc_value_find_problem (&info, &object);
  g_assert_cmpstr (problem, ==, "expected a value of type GFile, got one of type GObject");
}

/* Gets what is wrong with an array of two trips. */
static void
assert_trips_problem (ValuesTrip *trip,
                      const char *expected)
{
  const NorpcArgInfo info = { { -1, (char *) "a", (char *) "", NULL }, 0, g_ptr_array_get_type, values_trip_get_type };
  g_autoptr (GPtrArray) trips = g_ptr_array_new ();
  g_autoptr (ValuesTrip) right = values_make_trip ("High Street", 0.5);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *problem = NULL;

  g_ptr_array_add (trips, right);
  g_ptr_array_add (trips, trip);
  g_value_init (&value, G_TYPE_PTR_ARRAY);
  g_value_set_boxed (&value, trips);
  problem = norpc_value_find_problem (&info, &value);
  g_assert_cmpstr (problem, ==, expected);
}

/* The whole path to a value is told, from the argument on, unless it is very long. */
static void
test_paths (void)
{
#define NEXT "field 'next' of ValuesTrip: "
#define NEXT_7 NEXT NEXT NEXT NEXT NEXT NEXT NEXT
  g_autoptr (ValuesTrip) trip = values_make_trip ("High Street", 0.5);

  assert_trips_problem (trip, NULL);
  g_clear_pointer (&trip->next->start->street, g_free);
  assert_trips_problem (trip, "element 1: " NEXT "field 'start' of ValuesTrip: field 'street' of ValuesPlace: "
                              "expected a value of type gchararray, got NULL");

  for (guint i = 0; i < 12; i++)
    {
      ValuesTrip *top = values_make_trip ("High Street", 0.5);

      values_trip_free (top->next);
      top->next = g_steal_pointer (&trip);
      trip = top;
    }
  /* Of 16 steps, none is left out: element 1, 13 times 'next', 'start', and 'street'. */
  assert_trips_problem (trip, "element 1: " NEXT_7 NEXT NEXT NEXT NEXT NEXT NEXT
                              "field 'start' of ValuesTrip: field 'street' of ValuesPlace: "
                              "expected a value of type gchararray, got NULL");
  g_clear_pointer (&trip->next->next->next->next->next->next->next->start, values_place_free);
  assert_trips_problem (trip, "element 1: " NEXT_7 "field 'start' of ValuesTrip: "
                              "expected a value of type ValuesPlace, got NULL");
  trip->next->next->next->next->next->next->next->start = values_place_new ("High Street", 1);

  for (guint i = 0; i < 20; i++)
    {
      ValuesTrip *top = values_make_trip ("High Street", 0.5);

      values_trip_free (top->next);
      top->next = g_steal_pointer (&trip);
      trip = top;
    }
  assert_trips_problem (trip, "element 1: " NEXT_7 "…: " NEXT NEXT NEXT NEXT NEXT NEXT
                              "field 'start' of ValuesTrip: field 'street' of ValuesPlace: "
                              "expected a value of type gchararray, got NULL");
#undef NEXT
#undef NEXT_7
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/value-check/signatures", test_signatures);
  g_test_add_func ("/value-check/contents", test_contents);
  g_test_add_func ("/value-check/utf8", test_utf8);
  g_test_add_func ("/value-check/objects", test_objects);
  g_test_add_func ("/value-check/paths", test_paths);

  return g_test_run ();
}
