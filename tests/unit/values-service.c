/* values-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "values-service.h"

ValuesState values_state;

typedef GObject ValuesService;
typedef GObjectClass ValuesServiceClass;

static char *
service_text (ValuesValues  *self,
              const char    *text,
              GError       **error)
{
  values_state.n_calls++;

  return g_strdup (values_state.breaks ? "\xff" : text);
}

static GVariant *
service_dict (ValuesValues  *self,
              GVariant      *dict,
              GError       **error)
{
  values_state.n_calls++;

  return g_variant_ref (dict);
}

/* With NULL at the end, if it breaks. */
static GPtrArray *
give_back (GPtrArray *array,
           GCopyFunc  copy)
{
  GPtrArray *back = g_ptr_array_copy (array, copy, NULL);

  values_state.n_calls++;
  if (values_state.breaks)
    g_ptr_array_add (back, NULL);

  return back;
}

static gboolean
service_files (ValuesValues  *self,
               GPtrArray     *files,
               GPtrArray    **back,
               guint         *n,
               GError       **error)
{
  *back = give_back (files, (GCopyFunc) g_object_ref);
  *n = files->len;

  return TRUE;
}

static gboolean
service_places (ValuesValues  *self,
                GPtrArray     *places,
                GPtrArray    **back,
                guint         *n,
                GError       **error)
{
  *back = give_back (places, (GCopyFunc) values_place_copy);
  *n = places->len;

  return TRUE;
}

static gboolean
service_modes (ValuesValues  *self,
               GArray        *modes,
               GArray       **back,
               guint         *n,
               GError       **error)
{
  values_state.n_calls++;
  *back = values_state.breaks ? NULL : g_array_ref (modes);
  *n = modes->len;

  return TRUE;
}

static gboolean
service_trip (ValuesValues      *self,
              const ValuesTrip  *trip,
              ValuesTrip       **back,
              guint             *n,
              GError           **error)
{
  values_state.n_calls++;
  *back = values_trip_copy (trip);
  if (values_state.breaks)
    g_clear_pointer (&(*back)->start->street, g_free);
  *n = trip->stops->len;

  return TRUE;
}

static gboolean
service_handle_latest (ValuesValues  *self,
                       NorpcCall     *call,
                       const char    *text,
                       GError       **error)
{
  values_state.n_calls++;
  values_values_complete_latest (self, call, values_state.breaks ? NULL : text);

  return TRUE;
}

static gboolean
service_tell (ValuesValues  *self,
              const char    *text,
              GError       **error)
{
  values_state.n_calls++;

  return TRUE;
}

/* FALSE for the first ones: what they were given is theirs all the same. */
static gboolean
take (guint    size,
      guint   *n,
      GError **error)
{
  values_state.sizes[values_state.n_calls++] = *n = size;
  if (values_state.n_busy == 0)
    return TRUE;

  values_state.n_busy--;
  g_set_error_literal (error, NORPC_ERROR, NORPC_ERROR_BUSY, "Not now");

  return FALSE;
}

static gboolean
service_take_files (ValuesValues  *self,
                    GPtrArray     *files,
                    guint         *n,
                    GError       **error)
{
  guint size = files->len;

  g_ptr_array_set_size (files, 0);
  g_ptr_array_unref (files);

  return take (size, n, error);
}

static gboolean
service_take_trip (ValuesValues  *self,
                   ValuesTrip    *trip,
                   guint         *n,
                   GError       **error)
{
  guint size = trip->stops->len + trip->files->len;

  g_ptr_array_set_size (trip->stops, 0);
  g_ptr_array_set_size (trip->files, 0);
  values_trip_free (trip);

  return take (size, n, error);
}

static gboolean
service_take_modes (ValuesValues  *self,
                    GArray        *modes,
                    guint         *n,
                    GError       **error)
{
  guint size = modes->len;

  g_array_set_size (modes, 0);
  g_array_unref (modes);

  return take (size, n, error);
}

static gboolean
service_take_string (ValuesValues  *self,
                     GString       *string,
                     guint         *n,
                     GError       **error)
{
  guint size = (guint) string->len;

  g_string_truncate (string, 0);
  g_string_free (string, TRUE);

  return take (size, n, error);
}

