/* norpc-mirror-values.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "core/norpc-value-equal-private.h"
#include "core/norpc-value-export-private.h"
#include "norpc-list-values-private.h"
#include "norpc-mirror-parts-private.h"
#include "norpc-property-private.h"

/* The values that a mirror shows, and those that the service has told. Objects are kept as handles,
 * because any thread may read the properties: each gets what its context has for them.
 */

NorpcMirror *
norpc_mirror_ref (NorpcMirror *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

NorpcReplyQueue *
norpc_mirror_get_reply_queue (NorpcMirror *self)
{
  return self->reply_queue;
}

static NorpcMirrorContent
content_ref (NorpcMirrorContent content)
{
  if (content.emission != NULL)
    norpc_emission_ref (content.emission);

  return content;
}

static void
content_unref (NorpcMirrorContent content)
{
  if (content.emission != NULL)
    norpc_emission_unref (content.emission);
}

void
norpc_mirror_unref (NorpcMirror *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->access->n_properties; i++)
    {
      content_unref (self->cells[i].shown);
      content_unref (self->cells[i].told);
    }
  g_weak_ref_clear (&self->weak_proxy);
  norpc_reply_queue_unref (self->reply_queue);
  norpc_call_group_unref (self->requests);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Called with no lock held, because types may have copy functions of the application. */
static void
read_content (NorpcMirrorContent  content,
              GParamSpec         *pspec,
              GValue             *value)
{
  if (content.emission != NULL)
    g_value_copy (norpc_emission_get_arg (content.emission, content.index), value);
  else
    g_param_value_set_default (pspec, value);
}

/* Thread-safe. */
static NorpcMirrorContent
ref_shown (NorpcMirror *self,
           guint        property)
{
  NorpcMirrorContent content;

  g_mutex_lock (&self->lock);
  content = content_ref (self->cells[property].shown);
  g_mutex_unlock (&self->lock);

  return content;
}

/* Thread-safe. */
static void
read_shown (NorpcMirror *self,
            guint        property,
            GParamSpec  *pspec,
            GValue      *value)
{
  NorpcMirrorContent content = ref_shown (self, property);

  read_content (content, pspec, value);
  content_unref (content);
}

/* Thread-safe. */
void
norpc_mirror_get (NorpcMirror *self,
                  guint        property,
                  GParamSpec  *pspec,
                  GValue      *value)
{
  read_shown (self, property, pspec, value);
  norpc_value_import (&self->access->args[property], value);
}

/* The properties whose shown values may have changed, and the previous values. */
typedef struct
{
  gboolean           *touched; /* (owned): by property */
  NorpcMirrorContent *before;  /* (owned): by property */
  GPtrArray          *dropped; /* (owned): of owned NorpcEmission, released with no lock held, because
                                  values may have free functions of the application */
} Change;

static void
change_init (Change      *self,
             NorpcMirror *mirror)
{
  self->touched = g_new0 (gboolean, mirror->access->n_properties);
  self->before = g_new0 (NorpcMirrorContent, mirror->access->n_properties);
  self->dropped = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_emission_unref);
}

/* Called with the lock held. Takes ownership of @content. */
static void
drop_locked (Change             *self,
             NorpcMirrorContent  content)
{
  if (content.emission != NULL)
    g_ptr_array_add (self->dropped, content.emission);
}

/* Called with the lock held. Takes ownership of @content. */
static void
show_locked (NorpcMirror        *self,
             Change             *change,
             guint               property,
             NorpcMirrorContent  content)
{
  NorpcMirrorCell *cell = &self->cells[property];

  if (change->touched[property])
    drop_locked (change, cell->shown);
  else
    change->before[property] = cell->shown;
  change->touched[property] = TRUE;
  cell->shown = content;
}

/* Called with no lock held. Returns TRUE if a value has objects or lists of others. */
static gboolean
holds_objects (NorpcMirror  *self,
               guint         property,
               const GValue *value)
{
  return G_VALUE_HOLDS_OBJECT (value) || norpc_arg_info_is_exported (&self->access->args[property]);
}

