// SPDX-License-Identifier: LGPL-2.1-or-later

// Functions of layers. GJS takes any value for a boolean, also a promise.

/* exported extendLayers */

const { wrongType } = imports.overrides._norpc.values;

function extendLayers(Norpc) {
    const setCallFunc = Norpc.Filter.prototype.set_call_func;

    Norpc.Filter.prototype.set_call_func = function (func) {
        setCallFunc.call(this, func && ((...args) => {
            const passes = func(...args);
            if (typeof passes !== 'boolean')
                throw wrongType('the function of a filter', 'a boolean', passes);
            return passes;
        }));
    };
}
