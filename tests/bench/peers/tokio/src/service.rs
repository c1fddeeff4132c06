// service.rs
//
// SPDX-License-Identifier: LGPL-2.1-or-later

//! The service, and how its clients send requests to it.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::thread::{self, JoinHandle};

use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

pub const VALUE_SIZE: usize = 32;
const KEYS: u64 = 1000;

/// The places of the channel in Tokio's tutorial.
const TUTORIAL_CAPACITY: usize = 32;
/// Enough for all that is in flight.
const SPAWN_CAPACITY: usize = 1024;

#[derive(Clone, Copy)]
pub enum Kind {
    Bounded,
    Unbounded,
    Spawn,
}

#[derive(Clone, Copy)]
pub enum Work {
    Noop,
    Get,
}

pub enum Command {
    Noop(u64),
    Get(String),
}

pub enum Reply {
    Number(u64),
    Value(Vec<u8>),
}

pub struct Request {
    command: Command,
    reply: oneshot::Sender<Reply>,
}

#[derive(Clone)]
pub enum Client {
    Bounded(mpsc::Sender<Request>),
    Unbounded(mpsc::UnboundedSender<Request>),
    Spawn(mpsc::Sender<Request>),
}

impl Client {
    pub async fn call(&self, work: Work, number: u64) -> Option<Reply> {
        let command = match work {
            Work::Noop => Command::Noop(number),
            Work::Get => Command::Get((number % KEYS).to_string()),
        };
        match self {
            Client::Bounded(sender) => send(sender.clone(), command).await,
            Client::Unbounded(sender) => {
                let (reply, receiver) = oneshot::channel();
                sender.send(Request { command, reply }).ok()?;
                receiver.await.ok()
            }
            Client::Spawn(sender) => {
                let future: Pin<Box<dyn Future<Output = Option<Reply>> + Send>> =
                    Box::pin(send(sender.clone(), command));
                future.await
            }
        }
    }
}

async fn send(sender: mpsc::Sender<Request>, command: Command) -> Option<Reply> {
    let (reply, receiver) = oneshot::channel();
    sender.send(Request { command, reply }).await.ok()?;
    receiver.await.ok()
}

/// The resource that the service owns.
struct Store {
    values: HashMap<String, Vec<u8>>,
}

impl Store {
    fn new() -> Self {
        Store { values: (0..KEYS).map(|key| (key.to_string(), vec![b'v'; VALUE_SIZE])).collect() }
    }

    fn handle(&self, command: Command) -> Reply {
        match command {
            Command::Noop(number) => Reply::Number(number + 1),
            Command::Get(key) => Reply::Value(self.values[&key].clone()),
        }
    }
}

async fn serve_bounded(mut receiver: mpsc::Receiver<Request>) {
    let store = Store::new();
    while let Some(request) = receiver.recv().await {
        request.reply.send(store.handle(request.command)).ok();
    }
}

async fn serve_unbounded(mut receiver: mpsc::UnboundedReceiver<Request>) {
    let store = Store::new();
    while let Some(request) = receiver.recv().await {
        request.reply.send(store.handle(request.command)).ok();
    }
}

async fn serve_spawning(mut receiver: mpsc::Receiver<Request>) {
    let store = std::sync::Arc::new(Store::new());
    while let Some(Request { command, reply }) = receiver.recv().await {
        let store = store.clone();
        let future: Pin<Box<dyn Future<Output = Reply> + Send>> = Box::pin(async move { store.handle(command) });
        tokio::spawn(async move { reply.send(future.await).ok() });
    }
}

fn spawn_thread(service: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    thread::spawn(move || Builder::new_current_thread().build().expect("a runtime").block_on(service))
}

pub fn start(kind: Kind) -> (Client, JoinHandle<()>) {
    match kind {
        Kind::Bounded => {
            let (sender, receiver) = mpsc::channel(TUTORIAL_CAPACITY);
            (Client::Bounded(sender), spawn_thread(serve_bounded(receiver)))
        }
        Kind::Unbounded => {
            let (sender, receiver) = mpsc::unbounded_channel();
            (Client::Unbounded(sender), spawn_thread(serve_unbounded(receiver)))
        }
        Kind::Spawn => {
            let (sender, receiver) = mpsc::channel(SPAWN_CAPACITY);
            (Client::Spawn(sender), spawn_thread(serve_spawning(receiver)))
        }
    }
}
