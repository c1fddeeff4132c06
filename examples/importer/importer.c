/* importer.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with streams: a long call with progress, and one to which the client sends items. */

#include "demo-importer.h"

#define N_FILES 20
#define FILE_SIZE 4096

G_DECLARE_FINAL_TYPE (Importer, importer, EXAMPLE, IMPORTER, GObject)

struct _Importer
{
  GObject parent_instance;
};

/* An import that the service works on. */
typedef struct
{
  DemoImporter             *importer; /* (owned) */
  NorpcCall                *call;     /* (owned) */
  DemoImporterImportStream *stream;   /* (owned) */
  guint                     n_done;
} Import;

static void
import_free (Import *self)
{
  g_object_unref (self->importer);
  g_object_unref (self->stream);
  norpc_call_unref (self->call);
  g_free (self);
}

static void import_files (Import *self);

static void
ready_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  /* Fails if the client has cancelled the import. */
  if (norpc_stream_ready_finish (NORPC_STREAM (source_object), result, NULL))
    import_files (user_data);
  else
    import_free (user_data);
}

/* Writes the progress as long as the client keeps up, and goes on when it has caught up. */
static void
import_files (Import *self)
{
  while (self->n_done < N_FILES)
    {
      if (!norpc_stream_is_ready (NORPC_STREAM (self->stream)))
        {
          norpc_stream_ready_async (NORPC_STREAM (self->stream), NULL, ready_cb, self);
          return;
        }

      self->n_done++;
      demo_importer_import_stream_write (self->stream, self->n_done, N_FILES, NULL);
    }

  demo_importer_complete_import (self->importer, self->call, N_FILES * FILE_SIZE);
  import_free (self);
}

static gboolean
importer_handle_import (DemoImporter              *importer,
                        NorpcCall                 *call,
                        DemoImporterImportStream  *stream,
                        const char                *folder,
                        GError                   **error)
{
  Import *self;

  if (*folder == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no such folder");
      return FALSE;
    }

  self = g_new0 (Import, 1);
  self->importer = g_object_ref (importer);
  self->call = norpc_call_ref (call);
  self->stream = g_object_ref (stream);
  import_files (self);

  return TRUE;
}

static void
added_cb (GObject      *source_object,
          GAsyncResult *result,
          gpointer      user_data)
{
  DemoImporterAddStream *stream = DEMO_IMPORTER_ADD_STREAM (source_object);
  NorpcCall *call = user_data;
  guint count = GPOINTER_TO_UINT (g_object_get_data (source_object, "count"));
  g_autofree char *name = NULL;
  g_autoptr (GError) error = NULL;

  if (demo_importer_add_stream_next_finish (stream, result, &name, &error))
    {
      g_object_set_data (source_object, "count", GUINT_TO_POINTER (count + 1));
      demo_importer_add_stream_next_async (stream, NULL, added_cb, call);
      return;
    }

  if (error != NULL)
    norpc_call_return_gerror (call, error);
  else
    demo_importer_complete_add (g_object_get_data (source_object, "importer"), call, count);
  norpc_call_unref (call);
}

static gboolean
importer_handle_add (DemoImporter           *importer,
                     NorpcCall              *call,
                     DemoImporterAddStream  *stream,
                     GError                **error)
{
  g_object_set_data_full (G_OBJECT (stream), "importer", g_object_ref (importer), g_object_unref);
  demo_importer_add_stream_next_async (stream, NULL, added_cb, norpc_call_ref (call));

  return TRUE;
}

static void
importer_iface_init (DemoImporterInterface *iface)
{
  iface->handle_import = importer_handle_import;
  iface->handle_add = importer_handle_add;
}

G_DEFINE_TYPE_WITH_CODE (Importer, importer, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (DEMO_TYPE_IMPORTER, importer_iface_init))

static void
importer_class_init (ImporterClass *klass)
{
}

static void
importer_init (Importer *self)
{
}

/* The client: this is called in the main thread. */

static void
progress_cb (GObject      *source_object,
             GAsyncResult *result,
             gpointer      user_data)
{
  DemoImporterImportStream *stream = DEMO_IMPORTER_IMPORT_STREAM (source_object);
  g_autoptr (GError) error = NULL;
  guint done, total;
  guint64 bytes;

  if (demo_importer_import_stream_next_finish (stream, result, &done, &total, &error))
    {
      /* Others may have arrived with it: only the last one matters. */
      while (demo_importer_import_stream_try_next (stream, &done, &total))
        ;
      if (done == total)
        g_print ("%u of %u files\n", done, total);
      demo_importer_import_stream_next_async (stream, NULL, progress_cb, user_data);
      return;
    }

  if (error != NULL)
    g_print ("%s\n", error->message);
  else if (demo_importer_import_stream_outcome_sync (stream, &bytes, NULL, &error))
    g_print ("%" G_GUINT64_FORMAT " bytes\n", bytes);
  g_main_loop_quit (user_data);
}

static void
import_folder (DemoImporterProxy *proxy,
               const char        *folder)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (DemoImporterImportStream) stream = demo_importer_proxy_open_import (proxy, folder, NULL);

  demo_importer_import_stream_next_async (stream, NULL, progress_cb, loop);
  g_main_loop_run (loop);
}

static void
add_files (DemoImporterProxy *proxy)
{
  g_autoptr (DemoImporterAddStream) stream = demo_importer_proxy_open_add (proxy, NULL);
  g_autoptr (GError) error = NULL;
  guint count;

  for (guint i = 0; i < 3; i++)
    if (!demo_importer_add_stream_write (stream, "a file", &error))
      g_error ("%s", error->message);
  norpc_stream_end (NORPC_STREAM (stream));
  if (demo_importer_add_stream_outcome_sync (stream, &count, NULL, &error))
    g_print ("%u files added\n", count);
}

int
main (void)
{
  g_autoptr (GObject) service = g_object_new (importer_get_type (), NULL);
  g_autoptr (NorpcServer) server = norpc_server_new (service);
  g_autoptr (DemoImporterProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;

  if (!norpc_server_start (server, NULL, &error))
    g_error ("%s", error->message);
  proxy = demo_importer_proxy_new (norpc_server_get_endpoint (server));

  import_folder (proxy, "/photos");
  import_folder (proxy, "");
  add_files (proxy);

  return 0;
}
