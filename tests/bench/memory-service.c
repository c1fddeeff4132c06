/* memory-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "memory.h"

G_DECLARE_FINAL_TYPE (MemoryService, memory_service, MEMORY, SERVICE, GObject)

struct _MemoryService
{
  GObject parent_instance;

  gboolean    keeps;
  NorpcCall **kept; /* (owned): of owned NorpcCall; the service's context */
  guint       n_kept;
  guint       n_expected;
  guint       n_begun; /* atomic */
};

static gboolean
memory_service_handle_noop (BenchTarget  *target,
                            NorpcCall    *call,
                            GError      **error)
{
  MemoryService *self = MEMORY_SERVICE (target);

  if (!self->keeps)
    {
      bench_target_complete_noop (target, call);
      return TRUE;
    }

  self->kept[self->n_kept++] = norpc_call_ref (call);
  g_atomic_int_set (&self->n_begun, self->n_kept);

  return TRUE;
}

static void
memory_service_target_iface_init (BenchTargetInterface *iface)
{
  iface->handle_noop = memory_service_handle_noop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MemoryService, memory_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BENCH_TYPE_TARGET,
                                                      memory_service_target_iface_init))

static void
memory_service_finalize (GObject *object)
{
  MemoryService *self = MEMORY_SERVICE (object);

  g_assert (self->n_kept == 0);
  g_free (self->kept);

  G_OBJECT_CLASS (memory_service_parent_class)->finalize (object);
}

static void
memory_service_class_init (MemoryServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = memory_service_finalize;
}

static void
memory_service_init (MemoryService *self)
{
}

/* A service that answers at once, or keeps @n_expected calls until all have come. */
GObject *
memory_service_new (guint n_expected)
{
  MemoryService *self = g_object_new (memory_service_get_type (), NULL);

  self->keeps = n_expected > 0;
  self->n_expected = n_expected;
  if (self->keeps)
    {
      self->kept = g_new (NorpcCall *, n_expected);
      /* The pages are there before anything is measured. */
      for (guint i = 0; i < n_expected; i++)
        self->kept[i] = (NorpcCall *) self;
    }

  return G_OBJECT (self);
}

/* Any thread. */
gboolean
memory_service_has_all (GObject *service)
{
  MemoryService *self = MEMORY_SERVICE (service);

  return (guint) g_atomic_int_get (&self->n_begun) == self->n_expected;
}

/* Any thread, when it has all: nobody else touches them any more. */
void
memory_service_answer_all (GObject *service)
{
  MemoryService *self = MEMORY_SERVICE (service);

  for (guint i = 0; i < self->n_kept; i++)
    {
      g_autoptr (NorpcCall) call = g_steal_pointer (&self->kept[i]);

      bench_target_complete_noop (BENCH_TARGET (self), call);
    }
  self->n_kept = 0;
}
