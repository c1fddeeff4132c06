/* test-layer-denied.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions of layers that say that a call does not pass, in whatever manner: it does not. */

#include "layer-fixture.h"

/* How a function says that a call does not pass. */
typedef enum
{
  DENY_SILENTLY,  /* FALSE, no error: an exception in another language */
  DENY_WITH_ERROR,
  DENY_CONFUSED,  /* TRUE, and an error */
  N_DENIALS
} Denial;

static gboolean
deny (Denial   denial,
      GError **error)
{
  if (denial != DENY_SILENTLY)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "denied");

  return denial == DENY_CONFUSED;
}

static gboolean
deny_call (NorpcCall  *call,
           gpointer    denial,
           GError    **error)
{
  return deny ((Denial) GPOINTER_TO_UINT (denial), error);
}

static gboolean
deny_key (NorpcCall  *call,
          guint      *key,
          gpointer    denial,
          GError    **error)
{
  *key = 1;

  return deny ((Denial) GPOINTER_TO_UINT (denial), error);
}

#define TEST_TYPE_DENIER (test_denier_get_type ())
G_DECLARE_FINAL_TYPE (TestDenier, test_denier, TEST, DENIER, NorpcLayer)

struct _TestDenier
{
  NorpcLayer parent_instance;
  Denial     denial;
};

G_DEFINE_FINAL_TYPE (TestDenier, test_denier, NORPC_TYPE_LAYER)

static gboolean
test_denier_take (NorpcLayer  *layer,
                  NorpcCall   *call,
                  GError     **error)
{
  return deny (TEST_DENIER (layer)->denial, error);
}

static void
test_denier_class_init (TestDenierClass *klass)
{
  NORPC_LAYER_CLASS (klass)->take = test_denier_take;
}

static void
test_denier_init (TestDenier *self)
{
}

static NorpcLayer *
new_denier (guint  kind,
            Denial denial)
{
  NorpcLayer *layer;

  switch (kind)
    {
    case 0:
      layer = norpc_filter_new ();
      norpc_filter_set_call_func (NORPC_FILTER (layer), deny_call, GUINT_TO_POINTER (denial), NULL);
      return layer;

    case 1:
      layer = norpc_balance_new (NORPC_BALANCE_BY_KEY);
      norpc_balance_set_key_func (NORPC_BALANCE (layer), deny_key, GUINT_TO_POINTER (denial), NULL);
      return layer;

    default:
      layer = g_object_new (TEST_TYPE_DENIER, NULL);
      TEST_DENIER (layer)->denial = denial;
      return layer;
    }
}

/* Whatever the function says but that the call passes, it does not. */
static void
test_denied (Layered       *fixture,
             gconstpointer  unused)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (fixture->server));

  layered_start (fixture, SIDE_CLIENT, norpc_filter_new (), NULL);
  for (guint kind = 0; kind < 3; kind++)
    for (Denial denial = 0; denial < N_DENIALS; denial++)
      {
        g_autoptr (NorpcEndpoint) stack = norpc_stack_new (new_denier (kind, denial), channel, NULL);
        g_autoptr (ProbeProbeProxy) proxy = probe_probe_proxy_new (stack);
        g_autoptr (GError) error = NULL;

        g_assert_false (probe_probe_proxy_call_noop_sync (proxy, NULL, &error));
        if (denial == DENY_SILENTLY)
          {
            g_assert_error (error, NORPC_ERROR, NORPC_ERROR_FAILED);
            g_assert_cmpstr (error->message, ==, "org.example.Probe.Noop failed and gave no reason");
          }
        else
          {
            g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
          }
      }
  layered_let_pass (fixture);
  g_assert_cmpuint (probe_state_get_n_handled (fixture->state), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  TEST_LAYER ("/layer-denied", SIDE_CLIENT, test_denied);

  return g_test_run ();
}
