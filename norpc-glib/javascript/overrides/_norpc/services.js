// SPDX-License-Identifier: LGPL-2.1-or-later

// Services that are classes of JavaScript.

/* exported addService, answer, log, makeGError, makeTuple */

const { GLib, GObject } = imports.gi;
const { Args, findFunctionName, getFunctionName, getMembers } = imports.overrides._norpc.description;
const { guardFunction } = imports.overrides._norpc.layers;
const { makeTaker, own } = imports.overrides._norpc.values;

let Norpc;

// Anything can be thrown, also what has no text.
function describe(error) {
    try {
        return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    } catch {
        return typeof error;
    }
}

// logError () takes nothing but errors.
function log(error, text) {
    logError(error instanceof Error ? error : new Error(describe(error)), text);
}

// Makes the error that a client gets for an exception.
function makeGError(error) {
    return error instanceof GLib.Error ? error
        : new GLib.Error(Norpc.error_quark(), Norpc.Error.FAILED, describe(error).replace(/\0/g, '\\0'));
}

// Answers a call with an exception.
function fail(call, error, name) {
    if (call.is_replied()) {
        log(error, `${name}() has answered, and then failed`);
        return;
    }
    call.return_gerror(makeGError(error));
    if (!(error instanceof GLib.Error))
        log(error, `${name}() failed`);
}

// Gives the descriptors in a result to its variant. One that is a result itself belongs to the reply.
function moveDescriptors(value) {
    return value instanceof GLib.Variant && value.get_type_string() !== 'h' && /[hv]/.test(value.get_type_string())
        ? Norpc.variant_take_fds(value) : value;
}

// The same for results that are all variants. GJS 1.74 never releases those that it has made, so that what owns the
// descriptors is to contain them.
function makeTuple(values) {
    return values.some(value => value.get_type_string() === 'h')
        ? GLib.Variant.new_tuple(values.map(moveDescriptors)) : moveDescriptors(GLib.Variant.new_tuple(values));
}

// Checks the results of a method, and sends them, unless the method has answered otherwise.
function complete(call, member, returned, send) {
    if (!call.is_replied())
        send(call, member.outs.checkReturned(returned, member.name));
}

// Calls the method of a service, and answers with its results.
function answer(service, call, member, args, send) {
    try {
        const returned = service[member.name](...args);
        if (typeof returned?.then !== 'function') {
            complete(call, member, returned, send);
            return;
        }
        const kept = call.ref();  // GJS does not hold the call
        returned.then(results => complete(kept, member, results, send))
            .catch(error => fail(kept, error, member.name));
    } catch (error) {
        fail(call, error, member.name);
    }
}

// Gets the members that a service can answer, each with its asynchronous handler.
function getHandled(iface) {
    const info = Norpc.interface_info_for_type(iface.$gtype);
    if (info === null)
        return [];
    const functions = Object.getOwnPropertyNames(iface.prototype)
        .filter(name => name.startsWith('complete_')).map(name => name.slice('complete_'.length));
    const oneWays = info.list_methods().map((name, index) => [name, info.get_method_flags(index)])
        .filter(([, flags]) => flags & Norpc.MethodFlags.ONEWAY)
        .map(([name]) => getFunctionName(info, name));
    return getMembers(info, [...functions, ...oneWays], false, Norpc);
}

function makeHandler(member) {
    return function (call, ...args) {
        answer(this, call, member, args.map(own), (answered, results) =>
            this[`complete_${member.functionName}`](answered, ...results.map(moveDescriptors)));
        return true;
    };
}

function addHandlers(klass, iface) {
    for (const member of getHandled(iface)) {
        const name = `vfunc_handle_${member.functionName}`;
        if (typeof klass.prototype[member.name] === 'function' && !(name in klass.prototype))
            klass.prototype[name] = makeHandler(member);
    }
}

// Adds checks to the functions that emit a signal.
function addEmitters(klass, iface) {
    const info = Norpc.interface_info_for_type(iface.$gtype);
    const functions = Object.getOwnPropertyNames(iface.prototype)
        .filter(name => name.startsWith('emit_')).map(name => name.slice('emit_'.length));
    info?.list_signals().forEach((signal, index) => {
        const name = `emit_${findFunctionName(functions, signal)}`;
        const emit = iface.prototype[name];
        const args = new Args('argument', info.list_signal_args(index), info.list_signal_types(index), makeTaker);
        if (typeof emit === 'function' && !(name in klass.prototype)) {
            klass.prototype[name] = function (...given) {
                emit.apply(this, args.check(given));
            };
        }
    });
}

const values = new WeakMap();  // of properties, by service

// The accessors of GJS check nothing, and there are none for properties that clients cannot set.
function addAccessor(klass, pspec, type) {
    const name = pspec.name.replace(/-/g, '_');
    const camelName = pspec.name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    const take = makeTaker(type);
    if ([name, camelName, pspec.name].some(spelling => spelling in klass.prototype))
        return;
    const accessors = {
        configurable: true,
        get() {
            return values.get(this)?.[name] ?? pspec.get_default_value();
        },
        set(value) {
            if (!values.has(this))
                values.set(this, {});
            values.get(this)[name] = take(value, `property '${pspec.name}'`);
            this.notify(pspec.name);
        },
    };
    for (const spelling of new Set([name, camelName, pspec.name]))
        Object.defineProperty(klass.prototype, spelling, accessors);
}

// Adds the properties that an interface has, and that the class does not describe itself.
function addProperties(klass, iface) {
    const info = Norpc.interface_info_for_type(iface.$gtype);
    const described = { ...klass[GObject.properties] };
    const types = info?.list_property_types() ?? [];
    for (const [index, property] of (info?.list_properties() ?? []).entries()) {
        const name = info.get_gobject_name(property);
        if (name in described)
            continue;
        described[name] = GObject.ParamSpec.override(name, iface);
        addAccessor(klass, described[name], types[index]);
    }
    klass[GObject.properties] = described;
}

function addService(namespace) {
    Norpc = namespace;

    // The base class of a service. A class derives from this one, and implements a generated interface. Its
    // methods, async or not, are those of the description. They return the results.
    Norpc.Service = GObject.registerClass({ GTypeName: 'NorpcJavaScriptService' }, class Service extends GObject.Object {
        static _classInit(klass) {
            const interfaces = Object.prototype.hasOwnProperty.call(klass, GObject.interfaces)
                ? klass[GObject.interfaces] : [];
            for (const iface of interfaces) {
                addHandlers(klass, iface);
                addEmitters(klass, iface);
                addProperties(klass, iface);
            }
            guardFunction(klass.prototype, 'vfunc_start');
            return super._classInit(klass);
        }
    });

    // Gets the call that a handler is handling. The handler may keep it.
    Norpc.get_current_call = () => Norpc.Call.get_current()?.ref() ?? null;
}
