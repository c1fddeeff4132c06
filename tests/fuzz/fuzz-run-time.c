/* fuzz-run-time.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The input is a description that is read at run time. It gets no types, which would last. */

#include "dynamic/norpc-description-reader-private.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *xml = size > 0 ? g_strndup ((const char *) data, size) : g_strdup ("");
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = norpc_description_read (xml, NULL, &error);

  g_assert_true ((infos != NULL) == (error == NULL));
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    g_free (norpc_dynamic_info_describe (g_ptr_array_index (infos, i)));

  return 0;
}
