/* inspector-sequence-layout.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gi18n-lib.h>

#include "inspector-sequence-layout.h"

/* The call of an arrow, while the layout is made. */
typedef struct
{
  int    sent_row;
  int    handled_row;
  gint64 sent;
} Call;

/* A layout that is being made. */
typedef struct
{
  InspectorSequenceLayout *layout;
  GVariant                *services; /* (unowned) */
  GHashTable              *columns;  /* (owned): owned keys to numbers */
  GHashTable              *calls;    /* (owned): owned numbers to owned Call */
  gint64                   first;    /* the time of the first event */
  guint64                  last;     /* the serial of the last event, or 0 */
} Making;

static void
free_arrow (gpointer data)
{
  InspectorArrow *self = data;

  g_free (self->text);
  g_free (self);
}

void
inspector_sequence_layout_free (InspectorSequenceLayout *self)
{
  g_ptr_array_unref (self->columns);
  g_ptr_array_unref (self->arrows);
  g_free (self);
}

/* Takes ownership of @key and of @title. Returns the number of the column. */
static guint
ensure_column (Making *self,
               char   *key,
               char   *title)
{
  g_autofree char *taken_key = key;
  g_autofree char *taken_title = title;
  gpointer number;

  if (g_hash_table_lookup_extended (self->columns, key, NULL, &number))
    return GPOINTER_TO_UINT (number);

  number = GUINT_TO_POINTER (self->layout->columns->len);
  g_hash_table_insert (self->columns, g_steal_pointer (&taken_key), number);
  g_ptr_array_add (self->layout->columns, g_steal_pointer (&taken_title));

  return GPOINTER_TO_UINT (number);
}

/* Returns the column of a service. One that has stopped has no name any more. */
static guint
get_service_column (Making *self,
                    guint   service)
{
  g_autoptr (GVariant) dict = service != 0 ? inspector_find_service (self->services, service) : NULL;
  g_autofree char *name = dict != NULL ? inspector_format_service (dict) : NULL;
  char *title;

  if (service == 0)
    title = g_strdup (_("without a queue"));
  else if (name != NULL)
    title = g_strdup_printf ("%u: %s", service, name);
  else
    title = g_strdup_printf (_("service %u"), service);

  return ensure_column (self, g_strdup_printf ("service %u", service), title);
}

/* Returns the column of the thread or the service that has sent the call. */
static guint
get_client_column (Making   *self,
                   GVariant *event)
{
  guint from = inspector_get_uint (event, "from");
  const char *client = inspector_get_string (event, "client");

  if (from != 0)
    return get_service_column (self, from);

  return ensure_column (self, g_strconcat ("thread ", client, NULL), g_strdup (client));
}

/* Returns the call (unowned) of an event. */
static Call *
ensure_call (Making  *self,
             guint64  number)
{
  Call *call = g_hash_table_lookup (self->calls, &number);

  if (call != NULL)
    return call;

  call = g_new0 (Call, 1);
  call->sent_row = -1;
  call->handled_row = -1;
  g_hash_table_insert (self->calls, g_memdup2 (&number, sizeof number), call);

  return call;
}

static InspectorArrow *
add_arrow (Making   *self,
           GVariant *event)
{
  InspectorArrow *arrow = g_new0 (InspectorArrow, 1);

  arrow->row = self->layout->n_rows++;
  arrow->client = get_client_column (self, event);
  arrow->service = get_service_column (self, inspector_get_uint (event, "service"));
  arrow->call = inspector_get_uint64 (event, "call");
  arrow->time = inspector_get_int64 (event, "time") - self->first;
  arrow->sent_row = -1;
  arrow->handled_row = -1;
  g_ptr_array_add (self->layout->arrows, arrow);

  return arrow;
}

static void
add_reply (Making   *self,
           GVariant *event,
           Call     *call)
{
  const char *outcome = inspector_get_string (event, "outcome");
  InspectorArrow *arrow = add_arrow (self, event);

  arrow->is_reply = TRUE;
  arrow->sent_row = call->sent_row;
  arrow->handled_row = call->handled_row;
  arrow->latency = call->sent_row >= 0 ? inspector_get_int64 (event, "time") - call->sent : 0;
  arrow->failed = !g_str_equal (outcome, "answered");
  if (arrow->latency > 0)
    {
      g_autofree char *time = inspector_format_time (arrow->latency);

      /* Translators: how a call has ended, such as "timed-out", and a time. */
      arrow->text = arrow->failed ? g_strdup_printf (_("%s after %s"), outcome, time) : g_steal_pointer (&time);
    }
  else
    {
      arrow->text = g_strdup (outcome);
    }
}

/* The process has dropped events, because it keeps only the last ones. */
static void
add_gap (Making  *self,
         guint64  n_missing)
{
  InspectorArrow *arrow = g_new0 (InspectorArrow, 1);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, n_missing);

  arrow->n_missing = n_missing;
  arrow->row = self->layout->n_rows++;
  arrow->sent_row = -1;
  arrow->handled_row = -1;
  /* Translators: %s is a number. */
  arrow->text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s event is missing", "%s events are missing",
                                              (gulong) n_missing), number);
  g_ptr_array_add (self->layout->arrows, arrow);
}

static void
check_serial (Making   *self,
              GVariant *event)
{
  guint64 serial = inspector_get_uint64 (event, "serial");

  if (self->last != 0 && serial > self->last + 1)
    add_gap (self, serial - self->last - 1);
  self->last = serial;
}

static void
add_event (Making   *self,
           GVariant *event)
{
  const char *kind = inspector_get_string (event, "kind");
  Call *call = ensure_call (self, inspector_get_uint64 (event, "call"));

  check_serial (self, event);
  if (g_str_equal (kind, "sent"))
    {
      InspectorArrow *arrow = add_arrow (self, event);
      const char *args = inspector_get_string (event, "args");

      call->sent_row = (int) arrow->row;
      call->sent = inspector_get_int64 (event, "time");
      arrow->text = g_strdup_printf ("%s (%s)", inspector_get_string (event, "method"), args);
    }
  else if (g_str_equal (kind, "handled"))
    {
      /* The rows before this one are above it, and the next one below it. */
      call->handled_row = (int) self->layout->n_rows;
    }
  else
    {
      add_reply (self, event, call);
    }
}

/* Returns a layout (owned) of events, of GVariant. */
InspectorSequenceLayout *
inspector_sequence_layout_new (GQueue   *events,
                               GVariant *services)
{
  Making making = { .services = services };

  making.layout = g_new0 (InspectorSequenceLayout, 1);
  making.layout->columns = g_ptr_array_new_with_free_func (g_free);
  making.layout->arrows = g_ptr_array_new_with_free_func (free_arrow);
  making.columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  making.calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  making.first = events->head != NULL ? inspector_get_int64 (events->head->data, "time") : 0;

  for (GList *link = events->head; link != NULL; link = link->next)
    add_event (&making, link->data);

  g_hash_table_unref (making.columns);
  g_hash_table_unref (making.calls);

  return making.layout;
}
