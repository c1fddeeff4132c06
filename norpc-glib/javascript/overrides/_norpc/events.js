// SPDX-License-Identifier: LGPL-2.1-or-later

// Signals and properties of interfaces that were read at run time: their values are checked, and those of declared
// types are as in calls.

/* exported addEvents, convertEmission, extendWatches, overrideProperties */

const { GLib, GObject } = imports.gi;
const { Args, getDeclaredTypes } = imports.overrides._norpc.description;
const { makeTaker } = imports.overrides._norpc.values;

// Values as GObject has them, some of which have a codec.
class Values {
    constructor(kind, names, types, declared) {
        this.codecs = types.map(type => declared.needsCodec(type) ? declared.getCodec(type) : null);
        this.args = new Args(kind, names, types, type => declared.needsCodec(type) ? declared.getCodec(type).take : makeTaker(type));
    }

    get needsCodecs() {
        return this.codecs.some(codec => codec !== null);
    }

    check(values) {
        return this.args.check(values).map((value, index) => this.codecs[index] === null ? value : toGObject(value));
    }

    give(values) {
        return values.map((value, index) => this.codecs[index] === null ? value : fromGObject(this.codecs[index], value));
    }
}

// GObject has the content of a maybe, or null, and numbers and arrays of texts that are no variants.
function toGObject(variant) {
    if (variant.get_type_string().startsWith('m')) {
        const content = variant.n_children() === 0 ? null : variant.get_child_value(0);
        return content?.get_type_string().length === 1 ? content : content && toGObject(content);
    }
    return ['i', 'u', 'as'].includes(variant.get_type_string()) ? variant.deepUnpack() : variant;
}

function fromGObject(codec, value) {
    const signature = codec.signature.replace(/^m/, '');
    if (value === null)
        return null;
    const variant = value instanceof GLib.Variant ? value : new GLib.Variant(signature, value);
    return codec.give(codec.signature === signature ? variant
        : GLib.Variant.new_maybe(new GLib.VariantType(signature), variant));
}

function describeSignals(info, declared) {
    return new Map(info.list_signals().map((signal, index) => [info.get_gobject_name(signal),
        new Values('argument', info.list_signal_args(index), info.list_signal_types(index), declared)]));
}

// Has functions of GObject convert the arguments of signals.
function addSignals(klass, signals) {
    const { connect, connect_after, emit } = klass.prototype;
    const convert = (name, callback) => {
        const values = signals.get(name.split('::')[0].replace(/_/g, '-'));
        return values?.needsCodecs ? (object, ...args) => callback(object, ...values.give(args)) : callback;
    };

    klass.prototype.connect = function (name, callback) {
        return connect.call(this, name, convert(name, callback));
    };
    klass.prototype.connect_after = function (name, callback) {
        return connect_after.call(this, name, convert(name, callback));
    };
    klass.prototype.emit = function (name, ...args) {
        const values = signals.get(name.replace(/_/g, '-'));
        return emit.call(this, name, ...values === undefined ? args : values.check(args));
    };
}

// The names that GJS has for a property.
function getSpellings(name) {
    return new Set([name, name.replace(/-/g, '_'), name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())]);
}

// GJS makes the accessors of a property when one of its names is looked for.
function addProperty(klass, name, values) {
    for (const spelling of getSpellings(name)) {
        void (spelling in klass.prototype);
        const accessors = Object.getOwnPropertyDescriptor(klass.prototype, spelling);
        if (accessors?.set === undefined || !accessors.configurable)
            continue;
        Object.defineProperty(klass.prototype, spelling, {
            configurable: true,
            get() {
                return values.give([accessors.get.call(this)])[0];
            },
            set(value) {
                accessors.set.call(this, values.check([value])[0]);
            },
        });
    }
}

// Adds checks and conversions to a class, once.
function addEvents(klass, info) {
    if (Object.hasOwn(klass.prototype, 'connect'))
        return;
    const declared = getDeclaredTypes(info);
    addSignals(klass, describeSignals(info, declared));
    info.list_property_types().forEach((type, index) => {
        const property = info.list_properties()[index];
        addProperty(klass, info.get_gobject_name(property), new Values('property', [property], [type], declared));
    });
}

// Has the accessors that a class, or one between it and the base class, has for a property be those of GObject as well:
// GJS runs them for properties that the class itself describes.
function overrideProperty(klass, base, name, needsCodec) {
    for (let { prototype } = klass; prototype !== base.prototype; prototype = Object.getPrototypeOf(prototype)) {
        const own = prototype;
        const spelling = [...getSpellings(name)].find(candidate => Object.hasOwn(own, candidate));
        if (spelling === undefined)
            continue;
        if (needsCodec)
            throw new TypeError(`${klass.name}.${spelling}: a property of this type cannot have accessors of the class in GJS`);
        if (own !== klass.prototype)
            Object.defineProperty(klass.prototype, spelling, Object.getOwnPropertyDescriptor(own, spelling));
        klass[GObject.properties] = { ...klass[GObject.properties], [name]: GObject.ParamSpec.override(name, base) };
        return;
    }
}

// The same for all properties.
function overrideProperties(klass, base, info) {
    const declared = getDeclaredTypes(info);
    info.list_property_types().forEach((type, index) => {
        const isNumber = ['i', 'u'].includes(declared.getCodec(type)?.signature);
        overrideProperty(klass, base, info.get_gobject_name(info.list_properties()[index]),
            declared.needsCodec(type) && !isNumber);
    });
}

const watched = new WeakMap();  // the values of the signal, by watch

// Has a signal that does not exist be an exception; C would log it as critical.
function checkSignal(Norpc, proxy, signal) {
    const info = proxy instanceof Norpc.Proxy ? Norpc.interface_info_for_type(proxy.constructor.$gtype) : null;
    const name = String(signal).replace(/_/g, '-');
    const isSignal = member => member === signal || info.get_gobject_name(member) === name;
    if (info !== null && !info.list_signals().some(isSignal))
        throw new TypeError(`${info.get_name()} has no signal '${signal}'`);
}

function extendWatches(Norpc) {
    const makeWatch = Norpc.SignalWatch.new;

    Norpc.SignalWatch.new = (proxy, signal) => {
        checkSignal(Norpc, proxy, signal);
        const watch = makeWatch.call(Norpc.SignalWatch, proxy, signal);
        const info = proxy instanceof Norpc.DynamicProxy ? Norpc.interface_info_for_type(proxy.constructor.$gtype) : null;
        if (info !== null) {
            const signals = describeSignals(info, getDeclaredTypes(info));
            watched.set(watch, signals.get(signal) ?? signals.get(info.get_gobject_name(signal)));
        }
        return watch;
    };
}

// Converts the arguments of an emission that a watch got.
function convertEmission(watch, args) {
    return watched.get(watch)?.needsCodecs ? watched.get(watch).give(args) : args;
}
