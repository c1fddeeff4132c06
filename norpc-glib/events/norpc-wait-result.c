/* norpc-wait-result.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-wait-result-private.h"

struct _NorpcWaitResult
{
  GObject parent_instance;

  GObject      *source_object; /* (owned), since construction */
  GCancellable *cancellable;   /* (owned) (nullable), since construction */
  gpointer      user_data;
  gpointer      source_tag;

  gpointer       value; /* (owned) (nullable), unless there is an error */
  GDestroyNotify free_value; /* (nullable) */
  GError        *error; /* (owned) (nullable) */
};

static void norpc_wait_result_async_result_iface_init (GAsyncResultIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (NorpcWaitResult, norpc_wait_result, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_ASYNC_RESULT,
                                                      norpc_wait_result_async_result_iface_init))

static gpointer
norpc_wait_result_get_user_data (GAsyncResult *result)
{
  return NORPC_WAIT_RESULT (result)->user_data;
}

static GObject *
norpc_wait_result_get_source_object (GAsyncResult *result)
{
  return g_object_ref (NORPC_WAIT_RESULT (result)->source_object);
}

static gboolean
norpc_wait_result_is_tagged (GAsyncResult *result,
                             gpointer      source_tag)
{
  return NORPC_WAIT_RESULT (result)->source_tag == source_tag;
}

static void
norpc_wait_result_async_result_iface_init (GAsyncResultIface *iface)
{
  iface->get_user_data = norpc_wait_result_get_user_data;
  iface->get_source_object = norpc_wait_result_get_source_object;
  iface->is_tagged = norpc_wait_result_is_tagged;
}

static void
norpc_wait_result_finalize (GObject *object)
{
  NorpcWaitResult *self = NORPC_WAIT_RESULT (object);

  if (self->value != NULL && self->free_value != NULL)
    self->free_value (self->value);
  g_clear_error (&self->error);
  g_clear_object (&self->cancellable);
  g_object_unref (self->source_object);

  G_OBJECT_CLASS (norpc_wait_result_parent_class)->finalize (object);
}

static void
norpc_wait_result_class_init (NorpcWaitResultClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = norpc_wait_result_finalize;
}

static void
norpc_wait_result_init (NorpcWaitResult *self G_GNUC_UNUSED)
{
}

NorpcWaitResult *
norpc_wait_result_new (gpointer      source_object,
                       GCancellable *cancellable,
                       gpointer      user_data,
                       gpointer      source_tag)
{
  NorpcWaitResult *self = g_object_new (NORPC_TYPE_WAIT_RESULT, NULL);

  self->source_object = g_object_ref (source_object);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  self->user_data = user_data;
  self->source_tag = source_tag;

  return self;
}

/* Returns NULL if there is none. */
GCancellable *
norpc_wait_result_get_cancellable (NorpcWaitResult *self)
{
  return self->cancellable;
}

/* Takes ownership of @value, which @free_value (nullable) releases. */
void
norpc_wait_result_return_pointer (NorpcWaitResult *self,
                                  gpointer         value,
                                  GDestroyNotify   free_value)
{
  self->value = value;
  self->free_value = free_value;
}

/* Takes ownership of @error. */
void
norpc_wait_result_return_error (NorpcWaitResult *self,
                                GError          *error)
{
  self->error = error;
}

void
norpc_wait_result_return_new_error (NorpcWaitResult *self,
                                    GQuark           domain,
                                    int              code,
                                    const char      *format,
                                    ...)
{
  va_list args;

  va_start (args, format);
  self->error = g_error_new_valist (domain, code, format, args);
  va_end (args);
}

/* Returns FALSE if the wait was not cancelled. */
gboolean
norpc_wait_result_return_error_if_cancelled (NorpcWaitResult *self)
{
  return g_cancellable_set_error_if_cancelled (self->cancellable, &self->error);
}

/* Returns TRUE if @result is one of @source_object's waits that @source_tag is for. */
gboolean
norpc_wait_result_is_valid (GAsyncResult *result,
                            gpointer      source_object,
                            gpointer      source_tag)
{
  return NORPC_IS_WAIT_RESULT (result) &&
         (gpointer) NORPC_WAIT_RESULT (result)->source_object == source_object &&
         NORPC_WAIT_RESULT (result)->source_tag == source_tag;
}

/* Returns the value (owned), or sets @error. */
gpointer
norpc_wait_result_propagate_pointer (NorpcWaitResult  *self,
                                     GError          **error)
{
  if (self->error == NULL)
    return g_steal_pointer (&self->value);

  g_propagate_error (error, g_steal_pointer (&self->error));

  return NULL;
}
