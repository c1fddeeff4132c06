/* language-room.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service in C that gets objects of its clients, and opens others for them. */

#include "language-caller.h"

G_DECLARE_FINAL_TYPE (TestPlainRoom, test_plain_room, TEST, PLAIN_ROOM, GObject)

struct _TestPlainRoom
{
  GObject parent_instance;

  GPtrArray    *listeners; /* (owned): of owned TestListener */
  TestListener *host;      /* (owned) (nullable) */
};

static gboolean
test_plain_room_join (TestRoom      *room,
                      TestListener  *listener,
                      GError       **error)
{
  g_ptr_array_add (TEST_PLAIN_ROOM (room)->listeners, g_object_ref (listener));
  test_room_emit_joined (room, listener);

  return TRUE;
}

/* Runs in the context of the room. */
static void
heard_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (NorpcCall) call = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *answer = test_listener_proxy_call_hear_finish (TEST_LISTENER_PROXY (object), result, &error);

  if (answer == NULL)
    norpc_call_return_gerror (call, error);
  else
    norpc_call_return_values (call, 1, &(GValue) { G_TYPE_STRING, { { .v_pointer = answer } } });
}

static gboolean
test_plain_room_handle_say (TestRoom    *room,
                            NorpcCall   *call,
                            const char  *text,
                            GError     **error)
{
  GPtrArray *listeners = TEST_PLAIN_ROOM (room)->listeners;

  if (listeners->len == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nobody listens");
      return FALSE;
    }

  test_listener_proxy_call_hear (TEST_LISTENER_PROXY (listeners->pdata[listeners->len - 1]), text, NULL,
                                 heard_cb, norpc_call_ref (call));

  return TRUE;
}

static GPtrArray *
test_plain_room_listeners (TestRoom  *room,
                           GError   **error)
{
  return g_ptr_array_ref (TEST_PLAIN_ROOM (room)->listeners);
}

static TestRoom *
test_plain_room_open (TestRoom  *room,
                      GError   **error)
{
  return test_caller_new_room ();
}

static void
test_plain_room_iface_init (TestRoomInterface *iface)
{
  iface->join = test_plain_room_join;
  iface->handle_say = test_plain_room_handle_say;
  iface->listeners = test_plain_room_listeners;
  iface->open = test_plain_room_open;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPlainRoom, test_plain_room, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TEST_TYPE_ROOM, test_plain_room_iface_init))

static void
test_plain_room_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  g_value_set_object (value, TEST_PLAIN_ROOM (object)->host);
}

static void
test_plain_room_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  g_set_object (&TEST_PLAIN_ROOM (object)->host, g_value_get_object (value));
}

static void
test_plain_room_finalize (GObject *object)
{
  TestPlainRoom *self = TEST_PLAIN_ROOM (object);

  g_ptr_array_unref (self->listeners);
  g_clear_object (&self->host);

  G_OBJECT_CLASS (test_plain_room_parent_class)->finalize (object);
}

static void
test_plain_room_class_init (TestPlainRoomClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_plain_room_get_property;
  object_class->set_property = test_plain_room_set_property;
  object_class->finalize = test_plain_room_finalize;
  g_object_class_override_property (object_class, 1, "host");
}

static void
test_plain_room_init (TestPlainRoom *self)
{
  self->listeners = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * test_caller_new_room:
 *
 * Makes a room in C.
 *
 * Returns: (transfer full): a room
 */
TestRoom *
test_caller_new_room (void)
{
  TestRoom *room = TEST_ROOM (g_object_new (test_plain_room_get_type (), NULL));

  test_caller_track (G_OBJECT (room));

  return room;
}
