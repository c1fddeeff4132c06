/* norpc-mirror.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "call/norpc-call-private.h"
#include "client/norpc-call-send-private.h"
#include "client/norpc-proxy-private.h"
#include "core/norpc-value-check-private.h"
#include "core/norpc-value-copy-private.h"
#include "core/norpc-value-export-private.h"
#include "norpc-mirror-parts-private.h"
#include "norpc-property-private.h"

const NorpcPropertyAccess *
norpc_mirror_get_access (NorpcMirror *self)
{
  return self->access;
}

/* Thread-safe. */
gboolean
norpc_mirror_is_ready (NorpcMirror *self)
{
  return g_atomic_int_get (&self->is_ready);
}

/* Runs in the client's context. Notifies when all changes can be seen; without any, of being
 * ready.
 */
static void
notify (NorpcMirror    *self,
        NorpcProxy     *proxy,
        const gboolean *changed)
{
  if (changed == NULL)
    {
      norpc_proxy_notify_ready (proxy);
      return;
    }

  g_object_freeze_notify (G_OBJECT (proxy));
  for (guint i = 0; i < self->access->n_properties; i++)
    if (changed[i])
      g_object_notify (G_OBJECT (proxy), self->access->interface_info->properties[i]->name);
  g_object_thaw_notify (G_OBJECT (proxy));
}

/* Thread-safe. Notes whether an event is to notify of the properties in @changed. If @only_deferred is TRUE, properties of
 * which the proxy has notified since are removed from @changed.
 */
static void
set_deferred (NorpcMirror *self,
              gboolean    *changed,
              gboolean     is_deferred,
              gboolean     only_deferred)
{
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->access->n_properties; i++)
    if (changed[i])
      {
        changed[i] = !only_deferred || self->cells[i].is_deferred;
        self->cells[i].is_deferred = is_deferred;
      }
  g_mutex_unlock (&self->lock);
}

/* Runs in the client's context, for an event that norpc_mirror_push_changed () has added. */
static void
notify_deferred (NorpcMirror *self,
                 NorpcProxy  *proxy,
                 gboolean    *changed)
{
  if (changed != NULL)
    set_deferred (self, changed, FALSE, TRUE);
  notify (self, proxy, changed);
}

/* Notifies of changes, if there are any: now, in the client's context, or later. Takes ownership of
 * @changed.
 */
static void
notify_of (NorpcMirror *self,
           NorpcProxy  *proxy,
           gboolean    *changed,
           gboolean     now)
{
  if (changed != NULL)
    set_deferred (self, changed, !now, FALSE);
  if (changed != NULL && now)
    notify (self, proxy, changed);
  else if (changed != NULL)
    norpc_mirror_push_changed (self, g_steal_pointer (&changed));
  g_free (changed);
}

/* Thread-safe; in the client's context if @now is TRUE. */
static void
take_values (NorpcMirror *self,
             NorpcProxy  *proxy,
             NorpcReply  *reply,
             gboolean     ends_writes,
             gboolean     now)
{
  notify_of (self, proxy, norpc_mirror_store_all (self, proxy, reply, ends_writes), now);
  if (!g_atomic_int_compare_and_exchange (&self->is_ready, FALSE, TRUE))
    return;

  if (now)
    notify (self, proxy, NULL);
  else
    norpc_mirror_push_changed (self, NULL);
}

/* Thread-safe. Returns TRUE if the calling thread may emit signals of the proxy: it has made the
 * proxy, or it is dispatching the proxy's context, which may have been freed otherwise.
 */
static gboolean
is_in_context (NorpcMirror *self)
{
  GSource *source = g_main_current_source ();

  return g_thread_self () == self->thread ||
         (source != NULL && g_source_get_context (source) == self->context);
}

/* Thread-safe. Gets a number for norpc_mirror_take_all () and norpc_mirror_take_set (), before the
 * application sends a call.
 */
int
norpc_mirror_get_n_sent (NorpcMirror *self)
{
  return g_atomic_int_get (&self->n_sent);
}

/* Thread-safe. Returns TRUE if the service has handled all writes, because none was sent since. */
static gboolean
have_writes_ended (NorpcMirror *self,
                   int          n_sent)
{
  return g_atomic_int_get (&self->n_sent) == n_sent;
}

/* Thread-safe. Shows the values of a reply to the application. If @may_notify is FALSE, the proxy
 * notifies later, because the application is waiting.
 */
void
norpc_mirror_take_all (NorpcMirror *self,
                       NorpcProxy  *proxy,
                       NorpcReply  *reply,
                       int          n_sent,
                       gboolean     may_notify)
{
  take_values (self, proxy, reply, have_writes_ended (self, n_sent), may_notify && is_in_context (self));
}

/* Thread-safe. Shows the value of a property that was set by a call of the application. */
void
norpc_mirror_take_set (NorpcMirror *self,
                       NorpcProxy  *proxy,
                       guint        property,
                       NorpcReply  *reply,
                       int          n_sent,
                       gboolean     may_notify)
{
  notify_of (self, proxy,
             norpc_mirror_store_set (self, proxy, property, reply, FALSE, have_writes_ended (self, n_sent)),
             may_notify && is_in_context (self));
}

