/* kv-access.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "kv-access.h"

/* A layer that asks polkit whether the sender of a call may make it. It waits for the answer without blocking, so that
 * other calls go on meanwhile. Without a clear answer, the call is denied.
 */

#define TIMEOUT (60 * 1000) /* the user may be asked */

struct _KvAccess
{
  NorpcLayer parent_instance;

  GDBusConnection *system_bus; /* (owned) */
  char            *action;     /* (owned) */
};

G_DEFINE_FINAL_TYPE (KvAccess, kv_access, NORPC_TYPE_LAYER)

/* A call that waits for the answer. */
typedef struct
{
  KvAccess  *access; /* (owned) */
  NorpcCall *call;   /* (owned) */
} Question;

static void
question_free (Question *self)
{
  norpc_call_unref (self->call);
  g_object_unref (self->access);
  g_free (self);
}

static void
answered_cb (GObject      *system_bus,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (system_bus), result, &error);
  gboolean is_authorized = FALSE;

  if (reply != NULL)
    g_variant_get (reply, "((bba{ss}))", &is_authorized, NULL, NULL);

  if (is_authorized)
    norpc_layer_pass_on (NORPC_LAYER (question->access), question->call);
  else
    norpc_call_return_error (question->call, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "%s is not authorized: %s",
                             question->access->action, error != NULL ? error->message : "polkit denies it");
  question_free (question);
}

/* The name on the bus cannot become another process's while polkit looks at it. */
static GVariant *
new_question (KvAccess    *self,
              NorpcSender *sender)
{
  GVariantBuilder details;

  g_variant_builder_init (&details, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&details, "{sv}", "name", g_variant_new_string (norpc_sender_get_name (sender)));

  return g_variant_new ("((sa{sv})s@a{ss}us)", "system-bus-name", &details, self->action,
                        g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0), 1 /* may ask the user */, "");
}

static gboolean
kv_access_take (NorpcLayer  *layer,
                NorpcCall   *call,
                GError     **error)
{
  KvAccess *self = KV_ACCESS (layer);
  NorpcSender *sender = norpc_call_get_sender (call);
  Question *question;

  /* Calls of this process pass. */
  if (sender == NULL)
    {
      norpc_layer_pass_on (layer, call);
      return TRUE;
    }
  if (norpc_sender_get_connection (sender) != self->system_bus || norpc_sender_get_name (sender) == NULL)
    {
      g_set_error (error, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED, "The sender is not on the system bus");
      return FALSE;
    }

  question = g_new (Question, 1);
  *question = (Question) { g_object_ref (self), norpc_call_ref (call) };
  g_dbus_connection_call (self->system_bus, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                          "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", new_question (self, sender),
                          G_VARIANT_TYPE ("((bba{ss}))"), G_DBUS_CALL_FLAGS_NONE, TIMEOUT, NULL, answered_cb,
                          question);

  return TRUE;
}

static void
kv_access_finalize (GObject *object)
{
  KvAccess *self = KV_ACCESS (object);

  g_object_unref (self->system_bus);
  g_free (self->action);

  G_OBJECT_CLASS (kv_access_parent_class)->finalize (object);
}

static void
kv_access_class_init (KvAccessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = kv_access_finalize;
  NORPC_LAYER_CLASS (klass)->take = kv_access_take;
}

static void
kv_access_init (KvAccess *self)
{
}

NorpcLayer *
kv_access_new (GDBusConnection *system_bus,
               const char      *action)
{
  KvAccess *self = g_object_new (KV_TYPE_ACCESS, NULL);

  self->system_bus = g_object_ref (system_bus);
  self->action = g_strdup (action);

  return NORPC_LAYER (self);
}
