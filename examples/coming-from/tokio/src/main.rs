// main.rs
//
// SPDX-License-Identifier: LGPL-2.1-or-later

//! examples/greeter/greeter.c, with Tokio in place of norpc-glib.

use std::thread;

use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};

struct Request {
    name: String,
    reply: oneshot::Sender<Result<String, String>>,
}

/// The service: only its task uses it.
struct Greeter {
    n_greeted: u32,
}

impl Greeter {
    fn greet(&mut self, name: &str) -> Result<String, String> {
        if name.is_empty() {
            return Err("There is nobody to greet".into());
        }
        self.n_greeted += 1;
        Ok(format!("Hello, {}! You are guest {}.", name, self.n_greeted))
    }
}

async fn serve(mut requests: mpsc::Receiver<Request>) {
    let mut greeter = Greeter { n_greeted: 0 };
    while let Some(request) = requests.recv().await {
        // It fails if the client does not wait any more.
        let _ = request.reply.send(greeter.greet(&request.name));
    }
}

#[derive(Clone)]
struct Client {
    requests: mpsc::Sender<Request>,
}

impl Client {
    async fn greet(&self, name: &str) -> Result<String, String> {
        let (reply, answer) = oneshot::channel();
        let request = Request { name: name.to_owned(), reply };
        self.requests.send(request).await.map_err(|_| "the service has stopped")?;
        answer.await.map_err(|_| "the service did not answer")?
    }
}

fn main() {
    let (requests, receiver) = mpsc::channel(4096);
    let server = thread::spawn(|| Builder::new_current_thread().build().unwrap().block_on(serve(receiver)));
    let client = Client { requests };

    Builder::new_current_thread().build().unwrap().block_on(async move {
        for name in ["Ada", ""] {
            let (Ok(text) | Err(text)) = client.greet(name).await;
            println!("{}", text);
        }
    });
    server.join().unwrap();
}
