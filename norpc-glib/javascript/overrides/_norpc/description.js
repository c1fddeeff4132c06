// SPDX-License-Identifier: LGPL-2.1-or-later

// The methods and streams of interfaces, as interface infos describe them.

/* exported Args, Member, getMembers, isTaken */

const { GObject } = imports.gi;
const { makeTaker, makeVariantTaker, wrongType } = imports.overrides._norpc.values;

// Several values: arguments, results, or an item of a stream.
var Args = class {
    constructor(kind, names, types, make) {
        this.kind = kind;
        this.names = names;
        this.takers = types.map(make);
    }

    get length() {
        return this.names.length;
    }

    // Checks all values; the exception for a wrong one names it. A missing one is undefined.
    check(values) {
        if (values.length > this.length)
            throw new TypeError(`expected ${this.length} ${this.kind}s, got ${values.length}`);
        return this.takers.map((take, index) => take(values[index], `${this.kind} '${this.names[index]}'`));
    }

    // The same for what a function returned: undefined, one value, or an array of several.
    checkReturned(returned, name) {
        if (this.length === 0) {
            if (returned !== undefined)
                throw wrongType(`${name}()`, 'no result', returned);
            return [];
        }
        if (this.length === 1)
            return this.check([returned]);
        if (!Array.isArray(returned) || returned.length !== this.length)
            throw wrongType(`${name}()`, `an array of ${this.length} results`, returned);
        return this.check(returned);
    }
};

function simplify(name) {
    return name.replace(/[_-]/g, '').toLowerCase();
}

// The name of a method as functions have it.
function toSnakeCase(name) {
    return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2').toLowerCase();
}

// Whether GObject, norpc-glib or a property has a name, or `await` would call the function. GObject's set () is
// of no use for proxies and services.
function isTaken(info, name, Norpc) {
    return name === 'then' || name !== 'set' && name in Norpc.Proxy.prototype ||
        info.list_properties().some(property => info.get_gobject_name(property).replace(/-/g, '_') === name);
}

// A method or a stream.
var Member = class {
    constructor(info, index, functionName, isGeneric, Norpc) {
        const make = isGeneric ? type => makeVariantTaker(type) : makeTaker;
        const split = type => imports.overrides._norpc.values.splitTuple(type);
        const types = (text, list) => isGeneric ? split(text.call(info, index)) : list.call(info, index);
        const flags = info.get_method_flags(index);
        this.info = info;
        this.method = info.list_methods()[index];
        this.functionName = functionName ?? toSnakeCase(this.method);
        this.name = this.functionName + (isTaken(info, this.functionName, Norpc) ? '_' : '');
        this.isOneWay = (flags & Norpc.MethodFlags.ONEWAY) !== 0;
        this.isStream = (flags & Norpc.MethodFlags.STREAM) !== 0;
        this.isGeneric = isGeneric;
        this.ins = new Args('argument', info.list_in_args(index), types(info.get_in_type, info.list_in_types), make);
        this.outs = new Args('result', info.list_out_args(index), types(info.get_out_type, info.list_out_types), make);
        this.items = new Args('value', info.list_items(index), types(info.get_item_type, info.list_item_types), make);
    }
};

// Gets the members whose functions have a prefix, such as `call_`, and those of descriptions that were read at
// run time, which have no functions.
function getMembers(info, functions, isGeneric, Norpc) {
    const names = new Map(functions.map(name => [simplify(name), name]));
    return info.list_methods().map((method, index) => {
        const name = names.get(simplify(method));
        return name !== undefined || isGeneric ? new Member(info, index, name, isGeneric, Norpc) : null;
    }).filter(member => member !== null);
}
