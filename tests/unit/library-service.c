/* library-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "library-service.h"

static GMutex lock;
static LibraryFunc next_func; /* [lock] */
static gpointer next_data;    /* [lock] */

typedef enum
{
  PROP_SONGS = 1,
  PROP_VERSION,
  PROP_LINKS,
  PROP_KNOTS,
} LibraryServiceProperty;

void
library_service_set_func (LibraryFunc func,
                          gpointer    data)
{
  g_mutex_lock (&lock);
  next_func = func;
  next_data = data;
  g_mutex_unlock (&lock);
}

static gboolean
library_service_run (LibraryLibrary  *library,
                     GError         **error)
{
  LibraryFunc func;
  gpointer data;

  g_mutex_lock (&lock);
  func = next_func;
  data = next_data;
  g_mutex_unlock (&lock);
  func (LIBRARY_SERVICE (library), data);

  return TRUE;
}

static gboolean
library_service_handle_hold (LibraryLibrary  *library,
                             NorpcCall       *call,
                             GError         **error)
{
  LIBRARY_SERVICE (library)->held = norpc_call_ref (call);

  return library_service_run (library, error);
}

static GListModel *
library_service_find_songs (LibraryLibrary  *library,
                            GError         **error)
{
  return g_object_ref (LIBRARY_SERVICE (library)->songs);
}

static gboolean
library_service_find_others (LibraryLibrary  *library,
                             GListModel     **others,
                             GListModel     **again,
                             GError         **error)
{
  LibraryService *self = LIBRARY_SERVICE (library);

  g_set_object (others, self->others);
  g_set_object (again, self->others);

  return TRUE;
}

static gboolean
library_service_sort (LibraryLibrary  *library,
                      LibrarySong     *first,
                      GPtrArray      **songs,
                      GListModel     **plain,
                      GError         **error)
{
  *songs = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (*songs, g_object_ref (first));
  *plain = g_object_ref (LIBRARY_SERVICE (library)->songs);

  return TRUE;
}

static GPtrArray *
library_service_tie (LibraryLibrary     *library,
                     LibraryLink        *link,
                     const LibraryKnot  *knot,
                     LibraryEverything  *everything,
                     GError            **error)
{
  LibraryService *self = LIBRARY_SERVICE (library);

  self->n_ties++;

  return self->links != NULL ? g_ptr_array_copy (self->links, (GCopyFunc) g_object_ref, NULL)
                             : g_ptr_array_new_with_free_func (g_object_unref);
}

static gboolean
library_service_handle_pull (LibraryLibrary            *library,
                             NorpcCall                 *call,
                             LibraryLibraryPullStream  *stream,
                             GError                   **error)
{
  LibraryService *self = LIBRARY_SERVICE (library);

  for (guint i = 0; i < self->links->len; i++)
    if (!library_library_pull_stream_write (stream, g_ptr_array_index (self->links, i), error))
      return FALSE;
  library_library_complete_pull (library, call);

  return TRUE;
}

static gboolean
library_service_handle_scan (LibraryLibrary            *library,
                             NorpcCall                 *call,
                             LibraryLibraryScanStream  *stream,
                             GError                   **error)
{
  LibraryService *self = LIBRARY_SERVICE (library);

  for (guint i = 0; i < 3; i++)
    {
      library_service_add (self, 0, 1);
      g_assert_true (library_library_scan_stream_write (stream, self->version, NULL));
    }
  library_library_complete_scan (library, call);

  return TRUE;
}

static void
library_service_iface_init (LibraryLibraryInterface *iface)
{
  iface->run = library_service_run;
  iface->handle_hold = library_service_handle_hold;
  iface->find_songs = library_service_find_songs;
  iface->find_others = library_service_find_others;
  iface->sort = library_service_sort;
  iface->tie = library_service_tie;
  iface->handle_pull = library_service_handle_pull;
  iface->handle_scan = library_service_handle_scan;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (LibraryService, library_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (LIBRARY_TYPE_LIBRARY, library_service_iface_init))

/* Adds songs with the titles "1", "2" … */
void
library_service_add (LibraryService *self,
                     guint           position,
                     guint           n_songs)
{
  g_autoptr (GPtrArray) songs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_songs; i++)
    {
      guint number = ++self->version;
      g_autofree char *title = g_strdup_printf ("%u", number);

      g_ptr_array_add (songs, library_song_new (title, number));
    }
  g_list_store_splice (self->store, position, 0, songs->pdata, n_songs);
}

void
library_service_set_songs (LibraryService *self,
                           GListModel     *songs)
{
  if (g_set_object (&self->songs, songs))
    g_object_notify (G_OBJECT (self), "songs");
}

static void
library_service_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  LibraryService *self = LIBRARY_SERVICE (object);

  switch ((LibraryServiceProperty) property_id)
    {
    case PROP_SONGS:
      g_value_set_object (value, self->songs);
      break;
    case PROP_VERSION:
      g_value_set_uint (value, self->version);
      break;
    case PROP_LINKS:
      g_value_set_boxed (value, self->links);
      break;
    case PROP_KNOTS:
      g_value_set_boxed (value, self->knots);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
set_array (GPtrArray    **array,
           const GValue  *value)
{
  g_clear_pointer (array, g_ptr_array_unref);
  *array = g_value_dup_boxed (value);
}

static void
library_service_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  LibraryService *self = LIBRARY_SERVICE (object);

  switch ((LibraryServiceProperty) property_id)
    {
    case PROP_LINKS:
      set_array (&self->links, value);
      break;
    case PROP_KNOTS:
      set_array (&self->knots, value);
      break;
    case PROP_SONGS:
    case PROP_VERSION:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
library_service_finalize (GObject *object)
{
  LibraryService *self = LIBRARY_SERVICE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->songs);
  g_clear_object (&self->others);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  g_clear_pointer (&self->knots, g_ptr_array_unref);

  G_OBJECT_CLASS (library_service_parent_class)->finalize (object);
}

static void
library_service_class_init (LibraryServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = library_service_get_property;
  object_class->set_property = library_service_set_property;
  object_class->finalize = library_service_finalize;

  g_object_class_override_property (object_class, PROP_SONGS, "songs");
  g_object_class_override_property (object_class, PROP_VERSION, "version");
  g_object_class_override_property (object_class, PROP_LINKS, "links");
  g_object_class_override_property (object_class, PROP_KNOTS, "knots");
}

static void
library_service_init (LibraryService *self)
{
  self->store = g_list_store_new (LIBRARY_TYPE_SONG);
  self->songs = G_LIST_MODEL (g_object_ref (self->store));
}
