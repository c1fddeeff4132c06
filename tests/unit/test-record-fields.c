/* test-record-fields.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Exchanging the fields of records, one at a time. */

#include <string.h>

#include "values-service.h"

#define FIELD(name) { G_STRUCT_OFFSET (ValuesTrip, name), sizeof (((ValuesTrip *) NULL)->name) }

static const struct
{
  gsize offset;
  gsize size;
} fields[] = {
  FIELD (start), FIELD (stops), FIELD (files), FIELD (modes), FIELD (mode), FIELD (when), FIELD (note),
  FIELD (share), FIELD (height), FIELD (dict), FIELD (tags), FIELD (next),
};

static ValuesTrip *
make_other_trip (void)
{
  g_autoptr (ValuesTrip) first = values_make_trip ("Other Street", 0.75);
  ValuesTrip *trip = values_trip_copy (first->next);

  trip->share = 2.5;
  trip->height = 300;

  return trip;
}

/* The field and nothing else has changed, in both. */
static void
test_one (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      g_autoptr (ValuesTrip) trip = values_make_trip ("Street", 0.5);
      g_autoptr (ValuesTrip) other = make_other_trip ();
      ValuesTrip expected = *trip, expected_other = *other;

      memcpy ((guint8 *) &expected + fields[i].offset, (guint8 *) other + fields[i].offset, fields[i].size);
      memcpy ((guint8 *) &expected_other + fields[i].offset, (guint8 *) trip + fields[i].offset, fields[i].size);
      values_trip_swap_field (trip, other, i);
      g_assert_cmpmem (trip, sizeof *trip, &expected, sizeof expected);
      g_assert_cmpmem (other, sizeof *other, &expected_other, sizeof expected_other);
    }
}

static void
test_all (void)
{
  g_autoptr (ValuesTrip) trip = values_make_trip ("Street", 0.5);
  g_autoptr (ValuesTrip) other = make_other_trip ();
  g_autoptr (ValuesTrip) copy = values_trip_copy (trip);
  g_autoptr (ValuesTrip) copy_of_other = values_trip_copy (other);

  g_assert_false (values_trip_equal (trip, other));
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    values_trip_swap_field (trip, other, i);
  g_assert_true (values_trip_equal (trip, copy_of_other));
  g_assert_true (values_trip_equal (other, copy));

  /* With itself. */
  values_trip_swap_field (trip, trip, 0);
  g_assert_true (values_trip_equal (trip, copy_of_other));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/record-fields/one", test_one);
  g_test_add_func ("/record-fields/all", test_all);

  return g_test_run ();
}
