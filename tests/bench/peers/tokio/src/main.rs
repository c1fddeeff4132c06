// main.rs
//
// SPDX-License-Identifier: LGPL-2.1-or-later

//! Tokio: a service in a thread of its own, with an mpsc channel for the requests and a oneshot
//! channel for each reply. Client and service each have a runtime of one thread.
//!
//! - bounded: the channel of Tokio's tutorial, with 32 places
//! - unbounded: the same without a limit
//! - spawn: as the crate norpc has it, a boxed future for each call and a spawned task for each request

mod cost;
mod service;

use std::cell::Cell;
use std::process::exit;
use std::rc::Rc;
use std::sync::{Arc, Barrier};
use std::thread;

use cost::Cost;
use service::{Client, Kind, Reply, Work};
use tokio::runtime::{Builder, Runtime};
use tokio::task::LocalSet;

const KINDS: [(&str, Kind); 3] =
    [("tokio-bounded", Kind::Bounded), ("tokio-unbounded", Kind::Unbounded), ("tokio-spawn", Kind::Spawn)];
const WORKS: [(&str, Work); 2] = [("noop", Work::Noop), ("get", Work::Get)];
const LOADS: [(&str, Load); 8] = [
    ("seq", Load { in_flight: 1, clients: 0 }),
    ("w8", Load { in_flight: 8, clients: 0 }),
    ("w64", Load { in_flight: 64, clients: 0 }),
    ("w1024", Load { in_flight: 1024, clients: 0 }),
    ("c1", Load { in_flight: 1, clients: 1 }),
    ("c4", Load { in_flight: 1, clients: 4 }),
    ("c16", Load { in_flight: 1, clients: 16 }),
    ("c64", Load { in_flight: 1, clients: 64 }),
];

#[derive(Clone, Copy)]
struct Load {
    in_flight: usize,
    clients: usize,
}

struct Row {
    name: String,
    kind: Kind,
    work: Work,
    load: Load,
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (kind_name, kind) in KINDS {
        for (work_name, work) in WORKS {
            for (load_name, load) in LOADS {
                if work_name == "noop" || load_name == "w64" {
                    let name = format!("{}.call.{}.{}", kind_name, work_name, load_name);
                    rows.push(Row { name, kind, work, load });
                }
            }
        }
    }
    rows
}

fn new_runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

async fn make_call(client: &Client, work: Work, number: u64) {
    match client.call(work, number).await {
        Some(Reply::Number(reply)) => assert_eq!(reply, number + 1, "the reply is wrong"),
        Some(Reply::Value(value)) => assert_eq!(value.len(), service::VALUE_SIZE, "the value is wrong"),
        None => panic!("a call failed"),
    }
}

/// Makes calls on the runtime of a client: each of `in_flight` tasks makes one after the other.
fn make_calls(runtime: &Runtime, client: &Client, work: Work, calls: u64, in_flight: usize) {
    let local = LocalSet::new();
    let left = Rc::new(Cell::new(calls));
    for _ in 0..in_flight {
        let (client, left) = (client.clone(), left.clone());
        local.spawn_local(async move {
            while left.get() > 0 {
                left.set(left.get() - 1);
                make_call(&client, work, left.get()).await;
            }
        });
    }
    runtime.block_on(local);
}

/// Each client in a thread of its own.
fn run_threads(row: &Row, client: &Client, calls: u64, warm_up: u64) -> Cost {
    let clients = row.load.clients;
    let barrier = Arc::new(Barrier::new(clients + 1));
    let threads: Vec<_> = (0..clients)
        .map(|_| {
            let (client, barrier, work) = (client.clone(), barrier.clone(), row.work);
            thread::spawn(move || {
                let runtime = new_runtime();
                make_calls(&runtime, &client, work, warm_up, 1);
                barrier.wait();
                make_calls(&runtime, &client, work, calls, 1);
            })
        })
        .collect();

    barrier.wait();
    let cost = Cost::begin();
    for thread in threads {
        thread.join().expect("a client");
    }
    cost.end()
}

fn run(row: &Row, calls: u64, warm_up: u64) {
    let (client, service) = service::start(row.kind);
    let clients = row.load.clients.max(1) as u64;
    let (calls, warm_up) = ((calls / clients).max(1), warm_up / clients);

    let cost = if row.load.clients > 0 {
        run_threads(row, &client, calls, warm_up)
    } else {
        let runtime = new_runtime();
        make_calls(&runtime, &client, row.work, warm_up, row.load.in_flight);
        let cost = Cost::begin();
        make_calls(&runtime, &client, row.work, calls, row.load.in_flight);
        cost.end()
    };

    drop(client);
    service.join().expect("the service");
    println!("calls {}", calls * clients);
    cost.print();
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rows = rows();

    if arguments.len() == 2 && arguments[1] == "--list" {
        rows.iter().for_each(|row| println!("{}", row.name));
        return;
    }
    let row = arguments.get(1).and_then(|name| rows.iter().find(|row| row.name == *name));
    let number = |index: usize| arguments.get(index).and_then(|text| text.parse::<u64>().ok());
    match (row, number(2), number(3)) {
        (Some(row), Some(calls), Some(warm_up)) => run(row, calls, warm_up),
        _ => {
            eprintln!("Usage: bench --list, or bench ROW CALLS WARM-UP");
            exit(2);
        }
    }
}
