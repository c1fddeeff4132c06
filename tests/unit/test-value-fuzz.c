/* test-value-fuzz.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random values for descriptions that were made at random: every call completes once,
 * and a handler and a callback see only what the description allows.
 */

#include "core/norpc-value-check-private.h"
#include "values-service.h"

#define N_DESCRIPTIONS 200
#define N_CALLS 60
#define MAX_ARGS 4

typedef struct
{
  const char *signature;
  GType     (*get_type) (void);
  GType     (*get_element_type) (void);
} Type;

static const Type types[] = {
  { "u" }, { "s" }, { "b" }, { "d" }, { "t" }, { "x" }, { "y" }, { "q" }, { "n" }, { "i" }, { "h" }, { "o" },
  { "g" }, { "v" }, { "as" }, { "ay" }, { "ao" }, { "ag" }, { "a{sv}" }, { "(si)" }, { "ms" }, { "mi" },
  { "mas" }, { "may" }, { "mv" }, { "aau" }, { "a(sv)" }, { "mms" },
  { "", g_file_get_type },
  { "", g_object_get_type },
  { "", g_date_time_get_type },
  { "", values_place_get_type },
  { "", values_trip_get_type },
  { "", values_mode_get_type },
  { "", g_ptr_array_get_type, g_file_get_type },
  { "", g_ptr_array_get_type, values_place_get_type },
  { "", g_ptr_array_get_type },
  { "", g_array_get_type, values_mode_get_type },
};

static const char * const texts[] = { "x", "", "/a/b", "a{sv}", "\xff\xfe", "a\xc3\xa4" };

static const char * const variants[] = {
  "@u 3", "@i -3", "{'a': <1>}", "('a', 1)", "<'q'>", "[[@u 1]]", "[('a', <1>)]", "@ms nothing", "''",
};

static void
free_if (gpointer value)
{
  if (value != NULL)
    g_object_unref (value);
}

static void
free_place_if (gpointer value)
{
  if (value != NULL)
    values_place_free (value);
}

/* An array does not know what its elements are: only objects can be told from others. */
static GPtrArray *
make_array (GRand    *rand,
            gboolean  of_places)
{
  GPtrArray *array = g_ptr_array_new_with_free_func (of_places ? free_place_if : free_if);

  for (int n = g_rand_int_range (rand, 0, 3); n > 0; n--)
    if (g_rand_int_range (rand, 0, 4) == 0)
      g_ptr_array_add (array, NULL);
    else if (of_places)
      g_ptr_array_add (array, values_place_new ("street", 1));
    else if (g_rand_int_range (rand, 0, 4) == 0)
      g_ptr_array_add (array, g_object_new (G_TYPE_OBJECT, NULL));
    else
      g_ptr_array_add (array, g_file_new_for_path ("/x"));

  return array;
}

static GArray *
make_numbers (GRand *rand)
{
  GArray *array = g_array_new (FALSE, TRUE, g_rand_boolean (rand) ? sizeof (int) : sizeof (guint8));

  g_array_set_size (array, (guint) g_rand_int_range (rand, 0, 4));

  return array;
}

static ValuesTrip *
make_trip (GRand *rand)
{
  ValuesTrip *trip = values_make_trip ("street", 0.5);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0:
      g_clear_pointer (&trip->next->start, values_place_free);
      break;

    case 1:
      trip->note[0] = '\xff';
      break;

    case 2:
      g_clear_pointer (&trip->next->modes, g_array_unref);
      break;

    default:
      break;
    }

  return trip;
}

static const GType value_types[] = {
  G_TYPE_UINT, G_TYPE_INT, G_TYPE_BOOLEAN, G_TYPE_DOUBLE, G_TYPE_INT64, G_TYPE_UINT64, G_TYPE_UCHAR, G_TYPE_POINTER,
};

