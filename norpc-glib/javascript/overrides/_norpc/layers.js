// SPDX-License-Identifier: LGPL-2.1-or-later

// Functions of layers. GJS takes any value for a boolean, also a promise.

/* exported checkBoolean, extendLayers, guardFunction */

const { GObject } = imports.gi;
const { wrongType } = imports.overrides._norpc.values;

// Has a virtual function of a class throw unless it returns a boolean.
function guardFunction(prototype, name) {
    if (!Object.hasOwn(prototype, name))
        return;
    const func = prototype[name];
    prototype[name] = function (...args) {
        return checkBoolean(func.apply(this, args), `${name}()`);
    };
}

function checkBoolean(value, name) {
    if (typeof value !== 'boolean')
        throw wrongType(name, 'a boolean', value);
    return value;
}

function checkKey(returned) {
    if (!Array.isArray(returned) || returned.length !== 2)
        throw wrongType('the key function of a balance', 'an array of true and the key', returned);
    checkBoolean(returned[0], 'the key function of a balance');
    if (!Number.isInteger(returned[1]) || returned[1] < 0 || returned[1] >= 2 ** 32)
        throw wrongType('the key of a balance', 'an integer from 0 to 4294967295', returned[1]);
    return returned;
}

function extendLayers(Norpc) {
    const setCallFunc = Norpc.Filter.prototype.set_call_func;
    const setKeyFunc = Norpc.Balance.prototype.set_key_func;

    Norpc.Filter.prototype.set_call_func = function (func) {
        setCallFunc.call(this, func && ((...args) => checkBoolean(func(...args), 'the function of a filter')));
    };
    Norpc.Balance.prototype.set_key_func = function (func) {
        setKeyFunc.call(this, func && ((...args) => checkKey(func(...args))));
    };
    Norpc.Layer._classInit = function (klass) {
        guardFunction(klass.prototype, 'vfunc_take');
        return GObject.Object._classInit.call(this, klass);
    };
}
