/* norpc-trace-context.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The trace that a call belongs to, as the W3C's recommendation Trace Context, level 1, has it. */

#include <string.h>

#include "norpc-trace-context-private.h"

/* The length of a trace parent: version, trace, span and flags. */
#define PARENT_LENGTH 55
#define TRACE_START 3
#define SPAN_START 36
#define FLAGS_START 53

/* The flag that is defined. */
#define SAMPLED 1

/* A trace state that is longer is left out, as the recommendation allows. */
#define MAX_STATE_LENGTH 512

/* Immutable. */
struct _NorpcTraceContext
{
  gatomicrefcount ref_count;
  char           *parent; /* (owned) */
  char           *state;  /* (owned) (nullable) */
};

/* The contexts of calls: most calls have none, and so no field for it. A reference to the memory of a call keeps its
 * entry.
 */
int norpc_n_trace_contexts;
static GMutex contexts_lock;
static GHashTable *contexts; /* (owned) (nullable) [contexts_lock]: of unowned NorpcCall and owned NorpcTraceContext */

static NorpcTraceContext *
context_ref (NorpcTraceContext *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/* Thread-safe. Frees nothing if @data is NULL. */
void
norpc_trace_context_unref (gpointer data)
{
  NorpcTraceContext *self = data;

  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->parent);
  g_free (self->state);
  g_free (self);
}

/* Returns TRUE if there are @n_digits lower-case hexadecimal digits, which are not all zero if @not_zero is set. */
static gboolean
check_digits (const char *text,
              guint       n_digits,
              gboolean    not_zero)
{
  gboolean is_zero = TRUE;

  for (guint i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isxdigit (text[i]) || g_ascii_isupper (text[i]))
        return FALSE;
      is_zero &= text[i] == '0';
    }

  return !not_zero || !is_zero;
}

/* Returns TRUE if the text begins with the fields that all versions have. */
static gboolean
check_parent (const char *text)
{
  gsize length = strlen (text);

  return length >= PARENT_LENGTH &&
         check_digits (text, 2, FALSE) && text[2] == '-' &&
         check_digits (text + TRACE_START, 32, TRUE) && text[35] == '-' &&
         check_digits (text + SPAN_START, 16, TRUE) && text[52] == '-' &&
         check_digits (text + FLAGS_START, 2, FALSE) &&
         !g_str_has_prefix (text, "ff") &&
         (length == PARENT_LENGTH || (!g_str_has_prefix (text, "00") && text[PARENT_LENGTH] == '-'));
}

/* Returns what to pass on (owned): that of a later version as one of version 0, as the recommendation says. */
static char *
make_parent (const char *text)
{
  int flags = g_ascii_xdigit_value (text[FLAGS_START + 1]);

  if (g_str_has_prefix (text, "00"))
    return g_strdup (text);

  return g_strdup_printf ("00%.*s0%d", FLAGS_START - 2, text + 2, flags & SAMPLED);
}

/* Returns what to pass on (owned), or NULL. Its list is not parsed: that of another program need not be understood. */
static char *
make_state (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  if (length == 0 || length > MAX_STATE_LENGTH)
    return NULL;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isprint (text[i]) && text[i] != '\t')
      return NULL;

  return g_strdup (text);
}

