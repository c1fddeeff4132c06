/* atlas-fixture.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <string.h>

#include "atlas-fixture.h"

static AtlasFixture *current; /* (unowned): of the test that runs */
static AtlasFunc run_func;    /* set while no call is in flight */

const NorpcInterfaceInfo *
atlas_read_info (const char *text,
                 const char *replacement)
{
  g_autofree char *xml = NULL;
  g_autoptr (GString) replaced = NULL;
  g_autoptr (GError) error = NULL;
  const NorpcInterfaceInfo *info;

  g_assert_true (g_file_get_contents (ATLAS_XML, &xml, NULL, &error));
  replaced = g_string_new (xml);
  if (text != NULL)
    g_assert_cmpuint (g_string_replace (replaced, text, replacement, 0), >, 0);
  info = norpc_interface_info_new_for_xml (replaced->str, "org.example.Atlas", &error);
  g_assert_no_error (error);

  return info;
}

void
atlas_set_func (AtlasFixture *fixture,
                AtlasFunc     func)
{
  current = fixture;
  run_func = func;
}

static void
run (NorpcCall *call)
{
  /* The call has the values of the service's own description. */
  g_assert_true (G_VALUE_TYPE (norpc_call_get_args (call, NULL)) ==
                 (current->kind & ATLAS_DYNAMIC_SERVICE ? G_TYPE_INT : ATLAS_TYPE_MODE));
  g_assert_true (norpc_call_get_current () == call);
  run_func (current, call);
}

/* The compiled service */

static gboolean
handle_echo (AtlasAtlas        *self,
             NorpcCall         *call,
             const char        *text,
             const AtlasEntry  *entry,
             AtlasMode          mode,
             AtlasParts         parts,
             GPtrArray         *points,
             GArray            *modes,
             GPtrArray         *files,
             const AtlasPoint  *point,
             GError           **error)
{
  atlas_atlas_complete_echo (self, call, text, entry, mode, parts, points, modes, files, point);

  return TRUE;
}

static gboolean
take (AtlasAtlas  *self,
      GBytes      *data,
      AtlasPoint  *point,
      guint64     *sum,
      GError     **error)
{
  *sum = g_bytes_get_size (data) + (guint64) (point->x + point->y);
  g_bytes_unref (data);
  atlas_point_free (point);

  return TRUE;
}

static gboolean
handle_run (AtlasAtlas  *self,
            NorpcCall   *call,
            AtlasMode    mode,
            GError     **error)
{
  g_assert_cmpint (mode, ==, ATLAS_MODE_SLOW);
  run (call);

  return TRUE;
}

static gboolean
shout (AtlasAtlas        *self,
       const AtlasPoint  *point,
       GError           **error)
{
  atlas_atlas_emit_moved (self, point, ATLAS_MODE_READ_ONLY, "shout");

  return TRUE;
}

static gboolean
handle_walk (AtlasAtlas            *self,
             NorpcCall             *call,
             AtlasAtlasWalkStream  *stream,
             guint                  steps,
             GError               **error)
{
  AtlasPoint point = { 0, 7, NULL };

  for (; point.x < (int) steps; point.x++)
    if (!atlas_atlas_walk_stream_write (stream, &point, ATLAS_MODE_FAST, NULL, error))
      return FALSE;
  atlas_atlas_complete_walk (self, call, &point);

  return TRUE;
}

static gboolean
handle_draw (AtlasAtlas            *self,
             NorpcCall             *call,
             AtlasAtlasDrawStream  *stream,
             GError               **error)
{
  GError *problem = NULL;
  AtlasMode mode;
  int sum = 0;

  while (atlas_atlas_draw_stream_next_sync (stream, &mode, NULL, NULL, &problem))
    sum += (int) mode;
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  atlas_atlas_complete_draw (self, call, sum);

  return TRUE;
}

static const AtlasAtlasInterface funcs = {
  .handle_echo = handle_echo,
  .take = take,
  .handle_run = handle_run,
  .shout = shout,
  .handle_walk = handle_walk,
  .handle_draw = handle_draw
};

/* The service without generated code */

static gboolean
walk (NorpcCall  *call,
      guint       steps,
      GError    **error)
{
  NorpcDynamicStream *stream = norpc_dynamic_stream_get_for_call (call);
  gboolean has_day = steps == ATLAS_WRONG_STEPS;

  for (guint i = 0; i < steps; i++)
    {
      GVariant *item = g_variant_new ("((iims)im(s))", (int) i, 7, NULL, 4, has_day, "never");

      if (!norpc_dynamic_stream_write (stream, item, error))
        return FALSE;
    }
  norpc_call_return_variant (call, g_variant_new ("((iims))", (int) steps, 7, NULL));

  return TRUE;
}

static gboolean
draw (NorpcCall  *call,
      GError    **error)
{
  NorpcDynamicStream *stream = norpc_dynamic_stream_get_for_call (call);
  GError *problem = NULL;
  GVariant *item;
  int sum = 0, mode;

  while ((item = norpc_dynamic_stream_next_sync (stream, NULL, &problem)) != NULL)
    {
      g_variant_get (item, "(im(s))", &mode, NULL, NULL);
      sum += mode;
      g_variant_unref (item);
    }
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  norpc_call_return_variant (call, g_variant_new ("(i)", sum));

  return TRUE;
}

static void
dynamic_take (NorpcCall *call)
{
  guint n_args;
  const GValue *args = norpc_call_get_args (call, &n_args);
  int x, y;

  /* As a language binding reads them. */
  g_assert_cmpuint (n_args, ==, 2);
  g_variant_get (g_value_get_variant (&args[1]), "(iims)", &x, &y, NULL);
  norpc_call_return_variant (call, g_variant_new ("(t)", g_bytes_get_size (g_value_get_boxed (&args[0])) +
                                                           (guint64) (x + y)));
}

