/* tiles.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service that has more to do than it can do at once: what is urgent comes first, and of the searches of
 * somebody who types only the latest one counts.
 */

#include "demo-tiles.h"

/* The service */

typedef struct
{
  GAsyncQueue *gate;    /* (owned): the first tile takes until something is in it */
  guint        n_drawn;
} Tiles;

static gboolean
tiles_draw (DemoTiles   *service,
            const char  *name,
            guint       *position,
            GError     **error)
{
  Tiles *self = norpc_simple_service_get_data (service);

  if (self->n_drawn == 0)
    g_async_queue_pop (self->gate);
  *position = self->n_drawn++;

  return TRUE;
}

static char *
tiles_find (DemoTiles   *service,
            const char  *text,
            GError     **error)
{
  return g_strdup_printf ("%slin", text);
}

static void
tiles_free (gpointer data)
{
  Tiles *self = data;

  g_async_queue_unref (self->gate);
  g_free (self);
}

static const DemoTilesInterface tiles_funcs = { .draw = tiles_draw, .find = tiles_find };

/* The client */

static GMainLoop *loop;
static guint n_pending;
static const char *drawn[4]; /* the names of tiles, in the order in which they were drawn */

static void
end_call (void)
{
  if (--n_pending == 0)
    g_main_loop_quit (loop);
}

static void
drawn_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      name)
{
  g_autoptr (GError) error = NULL;
  guint position;

  if (!demo_tiles_proxy_call_draw_finish (DEMO_TILES_PROXY (source_object), result, &position, &error))
    g_error ("%s", error->message);
  drawn[position] = name;
  end_call ();
}

static void
found_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *place = demo_tiles_proxy_call_find_finish (DEMO_TILES_PROXY (source_object), result, &error);

  if (place != NULL)
    g_print ("%s: found %s\n", (char *) text, place);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_print ("%s: superseded\n", (char *) text);
  end_call ();
}

static void
draw (DemoTilesProxy *proxy,
      const char     *name,
      NorpcPriority   priority)
{
  n_pending++;
  norpc_priority_push (priority);
  demo_tiles_proxy_call_draw (proxy, name, NULL, drawn_cb, (gpointer) name);
  norpc_priority_pop ();
}

static void
find (DemoTilesProxy *proxy,
      const char     *text)
{
  n_pending++;
  demo_tiles_proxy_call_find (proxy, text, NULL, found_cb, (gpointer) text);
}

int
main (void)
{
  Tiles *tiles = g_new0 (Tiles, 1);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoTilesProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  tiles->gate = g_async_queue_new ();
  server = norpc_serve (demo_tiles_new_for_funcs (&tiles_funcs, tiles, tiles_free), &error);
  if (server == NULL)
    g_error ("%s", error->message);
  proxy = demo_tiles_proxy_new (norpc_server_get_endpoint (server));
  loop = g_main_loop_new (NULL, FALSE);

  draw (proxy, "first", NORPC_PRIORITY_URGENT);
  draw (proxy, "far away", NORPC_PRIORITY_LOW);
  draw (proxy, "visible", NORPC_PRIORITY_NORMAL);
  draw (proxy, "clicked", NORPC_PRIORITY_URGENT);
  find (proxy, "B");
  find (proxy, "Be");
  find (proxy, "Ber");
  g_async_queue_push (tiles->gate, tiles);
  g_main_loop_run (loop);

  for (guint i = 0; i < G_N_ELEMENTS (drawn); i++)
    g_print ("%s\n", drawn[i]);
  g_main_loop_unref (loop);

  return 0;
}
