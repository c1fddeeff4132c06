// SPDX-License-Identifier: LGPL-2.1-or-later

// Values of JavaScript, checked against a description, and the values of GJS that stand for them.
//
// A taker is a function that gets a value and the name that an error calls it by.

/* exported give, giveOwn, isDict, own, makeTaker, makeVariantTaker, take, wrongType */

const { Gio, GLib, GObject } = imports.gi;

const INTEGERS = {
    y: [0, 2 ** 8 - 1],
    n: [-(2 ** 15), 2 ** 15 - 1],
    q: [0, 2 ** 16 - 1],
    i: [-(2 ** 31), 2 ** 31 - 1],
    h: [-1, 2 ** 31 - 1],
    u: [0, 2 ** 32 - 1],
    x: [-(2 ** 63), 2 ** 63 - 1024],  // the largest number of JavaScript in the range
    t: [0, 2 ** 64 - 2048],
};

function describe(value) {
    if (value === null || value === undefined)
        return `${value}`;
    if (typeof value === 'number')
        return `the number ${value}`;
    return typeof value === 'object' ? value.constructor?.$gtype?.name ?? value.constructor?.name ?? 'an object' : `a ${typeof value}`;
}

// Makes the exception for a value that has another type than described.
function wrongType(name, expected, value) {
    return new TypeError(`${name}: expected ${expected}, got ${describe(value)}`);
}

// To GJS.

function takeBoolean(value, name) {
    if (typeof value !== 'boolean')
        throw wrongType(name, 'a boolean', value);
    return value;
}

// The ranges of BigInts, which only 64-bit numbers can be.
const LARGE = { x: [-(2n ** 63n), 2n ** 63n - 1n], t: [0n, 2n ** 64n - 1n] };

function makeIntegerTaker(type, [lowest, highest]) {
    return (value, name) => {
        const isLarge = typeof value === 'bigint' && type in LARGE;
        if (!isLarge && !Number.isInteger(value))
            throw wrongType(name, type in LARGE ? 'an integer or a BigInt' : 'an integer', value);
        const [least, most] = isLarge ? LARGE[type] : [lowest, highest];
        if (value < least || value > most)
            throw new RangeError(`${name}: expected a number from ${least} to ${most}, got ${value}`);
        return value;
    };
}

function takeNumber(value, name) {
    if (typeof value !== 'number')
        throw wrongType(name, 'a number', value);
    return value;
}

function takeText(value, name) {
    if (typeof value !== 'string')
        throw wrongType(name, 'a string', value);
    if (value.includes('\0'))
        throw new TypeError(`${name}: the string contains a NUL character`);
    if (/\p{Surrogate}/u.test(value))
        throw new TypeError(`${name}: the string contains half of a surrogate pair`);
    return value;
}

function makeCheckedTextTaker(isValid, expected) {
    return (value, name) => {
        if (!isValid(takeText(value, name)))
            throw new TypeError(`${name}: expected ${expected}, got '${value}'`);
        return value;
    };
}

function takeBytes(value, name) {
    if (value instanceof GLib.Bytes)
        return value;
    if (!(value instanceof Uint8Array))
        throw wrongType(name, 'a Uint8Array', value);
    return new GLib.Bytes(value);
}

function takeDateTime(value, name) {
    if (value instanceof GLib.DateTime)
        return value;
    if (!(value instanceof Date))
        throw wrongType(name, 'a Date or a GLib.DateTime', value);
    return GLib.DateTime.new_from_iso8601(value.toISOString(), null);
}

function makeArrayTaker(takeElement) {
    return (value, name) => {
        if (!Array.isArray(value))
            throw wrongType(name, 'an array', value);
        return value.map((element, index) => takeElement(element, `${name}[${index}]`));
    };
}

// Variants.

function isDict(value) {
    return value !== null && typeof value === 'object' &&
        [Object.prototype, null].includes(Object.getPrototypeOf(value));
}

