/* types-later.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A service with asynchronous handlers: it keeps each call and completes it later, from a
 * source of its own context. C and C++. */

#include "types-services.h"

typedef struct
{
  GObject parent_instance;
} TypesLater;

typedef struct
{
  GObjectClass parent_class;
} TypesLaterClass;

typedef void (*CompleteFunc) (TestTypes    *self,
                              NorpcCall    *call,
                              const GValue *args);

typedef struct
{
  TestTypes *self;       /* (owned) */
  NorpcCall *call;       /* (owned) */
  CompleteFunc complete;
} Later;

static gboolean
later_cb (gpointer data)
{
  Later *later = (Later *) data;

  later->complete (later->self, later->call, norpc_call_get_args (later->call, NULL));
  return G_SOURCE_REMOVE;
}

static void
later_free (gpointer data)
{
  Later *later = (Later *) data;

  g_object_unref (later->self);
  norpc_call_unref (later->call);
  g_free (later);
}

static gboolean
answer_later (TestTypes    *self,
              NorpcCall    *call,
              CompleteFunc  complete)
{
  Later *later = g_new (Later, 1);
  GSource *source = g_idle_source_new ();

  later->self = TEST_TYPES (g_object_ref (self));
  later->call = norpc_call_ref (call);
  later->complete = complete;

  g_source_set_static_name (source, "[test] answer later");
  g_source_set_callback (source, later_cb, later, later_free);
  g_source_attach (source, g_main_context_get_thread_default ());
  g_source_unref (source);
  return TRUE;
}

static void
complete_nothing (TestTypes    *self,
                  NorpcCall    *call,
                  const GValue *args)
{
  test_types_complete_nothing (self, call);
}

static gboolean
later_handle_nothing (TestTypes  *self,
                      NorpcCall  *call,
                      GError    **error)
{
  return answer_later (self, call, complete_nothing);
}

static void
complete_numbers (TestTypes    *self,
                  NorpcCall    *call,
                  const GValue *args)
{
  test_types_complete_numbers (self, call,
                               g_value_get_uchar (&args[0]),
                               g_value_get_boolean (&args[1]),
                               (gint16) g_value_get_int (&args[2]),
                               (guint16) g_value_get_uint (&args[3]),
                               g_value_get_int (&args[4]),
                               g_value_get_uint (&args[5]),
                               g_value_get_int64 (&args[6]),
                               g_value_get_uint64 (&args[7]),
                               g_value_get_double (&args[8]),
                               g_value_get_int (&args[9]));
}

static gboolean
later_handle_numbers (TestTypes  *self,
                      NorpcCall  *call,
                      guint8      byte,
                      gboolean    truth,
                      gint16      int16,
                      guint16     uint16,
                      gint        int32,
                      guint       uint32,
                      gint64      int64,
                      guint64     uint64,
                      double      number,
                      gint        handle,
                      GError    **error)
{
  return answer_later (self, call, complete_numbers);
}

static void
complete_strings (TestTypes    *self,
                  NorpcCall    *call,
                  const GValue *args)
{
  test_types_complete_strings (self, call,
                               g_value_get_string (&args[0]),
                               g_value_get_string (&args[1]),
                               g_value_get_string (&args[2]));
}

static gboolean
later_handle_strings (TestTypes   *self,
                      NorpcCall   *call,
                      const char  *string,
                      const char  *path,
                      const char  *signature,
                      GError     **error)
{
  return answer_later (self, call, complete_strings);
}

static void
complete_arrays (TestTypes    *self,
                 NorpcCall    *call,
                 const GValue *args)
{
  test_types_complete_arrays (self, call,
                              (GBytes *) g_value_get_boxed (&args[0]),
                              (const char * const *) g_value_get_boxed (&args[1]),
                              (const char * const *) g_value_get_boxed (&args[2]),
                              (const char * const *) g_value_get_boxed (&args[3]));
}

static gboolean
later_handle_arrays (TestTypes           *self,
                     NorpcCall           *call,
                     GBytes              *bytes,
                     const char * const  *strings,
                     const char * const  *paths,
                     const char * const  *signatures,
                     GError             **error)
{
  return answer_later (self, call, complete_arrays);
}

static void
complete_variants (TestTypes    *self,
                   NorpcCall    *call,
                   const GValue *args)
{
  test_types_complete_variants (self, call,
                                g_value_get_variant (&args[0]),
                                g_value_get_variant (&args[1]),
                                g_value_get_variant (&args[2]),
                                g_value_get_variant (&args[3]));
}

static gboolean
later_handle_variants (TestTypes  *self,
                       NorpcCall  *call,
                       GVariant   *variant,
                       GVariant   *pair,
                       GVariant   *dict,
                       GVariant   *lists,
                       GError    **error)
{
  return answer_later (self, call, complete_variants);
}

static void
complete_nullables (TestTypes    *self,
                    NorpcCall    *call,
                    const GValue *args)
{
  test_types_complete_nullables (self, call,
                                 g_value_get_string (&args[0]),
                                 g_value_get_string (&args[1]),
                                 g_value_get_string (&args[2]),
                                 (GBytes *) g_value_get_boxed (&args[3]),
                                 (const char * const *) g_value_get_boxed (&args[4]),
                                 g_value_get_variant (&args[5]),
                                 g_value_get_variant (&args[6]));
}

