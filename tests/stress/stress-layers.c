/* stress-layers.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The layers that are put before services, and before the servers of services.
 * A new kind is one row. */

#include "stress.h"

G_DECLARE_FINAL_TYPE (StressCarry, stress_carry, STRESS, CARRY, NorpcLayer)

/* Passes calls on in another thread. */
struct _StressCarry
{
  NorpcLayer parent_instance;
};

G_DEFINE_FINAL_TYPE (StressCarry, stress_carry, NORPC_TYPE_LAYER)

static void
carry (gpointer layer,
       gpointer call)
{
  norpc_layer_pass_on (layer, call);
  norpc_call_unref (call);
  g_object_unref (layer);
}

static gboolean
stress_carry_take (NorpcLayer  *layer,
                   NorpcCall   *call,
                   GError     **error)
{
  stress_worker_push (carry, g_object_ref (layer), norpc_call_ref (call));

  return TRUE;
}

static void
stress_carry_class_init (StressCarryClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = stress_carry_take;
}

static void
stress_carry_init (StressCarry *self)
{
}

G_DECLARE_FINAL_TYPE (StressPass, stress_pass, STRESS, PASS, NorpcLayer)

/* Does nothing but what every layer does. */
struct _StressPass
{
  NorpcLayer parent_instance;
};

G_DEFINE_FINAL_TYPE (StressPass, stress_pass, NORPC_TYPE_LAYER)

static void
stress_pass_class_init (StressPassClass *klass)
{
}

static void
stress_pass_init (StressPass *self)
{
}

static NorpcLayer *
new_carry (GRand            *rand,
           const StressSide *side,
           StressTraits     *traits)
{
  return g_object_new (stress_carry_get_type (), NULL);
}

static NorpcLayer *
new_pass (GRand            *rand,
          const StressSide *side,
          StressTraits     *traits)
{
  return g_object_new (stress_pass_get_type (), NULL);
}

static NorpcLayer *
new_concurrency_limit (GRand            *rand,
                       const StressSide *side,
                       StressTraits     *traits)
{
  return norpc_concurrency_limit_new (g_rand_int_range (rand, 1, 4));
}

static NorpcLayer *
new_rate_limit (GRand            *rand,
                const StressSide *side,
                StressTraits     *traits)
{
  return norpc_rate_limit_new (g_rand_int_range (rand, 10, 30), 1);
}

#define TIME_LIMIT 3

static NorpcLayer *
new_time_limit (GRand            *rand,
                const StressSide *side,
                StressTraits     *traits)
{
  return norpc_time_limit_new (TIME_LIMIT);
}

static NorpcLayer *
new_buffer (GRand            *rand,
            const StressSide *side,
            StressTraits     *traits)
{
  return norpc_buffer_new (g_rand_int_range (rand, 1, 20));
}

static NorpcLayer *
new_load_shed (GRand            *rand,
               const StressSide *side,
               StressTraits     *traits)
{
  return norpc_load_shed_new ();
}

static NorpcLayer *
new_retry (GRand            *rand,
           const StressSide *side,
           StressTraits     *traits)
{
  NorpcLayer *layer = g_object_new (NORPC_TYPE_RETRY,
                                    "max-attempts", g_rand_int_range (rand, 2, 4),
                                    "delay", g_rand_int_range (rand, 0, 3),
                                    NULL);

  if (g_rand_boolean (rand))
    stress_retry_set_func (NORPC_RETRY (layer));

  return layer;
}

static NorpcLayer *
new_filter (GRand            *rand,
            const StressSide *side,
            StressTraits     *traits)
{
  return stress_filter_new (rand, side, traits);
}

/* With no endpoint but the next one. */
static NorpcLayer *
new_balance (GRand            *rand,
             const StressSide *side,
             StressTraits     *traits)
{
  return norpc_balance_new (NORPC_BALANCE_ROUND_ROBIN);
}

static const struct
{
  NorpcLayer *(*make) (GRand            *rand,
                       const StressSide *side,
                       StressTraits     *traits); /* returns a floating layer */
  StressTraits traits;
  gboolean     patient; /* no call fails because of it */
} kinds[] = {
  { new_pass, { 0 }, TRUE },
  { new_carry, { .carries = TRUE }, TRUE },
  { new_concurrency_limit, { 0 }, TRUE },
  { new_rate_limit, { 0 }, TRUE },
  { new_time_limit, { .time_limit = TIME_LIMIT }, FALSE },
  { new_buffer, { .sheds = TRUE }, FALSE },
  { new_load_shed, { .sheds = TRUE }, FALSE },
  /* A retried call may wait beside the attempt that was cancelled. */
  { new_retry, { .sheds = TRUE, .reorders = TRUE, .retries = TRUE }, FALSE },
  { new_filter, { 0 }, FALSE },
  { new_balance, { 0 }, TRUE },
};

void
stress_traits_add (StressTraits       *self,
                   const StressTraits *other)
{
  self->sheds = self->sheds || other->sheds;
  self->reorders = self->reorders || other->reorders;
  self->retries = self->retries || other->retries;
  self->carries = self->carries || other->carries;
  self->denies = self->denies || other->denies;
  if (self->time_limit == 0 || (other->time_limit != 0 && other->time_limit < self->time_limit))
    self->time_limit = other->time_limit;
}

/* Appends unowned, floating layers to @layers: none as often as not. Adds to
 * @traits what they do to calls. */
void
stress_layers_add (GPtrArray        *layers,
                   StressTraits     *traits,
                   GRand            *rand,
                   const StressSide *side)
{
  for (int n = g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, 1, 4); n > 0; n--)
    {
      guint kind = g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds));
      NorpcLayer *layer = kinds[kind].make (rand, side, traits);

      stress_watch (layer, STRESS_LAYERS);
      g_ptr_array_add (layers, layer);
      stress_traits_add (traits, &kinds[kind].traits);
    }
}

/* Returns @endpoint (owned) behind layers that keep the calls in order, and let none fail: behind none
 * as often as not. */
NorpcEndpoint *
stress_layers_stack_patient (NorpcEndpoint *endpoint,
                             GRand         *rand)
{
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new ();
  StressTraits traits = { 0 };

  for (int n = g_rand_boolean (rand) ? 0 : g_rand_int_range (rand, 1, 6); n > 0; n--)
    {
      guint kind = g_rand_int_range (rand, 0, G_N_ELEMENTS (kinds));
      NorpcLayer *layer;

      if (!kinds[kind].patient)
        continue;
      layer = kinds[kind].make (rand, NULL, &traits);
      stress_watch (layer, STRESS_LAYERS);
      g_ptr_array_add (endpoints, layer);
    }
  g_ptr_array_add (endpoints, endpoint);

  return norpc_stack_newv ((NorpcEndpoint **) endpoints->pdata, endpoints->len);
}
