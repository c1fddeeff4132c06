/* norpc-import.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The imports of an export: its proxy in each context, and the handle that stands for it in
 * transit, each one as long as it is in use.
 */

#include "core/norpc-weak-ref.h"
#include "norpc-export-parts-private.h"
#include "server/norpc-thread-private.h"

/* The imports of one main context. The source in the context owns it. */
typedef struct
{
  gatomicrefcount ref_count; /* one for the source, and one for each import */
  GMainContext   *context;   /* (unowned), since construction: a key of the table */
  GHashTable     *imports;   /* (owned) [lock]: a set of unowned NorpcImport */
  gboolean        ended;     /* [lock]: the context has been freed, or its thread ends */
} ImportContext;

/* The object that one context has for an export, which owns this struct. */
typedef struct
{
  gatomicrefcount ref_count;
  NorpcExport    *export;  /* (owned) (nullable) [lock]: until the context or the object is freed */
  ImportContext  *context; /* (owned) (nullable), since construction: NULL in a handle */
  GType           type;    /* since construction */
  GWeakRef        object;
} NorpcImport;

/* The contexts with imports (owned) (nullable) [norpc_exports_lock]: of unowned GMainContext and
 * unowned ImportContext.
 */
static GHashTable *contexts;

static GQuark
get_import_quark (void)
{
  return g_quark_from_static_string ("norpc-import");
}

static void
import_context_unref (ImportContext *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->imports);
  g_free (self);
}

/* Called with the lock held. Takes the export (owned) (nullable) of an import, which is no longer
 * one of that export.
 */
static NorpcExport *
steal_export_locked (NorpcImport *import)
{
  NorpcExport *export = g_steal_pointer (&import->export);

  if (export != NULL)
    export->imports = g_slist_remove (export->imports, import);
  if (import->context != NULL)
    g_hash_table_remove (import->context->imports, import);

  return export;
}