/* Returns an emission (owned) of a copy of @value. */
static NorpcEmission *
copy_value (const GValue *value)
{
  return norpc_emission_new_unchecked (value, 1);
}

/* Called with no lock held. Returns an emission (owned) with those of the values that have no objects. */
static NorpcEmission *
copy_plain_values (NorpcMirror   *self,
                   const guint   *properties,
                   guint          n_values,
                   NorpcEmission *values)
{
  g_autofree GValue *copies = g_new0 (GValue, n_values);

  for (guint i = 0; i < n_values; i++)
    {
      const GValue *value = norpc_emission_get_arg (values, i);

      g_value_init (&copies[i], G_VALUE_TYPE (value));
      if (!holds_objects (self, properties[i], value))
        g_value_copy (value, &copies[i]);
    }

  return norpc_emission_new_take (copies, n_values);
}

/* Called with no lock held. Returns the contents (owned, each owned) for the values of some properties. A value with
 * objects shares its emission with no other value, which may stay longer: nothing keeps an object that is not shown.
 */
static NorpcMirrorContent *
split_values (NorpcMirror   *self,
              const guint   *properties,
              guint          n_values,
              NorpcEmission *values)
{
  NorpcMirrorContent *contents = g_new0 (NorpcMirrorContent, n_values);
  g_autoptr (NorpcEmission) plain = NULL;

  for (guint i = 0; i < n_values; i++)
    if (holds_objects (self, properties[i], norpc_emission_get_arg (values, i)))
      contents[i].emission = copy_value (norpc_emission_get_arg (values, i));
    else
      contents[i].index = i;

  for (guint i = 0; i < n_values; i++)
    if (contents[i].emission != NULL && n_values > 1 && plain == NULL)
      plain = copy_plain_values (self, properties, n_values, values);
  for (guint i = 0; i < n_values; i++)
    if (contents[i].emission == NULL)
      contents[i].emission = norpc_emission_ref (plain != NULL ? plain : values);

  return contents;
}

/* Called with the lock held. Takes ownership of @content. Stores a value that the service has told, unless a newer one is
 * there.
 */
static void
store_locked (NorpcMirror        *self,
              Change             *change,
              guint               property,
              NorpcMirrorContent  content,
              guint               serial)
{
  NorpcMirrorCell *cell = &self->cells[property];

  if (cell->told.emission != NULL && !norpc_property_serial_is_newer (serial, cell->serial))
    {
      drop_locked (change, content);
      return;
    }

  drop_locked (change, cell->told);
  cell->told = content;
  cell->serial = serial;
  if (cell->n_writes == 0)
    show_locked (self, change, property, content_ref (cell->told));
}

/* Called with no lock held. */
static gboolean
differs_from_shown (NorpcMirror        *self,
                    NorpcProxy         *proxy,
                    guint               property,
                    NorpcMirrorContent  content)
{
  const char *name = self->access->interface_info->properties[property]->name;
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (proxy), name);
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) shown = G_VALUE_INIT;

  g_value_init (&value, pspec->value_type);
  g_value_init (&shown, pspec->value_type);
  read_content (content, pspec, &value);
  read_shown (self, property, pspec, &shown);

  return !norpc_value_equal (&self->access->args[property], &value, &shown);
}

/* Called with no lock held. Returns which properties show another value than before (owned)
 * (nullable).
 */
static gboolean *
change_finish (Change      *change,
               NorpcMirror *self,
               NorpcProxy  *proxy)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->access->n_properties; i++)
    if (change->touched[i])
      {
        change->touched[i] = differs_from_shown (self, proxy, i, change->before[i]);
        content_unref (change->before[i]);
        any = any || change->touched[i];
      }

  g_free (change->before);
  g_ptr_array_unref (change->dropped);
  if (!any)
    g_clear_pointer (&change->touched, g_free);

  return change->touched;
}

/* Runs in the client's context, when the service has told changes. */
gboolean *
norpc_mirror_store_change (NorpcMirror   *self,
                           NorpcProxy    *proxy,
                           NorpcEmission *values,
                           guint          serial)
{
  g_autoptr (NorpcEmission) received = norpc_list_values_receive (values, self->reply_queue);
  g_autofree NorpcMirrorContent *contents =
    split_values (self, self->access->updated, self->access->n_updated, received);
  Change change;

  change_init (&change, self);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->access->n_updated; i++)
    store_locked (self, &change, self->access->updated[i], contents[i], serial);
  g_mutex_unlock (&self->lock);

  return change_finish (&change, self, proxy);
}

