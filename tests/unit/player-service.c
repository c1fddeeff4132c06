/* player-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "player-service.h"

static GMutex lock;
static PlayerFunc next_func;  /* [lock] */
static gpointer next_data;    /* [lock] */

typedef enum
{
  PROP_VOLUME = 1,
  PROP_TITLE,
  PROP_TAGS,
  PROP_MODE,
  PROP_TRACK,
  PROP_QUEUE,
  PROP_FILE,
  PROP_POSITION,
  PROP_MODEL,
  PROP_LOAD,
  PROP_SECRET,
} PlayerServiceProperty;

void
player_service_set_func (PlayerFunc func,
                         gpointer   data)
{
  g_mutex_lock (&lock);
  next_func = func;
  next_data = data;
  g_mutex_unlock (&lock);
}

static gboolean
player_service_run (PlayerPlayer  *player,
                    GError       **error)
{
  PlayerFunc func;
  gpointer data;

  g_mutex_lock (&lock);
  func = next_func;
  data = next_data;
  g_mutex_unlock (&lock);
  func (PLAYER_SERVICE (player), data);

  return TRUE;
}

static void
player_service_iface_init (PlayerPlayerInterface *iface)
{
  iface->run = player_service_run;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (PlayerService, player_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (PLAYER_TYPE_PLAYER, player_service_iface_init))

static void
player_service_get_property (GObject    *object,
                             guint       property_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  PlayerService *self = PLAYER_SERVICE (object);

  switch ((PlayerServiceProperty) property_id)
    {
    case PROP_VOLUME:
      g_value_set_double (value, self->volume);
      break;
    case PROP_TITLE:
      self->n_reads++;
      g_value_set_string (value, self->title);
      break;
    case PROP_TAGS:
      g_value_set_boxed (value, self->tags);
      break;
    case PROP_MODE:
      g_value_set_enum (value, self->mode);
      break;
    case PROP_TRACK:
      g_value_set_boxed (value, self->track);
      break;
    case PROP_QUEUE:
      g_value_set_boxed (value, self->queue);
      break;
    case PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    case PROP_POSITION:
      g_value_set_uint (value, self->position);
      break;
    case PROP_MODEL:
      g_value_set_static_string (value, "model");
      break;
    case PROP_LOAD:
      g_value_set_uint (value, self->load);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
player_service_set_property (GObject      *object,
                             guint         property_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  PlayerService *self = PLAYER_SERVICE (object);

  self->n_sets++;
  if (self->refuses)
    {
      norpc_call_return_error (norpc_call_get_current (), G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                               "No %s", pspec->name);
      return;
    }

  switch ((PlayerServiceProperty) property_id)
    {
    case PROP_VOLUME:
      self->volume = CLAMP (g_value_get_double (value), 0.0, 1.0);
      break;
    case PROP_TAGS:
      g_strfreev (self->tags);
      self->tags = g_value_dup_boxed (value);
      break;
    case PROP_MODE:
      self->mode = g_value_get_enum (value);
      break;
    case PROP_TRACK:
      g_clear_pointer (&self->track, player_track_free);
      self->track = g_value_dup_boxed (value);
      break;
    case PROP_QUEUE:
      g_ptr_array_unref (self->queue);
      self->queue = g_value_dup_boxed (value);
      break;
    case PROP_FILE:
      g_set_object (&self->file, g_value_get_object (value));
      break;
    case PROP_LOAD:
      self->load = g_value_get_uint (value);
      break;
    case PROP_SECRET:
      g_free (self->secret);
      self->secret = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
player_service_finalize (GObject *object)
{
  PlayerService *self = PLAYER_SERVICE (object);

  g_free (self->title);
  g_strfreev (self->tags);
  g_clear_pointer (&self->track, player_track_free);
  g_ptr_array_unref (self->queue);
  g_clear_object (&self->file);
  g_free (self->secret);

  G_OBJECT_CLASS (player_service_parent_class)->finalize (object);
}

static void
player_service_class_init (PlayerServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const char * const names[] = {
    "volume", "title", "tags", "mode", "track", "queue", "file", "position", "model", "load", "secret"
  };

  object_class->get_property = player_service_get_property;
  object_class->set_property = player_service_set_property;
  object_class->finalize = player_service_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_object_class_override_property (object_class, i + 1, names[i]);
}

static void
player_service_init (PlayerService *self)
{
  self->volume = 0.5;
  self->title = g_strdup ("first");
  self->tags = g_strsplit ("new,loud", ",", -1);
  self->queue = g_ptr_array_new_with_free_func ((GDestroyNotify) player_track_free);
}