// Makes a variant of the type that suits the value.
function box(value, name) {
    if (value instanceof GLib.Variant)
        return value;
    if (typeof value === 'boolean')
        return new GLib.Variant('b', value);
    if (typeof value === 'number')
        return new GLib.Variant('d', value);
    if (typeof value === 'string')
        return new GLib.Variant('s', takeText(value, name));
    if (value instanceof Uint8Array)
        return new GLib.Variant('ay', value);
    if (Array.isArray(value))
        return new GLib.Variant('av', value.map((element, index) => box(element, `${name}[${index}]`)));
    if (isDict(value))
        return new GLib.Variant('a{sv}', fillDict('v', value, name));
    throw wrongType(name, 'a value that a GLib.Variant can have', value);
}

function fillDict(type, value, name) {
    if (!isDict(value))
        throw wrongType(name, 'an object', value);
    return Object.fromEntries(Object.entries(value).map(
        ([key, element]) => [takeText(key, `${name}, a key`), fill(type, element, `${name}.${key}`)]));
}

// Gets the types of the values of a tuple: no type begins with another one.
function splitTuple(type) {
    const types = [''];
    for (const letter of type.slice(1, -1)) {
        types[types.length - 1] += letter;
        if (GLib.variant_type_string_is_valid(types[types.length - 1]))
            types.push('');
    }
    return types.slice(0, -1);
}

function fillTuple(type, value, name) {
    const types = splitTuple(type);
    if (!Array.isArray(value) || value.length !== types.length)
        throw wrongType(name, `an array of ${types.length} values`, value);
    return types.map((element, index) => fill(element, value[index], `${name}[${index}]`));
}

const takeSimple = {
    b: takeBoolean, d: takeNumber, s: takeText,
    o: makeCheckedTextTaker(GLib.Variant.is_object_path, 'an object path'),
    g: makeCheckedTextTaker(GLib.Variant.is_signature, 'a signature'),
    ...Object.fromEntries(Object.entries(INTEGERS).map(([type, range]) => [type, makeIntegerTaker(type, range)])),
};

// Checks a value of a type of D-Bus, and puts variants where its type has them, so that GJS can make the rest.
function fill(type, value, name) {
    if (type in takeSimple)
        return takeSimple[type](value, name);
    if (type === 'v')
        return box(value, name);
    if (type.startsWith('m'))
        return value === null || value === undefined ? null : fill(type.slice(1), value, name);
    if (type.startsWith('a{'))
        return fillDict(type.slice(3, -1), value, name);
    if (type === 'ay' && (value instanceof Uint8Array || value instanceof GLib.Bytes))
        return value instanceof GLib.Bytes ? value.toArray() : value;
    if (type.startsWith('a'))
        return makeArrayTaker((element, elementName) => fill(type.slice(1), element, elementName))(value, name);
    if (type.startsWith('('))
        return fillTuple(type, value, name);
    return value;
}

// Makes a taker that returns a variant of a type.
function makeVariantTaker(type) {
    return (value, name) => {
        if (value instanceof GLib.Variant) {
            if (!value.is_of_type(new GLib.VariantType(type))) {
                throw new TypeError(`${name}: expected a GLib.Variant of type '${type}', ` +
                    `got '${value.get_type_string()}'`);
            }
            return value;
        }
        try {
            return new GLib.Variant(type, fill(type, value, name));
        } catch (error) {
            if (error.message.startsWith(name))
                throw error;
            throw new TypeError(`${name}: expected a value of type '${type}': ${error.message}`);
        }
    };
}

// Types that have a GType.

function isValid(gtype, value) {
    if (GObject.type_is_a(gtype, GLib.Error.$gtype))
        return value instanceof GLib.Error;
    const actual = value?.constructor?.$gtype;
    return actual !== undefined && typeof value === 'object' && GObject.type_is_a(actual, gtype);
}