/* A value of any type, or unset. A descriptor that is a result is closed: it must not be one of the test. */
static GValue
make_value (GRand              *rand,
            const NorpcArgInfo *info)
{
  GValue value = G_VALUE_INIT;
  gboolean is_null = g_rand_int_range (rand, 0, 5) == 0;
  GType boxed = G_TYPE_INVALID;
  gpointer pointer = NULL;

  switch (g_rand_int_range (rand, 0, 12))
    {
    case 0:
      return value;

    case 1:
      g_value_init (&value, value_types[g_rand_int_range (rand, 0, G_N_ELEMENTS (value_types))]);
      if (G_VALUE_TYPE (&value) != G_TYPE_POINTER)
        value.data[0].v_uint64 = g_rand_boolean (rand) && info->dbus.signature[0] != 'h'
                                   ? 1 : G_VALUE_TYPE (&value) == G_TYPE_INT ? 70000 : 0;
      return value;

    case 2:
      g_value_init (&value, G_TYPE_STRING);
      if (!is_null && g_rand_boolean (rand))
        g_value_set_static_string (&value, texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))]);
      else if (!is_null)
        g_value_set_string (&value, texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))]);
      return value;

    case 3:
      g_value_init (&value, G_TYPE_VARIANT);
      if (!is_null)
        g_value_take_variant (&value, g_variant_new_parsed (variants[g_rand_int_range (rand, 0, G_N_ELEMENTS (variants))]));
      return value;

    case 4:
      g_value_init (&value, G_TYPE_FILE);
      if (!is_null)
        g_value_take_object (&value, g_file_new_for_path ("/"));
      return value;

    case 5:
      g_value_init (&value, g_rand_boolean (rand) ? G_TYPE_OBJECT : G_TYPE_CANCELLABLE);
      if (!is_null)
        g_value_take_object (&value, g_object_new (G_VALUE_TYPE (&value), NULL));
      return value;

    case 6:
      boxed = G_TYPE_BYTES;
      pointer = g_bytes_new ("x", 1);
      break;

    case 7:
      boxed = G_TYPE_STRV;
      pointer = g_strdupv ((char **) (const char * const []) {
                             texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))], NULL });
      break;

    case 8:
      boxed = G_TYPE_PTR_ARRAY;
      pointer = make_array (rand, info->get_element_type == values_place_get_type);
      break;

    case 9:
      boxed = G_TYPE_ARRAY;
      pointer = make_numbers (rand);
      break;

    case 10:
      boxed = VALUES_TYPE_TRIP;
      pointer = make_trip (rand);
      break;

    default:
      boxed = VALUES_TYPE_PLACE;
      pointer = values_place_new ("street", 1);
      break;
    }

  g_value_init (&value, boxed);
  if (is_null)
    g_boxed_free (boxed, pointer);
  else
    g_value_take_boxed (&value, pointer);

  return value;
}

/* Tries a few, so that not nearly all calls are refused. */
static GValue
make_value_for (GRand              *rand,
                const GDBusArgInfo *dbus_info)
{
  const NorpcArgInfo *info = (const NorpcArgInfo *) dbus_info;
  GValue value = make_value (rand, info);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *problem = norpc_value_find_problem (info, &value);

      if (problem == NULL || (i > 0 && g_rand_int_range (rand, 0, 60) == 0))
        break;
      if (G_VALUE_TYPE (&value) != G_TYPE_INVALID)
        g_value_unset (&value);
      value = make_value (rand, info);
    }

  return value;
}

/* One method, described at random. */
typedef struct
{
  NorpcArgInfo infos[2][MAX_ARGS];
  GDBusArgInfo *args[2][MAX_ARGS + 1];
  NorpcMethodInfo method;
  const NorpcMethodInfo *methods[2];
  NorpcInterfaceInfo interface;
} Description;

/* Of one run: the service's thread uses it, too. */
static GMutex lock;
static GRand *service_rand; /* (owned) [lock] */
static guint n_handled;     /* [lock] */
static guint n_replies;
static guint n_good_replies;

