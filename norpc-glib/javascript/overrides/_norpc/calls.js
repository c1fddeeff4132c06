// SPDX-License-Identifier: LGPL-2.1-or-later

// Calls of proxies: with promises, and synchronous.

/* exported addAllFunctions, extendProxies, unwrap */

const { Gio, GLib, GObject } = imports.gi;
const { getDeclaredTypes, getLeftOut, getMembers } = imports.overrides._norpc.description;
const { giveOwn, isDict, wrongType } = imports.overrides._norpc.values;

let generic;  // the functions of Norpc.DynamicProxy
const OPTIONS = ['cancellable', 'parent', 'priority', 'timeout'];
let Norpc;

// The options of one call.
function checkOptions(options) {
    if (options === undefined || options === null)
        return {};
    if (options instanceof Gio.Cancellable)
        return { cancellable: options };
    if (!isDict(options))
        throw wrongType('options', 'an object or a Gio.Cancellable', options);
    for (const name of Object.keys(options)) {
        if (!OPTIONS.includes(name))
            throw new TypeError(`options: '${name}' is not an option; expected one of ${OPTIONS.join(', ')}`);
    }
    checkInstance(options.cancellable, 'cancellable', Gio.Cancellable, 'a Gio.Cancellable');
    checkInstance(options.parent, 'parent', Norpc.Call, 'a Norpc.Call');
    checkTimeout(options.timeout);
    if (options.priority !== undefined && !Object.values(Norpc.Priority).includes(options.priority))
        throw wrongType("option 'priority'", 'a Norpc.Priority', options.priority);
    return options;
}

function checkInstance(value, name, klass, expected) {
    if (value !== undefined && value !== null && !(value instanceof klass))
        throw wrongType(`option '${name}'`, expected, value);
}

function checkTimeout(timeout) {
    if (timeout === undefined || timeout === Infinity)
        return;
    if (typeof timeout !== 'number' || !(timeout > 0 && timeout < GLib.MAXUINT32))
        throw wrongType("option 'timeout'", 'a number of milliseconds greater than 0', timeout);
}

// Runs a function that sends a call, with options of the call.
function withOptions(options, func) {
    const { parent, priority, timeout } = options;
    if (parent)
        parent.enter();
    if (timeout !== undefined)
        Norpc.timeout_push(timeout === Infinity ? GLib.MAXUINT32 : Math.max(1, Math.round(timeout)));
    if (priority !== undefined)
        Norpc.priority_push(priority);
    try {
        return func(options.cancellable ?? null);
    } finally {
        if (priority !== undefined)
            Norpc.priority_pop();
        if (timeout !== undefined)
            Norpc.timeout_pop();
        if (parent)
            parent.leave();
    }
}

// Converts what GJS returns for results: `true` and the results, or only the result.
function unwrap(returned) {
    if (returned === true)
        return undefined;
    if (!Array.isArray(returned) || returned[0] !== true)
        return giveOwn(returned);
    if (returned.length <= 2)
        return giveOwn(returned[1]);
    return returned.slice(1).map(giveOwn);
}

// The functions of a class that send a call, for generated classes and for those that were made at run time.

class Sender {
    constructor(member) {
        this.member = member;
    }

    // Splits arguments and options, and checks both.
    prepare(args) {
        const { ins } = this.member;
        if (args.length > ins.length + 1)
            throw new TypeError(`${this.member.name}(): expected ${ins.length} arguments and options, got ${args.length}`);
        return [ins.check(args.slice(0, ins.length)), checkOptions(args[ins.length])];
    }

    start(proxy, args) {
        return new Promise((resolve, reject) => {
            const [checked, options] = this.prepare(args);
            withOptions(options, cancellable => this.call(proxy, checked, cancellable, (_source, result) => {
                try {
                    resolve(unwrap(this.finish(proxy, result)));
                } catch (error) {
                    reject(error);
                }
            }));
        });
    }

    run(proxy, args) {
        const [checked, options] = this.prepare(args);
        return unwrap(withOptions(options, cancellable => this.callSync(proxy, checked, cancellable)));
    }

    send(proxy, args) {
        const [checked, options] = this.prepare(args);
        withOptions(options, () => this.callOneWay(proxy, checked));
    }

    openStream(proxy, args) {
        const [checked, options] = this.prepare(args);
        return withOptions(options, cancellable => this.open(proxy, checked, cancellable));
    }
}

class CompiledSender extends Sender {
    call(proxy, args, cancellable, callback) {
        proxy[`call_${this.member.functionName}`](...args, cancellable, callback);
    }

    finish(proxy, result) {
        return proxy[`call_${this.member.functionName}_finish`](result);
    }

    callSync(proxy, args, cancellable) {
        return proxy[`call_${this.member.functionName}_sync`](...args, cancellable);
    }

    callOneWay(proxy, args) {
        proxy[`call_${this.member.functionName}`](...args);
    }

    open(proxy, args, cancellable) {
        return proxy[`open_${this.member.functionName}`](...args, cancellable);
    }
}

// A method of the description may have the name of a function that is used here.
class GenericSender extends Sender {
    call(proxy, args, cancellable, callback) {
        generic.call_method.call(proxy, this.member.method, GLib.Variant.new_tuple(args), cancellable, callback);
    }

