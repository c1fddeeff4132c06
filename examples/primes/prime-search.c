/* prime-search.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "prime-search.h"

struct _PrimeSearch
{
  GObject parent_instance;

  NorpcCall  *call;   /* (owned) (nullable): whose client waits for the end of the search */
  guint       limit;
  guint       number; /* the last one that was tried */
  GListStore *found;  /* (owned): of DemoPrime */
  double      speed;
};

typedef enum
{
  PROP_FOUND = 1,
  PROP_STATUS,
  PROP_FRACTION,
  PROP_SPEED,
} PrimeSearchProperty;

static gboolean
is_prime (guint number)
{
  for (guint divisor = 2; divisor * divisor <= number; divisor++)
    if (number % divisor == 0)
      return FALSE;

  return number > 1;
}

static guint
get_n_found (PrimeSearch *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->found));
}

static void
try_number (PrimeSearch *self,
            guint        number)
{
  g_autoptr (DemoPrime) prime = NULL;

  if (!is_prime (number))
    return;

  prime = demo_prime_new (number);
  g_list_store_append (self->found, prime);
}

static gboolean
tick_cb (gpointer data)
{
  PrimeSearch *self = data;

  for (guint i = 0; i < self->speed && self->number < self->limit; i++)
    try_number (self, ++self->number);

  g_object_notify (G_OBJECT (self), "status");
  g_object_notify (G_OBJECT (self), "fraction");

  /* The client may have lost interest. */
  if (self->number < self->limit && !norpc_call_is_cancelled (self->call))
    return G_SOURCE_CONTINUE;

  demo_primes_complete_search (DEMO_PRIMES (self), self->call, get_n_found (self));
  g_clear_pointer (&self->call, norpc_call_unref);
  return G_SOURCE_REMOVE;
}

static gboolean
prime_search_handle_search (DemoPrimes  *service,
                            NorpcCall   *call,
                            guint        limit,
                            GError     **error)
{
  PrimeSearch *self = PRIME_SEARCH (service);
  g_autoptr (GSource) source = NULL;

  if (self->call != NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "Another search is in progress");
      return FALSE;
    }

  self->call = norpc_call_ref (call);
  self->limit = limit;
  self->number = 0;
  g_list_store_remove_all (self->found);

  source = g_timeout_source_new (10);
  g_source_set_callback (source, tick_cb, g_object_ref (self), g_object_unref);
  g_source_attach (source, g_main_context_get_thread_default ());

  return TRUE;
}

static void
prime_search_iface_init (DemoPrimesInterface *iface)
{
  iface->handle_search = prime_search_handle_search;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PrimeSearch, prime_search, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (DEMO_TYPE_PRIMES, prime_search_iface_init))

static void
prime_search_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  PrimeSearch *self = PRIME_SEARCH (object);

  switch ((PrimeSearchProperty) property_id)
    {
    case PROP_FOUND:
      g_value_set_object (value, self->found);
      break;

    case PROP_STATUS:
      g_value_take_string (value, g_strdup_printf ("%u primes up to %u", get_n_found (self), self->number));
      break;

    case PROP_FRACTION:
      g_value_set_double (value, self->limit > 0 ? (double) self->number / self->limit : 0);
      break;

    case PROP_SPEED:
      g_value_set_double (value, self->speed);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
prime_search_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  PrimeSearch *self = PRIME_SEARCH (object);

  switch ((PrimeSearchProperty) property_id)
    {
    case PROP_SPEED:
      self->speed = CLAMP (g_value_get_double (value), 1, 10000);
      break;

    case PROP_FOUND:
    case PROP_STATUS:
    case PROP_FRACTION:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
prime_search_finalize (GObject *object)
{
  PrimeSearch *self = PRIME_SEARCH (object);

  g_clear_pointer (&self->call, norpc_call_unref);
  g_object_unref (self->found);

  G_OBJECT_CLASS (prime_search_parent_class)->finalize (object);
}

static void
prime_search_class_init (PrimeSearchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = prime_search_get_property;
  object_class->set_property = prime_search_set_property;
  object_class->finalize = prime_search_finalize;
  g_object_class_override_property (object_class, PROP_FOUND, "found");
  g_object_class_override_property (object_class, PROP_STATUS, "status");
  g_object_class_override_property (object_class, PROP_FRACTION, "fraction");
  g_object_class_override_property (object_class, PROP_SPEED, "speed");
}

static void
prime_search_init (PrimeSearch *self)
{
  self->found = g_list_store_new (DEMO_TYPE_PRIME);
  self->speed = 1000;
}

PrimeSearch *
prime_search_new (void)
{
  return g_object_new (PRIME_TYPE_SEARCH, NULL);
}