/* The independent half of the check: what the type of each value promises. */
static void
assert_allowed (GDBusArgInfo * const *infos,
                const GValue         *values,
                guint                 n_values)
{
  for (guint i = 0; i < n_values; i++)
    {
      const NorpcArgInfo *info = (const NorpcArgInfo *) infos[i];
      GType type = norpc_arg_info_get_gtype (&info->dbus);

      g_assert_true (G_VALUE_HOLDS (&values[i], type));
      if (!g_value_fits_pointer (&values[i]))
        continue;
      if (g_value_peek_pointer (&values[i]) == NULL)
        {
          g_assert_true (info->dbus.signature[0] == 'm' || (info->flags & NORPC_ARG_FLAGS_NULLABLE) != 0);
          continue;
        }

      if (type == G_TYPE_STRING)
        g_assert_true (g_utf8_validate (g_value_get_string (&values[i]), -1, NULL));
      else if (type == VALUES_TYPE_TRIP)
        g_assert_nonnull (((ValuesTrip *) g_value_get_boxed (&values[i]))->next->start);
      else if (type == G_TYPE_PTR_ARRAY && info->get_element_type != NULL)
        for (guint j = 0; j < ((GPtrArray *) g_value_get_boxed (&values[i]))->len; j++)
          g_assert_nonnull (g_ptr_array_index ((GPtrArray *) g_value_get_boxed (&values[i]), j));
    }
}

/* The service's context. */
static gboolean
dispatch (gpointer   service,
          gpointer   vtable,
          NorpcCall *call,
          GError   **error)
{
  const NorpcInterfaceInfo *interface = norpc_call_get_interface_info (call);
  GDBusMethodInfo method = interface->methods[0]->dbus;
  GValue values[MAX_ARGS] = { G_VALUE_INIT };
  guint n_args, n_results = norpc_arg_infos_count (method.out_args);
  const GValue *args = norpc_call_get_args (call, &n_args);
  gboolean fails;

  assert_allowed (method.in_args, args, n_args);

  g_mutex_lock (&lock);
  n_handled++;
  for (guint i = 0; i < n_results; i++)
    values[i] = make_value_for (service_rand, method.out_args[i]);
  if (g_rand_int_range (service_rand, 0, 20) == 0)
    n_results = (guint) g_rand_int_range (service_rand, 0, MAX_ARGS);
  fails = g_rand_int_range (service_rand, 0, 8) == 0;
  g_mutex_unlock (&lock);

  for (guint i = 0; i < n_args; i++)
    if ((((NorpcArgInfo *) method.in_args[i])->flags & NORPC_ARG_FLAGS_MOVED) != 0 &&
        G_VALUE_HOLDS (&args[i], G_TYPE_PTR_ARRAY) && g_value_get_boxed (&args[i]) != NULL)
      g_ptr_array_set_size (g_value_get_boxed (&args[i]), 0);

  if (fails)
    norpc_call_return_error_literal (call, NORPC_ERROR, NORPC_ERROR_BUSY, "Not now");
  else
    norpc_call_return_values (call, n_results, values);
  for (guint i = 0; i < MAX_ARGS; i++)
    if (G_VALUE_TYPE (&values[i]) != G_TYPE_INVALID)
      g_value_unset (&values[i]);

  return TRUE;
}

