/* norpc-value-convert.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-info-match-private.h"
#include "norpc-value-convert-private.h"
#include "norpc-value-form-private.h"
#include "norpc-value-variant-private.h"

/* Sets @to, which has the type of its description. Returns a message (owned) that tells why @from is not a value of the
 * other description, or NULL.
 */
char *
norpc_value_convert (const NorpcArgInfo *from_info,
                     const GValue       *from,
                     const NorpcArgInfo *to_info,
                     GValue             *to)
{
  NorpcArgInfo hiding = *to_info;
  g_autoptr (GVariant) variant = NULL;
  char *problem = NULL;

  if (norpc_arg_infos_match (from_info, to_info))
    {
      g_value_copy (from, to);
      return NULL;
    }

  variant = norpc_value_to_variant (from_info, from, &problem);
  if (variant == NULL)
    return problem;

  g_variant_ref_sink (variant);
  /* One of the descriptions may say that the message must not quote the value. */
  if (norpc_arg_info_is_sensitive (from_info))
    hiding.flags |= NORPC_ARG_FLAGS_SENSITIVE;

  return norpc_value_set_variant (&hiding, to, variant);
}

/* Sets @to, which is of the types of its description. If that fails, sets @problem (owned); some of the values may have
 * been set.
 */
gboolean
norpc_values_convert (GDBusArgInfo * const  *from_infos,
                      const GValue          *from,
                      GDBusArgInfo * const  *to_infos,
                      GValue                *to,
                      guint                  n_values,
                      const char            *kind,
                      char                 **problem)
{
  for (guint i = 0; i < n_values; i++)
    {
      char *found = norpc_value_convert ((const NorpcArgInfo *) from_infos[i], &from[i],
                                         (const NorpcArgInfo *) to_infos[i], &to[i]);

      if (found == NULL)
        continue;

      *problem = norpc_describe_value (kind, from_infos[i], found);
      return FALSE;
    }

  return TRUE;
}

/* As norpc_values_convert (), but values of types that are the same are moved: @from then has none in their places. */
gboolean
norpc_values_move (GDBusArgInfo * const  *from_infos,
                   GValue                *from,
                   GDBusArgInfo * const  *to_infos,
                   GValue                *to,
                   guint                  n_values,
                   const char            *kind,
                   char                 **problem)
{
  for (guint i = 0; i < n_values; i++)
    {
      if (!norpc_arg_infos_match ((const NorpcArgInfo *) from_infos[i], (const NorpcArgInfo *) to_infos[i]))
        {
          if (!norpc_values_convert (&from_infos[i], &from[i], &to_infos[i], &to[i], 1, kind, problem))
            return FALSE;
          continue;
        }

      g_value_unset (&to[i]);
      to[i] = from[i];
      from[i] = (GValue) G_VALUE_INIT;
    }

  return TRUE;
}
