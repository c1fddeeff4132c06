/* node-service.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "node-service.h"

typedef enum
{
  PROP_NUMBER = 1,
  PROP_CHILD,
  PROP_CHILDREN,
  PROP_LEVEL,
} NodeServiceProperty;

NodeState *
node_state_new (void)
{
  NodeState *state = g_new0 (NodeState, 1);

  g_mutex_init (&state->lock);
  g_cond_init (&state->changed);
  state->numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  state->held = g_async_queue_new_full ((GDestroyNotify) norpc_call_unref);

  return state;
}

void
node_state_free (NodeState *state)
{
  g_async_queue_unref (state->held);
  g_array_unref (state->numbers);
  g_cond_clear (&state->changed);
  g_mutex_clear (&state->lock);
  g_free (state);
}

static void
count (NodeState  *state,
       guint      *counter,
       GThread   **thread)
{
  g_mutex_lock (&state->lock);
  ++*counter;
  if (thread != NULL)
    *thread = g_thread_self ();
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

/* Blocks until a counter of @state is @n, without running a main context. */
void
node_state_wait (NodeState *state,
                 guint     *counter,
                 guint      n)
{
  gint64 end = g_get_monotonic_time () + 30 * G_TIME_SPAN_SECOND;
  gboolean in_time = TRUE;

  g_mutex_lock (&state->lock);
  while (*counter < n && in_time)
    in_time = g_cond_wait_until (&state->changed, &state->lock, end);
  g_assert_cmpuint (*counter, ==, n);
  g_mutex_unlock (&state->lock);
}

void
node_state_open (NodeState *state)
{
  g_mutex_lock (&state->lock);
  state->open = TRUE;
  g_cond_broadcast (&state->changed);
  g_mutex_unlock (&state->lock);
}

void
node_state_set_func (NodeState *state,
                     NodeFunc   func,
                     gpointer   data)
{
  g_mutex_lock (&state->lock);
  state->func = func;
  state->data = data;
  g_mutex_unlock (&state->lock);
}

static void
note_thread (NodeService *self)
{
  g_mutex_lock (&self->state->lock);
  self->state->called_in = g_thread_self ();
  g_mutex_unlock (&self->state->lock);
}

static gboolean
node_service_run (NodeNode  *node,
                  GError   **error)
{
  NodeService *self = NODE_SERVICE (node);
  NodeFunc func;
  gpointer data;

  note_thread (self);
  g_mutex_lock (&self->state->lock);
  func = self->state->func;
  data = self->state->data;
  g_mutex_unlock (&self->state->lock);
  func (self, data);

  return TRUE;
}

static gboolean
node_service_block (NodeNode  *node,
                    GError   **error)
{
  NodeState *state = NODE_SERVICE (node)->state;

  count (state, &state->n_blocked, NULL);
  g_mutex_lock (&state->lock);
  while (!state->open)
    g_cond_wait (&state->changed, &state->lock);
  g_mutex_unlock (&state->lock);

  return TRUE;
}

static gboolean
node_service_handle_hold (NodeNode   *node,
                          NorpcCall  *call,
                          GError    **error)
{
  g_async_queue_push (NODE_SERVICE (node)->state->held, norpc_call_ref (call));

  return TRUE;
}

static void
note (NodeService *self,
      guint        number)
{
  note_thread (self);
  g_mutex_lock (&self->state->lock);
  g_array_append_val (self->state->numbers, number);
  g_cond_broadcast (&self->state->changed);
  g_mutex_unlock (&self->state->lock);
}

static gboolean
node_service_note (NodeNode  *node,
                   guint      number,
                   GError   **error)
{
  note (NODE_SERVICE (node), number);

  return TRUE;
}

static gboolean
node_service_give (NodeNode  *node,
                   NodeNode **given,
                   GError   **error)
{
  NodeService *self = NODE_SERVICE (node);

  *given = self->given != NULL ? g_object_ref (self->given) : NULL;

  return TRUE;
}

static gboolean
node_service_handle_give_all (NodeNode   *node,
                              NorpcCall  *call,
                              GError    **error)
{
  NodeService *self = NODE_SERVICE (node);

  node_node_complete_give_all (node, call, self->children, NODE_LEAF (self->given));

  return TRUE;
}

static gboolean
node_service_take (NodeNode  *node,
                   NodeNode  *taken,
                   GError   **error)
{
  note_thread (NODE_SERVICE (node));
  g_set_object (&NODE_SERVICE (node)->taken, taken);

  return TRUE;
}

static gboolean
node_service_take_all (NodeNode   *node,
                       GPtrArray  *nodes,
                       GError    **error)
{
  NodeService *self = NODE_SERVICE (node);

  g_clear_pointer (&self->taken_all, g_ptr_array_unref);
  self->taken_all = g_ptr_array_ref (nodes);

  return TRUE;
}

static gboolean
node_service_own (NodeNode   *node,
                  NodeNode   *taken,
                  GPtrArray  *nodes,
                  GError    **error)
{
  NodeService *self = NODE_SERVICE (node);

  g_clear_object (&self->taken);
  self->taken = taken;
  g_clear_pointer (&self->taken_all, g_ptr_array_unref);
  self->taken_all = nodes;

  return TRUE;
}

static NodeNode *
node_service_echo (NodeNode  *node,
                   NodeNode  *other,
                   GError   **error)
{
  node_service_take (node, other, error);

  return g_object_ref (other);
}

