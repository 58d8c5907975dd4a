//! A server whose answers come late, and whole.
//!
//! Whether an answer is there when the client looks for it is chance, and a client that has to wait is woken once more,
//! which is 15,000 instructions of a debug build. Behind this, it always has to wait.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// For how long nothing must come from the server before what came is passed on.
const PAUSE: Duration = Duration::from_millis(4);

/// The URL of the same server by way of this process.
pub(crate) fn by_way(url: &str) -> io::Result<String> {
    let from = url.find('@').map(|at| at + 1).or_else(|| Some(url.find("://")? + 3)).unwrap_or(0);
    let until = url[from..].find(['/', '?']).map_or(url.len(), |at| from + at);
    let server = match &url[from..until] {
        named if named.contains(':') => named.to_owned(),
        named => format!("{named}:5432"),
    };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let way = format!("{}{}{}", &url[..from], listener.local_addr()?, &url[until..]);
    thread::spawn(move || {
        for client in listener.incoming() {
            // Without a server the client sees its end, which is an error of its own.
            let Ok(client) = client else { continue };
            let Ok(server) = TcpStream::connect(&server) else { continue };
            let _ = join(client, server);
        }
    });
    Ok(way)
}

fn join(client: TcpStream, server: TcpStream) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut asked, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _ = answer(server, &client);
        let _ = client.shutdown(Shutdown::Both);
    });
    Ok(())
}

fn answer(mut server: TcpStream, mut client: &TcpStream) -> io::Result<()> {
    let mut part = [0; 65_536];
    let mut whole = Vec::new();
    loop {
        server.set_read_timeout((!whole.is_empty()).then_some(PAUSE))?;
        match server.read(&mut part) {
            Ok(0) => return client.write_all(&whole),
            Ok(count) => whole.extend_from_slice(&part[..count]),
            Err(pause) if matches!(pause.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
                client.write_all(&whole)?;
                whole.clear();
            }
            Err(error) => return Err(error),
        }
    }
}
