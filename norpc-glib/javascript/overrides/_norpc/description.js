// SPDX-License-Identifier: LGPL-2.1-or-later

// The methods and streams of interfaces, as interface infos describe them.

/* exported Args, Member, findFunctionName, getDeclaredTypes, getFunctionName, getLeftOut, getMembers */

const { GObject } = imports.gi;
const { DeclaredTypes } = imports.overrides._norpc.declared;
const { give, giveOwn, makeTaker, wrongType } = imports.overrides._norpc.values;

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

// Finds the name among those that GJS has that stands for one of the description.
function findFunctionName(names, described) {
    return names.find(name => simplify(name) === simplify(described));
}

// The name of a method as functions have it. Infos of generated code do not know it.
function getFunctionName(info, method) {
    return info.get_function_name(method) ?? method.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

// Whether C has a function of this name that calls another method, or opens a stream.
function isFunctionInC(info, name, Norpc) {
    if (!/^(call|open)_/.test(name))
        return false;
    return info.list_methods().some((method, index) => {
        const flags = info.get_method_flags(index);
        const prefix = flags & Norpc.MethodFlags.STREAM ? 'open' : 'call';
        const suffixes = prefix === 'open' || flags & Norpc.MethodFlags.ONEWAY ? [''] : ['', '_finish', '_sync'];
        return suffixes.some(suffix => name === `${prefix}_${getFunctionName(info, method)}${suffix}`);
    });
}

// Whether GObject, norpc-glib, generated code or a property has a name, or `await` would call the function. GObject's
// set () is of no use for proxies and services.
function isTaken(info, name, Norpc) {
    return name === 'then' || name !== 'set' && name in Norpc.Proxy.prototype || isFunctionInC(info, name, Norpc) ||
        info.list_properties().some(property => info.get_gobject_name(property).replace(/-/g, '_') === name);
}

// The same for values of descriptions that were read at run time, as variants.
class GenericArgs extends Args {
    constructor(kind, names, types, declared) {
        super(kind, names, types, type => declared.getCodec(type)?.take);
        this.codecs = types.map(type => declared.getCodec(type));
        // A descriptor that is a result itself belongs to no variant.
        this.giveValues = types.map(type => kind === 'result' && type !== 'h' ? giveOwn : give);
    }

    // Gets the values of a tuple.
    give(tuple) {
        return this.codecs.map((codec, index) => codec.give(tuple.get_child_value(index), this.giveValues[index]));
    }
}

// A method or a stream. Those of descriptions that were read at run time have `declared`, the types of these.
var Member = class {
    constructor(info, index, functionName, declared, Norpc) {
        const make = (...args) => declared ? new GenericArgs(...args, declared) : new Args(...args, makeTaker);
        const flags = info.get_method_flags(index);
        this.info = info;
        this.method = info.list_methods()[index];
        this.functionName = functionName ?? getFunctionName(info, this.method);
        this.name = this.functionName + (isTaken(info, this.functionName, Norpc) ? '_' : '');
        this.isOneWay = (flags & Norpc.MethodFlags.ONEWAY) !== 0;
        this.isStream = (flags & Norpc.MethodFlags.STREAM) !== 0;
        this.isGeneric = Boolean(declared);
        this.ins = make('argument', info.list_in_args(index), info.list_in_types(index));
        this.outs = make('result', info.list_out_args(index), info.list_out_types(index));
        this.items = make('value', info.list_items(index), info.list_item_types(index));
        this.leftOut = declared ? findFormless(info, index, declared) : null;
    }
};

// Gets why a method cannot be called with variants, or null.
function findFormless(info, index, declared) {
    for (const [names, types] of [[info.list_in_args(index), info.list_in_types(index)],
        [info.list_out_args(index), info.list_out_types(index)], [info.list_items(index), info.list_item_types(index)]]) {
        // Only fields of records have a form for GBytes.
        const found = types.findIndex(type => /^\??GBytes$/.test(type) || !declared.getCodec(type));
        if (found >= 0)
            return `the value '${names[found]}' of ${info.list_methods()[index]} has the type ${types[found].replace('?', '')}, which JavaScript has only with generated code`;
    }
    return null;
}

// Gets the members whose functions have a prefix, such as `call_`, and those of descriptions that were read at
// run time, which have no functions.
function getMembers(info, functions, declared, Norpc) {
    const names = new Map(functions.map(name => [simplify(name), name]));
    return info.list_methods().map((method, index) => {
        const name = names.get(simplify(method));
        return name !== undefined || declared ? new Member(info, index, name, declared, Norpc) : null;
    }).filter(member => member !== null);
}

const declaredTypes = new Map();  // by their description

// Gets the declared types of an interface that was read at run time: the same for the same types.
function getDeclaredTypes(info) {
    const key = info.dup_declared_types().print(false);
    if (!declaredTypes.has(key))
        declaredTypes.set(key, new DeclaredTypes(info));
    return declaredTypes.get(key);
}

// Gets why members have no functions, by the names that these would have, and their kinds.
function getLeftOut(info, members) {
    const reasons = new Map();
    for (const member of info.list_left_out()) {
        const reason = info.get_left_out(member);
        const kind = /^the (\w+)/.exec(reason)[1];
        if (kind !== 'signal')
            reasons.set(info.get_function_name(member), { kind, reason: `${info.get_name()}: ${reason}` });
    }
    for (const member of members) {
        if (member.leftOut !== null)
            reasons.set(member.name, { kind: member.isStream ? 'stream' : 'method', reason: `${info.get_name()}: ${member.leftOut}` });
    }
    return reasons;
}
