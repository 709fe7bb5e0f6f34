// SPDX-License-Identifier: Apache-2.0
// Echo server on tungstenite: one thread a connection.
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;

use tungstenite::protocol::WebSocketConfig;

const LIMIT: usize = 128 << 20;

fn serve(stream: TcpStream) -> tungstenite::Result<()> {
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(LIMIT))
        .max_frame_size(Some(LIMIT));
    let mut socket = match tungstenite::accept_with_config(stream, Some(config)) {
        Ok(socket) => socket,
        Err(_) => return Ok(()),
    };
    loop {
        // A close is answered inside read(), which then ends with ConnectionClosed.
        let message = socket.read()?;
        if message.is_text() || message.is_binary() {
            socket.send(message)?;
        }
    }
}

fn port_from_arguments() -> Option<u16> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next(), arguments.next()) {
        (Some("--port"), Some(port), None) => port.parse().ok(),
        _ => None,
    }
}

fn main() {
    let Some(port) = port_from_arguments() else {
        eprintln!("usage: tungstenite-echo --port N");
        std::process::exit(2);
    };
    let listener = match TcpListener::bind(("127.0.0.1", port)) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on port {port}: {error}");
            std::process::exit(2);
        }
    };
    let port = listener.local_addr().expect("a bound socket has an address").port();
    println!("listening on ws://127.0.0.1:{port}");
    std::io::stdout().flush().ok();
    for stream in listener.incoming().flatten() {
        thread::spawn(move || serve(stream));
    }
}
