// SPDX-License-Identifier: LGPL-2.1-or-later

// Streams and signals as iterators.

/* exported extendStreams */

const { GLib } = imports.gi;
const { Member, getDeclaredTypes } = imports.overrides._norpc.description;
const { unwrap } = imports.overrides._norpc.calls;
const { convertEmission, extendWatches } = imports.overrides._norpc.events;
const { own } = imports.overrides._norpc.values;

let Norpc;
const members = new Map();  // of streams, by interface and index
const sendings = new WeakMap();  // the last item that is being sent, by stream

// Calls `name`_async () of an object.
function wait(object, name) {
    return new Promise((resolve, reject) => {
        object[`${name}_async`](null, (_source, result) => {
            try {
                resolve(object[`${name}_finish`](result));
            } catch (error) {
                reject(error);
            }
        });
    });
}

// The same for values of a stream, which are a variant if its description was read at run time.
async function waitForValues(stream, name) {
    const returned = await wait(stream, name);
    if (!(returned instanceof GLib.Variant && stream instanceof Norpc.DynamicStream))
        return returned;
    const member = getMember(stream);
    return [true, ...(name === 'next' ? member.items : member.outs).give(returned)];
}

function getMember(stream) {
    const [info, index] = stream.get_interface_info();
    const isGeneric = stream instanceof Norpc.DynamicStream;
    const types = [info.list_item_types(index), info.list_out_types(index)];
    const key = `${info.get_name()} ${index} ${isGeneric} ${types.join(' ')}`;
    if (!members.has(key))
        members.set(key, new Member(info, index, undefined, isGeneric ? getDeclaredTypes(info) : null, Norpc));
    return members.get(key);
}

// Fails at an end that does not do such a thing.
function checkEnd(stream, reads) {
    if (stream.is_reader() !== reads)
        throw new TypeError(`this end of the stream ${reads ? 'writes; it cannot read' : 'reads; it cannot write'} items`);
}

// Reads the items of a stream. It closes the stream if the loop is left.
function iterateStream() {
    checkEnd(this, true);
    return {
        next: async () => {
            const returned = await waitForValues(this, 'next');
            return returned?.[0] === true ? { value: unwrap(returned), done: false } : { value: undefined, done: true };
        },
        return: async value => {
            this.close();
            return { value, done: true };
        },
        [Symbol.asyncIterator]() {
            return this;
        },
    };
}

async function sendAfter(stream, before, item) {
    try {
        await before;
    } catch {
        // Each item fails for itself.
    }
    while (!stream.is_ready())
        await wait(stream, 'ready');
    if (stream instanceof Norpc.DynamicStream)
        stream.write(GLib.Variant.new_tuple(item));
    else
        stream.write(...item);
}

// Writes an item, as soon as the reader is ready for it.
async function send(...values) {
    checkEnd(this, false);
    const item = getMember(this).items.check(values);
    const sending = sendAfter(this, sendings.get(this), item);
    sendings.set(this, sending);
    await sending;
}

async function outcome() {
    return unwrap(await waitForValues(this, 'outcome'));
}

// Reads the emissions of a signal, each as one value or an array of several.
function iterateWatch() {
    return {
        next: async () => {
            const emission = await wait(this, 'next');
            const values = Array.from({ length: emission.get_n_args() }, (_, index) => own(emission.get_arg(index)));
            const args = convertEmission(this, values);
            return { value: args.length > 1 ? args : args[0], done: false };
        },
        [Symbol.asyncIterator]() {
            return this;
        },
    };
}

function extendStreams(namespace) {
    Norpc = namespace;
    Norpc.Stream.prototype[Symbol.asyncIterator] = iterateStream;
    Norpc.Stream.prototype.send = send;
    Norpc.Stream.prototype.outcome = outcome;
    extendWatches(Norpc);
    Norpc.SignalWatch.prototype[Symbol.asyncIterator] = iterateWatch;
}
