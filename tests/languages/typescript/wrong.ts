// SPDX-License-Identifier: LGPL-2.1-or-later

// Each line that tsc is to reject follows a mark; tsc fails if it accepts one.

import GObject from 'gi://GObject?version=2.0';
import Kv from 'gi://Kv?version=1';
import Norpc from 'gi://Norpc?version=1';
import Streams from 'gi://Streams?version=1';

const endpoint = Norpc.serve(new GObject.Object()).get_endpoint();
const store = Norpc.calls(Kv.StoreProxy.new(endpoint));
const feed = Norpc.calls(Streams.FeedProxy.new(endpoint));
const key = new Uint8Array(1);

// @ts-expect-error: the key is missing
store.get(0);
// @ts-expect-error: the key is bytes
store.get(0, 'key');
// @ts-expect-error: there is no such option
store.get(0, key, { timeot: 3 });
// @ts-expect-error: there is no such method
store.nothing();
// @ts-expect-error: a value may be null
store.get(0, key).then(value => value.length);
// @ts-expect-error: an item has a number and a text
feed.count(3).send('one');
async function read() {
    for await (const [, text] of feed.count(3)) {
        // @ts-expect-error: the second value of an item is a text
        text.toFixed();
    }
}
read();
class Wrong extends Norpc.Service implements Norpc.Methods<Kv.Store.Interface> {
    // @ts-expect-error: the result is bytes
    get() {
        return 5;
    }
}