static Description *
description_new (GRand *rand)
{
  Description *self = g_new0 (Description, 1);

  for (guint side = 0; side < 2; side++)
    {
      guint n = (guint) g_rand_int_range (rand, 0, MAX_ARGS);

      for (guint i = 0; i < n; i++)
        {
          const Type *type = &types[g_rand_int_range (rand, 0, G_N_ELEMENTS (types))];

          self->infos[side][i] = (NorpcArgInfo) {
            { -1, (char *) "a", (char *) type->signature, NULL },
            (NorpcArgFlags) g_rand_int_range (rand, 0, 4), type->get_type, type->get_element_type
          };
          self->args[side][i] = &self->infos[side][i].dbus;
        }
    }

  self->method.dbus = (GDBusMethodInfo) { -1, (char *) "Method", self->args[0], self->args[1], NULL };
  self->method.dispatch = dispatch;
  self->method.flags = NORPC_METHOD_FLAGS_IDEMPOTENT * (NorpcMethodFlags) g_rand_boolean (rand);
  self->methods[0] = &self->method;
  self->interface = *values_values_interface_info ();
  self->interface.methods = self->methods;

  return self;
}

static NorpcCall *
make_call (Description *description,
           GRand       *rand)
{
  NorpcCall *call = norpc_call_new (&description->interface, 0);
  guint n_args;
  GValue *args = norpc_call_get_args (call, &n_args);

  for (guint i = 0; i < n_args; i++)
    {
      g_value_unset (&args[i]);
      args[i] = make_value_for (rand, description->args[0][i]);
    }

  return call;
}

static void
reply_cb (NorpcReply *reply,
          gpointer    user_data)
{
  Description *description = user_data;
  guint n_values;
  const GValue *values = norpc_reply_get_values (reply, &n_values);

  n_replies++;
  if (norpc_reply_get_error (reply) == NULL)
    {
      n_good_replies++;
      assert_allowed (description->args[1], values, n_values);
    }
  norpc_reply_unref (reply);
}

static void
test_fuzz (ValuesFixture *f,
           gconstpointer  unused)
{
  NorpcLayer *balance = norpc_balance_new (NORPC_BALANCE_BY_KEY);
  g_autoptr (GObject) service = g_object_new (values_service_get_type (), NULL);
  g_autoptr (NorpcDirect) direct = norpc_direct_new (service);
  g_autoptr (NorpcEndpoint) stack = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed ((guint32) g_test_rand_int ());
  g_autoptr (GPtrArray) descriptions = g_ptr_array_new_with_free_func (g_free);
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (f->server));
  NorpcEndpoint *endpoints[3] = { channel, NORPC_ENDPOINT (direct), NULL };

  norpc_balance_add_endpoint (NORPC_BALANCE (balance), channel);
  norpc_balance_add_endpoint (NORPC_BALANCE (balance), NORPC_ENDPOINT (direct));
  stack = norpc_stack_new (g_object_new (NORPC_TYPE_RETRY, "max-attempts", 3, "delay", 0, "reserve", 10000, NULL),
                           balance, NULL);
  endpoints[2] = stack;
  service_rand = g_rand_new_with_seed (g_rand_int (rand));
  n_handled = n_replies = n_good_replies = 0;

  for (guint i = 0; i < N_DESCRIPTIONS; i++)
    {
      Description *description = description_new (rand);

      g_ptr_array_add (descriptions, description);
      for (guint j = 0; j < N_CALLS; j++)
        norpc_endpoint_call (endpoints[j % G_N_ELEMENTS (endpoints)], make_call (description, rand),
                             NULL, reply_cb, description);
      while (n_replies < (i + 1) * N_CALLS)
        g_main_context_iteration (NULL, TRUE);
    }

  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_replies, ==, N_DESCRIPTIONS * N_CALLS);
  g_mutex_lock (&lock);
  g_test_message ("%u calls, %u handled, %u answered", n_replies, n_handled, n_good_replies);
  g_assert_cmpuint (n_handled, >, n_replies / 4);
  g_assert_cmpuint (n_good_replies, >, n_replies / 10);
  g_assert_cmpuint (n_good_replies, <, n_replies);
  g_clear_pointer (&service_rand, g_rand_free);
  g_mutex_unlock (&lock);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_VALUES ("/value-fuzz/calls", test_fuzz);

  return g_test_run ();
}
