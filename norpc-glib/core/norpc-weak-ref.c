/* norpc-weak-ref.c
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Weak references beside the lock of a language's interpreter.
 *
 * g_weak_ref_get () holds a lock of all weak references while the object gets its reference. GLib before 2.80 then also calls the
 * toggle function of a language binding, which may wait for the lock of the interpreter. A thread that has that lock may
 * release an object meanwhile, and wait for the lock of the weak references: both would wait for ever.
 */

#include "norpc-weak-ref.h"

typedef int  (* AcquireFunc) (void);
typedef void (* ReleaseFunc) (int state);

typedef struct
{
  AcquireFunc acquire;
  ReleaseFunc release;
} InterpreterLock;

static InterpreterLock  the_lock;         /* of the one interpreter, written before interpreter_lock */
static InterpreterLock *interpreter_lock; /* atomic (nullable) */

/**
 * norpc_weak_ref_set_lock:
 * @acquire: the address of a function without parameters that acquires a recursive lock and returns an `int`, or 0
 * @release: the address of a function that releases the lock, with that number, or 0
 *
 * Has each thread of the library acquire a lock before it gets a reference from a weak one.
 *
 * A language binding with toggle references calls this function if two things are true: its toggle function acquires the
 * lock of its interpreter, and GLib is older than 2.80, which calls that function with a lock of its own held. It calls it
 * again, with 0, before the interpreter ends. The module for Python does so. It is called in one thread, and there is one lock in a
 * process.
 *
 * Since: 0.1
 */
void
norpc_weak_ref_set_lock (gsize acquire,
                         gsize release)
{
  g_return_if_fail ((acquire == 0) == (release == 0));

  if (acquire == 0)
    {
      g_atomic_pointer_set (&interpreter_lock, NULL);
      return;
    }

  the_lock.acquire = (AcquireFunc) acquire;
  the_lock.release = (ReleaseFunc) release;
  g_atomic_pointer_set (&interpreter_lock, &the_lock);
}

/**
 * norpc_weak_ref_get: (skip)
 * @weak_ref: a weak reference
 *
 * Gets a reference to an object as g_weak_ref_get() does, with the lock of [func@Norpc.weak_ref_set_lock] held.
 *
 * This function is thread-safe. It is called with no lock held.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL if it has been released
 * Since: 0.1
 */
gpointer
norpc_weak_ref_get (GWeakRef *weak_ref)
{
  InterpreterLock *lock = g_atomic_pointer_get (&interpreter_lock);
  gpointer object;
  int state;

  if (G_LIKELY (lock == NULL))
    return g_weak_ref_get (weak_ref);

  state = lock->acquire ();
  object = g_weak_ref_get (weak_ref);
  lock->release (state);

  return object;
}
