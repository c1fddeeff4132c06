/* finder-model.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A window with a search entry, a spinner, a list and a label would be bound to this model. It knows
 * the directory only as a proxy, so a test can put a fake behind that.
 */

#include "finder-model.h"

struct _FinderModel
{
  GObject parent_instance;

  DemoDirectoryProxy *directory;   /* (owned) */
  GCancellable       *cancellable; /* (owned) (nullable): of the search in flight */
  char               *text;        /* (owned) (nullable) */
  char              **names;       /* (owned) */
  char               *message;     /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (FinderModel, finder_model, G_TYPE_OBJECT)

typedef enum
{
  PROP_BUSY = 1,
  PROP_NAMES,
  PROP_MESSAGE,
} FinderModelProperty;

static GParamSpec *properties[PROP_MESSAGE + 1];

static void
finder_model_take_result (FinderModel *self,
                          char       **names,
                          const char  *message)
{
  g_clear_object (&self->cancellable);
  g_strfreev (self->names);
  self->names = names;
  g_free (self->message);
  self->message = g_strdup (message);
  for (guint i = PROP_BUSY; i <= PROP_MESSAGE; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static void
found_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (FinderModel) self = user_data;
  g_autoptr (GError) error = NULL;
  char **names = demo_directory_proxy_call_find_finish (DEMO_DIRECTORY_PROXY (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (g_error_matches (error, NORPC_ERROR, NORPC_ERROR_TIMED_OUT))
    finder_model_take_result (self, g_new0 (char *, 1), "The directory does not answer");
  else if (error != NULL)
    finder_model_take_result (self, g_new0 (char *, 1), error->message);
  else
    finder_model_take_result (self, names, *names != NULL ? NULL : "Nobody has this name");
}

/* A newer search takes the place of an older one. */
void
finder_model_search (FinderModel *self,
                     const char  *text)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_free (self->text);
  self->text = g_strdup (text);

  self->cancellable = g_cancellable_new ();
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
  demo_directory_proxy_call_find (self->directory, text, self->cancellable, found_cb, g_object_ref (self));
}

static void
changed_cb (DemoDirectory *directory,
            FinderModel   *self)
{
  g_autofree char *text = g_strdup (self->text);

  if (text != NULL)
    finder_model_search (self, text);
}

static void
finder_model_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  FinderModel *self = FINDER_MODEL (object);

  switch ((FinderModelProperty) property_id)
    {
    case PROP_BUSY:
      g_value_set_boolean (value, self->cancellable != NULL);
      break;

    case PROP_NAMES:
      g_value_set_boxed (value, self->names);
      break;

    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
finder_model_dispose (GObject *object)
{
  FinderModel *self = FINDER_MODEL (object);

  if (self->directory != NULL)
    g_signal_handlers_disconnect_by_data (self->directory, self);
  g_clear_object (&self->directory);

  G_OBJECT_CLASS (finder_model_parent_class)->dispose (object);
}

static void
finder_model_finalize (GObject *object)
{
  FinderModel *self = FINDER_MODEL (object);

  g_clear_object (&self->cancellable);
  g_free (self->text);
  g_strfreev (self->names);
  g_free (self->message);

  G_OBJECT_CLASS (finder_model_parent_class)->finalize (object);
}

static void
finder_model_class_init (FinderModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = finder_model_get_property;
  object_class->dispose = finder_model_dispose;
  object_class->finalize = finder_model_finalize;

  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_NAMES] = g_param_spec_boxed ("names", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (properties), properties);
}

static void
finder_model_init (FinderModel *self)
{
  self->names = g_new0 (char *, 1);
}

FinderModel *
finder_model_new (DemoDirectoryProxy *directory)
{
  FinderModel *self = g_object_new (FINDER_TYPE_MODEL, NULL);

  self->directory = g_object_ref (directory);
  norpc_proxy_set_timeout (NORPC_PROXY (directory), 2000);
  g_signal_connect (directory, "changed", G_CALLBACK (changed_cb), self);

  return self;
}
