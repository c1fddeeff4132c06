/* player.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "demo-player.h"

/* The service has ordinary GObject properties. Only its thread uses them. */

G_DECLARE_FINAL_TYPE (Player, player, EXAMPLE, PLAYER, GObject)

struct _Player
{
  GObject parent_instance;
  double volume;
  guint track;
};

typedef enum
{
  PROP_VOLUME = 1,
  PROP_TRACK,
} PlayerProperty;

static gboolean
player_next (DemoPlayer  *service,
             GError     **error)
{
  Player *self = EXAMPLE_PLAYER (service);

  self->track++;
  g_object_notify (G_OBJECT (self), "track");

  return TRUE;
}

static void
player_iface_init (DemoPlayerInterface *iface)
{
  iface->next = player_next;
}

G_DEFINE_TYPE_WITH_CODE (Player, player, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (DEMO_TYPE_PLAYER, player_iface_init))

static void
player_get_property (GObject    *object,
                     guint       property_id,
                     GValue     *value,
                     GParamSpec *pspec)
{
  Player *self = EXAMPLE_PLAYER (object);

  switch ((PlayerProperty) property_id)
    {
    case PROP_VOLUME:
      g_value_set_double (value, self->volume);
      break;

    case PROP_TRACK:
      g_value_take_string (value, g_strdup_printf ("track %u", self->track));
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
player_set_property (GObject      *object,
                     guint         property_id,
                     const GValue *value,
                     GParamSpec   *pspec)
{
  Player *self = EXAMPLE_PLAYER (object);

  switch ((PlayerProperty) property_id)
    {
    case PROP_VOLUME:
      if (g_value_get_double (value) >= 0)
        self->volume = MIN (g_value_get_double (value), 1);
      else
        norpc_call_return_error (norpc_call_get_current (), G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                 "A volume is not negative");
      break;

    case PROP_TRACK:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
player_class_init (PlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = player_get_property;
  object_class->set_property = player_set_property;
  g_object_class_override_property (object_class, PROP_VOLUME, "volume");
  g_object_class_override_property (object_class, PROP_TRACK, "track");
}

static void
player_init (Player *self)
{
  self->volume = 0.5;
  self->track = 1;
}

/* The client: this is called in the main thread. */
static void
notify_cb (DemoPlayer *proxy,
           GParamSpec *pspec,
           gpointer    user_data)
{
  g_print ("%s: volume %.1f, %s\n", g_param_spec_get_name (pspec),
           demo_player_get_volume (proxy), demo_player_get_track (proxy));
}

static void
write_failed_cb (DemoPlayer *proxy,
                 const char *name,
                 GError     *error,
                 gpointer    loop)
{
  g_print ("%s is not set: %s\n", name, error->message);
  g_main_loop_quit (loop);
}

static void
next_cb (GObject      *source_object,
         GAsyncResult *result,
         gpointer      loop)
{
  g_autoptr (GError) error = NULL;

  if (!demo_player_proxy_call_next_finish (DEMO_PLAYER_PROXY (source_object), result, &error))
    g_error ("%s", error->message);
  demo_player_set_volume (DEMO_PLAYER (source_object), -1);
}

int
main (void)
{
  g_autoptr (GObject) service = g_object_new (player_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (DemoPlayerProxy) proxy = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;

  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);

  proxy = demo_player_proxy_new_sync (norpc_server_get_endpoint (server), NULL, &error);
  if (proxy == NULL)
    g_error ("%s", error->message);

  g_signal_connect (proxy, "notify", G_CALLBACK (notify_cb), NULL);
  g_signal_connect (proxy, "write-failed", G_CALLBACK (write_failed_cb), loop);
  demo_player_set_volume (DEMO_PLAYER (proxy), 7);
  demo_player_proxy_call_next (proxy, NULL, next_cb, loop);
  g_main_loop_run (loop);
  return 0;
}
