/* contacts.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A database of SQLite with one owner. Its thread opens it, uses it and closes it, so that there is no lock, no
 * transaction that another thread gets into, and no SQLITE_BUSY.
 */

#include <sqlite3.h>

#include "demo-contacts.h"

#define N_THREADS 4
#define N_NAMES 25 /* of each thread */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

/* The service */

typedef struct
{
  sqlite3 *database; /* (owned) (nullable) */
} Contacts;

/* Returns whether a function of SQLite has succeeded. */
static gboolean
check (Contacts  *self,
       int        code,
       GError   **error)
{
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, code == SQLITE_CONSTRAINT ? G_IO_ERROR_EXISTS : G_IO_ERROR_FAILED,
                       sqlite3_errmsg (self->database));
  return FALSE;
}

static gboolean
execute (Contacts    *self,
         const char  *sql,
         GError     **error)
{
  return check (self, sqlite3_exec (self->database, sql, NULL, NULL, NULL), error);
}

static gboolean
contacts_start (gpointer   service,
                GError   **error)
{
  Contacts *self = norpc_simple_service_get_data (service);

  return check (self, sqlite3_open (":memory:", &self->database), error) &&
         execute (self, "CREATE TABLE contact (name TEXT PRIMARY KEY)", error);
}

static void
contacts_stop (gpointer service)
{
  Contacts *self = norpc_simple_service_get_data (service);

  sqlite3_close (self->database);
}

static gboolean
insert (Contacts            *self,
        const char *const   *names,
        GError             **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  if (!check (self, sqlite3_prepare_v2 (self->database, "INSERT INTO contact VALUES (?)", -1, &statement, NULL), error))
    return FALSE;

  for (; *names != NULL; names++)
    {
      sqlite3_bind_text (statement, 1, *names, -1, SQLITE_TRANSIENT);
      if (!check (self, sqlite3_step (statement), error))
        return FALSE;
      sqlite3_reset (statement);
    }

  return TRUE;
}

static gboolean
contacts_add (DemoContacts       *service,
              const char *const  *names,
              guint              *count,
              GError            **error)
{
  Contacts *self = norpc_simple_service_get_data (service);
  g_autoptr (sqlite3_stmt) statement = NULL;

  /* No other call gets between these. */
  if (!execute (self, "BEGIN", error))
    return FALSE;
  if (!insert (self, names, error))
    {
      execute (self, "ROLLBACK", NULL);
      return FALSE;
    }
  if (!execute (self, "COMMIT", error) ||
      !check (self, sqlite3_prepare_v2 (self->database, "SELECT count(*) FROM contact", -1, &statement, NULL), error) ||
      !check (self, sqlite3_step (statement), error))
    return FALSE;

  *count = (guint) sqlite3_column_int (statement, 0);

  return TRUE;
}

static char **
contacts_find (DemoContacts  *service,
               const char    *text,
               GError       **error)
{
  Contacts *self = norpc_simple_service_get_data (service);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (sqlite3_stmt) statement = NULL;
  const char *sql = "SELECT name FROM contact WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name";
  int code;

  if (!check (self, sqlite3_prepare_v2 (self->database, sql, -1, &statement, NULL), error))
    return NULL;
  sqlite3_bind_text (statement, 1, text, -1, SQLITE_TRANSIENT);
  while ((code = sqlite3_step (statement)) == SQLITE_ROW)
    g_strv_builder_add (names, (const char *) sqlite3_column_text (statement, 0));
  if (!check (self, code, error))
    return NULL;

  return g_strv_builder_end (names);
}

static const DemoContactsInterface contacts_funcs = { .add = contacts_add, .find = contacts_find };

/* The clients: threads, each with a proxy of its own. */

static gpointer
client_thread (gpointer endpoint)
{
  static int n_clients; /* (atomic) */
  g_autoptr (DemoContactsProxy) proxy = demo_contacts_proxy_new (endpoint);
  int client = g_atomic_int_add (&n_clients, 1);

  for (guint i = 0; i < N_NAMES; i++)
    {
      g_autofree char *name = g_strdup_printf ("Client %d, name %02u", client, i);
      const char *names[] = { name, NULL };
      g_autoptr (GError) error = NULL;
      guint count;

      if (!demo_contacts_proxy_call_add_sync (proxy, names, &count, NULL, &error))
        g_error ("%s", error->message);
    }

  return NULL;
}

static void
run_clients (NorpcEndpoint *endpoint)
{
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("client", client_thread, endpoint);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

int
main (void)
{
  DemoContacts *service = demo_contacts_new_for_funcs (&contacts_funcs, g_new0 (Contacts, 1), g_free);
  g_autoptr (NorpcServer) server = NULL;
  g_autoptr (DemoContactsProxy) proxy = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) names = NULL;
  const char *new_names[] = { "Bob", "Ada", "Bob", NULL };
  guint count;

  norpc_simple_service_set_lifecycle (service, contacts_start, contacts_stop);
  server = norpc_serve (service, &error);
  if (server == NULL)
    g_error ("%s", error->message);
  proxy = demo_contacts_proxy_new (norpc_server_get_endpoint (server));
  run_clients (norpc_server_get_endpoint (server));

  if (!demo_contacts_proxy_call_add_sync (proxy, new_names, &count, NULL, &error))
    g_print ("Not added: %s\n", error->message);
  g_clear_error (&error);
  new_names[2] = NULL;
  if (demo_contacts_proxy_call_add_sync (proxy, new_names, &count, NULL, &error))
    g_print ("%u names\n", count);
  names = demo_contacts_proxy_call_find_sync (proxy, "Client 3, name 0", NULL, &error);
  if (names != NULL)
    g_print ("%u of them are of the last client\n", g_strv_length (names));

  return 0;
}
