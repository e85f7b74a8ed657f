//! The language server: findings, fixes and more in editors. A front end: it decides nothing about templates.
//!
//! `server` is the loop that gets every message and event, one after another. What takes time is done by `work`, on snapshots of what
//! the editor shows: `checks` lints, and a request that `handlers` knows gets its result. `transport` has the
//! bytes of standard input and output, `documents` the open texts, `roots` a session for each folder of the workspace.

mod actions;
mod capabilities;
mod checks;
mod definition;
mod diagnostics;
mod documents;
mod edits;
mod handlers;
mod highlights;
mod hover;
mod lenses;
mod lifecycle;
mod names;
mod position;
mod progress;
mod publishing;
mod pulling;
mod references;
mod requests;
mod roots;
mod server;
mod settings;
mod snapshot;
mod symbols;
mod transport;
mod uri;
mod watching;
mod work;

pub use position::Encoding;

use crate::date::Date;
use crate::files::Files;
use crate::session::Exit;
use lsp_server::Connection;
use publishing::Sent;
use server::Server;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use work::Event;

/// What the server needs of the process that it is in.
#[derive(Clone, Debug)]
pub struct Host {
    /// Where it reads.
    pub files: Files,
    /// The date that exceptions are checked against.
    pub today: Option<Date>,
    /// The time without a change before linting.
    pub settle: Duration,
}

impl Host {
    /// The time that people do not notice, and in which an editor sends the changes of one command.
    pub const SETTLE: Duration = Duration::from_millis(25);
}

/// Serves one client over standard input and output, until it ends. The end of the input counts as a request to exit.
pub fn serve_stdio(host: Host) -> Exit {
    let (events, received) = mpsc::channel();
    let writer = transport::Writer::start();
    transport::start_reader(events.clone(), writer.clone());
    let send = writer.clone();
    let exit = Server::new(host, events, Box::new(move |sent| send.send(sent))).run(&received);
    writer.finish();
    exit
}

/// Serves one client over a connection, such as one in memory.
pub fn serve(host: Host, connection: Connection) -> Exit {
    let (events, received) = mpsc::channel();
    let Connection { sender, receiver } = connection;
    let forward = events.clone();
    thread::spawn(move || {
        for message in receiver {
            if forward.send(Event::Message(message)).is_err() {
                return;
            }
        }
        // If nobody receives it, the server has ended.
        let _ = forward.send(Event::End);
    });
    // If nobody receives a message, the end of the input follows.
    let send = Box::new(move |sent: Sent| drop(sender.send(sent.message())));
    Server::new(host, events, send).run(&received)
}