/* Called with no lock held. Returns the serial number at the end of @reply, and sets @values
 * (owned).
 */
static guint
unpack_reply (NorpcMirror    *self,
              NorpcReply     *reply,
              NorpcEmission **values)
{
  guint n_values;
  const GValue *reply_values = norpc_reply_get_values (reply, &n_values);
  g_autoptr (NorpcEmission) sent = norpc_emission_new_unchecked (reply_values, n_values - 1);

  /* The reply may have arrived in the context of another thread. */
  *values = norpc_list_values_receive (sent, self->reply_queue);

  return g_value_get_uint (&reply_values[n_values - 1]);
}

/* Called with the lock held. The service has handled all writes of a property. */
static void
show_told_locked (NorpcMirror *self,
                  Change      *change,
                  guint        property)
{
  if (self->cells[property].told.emission != NULL)
    show_locked (self, change, property, content_ref (self->cells[property].told));
}

/* Thread-safe. @reply has all values. @ends_writes means that the service has handled all writes
 * that were sent, although the client's context may not know it.
 */
gboolean *
norpc_mirror_store_all (NorpcMirror *self,
                        NorpcProxy  *proxy,
                        NorpcReply  *reply,
                        gboolean     ends_writes)
{
  g_autoptr (NorpcEmission) values = NULL;
  guint serial = unpack_reply (self, reply, &values);
  g_autofree NorpcMirrorContent *contents =
    split_values (self, self->access->readable, self->access->n_readable, values);
  Change change;

  change_init (&change, self);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->access->n_readable; i++)
    {
      store_locked (self, &change, self->access->readable[i], contents[i], serial);
      if (ends_writes)
        show_told_locked (self, &change, self->access->readable[i]);
    }
  g_mutex_unlock (&self->lock);

  return change_finish (&change, self, proxy);
}

/* Thread-safe. @reply (nullable) has the value of a property after it was set. @ends_write means
 * that the value was shown before; after the last such write, the value of the service is shown. @ends_writes is as for
 * norpc_mirror_store_all ().
 */
gboolean *
norpc_mirror_store_set (NorpcMirror *self,
                        NorpcProxy  *proxy,
                        guint        property,
                        NorpcReply  *reply,
                        gboolean     ends_write,
                        gboolean     ends_writes)
{
  gboolean readable = norpc_property_is_readable (self->access->interface_info->properties[property]);
  NorpcMirrorCell *cell = &self->cells[property];
  g_autoptr (NorpcEmission) values = NULL;
  guint serial = reply != NULL ? unpack_reply (self, reply, &values) : 0;
  Change change;

  change_init (&change, self);
  g_mutex_lock (&self->lock);
  if (ends_write)
    cell->n_writes--;
  if (values != NULL && readable)
    store_locked (self, &change, property, (NorpcMirrorContent) { norpc_emission_ref (values), 0 }, serial);
  if (ends_write && cell->n_writes == 0)
    show_locked (self, &change, property, content_ref (cell->told));
  else if (ends_writes)
    show_told_locked (self, &change, property);
  g_mutex_unlock (&self->lock);

  return change_finish (&change, self, proxy);
}

/* Thread-safe. Shows @value until the service has answered to the write, and counts the write.
 * Without a value, it is only counted.
 */
gboolean *
norpc_mirror_show_write (NorpcMirror   *self,
                         NorpcProxy    *proxy,
                         guint          property,
                         NorpcEmission *value)
{
  Change change;

  change_init (&change, self);
  g_mutex_lock (&self->lock);
  self->cells[property].n_writes++;
  g_atomic_int_inc (&self->n_sent);
  if (value != NULL)
    show_locked (self, &change, property, (NorpcMirrorContent) { norpc_emission_ref (value), 0 });
  g_mutex_unlock (&self->lock);

  return change_finish (&change, self, proxy);
}