function makeTypeTaker(type) {
    const gtype = GObject.type_from_name(type);
    if (type === 'GBytes')
        return takeBytes;
    if (type === 'GDateTime')
        return takeDateTime;
    if (type === 'GVariant')
        return box;
    if (type === 'gchararray')
        return takeText;
    if (GObject.type_is_a(gtype, GObject.TYPE_ENUM))
        return takeSimple.i;
    if (GObject.type_is_a(gtype, GObject.TYPE_FLAGS))
        return takeSimple.u;
    if (!GObject.type_is_a(gtype, GObject.TYPE_OBJECT) && !GObject.type_is_a(gtype, GObject.TYPE_BOXED) &&
        !GObject.type_is_a(gtype, GObject.TYPE_INTERFACE))
        return value => value;  // GJS checks what is rare
    return (value, name) => {
        if (!isValid(gtype, value))
            throw wrongType(name, `a ${type}`, value);
        return value;
    };
}

// GJS copies the structs instead of pointers to them, which crashes.
function takeNoRecords(value, name) {
    if (Array.isArray(value) && value.length === 0)
        return value;
    throw new TypeError(`${name}: GJS cannot send an array of records`);
}

function makeTypeArrayTaker(type) {
    if (GObject.type_is_a(GObject.type_from_name(type), GObject.TYPE_BOXED))
        return takeNoRecords;
    return makeArrayTaker(makeTypeTaker(type));
}

var take = { dateTime: takeDateTime, file: makeTypeTaker(Gio.File.$gtype.name), uri: makeTypeTaker(GLib.Uri.$gtype.name) };

// Makes the taker of a type, as norpc_interface_info_list_in_types () describes it.
function makeTaker(type) {
    if (type.startsWith('?')) {
        // C has a variant for a number that may be missing.
        const take = /^\?[ybnqiuxtdh]$/.test(type) ? makeVariantTaker(type.slice(1)) : makeTaker(type.slice(1));
        return (value, name) => value === null || value === undefined ? null : take(value, name);
    }
    if (type.endsWith('[]'))
        return makeTypeArrayTaker(type.slice(0, -2));
    if (type in takeSimple)
        return takeSimple[type];
    if (type === 'ay')
        return takeBytes;
    if (['as', 'ao', 'ag'].includes(type))
        return makeArrayTaker(takeSimple[type[1]]);
    return GLib.variant_type_string_is_valid(type) ? makeVariantTaker(type) : makeTypeTaker(type);
}

// From GJS.

function* iterateModel() {
    for (let i = 0; i < this.get_n_items(); i++)
        yield this.get_item(i);
}

// Converts a value of GJS to a plain one.
function give(value) {
    if (value === null || typeof value !== 'object')
        return value;
    if (value instanceof GLib.Bytes)
        return value.toArray();
    if (value instanceof GLib.Variant)
        return value.recursiveUnpack();
    if (Array.isArray(value))
        return value.map(give);
    if (value instanceof Gio.ListModel && !(Symbol.iterator in value))
        Object.getPrototypeOf(value)[Symbol.iterator] = iterateModel;
    return value;
}

// Makes a descriptor of the same file.
function duplicate(fd) {
    const list = new Gio.UnixFDList();
    list.append(fd);
    return list.steal_fds()[0];
}

// Unpacks a variant, with duplicates of its descriptors, which are closed with the variant.
function unpackOwn(variant) {
    const type = variant.get_type_string();
    if (!/[hv]/.test(type))
        return variant.recursiveUnpack();
    if (type === 'h')
        return variant.get_handle() >= 0 ? duplicate(variant.get_handle()) : -1;
    const children = Array.from({ length: variant.n_children() }, (_, index) => unpackOwn(variant.get_child_value(index)));
    if (type.startsWith('a{'))
        return Object.fromEntries(children);
    return /^[a({]/.test(type) ? children : children[0] ?? null;
}

// Converts a result of GJS to a plain value, whose descriptors belong to the caller.
function giveOwn(value) {
    return value instanceof GLib.Variant ? unpackOwn(value) : give(value);
}

// Gets a plain value, or a copy of a record, that outlives the function that borrows it.
function own(value) {
    if (Array.isArray(value))
        return value.map(own);
    const isRecord = value !== null && typeof value === 'object' && !(value instanceof GObject.Object) &&
        !(value instanceof GLib.Bytes) && !(value instanceof GLib.Variant) && typeof value.copy === 'function';
    return isRecord ? value.copy() : give(value);
}
