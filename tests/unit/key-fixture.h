/* key-fixture.h
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "layers/norpc-call-key-private.h"
#include "values-service.h"

G_BEGIN_DECLS

/* A method with one argument, described at run time. */
typedef struct
{
  NorpcArgInfo arg;
  GDBusArgInfo *args[2];
  NorpcMethodInfo method;
  const NorpcMethodInfo *methods[2];
  NorpcInterfaceInfo interface;
} Description;

void  description_init (Description *self,
                        const char  *signature,
                        GType      (*get_type) (void),
                        GType      (*get_element_type) (void));
guint hash_pointer     (Description *self,
                        gpointer     pointer);

/* Two values that @make makes of the same number are one key, and one of another
 * number is another key.
 */
void  assert_keys_of   (const char  *signature,
                        GType      (*get_type) (void),
                        GType      (*get_element_type) (void),
                        gpointer   (*make) (int n),
                        void       (*free_func) (gpointer value));

G_END_DECLS
