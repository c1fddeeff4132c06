/* norpc-load-shed.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-layer-private.h"
#include "norpc-line-private.h"
#include "norpc-load-shed.h"

/**
 * NorpcLoadShed:
 *
 * Answers %NORPC_ERROR_BUSY what would have to wait behind it.
 *
 * It asks the next endpoint, for each call, whether it is ready. So put before
 * a [class@Norpc.ConcurrencyLimit], for one, it lets nothing wait there.
 *
 * Since: 0.1
 */

struct _NorpcLoadShed
{
  NorpcLayer parent_instance;

  NorpcLine *line; /* (owned): where calls come one by one, so that each finds what the one
                      before it left */
};

G_DEFINE_FINAL_TYPE (NorpcLoadShed, norpc_load_shed, NORPC_TYPE_LAYER)

/* The thread that drains the line. What is closed says so itself. */
static NorpcLineVerdict
judge (NorpcLayer *layer)
{
  NorpcEndpoint *endpoint = norpc_layer_get_endpoint (layer);

  return endpoint == NULL || norpc_endpoint_is_ready (endpoint) ||
         norpc_layer_is_closed (endpoint) ? NORPC_LINE_PASS : NORPC_LINE_REFUSE;
}

static gboolean
has_room (NorpcLayer *layer G_GNUC_UNUSED)
{
  return TRUE;
}

static const NorpcLineFuncs line_funcs = { judge, NULL, has_room, NULL, NULL, FALSE };

static void
norpc_load_shed_take (NorpcLayer *layer,
                      NorpcCall  *call)
{
  norpc_line_send (NORPC_LOAD_SHED (layer)->line, layer, call);
}

static void
norpc_load_shed_dispose (GObject *object)
{
  norpc_line_close (NORPC_LOAD_SHED (object)->line);

  G_OBJECT_CLASS (norpc_load_shed_parent_class)->dispose (object);
}

static void
norpc_load_shed_finalize (GObject *object)
{
  norpc_line_unref (NORPC_LOAD_SHED (object)->line);

  G_OBJECT_CLASS (norpc_load_shed_parent_class)->finalize (object);
}

static void
norpc_load_shed_class_init (NorpcLoadShedClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = norpc_load_shed_dispose;
  object_class->finalize = norpc_load_shed_finalize;

  NORPC_LAYER_CLASS (klass)->take = norpc_load_shed_take;
}

static void
norpc_load_shed_init (NorpcLoadShed *self)
{
  self->line = norpc_line_new (NORPC_LAYER (self), &line_funcs);
}

/**
 * norpc_load_shed_new:
 *
 * Makes a layer that answers %NORPC_ERROR_BUSY what would have to wait.
 *
 * Returns: (transfer floating): a new layer
 * Since: 0.1
 */
NorpcLayer *
norpc_load_shed_new (void)
{
  return g_object_new (NORPC_TYPE_LOAD_SHED, NULL);
}
