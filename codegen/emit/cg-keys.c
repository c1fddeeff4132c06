/* cg-keys.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cg-keys.h"

#include "model/cg-names.h"

void
cg_keys_set_docs (CgWriter     *writer,
                  const CgNode *node)
{
  g_autoptr (GString) tags = g_string_new (NULL);

  if (node->c_since != NULL)
    g_string_append_printf (tags, "Since: %s\n", node->c_since);
  if (node->deprecated && node->c_deprecated_text != NULL)
    g_string_append_printf (tags, "Deprecated: %s\n", node->c_deprecated_text);
  else if (node->deprecated)
    g_string_append_printf (tags, "Deprecated: The description says that `%s` is deprecated.\n",
                            node->name);
  if (tags->len > 0)
    g_string_truncate (tags, tags->len - 1);

  cg_writer_set (writer, "c_brief", node->c_brief != NULL ? node->c_brief : "");
  cg_writer_set (writer, "c_doc", node->c_doc != NULL ? node->c_doc : "");
  cg_writer_set (writer, "tags", tags->str);
  cg_writer_set_flag (writer, "is_deprecated", node->deprecated);
}

void
cg_keys_set_node (CgWriter     *writer,
                  const CgNode *node)
{
  cg_names_set (writer, node);
  cg_keys_set_docs (writer, node);
}

/* Sets a key to a number, or to "" if it is 0. */
static void
set_number (CgWriter   *writer,
            const char *key,
            guint       number)
{
  cg_writer_take (writer, key, number > 0 ? g_strdup_printf ("%u", number) : g_strdup (""));
}

void
cg_keys_set_member (CgWriter       *writer,
                    const CgMember *member,
                    CgItemFunc      set_arg,
                    gconstpointer   data)
{
  static const struct
  {
    const char    *key;
    CgMethodFlags  flag;
  } flags[] = {
    { "is_oneway", CG_METHOD_ONEWAY },
    { "is_latest_wins", CG_METHOD_LATEST_WINS },
    { "is_idempotent", CG_METHOD_IDEMPOTENT },
    { "is_stream", CG_METHOD_STREAM },
    { "is_stream_in", CG_METHOD_STREAM_IN },
  };

  cg_keys_set_node (writer, &member->node);
  cg_writer_set_flag (writer, "is_method", member->kind == CG_MEMBER_METHOD);
  cg_writer_set_flag (writer, "is_signal", member->kind == CG_MEMBER_SIGNAL);
  cg_writer_set_flag (writer, "is_property", member->kind == CG_MEMBER_PROPERTY);
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    cg_writer_set_flag (writer, flags[i].key, (member->flags & flags[i].flag) != 0);
  cg_writer_set_flag (writer, "is_returned", cg_method_get_return_arg (member) != NULL);
  cg_writer_set_flag (writer, "can_read", (member->access & CG_ACCESS_READ) != 0);
  cg_writer_set_flag (writer, "can_write", (member->access & CG_ACCESS_WRITE) != 0);
  cg_writer_set_flag (writer, "closes_when_full", member->closes_when_full);
  set_number (writer, "timeout", member->timeout);
  set_number (writer, "backlog", member->backlog);
  cg_writer_set_list (writer, "in_args", member->in_args, set_arg, data);
  cg_writer_set_list (writer, "out_args", member->out_args, set_arg, data);
  cg_writer_set_list (writer, "items", member->items, set_arg, data);
}

void
cg_keys_set_member_item (CgWriter      *writer,
                         gpointer       item,
                         gconstpointer  data G_GNUC_UNUSED)
{
  cg_keys_set_member (writer, item, NULL, NULL);
}