static gboolean
service_take_cancellable (ValuesValues  *self,
                          GCancellable  *cancellable,
                          guint         *n,
                          GError       **error)
{
  guint size = G_OBJECT (cancellable)->ref_count;

  g_object_unref (cancellable);

  return take (size, n, error);
}

static gboolean
service_take_cancellables (ValuesValues  *self,
                           GPtrArray     *cancellables,
                           guint         *n,
                           GError       **error)
{
  guint size = cancellables->len;

  g_ptr_array_unref (cancellables);

  return take (size, n, error);
}

static gboolean
service_take_grip (ValuesValues  *self,
                   ValuesGrip    *grip,
                   guint         *n,
                   GError       **error)
{
  values_grip_free (grip);

  return take (1, n, error);
}

static gboolean
service_take_key_file (ValuesValues  *self,
                       GKeyFile      *key_file,
                       guint         *n,
                       GError       **error)
{
  g_key_file_unref (key_file);

  return take (1, n, error);
}

static void
values_service_iface_init (ValuesValuesInterface *iface)
{
  iface->text = service_text;
  iface->dict = service_dict;
  iface->files = service_files;
  iface->places = service_places;
  iface->modes = service_modes;
  iface->trip = service_trip;
  iface->handle_latest = service_handle_latest;
  iface->tell = service_tell;
  iface->take_files = service_take_files;
  iface->take_trip = service_take_trip;
  iface->take_modes = service_take_modes;
  iface->take_string = service_take_string;
  iface->take_cancellable = service_take_cancellable;
  iface->take_cancellables = service_take_cancellables;
  iface->take_grip = service_take_grip;
  iface->take_key_file = service_take_key_file;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ValuesService, values_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (VALUES_TYPE_VALUES, values_service_iface_init))

static void
values_service_class_init (ValuesServiceClass *klass)
{
}

static void
values_service_init (ValuesService *self)
{
}

void
values_set_up (ValuesFixture *self,
               gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NorpcEndpoint) stack = NULL;
  NorpcEndpoint *channel;

  values_state = (ValuesState) { 0 };
  self->service = g_object_new (values_service_get_type (), NULL);
  self->server = norpc_server_new (self->service);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
  channel = NORPC_ENDPOINT (norpc_server_get_channel (self->server));
  stack = norpc_stack_new (norpc_retry_new (2), channel, NULL);
  self->proxy = values_values_proxy_new (channel);
  self->retrying = values_values_proxy_new (stack);
}

void
values_tear_down (ValuesFixture *self,
                  gconstpointer  unused)
{
  g_clear_object (&self->proxy);
  g_clear_object (&self->retrying);
  norpc_server_stop (self->server, NORPC_STOP_FINISH, NULL, NULL);
  g_clear_object (&self->server);
  g_clear_object (&self->service);
}

GPtrArray *
values_make_files (const char *name)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (files, g_file_new_for_path ("/one"));
  g_ptr_array_add (files, g_file_new_build_filename ("/", name, NULL));

  return files;
}

ValuesTrip *
values_make_trip (const char *street,
                  double      share)
{
  static const char * const tags[] = { "a", "b", NULL };
  const ValuesMode modes[] = { VALUES_MODE_FAST, VALUES_MODE_SLOW };
  g_autoptr (ValuesPlace) start = values_place_new (street, 1);
  g_autoptr (ValuesTrip) next = NULL;
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func ((GDestroyNotify) values_place_free);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) files = values_make_files ("two");
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (ValuesMode));
  g_autoptr (GDateTime) when = g_date_time_new_utc (2020, 2, 29, 12, 30, 0);
  g_autoptr (GVariant) dict = g_variant_ref_sink (g_variant_new_parsed ("{'a': <1>}"));

  g_array_append_vals (array, modes, G_N_ELEMENTS (modes));
  g_ptr_array_add (stops, values_place_new ("Main Street", 2));
  next = values_trip_new (start, none, NULL, array, VALUES_MODE_SLOW, NULL, NULL, 0, 0, dict, tags, NULL);

  return values_trip_new (start, stops, files, array, VALUES_MODE_FAST, when, "note", share, -5, dict, tags, next);
}
