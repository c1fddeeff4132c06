/* cg-naming-args.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Gives the arguments of members and the items of streams the names of their parameters in C. */

#include "cg-namer.h"

#include "cg-spelling.h"

/* Names the values of an item, which are parameters of other functions than the arguments. */
static void
name_items (Namer    *self,
            CgMember *stream)
{
  g_autoptr (GHashTable) written = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) read = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (written, (gpointer) "item");  /* a variable of the function that writes */
  CG_FOREACH (CgArg, item, stream->items)
    {
      const char *described = item->node.c_name != NULL ? item->node.c_name : item->node.name;
      g_autofree char *name = described != NULL && *described != '\0'
                              ? cg_make_identifier (described)
                              : g_strdup_printf ("unnamed_item%u", g_hash_table_size (read));

      item->node.in_c = item->c_lent = cg_namer_make_parameter (self, written, "", name);
      item->c_out = cg_namer_make_parameter (self, read, "out_", name);
    }
}

void
cg_namer_name_args (Namer    *self,
                    CgMember *method)
{
  g_autoptr (GHashTable) params = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) completes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) args = g_ptr_array_new ();

  g_ptr_array_extend (args, method->in_args, NULL, NULL);
  g_ptr_array_extend (args, method->out_args, NULL, NULL);
  if (cg_member_is_stream (method))
    g_hash_table_add (params, (gpointer) "stream");  /* a parameter of the handler */
  for (guint i = 0; i < args->len; i++)
    {
      gboolean is_in = i < method->in_args->len;
      GHashTable *taken = is_in ? params : completes;
      CgArg *arg = g_ptr_array_index (args, i);
      const char *described = arg->node.c_name != NULL ? arg->node.c_name : arg->node.name;
      g_autofree char *name = described != NULL && *described != '\0'
                              ? cg_make_identifier (described)
                              : g_strdup_printf ("unnamed_arg%u", i);

      arg->node.in_c = arg->c_lent = cg_namer_make_parameter (self, taken, "", name);
      if (method->kind == CG_MEMBER_SIGNAL)
        arg->c_out = arg->c_lent;
      else if (!is_in)
        arg->c_out = cg_namer_make_parameter (self, params, "out_", name);
    }
  name_items (self, method);
}