static gboolean
node_service_tell (NodeNode  *node,
                   NodeNode  *other,
                   guint      number,
                   GError   **error)
{
  node_service_take (node, other, error);
  note (NODE_SERVICE (node), number);

  return TRUE;
}

static gboolean
node_service_handle_count (NodeNode             *node,
                           NorpcCall            *call,
                           NodeNodeCountStream  *stream,
                           guint                 upto,
                           GError              **error)
{
  for (guint i = 1; i <= upto; i++)
    if (!node_node_count_stream_write (stream, i, error))
      return FALSE;
  node_node_complete_count (node, call, upto);

  return TRUE;
}

static gboolean
node_service_handle_walk (NodeNode            *node,
                          NorpcCall           *call,
                          NodeNodeWalkStream  *stream,
                          GError             **error)
{
  NodeService *self = NODE_SERVICE (node);

  for (guint i = 0; i < 2; i++)
    if (!node_node_walk_stream_write (stream, self->given, error))
      return FALSE;
  node_node_complete_walk (node, call, self->given);

  return TRUE;
}

static void
node_service_iface_init (NodeNodeInterface *iface)
{
  iface->handle_walk = node_service_handle_walk;
  iface->handle_count = node_service_handle_count;
  iface->run = node_service_run;
  iface->block = node_service_block;
  iface->handle_hold = node_service_handle_hold;
  iface->note = node_service_note;
  iface->give = node_service_give;
  iface->handle_give_all = node_service_handle_give_all;
  iface->take = node_service_take;
  iface->take_all = node_service_take_all;
  iface->own = node_service_own;
  iface->echo = node_service_echo;
  iface->tell = node_service_tell;
}

static gboolean
node_service_ping (NodeLeaf  *leaf,
                   GError   **error)
{
  note_thread (NODE_SERVICE (leaf));

  return TRUE;
}

static void
node_service_leaf_iface_init (NodeLeafInterface *iface)
{
  iface->ping = node_service_ping;
}

static gboolean
node_service_start (NorpcLifecycle  *lifecycle,
                    GError         **error)
{
  NodeState *state = NODE_SERVICE (lifecycle)->state;

  if (state->fails)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no such node");
      return FALSE;
    }

  count (state, &state->n_started, NULL);

  return TRUE;
}

static void
node_service_stop (NorpcLifecycle *lifecycle)
{
  NodeState *state = NODE_SERVICE (lifecycle)->state;

  g_mutex_lock (&state->lock);
  state->n_noted_at_stop = state->numbers->len;
  g_mutex_unlock (&state->lock);
  count (state, &state->n_stopped, &state->stopped_in);
}

static void
node_service_lifecycle_iface_init (NorpcLifecycleInterface *iface)
{
  iface->start = node_service_start;
  iface->stop = node_service_stop;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (NodeService, node_service, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (NODE_TYPE_NODE, node_service_iface_init)
                               G_IMPLEMENT_INTERFACE (NODE_TYPE_LEAF, node_service_leaf_iface_init)
                               G_IMPLEMENT_INTERFACE (NORPC_TYPE_LIFECYCLE, node_service_lifecycle_iface_init))

static void
node_service_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  NodeService *self = NODE_SERVICE (object);

  switch ((NodeServiceProperty) property_id)
    {
    case PROP_NUMBER:
      g_value_set_uint (value, self->number);
      break;
    case PROP_CHILD:
      g_value_set_object (value, self->child);
      break;
    case PROP_CHILDREN:
      g_value_set_boxed (value, self->children);
      break;
    case PROP_LEVEL:
      g_value_set_uint (value, 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
node_service_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  NodeService *self = NODE_SERVICE (object);

  switch ((NodeServiceProperty) property_id)
    {
    case PROP_NUMBER:
      self->number = g_value_get_uint (value);
      break;
    case PROP_CHILD:
      g_set_object (&self->child, g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
node_service_dispose (GObject *object)
{
  NodeService *self = NODE_SERVICE (object);

  g_clear_object (&self->given);
  g_clear_object (&self->taken);
  g_clear_pointer (&self->taken_all, g_ptr_array_unref);
  g_clear_object (&self->child);
  g_clear_pointer (&self->children, g_ptr_array_unref);

  G_OBJECT_CLASS (node_service_parent_class)->dispose (object);
}

static void
node_service_finalize (GObject *object)
{
  NodeState *state = NODE_SERVICE (object)->state;

  G_OBJECT_CLASS (node_service_parent_class)->finalize (object);
  count (state, &state->n_finalized, &state->finalized_in);
}

static void
node_service_class_init (NodeServiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = node_service_get_property;
  object_class->set_property = node_service_set_property;
  object_class->dispose = node_service_dispose;
  object_class->finalize = node_service_finalize;

  g_object_class_override_property (object_class, PROP_NUMBER, "number");
  g_object_class_override_property (object_class, PROP_CHILD, "child");
  g_object_class_override_property (object_class, PROP_CHILDREN, "children");
  g_object_class_override_property (object_class, PROP_LEVEL, "level");
}

static void
node_service_init (NodeService *self)
{
}

NodeService *
node_service_new (NodeState *state)
{
  NodeService *self = g_object_new (NODE_TYPE_SERVICE, NULL);

  self->state = state;

  return self;
}