/* Thread-safe. Returns TRUE if the proxy is to notify in its context, and not in the thread that
 * has thawed the object.
 */
gboolean
norpc_mirror_defer_notify (NorpcMirror  *self,
                           guint         n_pspecs,
                           GParamSpec  **pspecs)
{
  if (is_in_context (self))
    return FALSE;

  norpc_mirror_push_notified (self, n_pspecs, pspecs);

  return TRUE;
}

static void
take_all (NorpcMirror *self,
          NorpcProxy  *proxy,
          NorpcReply  *reply)
{
  if (norpc_reply_get_error (reply) != NULL)
    {
      norpc_mirror_note_failed_load (self, proxy, norpc_reply_get_error (reply));
      return;
    }

  self->loads = FALSE;
  self->retry_delay = 0;
  take_values (self, proxy, reply, FALSE, TRUE);
}

static void
take_write (NorpcMirror *self,
            NorpcProxy  *proxy,
            guint        property,
            NorpcReply  *reply)
{
  const GError *error = norpc_reply_get_error (reply);

  notify_of (self, proxy,
             norpc_mirror_store_set (self, proxy, property, error == NULL ? reply : NULL, TRUE, FALSE), TRUE);
  if (error != NULL && !norpc_call_is_superseded (norpc_reply_get_call (reply)) &&
      !norpc_proxy_is_muted (proxy))
    g_signal_emit_by_name (proxy, "write-failed",
                           self->access->interface_info->properties[property]->name, error);
}

/* Runs in the client's context. */
static void
take_reply (NorpcMirror *self,
            NorpcProxy  *proxy,
            NorpcReply  *reply)
{
  guint method = norpc_reply_get_call (reply)->method;

  if (method == NORPC_PROPERTY_GET_ALL)
    take_all (self, proxy, reply);
  else
    take_write (self, proxy, norpc_property_access_get_property (method), reply);
}

/* Runs in the client's context. Nothing is shown before a request for all values has succeeded,
 * because a filter may deny it.
 */
static void
take_change (NorpcMirror   *self,
             NorpcProxy    *proxy,
             NorpcEmission *values,
             guint          serial,
             gboolean       invalidates)
{
  gboolean ready = norpc_mirror_is_ready (self);

  if (values != NULL && ready)
    notify_of (self, proxy, norpc_mirror_store_change (self, proxy, values, serial), TRUE);
  if (invalidates || !ready)
    norpc_mirror_load (self, proxy);
}

static const NorpcMirrorFuncs mirror_funcs = { take_change, notify_deferred, take_reply };

/* Called in the thread that constructs @proxy, in whose thread-default context it notifies. */
NorpcMirror *
norpc_mirror_new (NorpcProxy               *proxy,
                  const NorpcInterfaceInfo *interface_info)
{
  const NorpcPropertyAccess *access = norpc_property_access_get (interface_info);
  NorpcMirror *self = g_malloc0 (sizeof (NorpcMirror) + access->n_properties * sizeof (NorpcMirrorCell));
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  g_atomic_ref_count_init (&self->ref_count);
  self->funcs = &mirror_funcs;
  self->access = access;
  g_weak_ref_init (&self->weak_proxy, proxy);
  self->reply_queue = norpc_reply_queue_get (context);
  self->context = context;
  self->requests = norpc_call_group_new (G_STRUCT_OFFSET (NorpcCall, proxy_link), NULL);
  self->thread = g_thread_self ();
  g_mutex_init (&self->lock);

  return self;
}

/* Thread-safe. Shows @value, and sends it to the service. A value that the description does not
 * allow is not shown, and the write fails.
 */
void
norpc_mirror_write (NorpcMirror  *self,
                    NorpcProxy   *proxy,
                    guint         property,
                    const GValue *value)
{
  const NorpcArgInfo *arg = &self->access->args[property];
  g_autofree char *problem = norpc_value_find_problem (arg, value);
  g_autoptr (NorpcEmission) shown = NULL;
  NorpcCall *call = norpc_call_new (&self->access->info, norpc_property_access_get_setter (property, TRUE));
  GValue *args = norpc_call_get_args (call, NULL);

  if (problem != NULL)
    {
      g_value_copy (value, &args[0]);
    }
  else
    {
      GValue copy = G_VALUE_INIT;

      g_value_init (&copy, G_VALUE_TYPE (value));
      norpc_value_copy_deep (arg, value, &copy);
      norpc_value_copy_deep (arg, value, &args[0]);
      norpc_value_export (arg, &copy);
      shown = norpc_emission_new_take (&copy, 1);
    }

  /* Shown first: the answer may be there before this function returns. */
  notify_of (self, proxy, norpc_mirror_show_write (self, proxy, property, shown), is_in_context (self));
  norpc_mirror_send_request (self, proxy, call);
}