static gboolean
later_handle_nullables (TestTypes           *self,
                        NorpcCall           *call,
                        const char          *string,
                        const char          *attribute,
                        const char          *path,
                        GBytes              *bytes,
                        const char * const  *strings,
                        GVariant            *number,
                        GVariant            *pair,
                        GError             **error)
{
  return answer_later (self, call, complete_nullables);
}

static void
complete_one_number (TestTypes    *self,
                     NorpcCall    *call,
                     const GValue *args)
{
  test_types_complete_one_number (self, call, g_value_get_int (&args[0]));
}

static gboolean
later_handle_one_number (TestTypes  *self,
                         NorpcCall  *call,
                         gint        number,
                         GError    **error)
{
  return answer_later (self, call, complete_one_number);
}

static void
complete_one_string (TestTypes    *self,
                     NorpcCall    *call,
                     const GValue *args)
{
  test_types_complete_one_string (self, call, g_value_get_string (&args[0]));
}

static gboolean
later_handle_one_string (TestTypes   *self,
                         NorpcCall   *call,
                         const char  *string,
                         GError     **error)
{
  return answer_later (self, call, complete_one_string);
}

static void
complete_one_strings (TestTypes    *self,
                      NorpcCall    *call,
                      const GValue *args)
{
  test_types_complete_one_strings (self, call,
                                   (const char * const *) g_value_get_boxed (&args[0]));
}

static gboolean
later_handle_one_strings (TestTypes           *self,
                          NorpcCall           *call,
                          const char * const  *strings,
                          GError             **error)
{
  return answer_later (self, call, complete_one_strings);
}

static void
complete_one_bytes (TestTypes    *self,
                    NorpcCall    *call,
                    const GValue *args)
{
  test_types_complete_one_bytes (self, call, (GBytes *) g_value_get_boxed (&args[0]));
}

static gboolean
later_handle_one_bytes (TestTypes  *self,
                        NorpcCall  *call,
                        GBytes     *bytes,
                        GError    **error)
{
  return answer_later (self, call, complete_one_bytes);
}

static void
complete_one_variant (TestTypes    *self,
                      NorpcCall    *call,
                      const GValue *args)
{
  test_types_complete_one_variant (self, call, g_value_get_variant (&args[0]));
}

static gboolean
later_handle_one_variant (TestTypes  *self,
                          NorpcCall  *call,
                          GVariant   *pair,
                          GError    **error)
{
  return answer_later (self, call, complete_one_variant);
}

static void
complete_one_nullable (TestTypes    *self,
                       NorpcCall    *call,
                       const GValue *args)
{
  test_types_complete_one_nullable (self, call, g_value_get_string (&args[0]));
}

static gboolean
later_handle_one_nullable (TestTypes   *self,
                           NorpcCall   *call,
                           const char  *string,
                           GError     **error)
{
  return answer_later (self, call, complete_one_nullable);
}

static void
complete_refuse (TestTypes    *self,
                 NorpcCall    *call,
                 const GValue *args)
{
  norpc_call_return_error_literal (call, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                                   g_value_get_string (&args[0]));
}

static gboolean
later_handle_refuse (TestTypes   *self,
                     NorpcCall   *call,
                     const char  *message,
                     GError     **error)
{
  return answer_later (self, call, complete_refuse);
}

static void
complete_wrong_type (TestTypes    *self,
                     NorpcCall    *call,
                     const GValue *args)
{
  g_autoptr (GVariant) wrong = g_variant_ref_sink (g_variant_new ("(ss)", "not", "numbers"));

  test_types_complete_wrong_type (self, call, wrong);
}

static gboolean
later_handle_wrong_type (TestTypes  *self,
                         NorpcCall  *call,
                         GError    **error)
{
  return answer_later (self, call, complete_wrong_type);
}

static void
types_later_iface_init (gpointer iface_pointer,
                        gpointer data)
{
  TestTypesInterface *iface = (TestTypesInterface *) iface_pointer;

  iface->handle_nothing = later_handle_nothing;
  iface->handle_numbers = later_handle_numbers;
  iface->handle_strings = later_handle_strings;
  iface->handle_arrays = later_handle_arrays;
  iface->handle_variants = later_handle_variants;
  iface->handle_nullables = later_handle_nullables;
  iface->handle_one_number = later_handle_one_number;
  iface->handle_one_string = later_handle_one_string;
  iface->handle_one_strings = later_handle_one_strings;
  iface->handle_one_bytes = later_handle_one_bytes;
  iface->handle_one_variant = later_handle_one_variant;
  iface->handle_one_nullable = later_handle_one_nullable;
  iface->handle_refuse = later_handle_refuse;
  iface->handle_wrong_type = later_handle_wrong_type;
}

G_DEFINE_TYPE_WITH_CODE (TypesLater, types_later, G_TYPE_OBJECT,
                         G_IMPLEMENT_INTERFACE (TEST_TYPE_TYPES, types_later_iface_init))

static void
types_later_class_init (TypesLaterClass *klass)
{
}

static void
types_later_init (TypesLater *self)
{
}