    finish(proxy, result) {
        return [true, ...this.member.outs.give(generic.call_method_finish.call(proxy, result))];
    }

    callSync(proxy, args, cancellable) {
        return [true, ...this.member.outs.give(generic.call_method_sync.call(proxy, this.member.method,
            GLib.Variant.new_tuple(args), cancellable))];
    }

    callOneWay(proxy, args) {
        generic.send_method.call(proxy, this.member.method, GLib.Variant.new_tuple(args));
    }

    open(proxy, args, cancellable) {
        return generic.open_stream.call(proxy, this.member.method, GLib.Variant.new_tuple(args), cancellable);
    }
}

// Adds the functions for a member to a table.
function addFunctions(table, member) {
    const sender = member.isGeneric ? new GenericSender(member) : new CompiledSender(member);
    const add = (name, func) => table.set(name, {
        [name](...args) {
            return func.call(sender, this, args);
        },
    }[name]);
    if (member.leftOut !== null)
        return;
    if (member.isStream) {
        add(member.name, sender.openStream);
    } else if (member.isOneWay) {
        add(member.name, sender.send);
    } else {
        add(member.name, sender.start);
        add(`${member.name}_sync`, sender.run);
    }
}

function makeTable(prototype) {
    const table = new Map();
    const info = Norpc.interface_info_for_type(prototype.constructor.$gtype);
    if (info === null)
        return table;
    const isGeneric = GObject.type_is_a(prototype.constructor.$gtype, Norpc.DynamicProxy.$gtype);
    const functions = Object.getOwnPropertyNames(prototype)
        .filter(name => /^(call|open)_/.test(name)).map(name => name.slice('call_'.length));
    const members = getMembers(info, functions, isGeneric ? getDeclaredTypes(info) : null, Norpc);
    members.forEach(member => addFunctions(table, member));
    if (isGeneric)
        getLeftOut(info, members).forEach((leftOut, name) => addLeftOut(table, name, leftOut));
    return table;
}

// Has functions and properties of members that need generated code say so. Only those of methods return promises.
function addLeftOut(table, name, { kind, reason }) {
    const makeError = () => new GLib.Error(Norpc.error_quark(), Norpc.Error.NOT_IMPLEMENTED, reason);
    const fail = () => {
        throw makeError();
    };
    if (table.has(name))
        return;
    if (kind === 'property') {
        for (const spelling of [name, name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())])
            table.set(spelling, { get: fail, set: fail, configurable: true });
        return;
    }
    table.set(name, kind === 'method' ? () => Promise.reject(makeError()) : fail);
    if (kind === 'method')
        table.set(`${name}_sync`, fail);
}

const tables = new Map();  // of functions, by the prototypes of generated classes

// Gets the prototype of the class that C registered.
function getGeneratedPrototype(proxy) {
    let prototype = Object.getPrototypeOf(proxy);
    for (let parent = Object.getPrototypeOf(prototype);
        parent !== null && parent !== Norpc.Proxy.prototype && parent !== Norpc.DynamicProxy.prototype;
        parent = Object.getPrototypeOf(parent))
        prototype = parent;
    return prototype;
}

function getTable(prototype) {
    if (!tables.has(prototype))
        tables.set(prototype, makeTable(prototype));
    return tables.get(prototype);
}

function define(prototype, name, func) {
    Object.defineProperty(prototype, name, { value: func, writable: true, configurable: true });
}

// Adds the functions of a class that was made at run time, also those that Norpc.DynamicProxy has, too.
function addAllFunctions(klass) {
    getTable(klass.prototype).forEach((func, name) => typeof func === 'function'
        ? define(klass.prototype, name, func) : Object.defineProperty(klass.prototype, name, func));
}

function findFunction(proxy, name) {
    if (name.startsWith('_') || !(proxy instanceof Norpc.Proxy))
        return undefined;
    const prototype = getGeneratedPrototype(proxy);
    const func = getTable(prototype).get(name);
    if (func !== undefined)
        define(prototype, name, func);
    return func;
}

// GJS runs no code of an override when it makes a class. So the functions are made when they are looked for:
// the prototype of Norpc.Proxy inherits from an object that is asked for what generated classes do not have.
function extendProxies(namespace) {
    Norpc = namespace;
    generic = Object.fromEntries(['call_method', 'call_method_finish', 'call_method_sync', 'open_stream',
        'send_method'].map(name => [name, Norpc.DynamicProxy.prototype[name]]));
    const parent = Object.getPrototypeOf(Norpc.Proxy.prototype);
    Object.setPrototypeOf(Norpc.Proxy.prototype, new Proxy(Object.create(parent), {
        get(target, name, receiver) {
            const func = typeof name === 'string' ? findFunction(receiver, name) : undefined;
            return func !== undefined ? func : Reflect.get(target, name, receiver);
        },
    }));

    // For declarations in TypeScript, where it adds the functions above to the type.
    Norpc.calls = proxy => proxy;

    Gio._promisify(Norpc.Proxy.prototype, 'load_async', 'load_finish');
    Gio._promisify(Norpc.DynamicProxy.prototype, 'call_method', 'call_method_finish');
    Gio._promisify(Norpc.DynamicProxy.prototype, 'set_value', 'set_value_finish');
}