/* Returns a context (owned), or NULL if @parent is not valid. */
NorpcTraceContext *
norpc_trace_context_new (const char *parent,
                         const char *state)
{
  NorpcTraceContext *self;

  if (parent == NULL || !check_parent (parent))
    return NULL;

  self = g_new0 (NorpcTraceContext, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->parent = make_parent (parent);
  self->state = make_state (state);

  return self;
}

/* Thread-safe. Takes ownership of @context. */
void
norpc_call_take_trace_context (NorpcCall         *call,
                               NorpcTraceContext *context)
{
  NorpcTraceContext *previous;

  g_mutex_lock (&contexts_lock);
  if (contexts == NULL)
    contexts = g_hash_table_new (NULL, NULL);
  previous = g_hash_table_lookup (contexts, call);
  g_hash_table_insert (contexts, call, context);
  g_atomic_int_set (&norpc_n_trace_contexts, (int) g_hash_table_size (contexts));
  g_mutex_unlock (&contexts_lock);

  norpc_trace_context_unref (previous);
}

/* Thread-safe. */
gboolean
norpc_call_find_trace_context (NorpcCall *self)
{
  gboolean found;

  g_mutex_lock (&contexts_lock);
  found = contexts != NULL && g_hash_table_contains (contexts, self);
  g_mutex_unlock (&contexts_lock);

  return found;
}

/* Thread-safe. Returns the context (owned), or NULL. */
static NorpcTraceContext *
dup_context (NorpcCall *call)
{
  NorpcTraceContext *context;

  if (!norpc_call_has_trace_context (call))
    return NULL;

  g_mutex_lock (&contexts_lock);
  context = context_ref (g_hash_table_lookup (contexts, call));
  g_mutex_unlock (&contexts_lock);

  return context;
}

/* Called in the thread that owns @self, before it is sent. The trace of @from is that of @self, too, unless it has
 * one.
 */
void
norpc_call_copy_trace_context (NorpcCall *self,
                               NorpcCall *from)
{
  NorpcTraceContext *context = norpc_call_has_trace_context (self) ? NULL : dup_context (from);

  if (context != NULL)
    norpc_call_take_trace_context (self, context);
}

/* The same for the context that the thread has pushed, of which there is one. */
void
norpc_call_take_scope_context (NorpcCall              *self,
                               const NorpcThreadScope *scope)
{
  if (!norpc_call_has_trace_context (self))
    norpc_call_take_trace_context (self, context_ref (scope->trace_context));
}

/* Called when the memory of a call that has a context is freed. */
void
norpc_call_drop_trace_context (NorpcCall *self)
{
  gpointer context = NULL;

  g_mutex_lock (&contexts_lock);
  g_hash_table_steal_extended (contexts, self, NULL, &context);
  g_atomic_int_set (&norpc_n_trace_contexts, (int) g_hash_table_size (contexts));
  g_mutex_unlock (&contexts_lock);

  norpc_trace_context_unref (context);
}

/**
 * norpc_call_set_trace_context:
 * @self: a call
 * @trace_parent: the trace and the span that the call belongs to, as in the header `traceparent` of the W3C's Trace
 *   Context: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`, for example
 * @trace_state: (nullable): data of tracing systems, as in the header `tracestate`
 *
 * Sets the trace context of the call: what a distributed trace knows it by.
 *
 * Calls that are sent on behalf of @self from then on inherit it, also calls to other processes, which
 * pass it on. A handler that makes a span of its own for the call sets that as the parent of its calls.
 *
 * A @trace_parent that is not valid is ignored, as the W3C says, and so is a @trace_state of
 * more than 512 characters. A later version than 00 becomes that version.
 *
 * This function is thread-safe, but a call that has been sent is for its service.
 *
 * Returns: %TRUE if @trace_parent is valid
 * Since: 0.1
 */
gboolean
norpc_call_set_trace_context (NorpcCall  *self,
                              const char *trace_parent,
                              const char *trace_state)
{
  NorpcTraceContext *context;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (trace_parent != NULL, FALSE);

  context = norpc_trace_context_new (trace_parent, trace_state);
  if (context != NULL)
    norpc_call_take_trace_context (self, context);

  return context != NULL;
}

/**
 * norpc_call_dup_trace_parent:
 * @self: a call
 *
 * Gets the trace and the span that the call belongs to.
 *
 * They come from the process that has sent the call, from the call on whose behalf it was sent, or from its
 * client.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer full) (nullable): the trace parent, which is valid, or %NULL if the call belongs to no trace
 * Since: 0.1
 */
char *
norpc_call_dup_trace_parent (NorpcCall *self)
{
  NorpcTraceContext *context;
  char *parent;

  g_return_val_if_fail (self != NULL, NULL);

  context = dup_context (self);
  parent = context != NULL ? g_strdup (context->parent) : NULL;
  norpc_trace_context_unref (context);

  return parent;
}

/**
 * norpc_call_dup_trace_state:
 * @self: a call
 *
 * Gets the data of tracing systems that goes with the trace parent.
 *
 * This function is thread-safe.
 *
 * Returns: (transfer full) (nullable): the trace state, or %NULL if there is none
 * Since: 0.1
 */
char *
norpc_call_dup_trace_state (NorpcCall *self)
{
  NorpcTraceContext *context;
  char *state;

  g_return_val_if_fail (self != NULL, NULL);

  context = dup_context (self);
  state = context != NULL ? g_strdup (context->state) : NULL;
  norpc_trace_context_unref (context);

  return state;
}

/* The contexts that were pushed: owned NorpcTraceContext, or NULL where there was none. Owned by the thread. */
static GPrivate pushed_contexts = G_PRIVATE_INIT ((GDestroyNotify) g_ptr_array_unref);

/**
 * norpc_trace_context_push:
 * @trace_parent: the trace and the span; see [method@Norpc.Call.set_trace_context]
 * @trace_state: (nullable): data of tracing systems
 *
 * Sets the trace context of the calls that the current thread sends until it calls
 * [func@Norpc.trace_context_pop].
 *
 * It takes precedence over the trace context of the call that is being handled. One that is not valid changes
 * nothing. Calls of this function can be nested.
 *
 * Since: 0.1
 */
void
norpc_trace_context_push (const char *trace_parent,
                          const char *trace_state)
{
  NorpcThreadScope *scope = norpc_thread_scope_get ();
  GPtrArray *stack = g_private_get (&pushed_contexts);
  NorpcTraceContext *context;

  g_return_if_fail (trace_parent != NULL);

  if (stack == NULL)
    {
      stack = g_ptr_array_new_with_free_func (norpc_trace_context_unref);
      g_private_set (&pushed_contexts, stack);
    }
  context = norpc_trace_context_new (trace_parent, trace_state);
  if (context == NULL && scope->trace_context != NULL)
    context = context_ref (scope->trace_context);
  g_ptr_array_add (stack, context);
  scope->trace_context = context;
}

/**
 * norpc_trace_context_pop:
 *
 * Undoes the last [func@Norpc.trace_context_push] of this thread.
 *
 * Since: 0.1
 */
void
norpc_trace_context_pop (void)
{
  GPtrArray *stack = g_private_get (&pushed_contexts);

  g_return_if_fail (stack != NULL && stack->len > 0);

  g_ptr_array_set_size (stack, (int) stack->len - 1);
  norpc_thread_scope_get ()->trace_context = stack->len > 0 ? stack->pdata[stack->len - 1] : NULL;
}
