/* tsan-glib-object.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The part of tsan-glib.c that is about memory, references and types. */

#include "tsan-glib.h"

#include <link.h>
#include <malloc.h>
#include <sched.h>
#include <string.h>

/* Memory. ThreadSanitizer is told not to look at what GLib's own libraries do
 * to memory; but what our code frees by g_free() is our business. */

static struct
{
  gconstpointer begin;
  gconstpointer end;
} glib_libraries[8];
static guint n_glib_libraries;

static int
find_glib_library_cb (struct dl_phdr_info *info,
                      size_t               size G_GNUC_UNUSED,
                      void                *data G_GNUC_UNUSED)
{
  const char *name = info->dlpi_name;

  if (strstr (name, "/libglib-2.0.") == NULL && strstr (name, "/libgobject-2.0.") == NULL &&
      strstr (name, "/libgio-2.0.") == NULL)
    return 0;

  for (guint i = 0; i < info->dlpi_phnum && n_glib_libraries < G_N_ELEMENTS (glib_libraries); i++)
    {
      const char *begin = (const char *) info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;

      if (info->dlpi_phdr[i].p_type != PT_LOAD || (info->dlpi_phdr[i].p_flags & PF_X) == 0)
        continue;
      glib_libraries[n_glib_libraries].begin = begin;
      glib_libraries[n_glib_libraries++].end = begin + info->dlpi_phdr[i].p_memsz;
    }
  return 0;
}

__attribute__ ((constructor)) static void
find_glib_libraries (void)
{
  dl_iterate_phdr (find_glib_library_cb, NULL);
}

static void
freed (gpointer      memory,
       gconstpointer caller)
{
  if (__tsan_write_range == NULL || memory == NULL)
    return;
  for (guint i = 0; i < n_glib_libraries; i++)
    if (caller >= glib_libraries[i].begin && caller < glib_libraries[i].end)
      return;
  __tsan_write_range (memory, malloc_usable_size (memory));
}

void
g_free (gpointer memory)
{
  freed (memory, __builtin_return_address (0));
  REAL (g_free) (memory);
}

/* Only with G_SLICE=always-malloc is this ordinary memory. */
void
g_slice_free1 (gsize    size,
               gpointer memory)
{
  freed (memory, __builtin_return_address (0));
  REAL (g_slice_free1) (size, memory);
}

/* A recursive lock that ThreadSanitizer does not see, so that it adds no edge
 * of its own. Under it, "release, acquire, drop a reference" is one step. */
static gpointer invisible_owner;
static guint invisible_depth;
static __thread char invisible_self;

