// SPDX-License-Identifier: LGPL-2.1-or-later

// Supervisors. GJS runs their functions in one thread only.

/* exported extendSupervisors */

const { GLib, GObject } = imports.gi;
const { log, makeGError } = imports.overrides._norpc.services;
const { wrongType } = imports.overrides._norpc.values;

// Has a function that makes services return one, or throw why there is none.
function guardFactory(func) {
    if (typeof func !== 'function')
        throw wrongType("argument 'make_service'", 'a function', func);
    return () => {
        try {
            const object = func();
            if (!(object instanceof GObject.Object))
                throw wrongType('the function of a supervisor', 'a service or a server', object);
            return object;
        } catch (error) {
            if (!(error instanceof GLib.Error))
                log(error, 'the function of a supervisor failed');
            throw makeGError(error);
        }
    };
}

function extendSupervisors(Norpc) {
    const newInContext = Norpc.Supervisor.new_in_context;

    Norpc.Supervisor.new_in_context = function (context, func) {
        return newInContext.call(this, context, guardFactory(func));
    };
    Norpc.Supervisor.new = function () {
        throw new TypeError('the function of a supervisor cannot run in another thread: use Norpc.Supervisor.new_in_context ()');
    };
}
