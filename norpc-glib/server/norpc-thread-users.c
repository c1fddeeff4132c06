/* norpc-thread-users.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "norpc-thread-users-private.h"

typedef struct
{
  const NorpcThreadUserFuncs *funcs;
  gpointer                    data; /* (owned) */
} User;

static void
user_free (gpointer data)
{
  User *user = data;

  user->funcs->unref (user->data);
  g_free (user);
}

void
norpc_thread_users_init (NorpcThreadUsers *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->users);
  self->links = g_hash_table_new (NULL, NULL);
}

void
norpc_thread_users_clear (NorpcThreadUsers *self)
{
  g_queue_clear_full (&self->users, user_free);
  g_clear_pointer (&self->links, g_hash_table_unref);
  g_mutex_clear (&self->lock);
}

/* Thread-safe. Takes ownership of @data. Returns FALSE if the users have ended, or if @quit, atomic,
 * is set; @data then still belongs to the caller. A thread that sets @quit and then stops the users
 * stops all that were added.
 */
gboolean
norpc_thread_users_add (NorpcThreadUsers           *self,
                        const NorpcThreadUserFuncs *funcs,
                        gpointer                    data,
                        const int                  *quit)
{
  gboolean added;

  g_mutex_lock (&self->lock);
  added = self->links != NULL && !g_atomic_int_get (quit);
  if (added)
    {
      User *user = g_new (User, 1);

      *user = (User) { funcs, data };
      g_queue_push_tail (&self->users, user);
      g_hash_table_insert (self->links, data, self->users.tail);
    }
  g_mutex_unlock (&self->lock);

  return added;
}

/* Thread-safe. The caller keeps a reference to @data. */
void
norpc_thread_users_remove (NorpcThreadUsers *self,
                           gpointer          data)
{
  User *user = NULL;
  GList *link;

  g_mutex_lock (&self->lock);
  link = self->links != NULL ? g_hash_table_lookup (self->links, data) : NULL;
  if (link != NULL)
    {
      user = link->data;
      g_hash_table_remove (self->links, data);
      g_queue_delete_link (&self->users, link);
    }
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&user, user_free);
}

/* Thread-safe. Makes the users abandon their calls now, and not only when the thread has finished
 * what it is doing. Stopping a user runs application code, so the lock is not held.
 */
void
norpc_thread_users_stop (NorpcThreadUsers *self)
{
  g_autoptr (GPtrArray) users = g_ptr_array_new_with_free_func (user_free);

  g_mutex_lock (&self->lock);
  for (GList *link = self->users.head; link != NULL; link = link->next)
    {
      User *copy = g_memdup2 (link->data, sizeof (User));

      copy->funcs->ref (copy->data);
      g_ptr_array_add (users, copy);
    }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < users->len; i++)
    {
      User *user = users->pdata[i];

      user->funcs->stop (user->data);
    }
}

/* Runs in the thread, once. */
void
norpc_thread_users_end (NorpcThreadUsers *self)
{
  GQueue users;

  g_mutex_lock (&self->lock);
  users = self->users;
  g_queue_init (&self->users);
  g_clear_pointer (&self->links, g_hash_table_unref);
  g_mutex_unlock (&self->lock);

  for (GList *link = users.head; link != NULL; link = link->next)
    {
      User *user = link->data;

      user->funcs->end (user->data);
    }
  g_queue_clear_full (&users, user_free);
}