static void
invisible_lock (void)
{
  gpointer nobody = NULL;

  if (__atomic_load_n (&invisible_owner, __ATOMIC_RELAXED) != &invisible_self)
    {
      while (!__atomic_compare_exchange_n (&invisible_owner, &nobody, &invisible_self, FALSE,
                                           __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        {
          nobody = NULL;
          sched_yield ();
        }
    }
  invisible_depth++;
}

static void
invisible_unlock (void)
{
  if (--invisible_depth == 0)
    __atomic_store_n (&invisible_owner, NULL, __ATOMIC_RELEASE);
}

/* References. Whoever drops the last one has seen all that the others did. */

/* Drops a reference unless it is the last; TRUE if it did. */
static gboolean
drop_one_of_several (guint         *ref_count,
                     gconstpointer  address)
{
  guint old = __atomic_load_n (ref_count, __ATOMIC_ACQUIRE);

  release (address);
  while (old > 1)
    if (__atomic_compare_exchange_n (ref_count, &old, old - 1, FALSE,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
      return TRUE;
  acquire (address);
  return FALSE;
}

gboolean
(g_atomic_ref_count_dec) (gatomicrefcount *ref_count)
{
  gboolean last;

  release ((gconstpointer) ref_count);
  last = __atomic_fetch_sub (ref_count, 1, __ATOMIC_ACQ_REL) == 1;
  if (last)
    acquire ((gconstpointer) ref_count);
  return last;
}

static __thread GDestroyNotify clear_func_of_box;

static void
clear_box (gpointer box)
{
  GDestroyNotify clear_func = clear_func_of_box;

  acquire (box);
  if (clear_func != NULL)
    clear_func (box);
}

void
(g_atomic_rc_box_release_full) (gpointer       box,
                                GDestroyNotify clear_func)
{
  clear_func_of_box = clear_func;
  release (box);
  REAL (g_atomic_rc_box_release_full) (box, clear_box);
}

void
(g_atomic_rc_box_release) (gpointer box)
{
  (g_atomic_rc_box_release_full) (box, NULL);
}

void
g_object_unref (gpointer object)
{
  GObject *self = object;

  /* A toggle reference has to be told at two: leave it to GObject. */
  if (!G_IS_OBJECT (self) || g_datalist_get_flags (&self->qdata) != 0 ||
      !drop_one_of_several ((guint *) &self->ref_count, self))
    REAL (g_object_unref) (object);
}

void
g_source_unref (GSource *source)
{
  if (!drop_one_of_several (&source->ref_count, source))
    REAL (g_source_unref) (source);
}

void
g_bytes_unref (GBytes *bytes)
{
  if (bytes == NULL)
    return;
  invisible_lock ();
  release (bytes);
  acquire (bytes);
  REAL (g_bytes_unref) (bytes);
  invisible_unlock ();
}

void
g_variant_unref (GVariant *value)
{
  invisible_lock ();
  release (value);
  acquire (value);
  REAL (g_variant_unref) (value);
  invisible_unlock ();
}

/* Containers whose counter is in a struct of GLib's own: it is found as the
 * word that a further reference makes two of one. */
static gsize ref_count_of_ptr_array;
static gsize ref_count_of_hash_table;

static gsize
find_ref_count (gpointer   container,
                gpointer (*ref) (gpointer container))
{
  gsize n_words = malloc_usable_size (container) / sizeof (guint);
  g_autofree guint *before = g_memdup2 (container, n_words * sizeof (guint));
  const guint *after = ref (container);

  for (gsize i = 0; i < n_words; i++)
    if (before[i] == 1 && after[i] == 2)
      return i;

  g_error ("A container of GLib has no counter of references");
}

static gpointer
ref_ptr_array (gpointer array)
{
  return g_ptr_array_ref (array);
}

static gpointer
ref_hash_table (gpointer table)
{
  return g_hash_table_ref (table);
}

__attribute__ ((constructor)) static void
find_ref_counts (void)
{
  GPtrArray *array = g_ptr_array_new ();
  GHashTable *table = g_hash_table_new (NULL, NULL);

  ref_count_of_ptr_array = find_ref_count (array, ref_ptr_array);
  REAL (g_ptr_array_unref) (array);
  REAL (g_ptr_array_unref) (array);
  ref_count_of_hash_table = find_ref_count (table, ref_hash_table);
  REAL (g_hash_table_unref) (table);
  REAL (g_hash_table_unref) (table);
}

void
g_ptr_array_unref (GPtrArray *array)
{
  if (!drop_one_of_several ((guint *) array + ref_count_of_ptr_array, array))
    REAL (g_ptr_array_unref) (array);
}

void
g_hash_table_unref (GHashTable *table)
{
  if (!drop_one_of_several ((guint *) table + ref_count_of_hash_table, table))
    REAL (g_hash_table_unref) (table);
}

/* Types. A class and its interfaces are filled in by the thread that needs
 * them first; the others go past a flag inside GObject. */

static char types_are_ready;

static void
ensure_class (GType type)
{
  GQuark quark = g_quark_from_static_string ("tsan-glib-class");

  if (g_type_get_qdata (type, quark) == NULL)
    {
      invisible_lock ();
      REAL (g_type_class_ref) (type);
      release (&types_are_ready);
      g_type_set_qdata (type, quark, &types_are_ready);
      invisible_unlock ();
    }
  acquire (&types_are_ready);
}

gpointer
g_type_class_ref (GType type)
{
  ensure_class (type);
  return REAL (g_type_class_ref) (type);
}

GObject *
g_object_new_valist (GType       type,
                     const char *first_property_name,
                     va_list     args)
{
  ensure_class (type);
  return REAL (g_object_new_valist) (type, first_property_name, args);
}

gpointer
g_object_new (GType       type,
              const char *first_property_name,
              ...)
{
  GObject *object;
  va_list args;

  va_start (args, first_property_name);
  object = g_object_new_valist (type, first_property_name, args);
  va_end (args);
  return object;
}

GObject *
g_object_new_with_properties (GType         type,
                              guint         n_properties,
                              const char   *names[],
                              const GValue  values[])
{
  ensure_class (type);
  return REAL (g_object_new_with_properties) (type, n_properties, names, values);
}