static gboolean
handle_dynamic_call (NorpcDynamicService  *service,
                     NorpcCall            *call,
                     const char           *method_name,
                     GVariant             *args,
                     gpointer              user_data,
                     GError              **error)
{
  g_autoptr (GVariant) first = g_variant_n_children (args) > 0 ? g_variant_get_child_value (args, 0) : NULL;

  if (g_str_equal (method_name, "Walk"))
    return walk (call, g_variant_get_uint32 (first), error);
  if (g_str_equal (method_name, "Draw"))
    return draw (call, error);

  if (g_str_equal (method_name, "Echo"))
    norpc_call_return_variant (call, args);
  else if (g_str_equal (method_name, "Take"))
    dynamic_take (call);
  else if (g_str_equal (method_name, "Shout"))
    return norpc_dynamic_service_emit_variant (service, "Moved", g_variant_new ("(@(iims)is)", first, 1, "shout"), error);
  else
    run (call);

  return TRUE;
}

GObject *
atlas_service_new (AtlasKind                 kind,
                   const NorpcInterfaceInfo *info)
{
  return kind & ATLAS_DYNAMIC_SERVICE ? G_OBJECT (norpc_dynamic_service_new (info, handle_dynamic_call, NULL, NULL))
                                      : G_OBJECT (atlas_atlas_new_for_funcs (&funcs, NULL, NULL));
}

/* The fixture */

static NorpcProxy *
make_proxy (AtlasFixture *self)
{
  NorpcEndpoint *channel = NORPC_ENDPOINT (norpc_server_get_channel (self->server));

  return self->kind & ATLAS_DYNAMIC_CLIENT ? NORPC_PROXY (norpc_dynamic_proxy_new (channel, self->info))
                                           : NORPC_PROXY (atlas_atlas_proxy_new (channel));
}

static void
set_up (AtlasFixture  *self,
        gconstpointer  kind)
{
  g_autoptr (GError) error = NULL;

  self->kind = (AtlasKind) GPOINTER_TO_INT (kind);
  self->info = atlas_read_info (NULL, NULL);
  log_init (&self->log);
  self->service = atlas_service_new (self->kind, self->info);
  self->server = norpc_server_new (self->service);
  norpc_server_start (self->server, NULL, &error);
  g_assert_no_error (error);
  self->proxy = make_proxy (self);
}

static void
tear_down (AtlasFixture  *self,
           gconstpointer  kind)
{
  g_clear_object (&self->proxy);
  g_assert_true (norpc_server_stop (self->server, NORPC_STOP_ABANDON, NULL, NULL));
  release_and_wait (g_steal_pointer (&self->server));
  g_clear_object (&self->service);
  iterate ();
  log_clear (&self->log);
}

const NorpcInterfaceInfo *
atlas_get_client_info (AtlasFixture *fixture)
{
  return fixture->kind & ATLAS_DYNAMIC_CLIENT ? fixture->info : atlas_atlas_interface_info ();
}

NorpcCall *
atlas_new_call (AtlasFixture  *fixture,
                const char    *method,
                GVariant      *args,
                GError       **error)
{
  const NorpcInterfaceInfo *info = atlas_get_client_info (fixture);
  g_autoptr (NorpcCall) call = norpc_call_new (info, (guint) norpc_interface_info_find_method (info, method));

  return norpc_call_set_args_variant (call, args, error) ? g_steal_pointer (&call) : NULL;
}

/* Calls a method of either kind of proxy. */
GVariant *
atlas_call (AtlasFixture  *fixture,
            const char    *method,
            GVariant      *args,
            GError       **error)
{
  NorpcCall *call = atlas_new_call (fixture, method, args, error);
  g_autoptr (NorpcReply) reply = call != NULL ? norpc_proxy_call_sync (fixture->proxy, call, NULL, error) : NULL;

  return reply != NULL ? norpc_reply_dup_variant (reply, error) : NULL;
}

/* Runs in the service's context. */
void
atlas_return_point (AtlasFixture *self G_GNUC_UNUSED,
                    NorpcCall    *call)
{
  norpc_call_return_variant (call, g_variant_new ("((iims))", 4, 5, "now"));
}

/* Calls the method that the function of the fixture answers. */
GVariant *
atlas_run (AtlasFixture  *self,
           GError       **error)
{
  return atlas_call (self, "Run", g_variant_new ("(i)", 10), error);
}

void
atlas_assert_point (GVariant   *reply,
                    const char *expected)
{
  g_autofree char *text = g_variant_print (reply, FALSE);

  g_assert_cmpstr (text, ==, expected);
}

/* Adds a test for one kind. */
void
atlas_add_test (const char *name,
                AtlasKind   kind,
                AtlasTest   func)
{
  g_autofree char *path = g_strdup_printf ("/declared/%s", name);

  g_test_add (path, AtlasFixture, GINT_TO_POINTER (kind), set_up, func, tear_down);
}

/* Adds a test for each kind in which a description is read at run time. */
void
atlas_add_tests (const char *name,
                 AtlasTest   func)
{
  static const struct
  {
    const char *name;
    AtlasKind   kind;
  } kinds[] = {
    { "both", ATLAS_DYNAMIC_SERVICE | ATLAS_DYNAMIC_CLIENT },
    { "service", ATLAS_DYNAMIC_SERVICE },
    { "client", ATLAS_DYNAMIC_CLIENT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s", name, kinds[i].name);

      atlas_add_test (path, kinds[i].kind, func);
    }
}