static void
import_unref (NorpcImport *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_weak_ref_clear (&self->object);
  g_clear_pointer (&self->context, import_context_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NorpcImport, import_unref)

/* Runs in the thread that frees the object. */
static void
object_freed_cb (gpointer data)
{
  NorpcImport *self = data;
  NorpcExport *export;

  g_mutex_lock (&norpc_exports_lock);
  export = steal_export_locked (self);
  g_mutex_unlock (&norpc_exports_lock);

  import_unref (self);
  g_clear_pointer (&export, norpc_export_unref);
}

/* Called in the thread that ends the context. References that the application has to its imports no
 * longer keep their objects alive.
 */
static void
end_imports (gpointer data)
{
  ImportContext *self = data;
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func ((GDestroyNotify) norpc_export_unref);
  GHashTableIter iter;
  gpointer import;

  g_mutex_lock (&norpc_exports_lock);
  self->ended = TRUE;
  for (g_hash_table_iter_init (&iter, self->imports); g_hash_table_iter_next (&iter, &import, NULL);
       g_hash_table_iter_init (&iter, self->imports))
    g_ptr_array_add (ended, steal_export_locked (import));
  g_mutex_unlock (&norpc_exports_lock);
}

/* Called in the thread that frees the context. */
static void
context_freed_cb (gpointer data)
{
  ImportContext *self = data;

  g_mutex_lock (&norpc_exports_lock);
  if (g_hash_table_lookup (contexts, self->context) == self)
    g_hash_table_remove (contexts, self->context);
  g_mutex_unlock (&norpc_exports_lock);

  end_imports (self);
  import_context_unref (self);
}

static void
do_nothing (gpointer data G_GNUC_UNUSED)
{
}

static void
ref_imports (gpointer data)
{
  g_atomic_ref_count_inc (&((ImportContext *) data)->ref_count);
}

static void
unref_imports (gpointer data)
{
  import_context_unref (data);
}

static const NorpcThreadUserFuncs thread_user_funcs = { do_nothing, end_imports, ref_imports, unref_imports };

static gboolean
never_called_cb (gpointer user_data G_GNUC_UNUSED)
{
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { NULL, NULL, NULL, NULL, NULL, NULL };

/* Called in the receiver's thread, which is @thread (nullable), with the lock held. The source is
 * never ready: it is destroyed with the context.
 */
static ImportContext *
import_context_new (GMainContext *context,
                    NorpcThread  *thread)
{
  ImportContext *self = g_new0 (ImportContext, 1);
  GSource *source = g_source_new (&source_funcs, sizeof (GSource));

  g_atomic_ref_count_init (&self->ref_count);
  self->context = context;
  self->imports = g_hash_table_new (NULL, NULL);

  g_source_set_static_name (source, "norpc imports");
  g_source_set_callback (source, never_called_cb, self, context_freed_cb);
  g_source_attach (source, context);
  g_source_unref (source);

  ref_imports (self);
  if (thread == NULL || !norpc_thread_add_user (thread, &thread_user_funcs, self, NULL))
    unref_imports (self);

  return self;
}

/* Called in the receiver's thread. Returns the imports (owned) of its thread-default context. */
static ImportContext *
import_context_get (void)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  g_autoptr (NorpcThread) thread = norpc_thread_dup_current (context);
  ImportContext *self;

  g_mutex_lock (&norpc_exports_lock);
  if (contexts == NULL)
    contexts = g_hash_table_new (NULL, NULL);
  self = g_hash_table_lookup (contexts, context);
  if (self == NULL)
    {
      self = import_context_new (context, thread);
      g_hash_table_insert (contexts, context, self);
    }
  g_atomic_ref_count_inc (&self->ref_count);
  g_mutex_unlock (&norpc_exports_lock);

  return self;
}

/* Called with the lock held. Returns an import (unowned), whose object may be about to be freed. */
static NorpcImport *
find_locked (NorpcExport   *export,
             GType          type,
             ImportContext *context)
{
  for (GSList *l = export->imports; l != NULL; l = l->next)
    {
      NorpcImport *import = l->data;

      if (import->type == type && import->context == context)
        return import;
    }

  return NULL;
}

/* Thread-safe. Called with no lock held, because a binding may run code when an object gets a
 * second reference. Returns the object (owned) of a context, or NULL. Sets @import (owned)
 * (nullable) to what was found.
 */
static GObject *
lookup_import (NorpcExport    *export,
               GType           type,
               ImportContext  *context,
               NorpcImport   **import)
{
  g_mutex_lock (&norpc_exports_lock);
  *import = find_locked (export, type, context);
  if (*import != NULL)
    g_atomic_ref_count_inc (&(*import)->ref_count);
  g_mutex_unlock (&norpc_exports_lock);

  return *import != NULL ? norpc_weak_ref_get (&(*import)->object) : NULL;
}

static NorpcImport *
import_new (GType          type,
            ImportContext *context,
            GObject       *object)
{
  NorpcImport *self = g_new0 (NorpcImport, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->type = type;
  self->context = context;
  if (context != NULL)
    g_atomic_ref_count_inc (&context->ref_count);
  g_weak_ref_init (&self->object, object);
  g_object_set_qdata_full (object, get_import_quark (), self, object_freed_cb);

  return self;
}

/* Thread-safe. Called with no lock held. Makes @object an import of the context, in place of
 * @previous, whose object is being freed. Returns FALSE if another thread has added one first.
 */
static gboolean
add_import (NorpcExport   *export,
            GType          type,
            ImportContext *context,
            NorpcImport   *previous,
            GObject       *object)
{
  NorpcImport *import = import_new (type, context, object);
  NorpcExport *previous_export = NULL;
  gboolean added;

  g_mutex_lock (&norpc_exports_lock);
  added = find_locked (export, type, context) == previous;
  if (added && previous != NULL)
    previous_export = steal_export_locked (previous);
  if (added)
    {
      import->export = norpc_export_ref_locked (export);
      export->imports = g_slist_prepend (export->imports, import);
      if (context != NULL && !context->ended)
        g_hash_table_add (context->imports, import);
    }
  g_mutex_unlock (&norpc_exports_lock);

  g_clear_pointer (&previous_export, norpc_export_unref);

  return added;
}

/* Thread-safe. Called with no lock held. Returns the object (owned) of a context, which is made if
 * there is none.
 */
static GObject *
get_object (NorpcExport   *export,
            GType          type,
            ImportContext *context,
            GObject     *(*new_object) (NorpcExport *export,
                                        GType        type))
{
  g_autoptr (GObject) object = NULL;

  while (TRUE)
    {
      g_autoptr (NorpcImport) found = NULL;
      g_autoptr (GObject) used = lookup_import (export, type, context, &found);

      if (used != NULL)
        return g_steal_pointer (&used);
      /* The object that lost against that of another thread is no import. */
      g_clear_object (&object);
      object = new_object (export, type);
      if (add_import (export, type, context, found, object))
        return g_steal_pointer (&object);
    }
}

/* Called in the receiver's thread, with no lock held. Returns the import (owned) of its
 * thread-default context.
 */
static GObject *
get_import (NorpcExport *export,
            GType        type)
{
  ImportContext *context = import_context_get ();
  GObject *object = get_object (export, type, context, export->kind->new_import);

  import_context_unref (context);

  return object;
}

/* Thread-safe. Returns the export (owned) of an import or of a handle, or NULL if @object is
 * neither.
 */
static NorpcExport *
dup_export (gpointer object)
{
  NorpcImport *import = g_object_get_qdata (object, get_import_quark ());
  NorpcExport *export = NULL;

  if (import == NULL)
    return NULL;

  g_mutex_lock (&norpc_exports_lock);
  if (import->export != NULL)
    export = norpc_export_ref_locked (import->export);
  g_mutex_unlock (&norpc_exports_lock);

  return export;
}

/* Thread-safe. Called with no lock held. Returns the handle (owned) of an export. */
gpointer
norpc_export_dup_handle (NorpcExport *self,
                         GType        type)
{
  return get_object (self, type, NULL, self->kind->new_handle);
}

/* Called in the sender's thread, with no lock held. Returns a handle (owned) for an object, whose
 * owner is the thread-default context, or for an import, whose owner is that of its export.
 */
gpointer
norpc_export_export_object (const NorpcExportKind *kind,
                            GType                  type,
                            gpointer               object)
{
  NorpcExport *export = dup_export (object);
  gpointer handle;

  if (export == NULL)
    export = norpc_export_get (kind, object);
  handle = norpc_export_dup_handle (export, type);
  norpc_export_unref (export);

  return handle;
}

/* Called in the receiver's thread, with no lock held. Returns the object itself (owned) in its own
 * context, and elsewhere the import of the thread-default context (owned).
 */
gpointer
norpc_export_import_object (GType    type,
                            gpointer handle)
{
  NorpcExport *export = dup_export (handle);
  gpointer object;

  if (export == NULL)
    return g_object_ref (handle);

  object = norpc_export_dup_own_object (export);
  if (object == NULL)
    object = get_import (export, type);
  norpc_export_unref (export);

  return object;
}
