//! The smallest client that posts a webhook: HTTP/1.1 without TLS. A real program has a client of its own; the library has none.

use std::fmt::Write as _;
use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Posts JSON, and gives the status of the answer.
///
/// # Errors
/// The receiver cannot be reached, or its answer is no HTTP.
pub(crate) async fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Result<u16> {
    let address = url.strip_prefix("http://").ok_or(ErrorKind::Unsupported)?;
    let (host, path) = address.split_once('/').unwrap_or((address, ""));
    let mut request = format!("POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n");
    for (name, value) in headers {
        // reason: writing to a text cannot fail.
        let _ = write!(request, "{name}: {value}\r\n");
    }
    let _ = write!(request, "content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(host).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = std::str::from_utf8(&answer).ok().and_then(|text| text.split(' ').nth(1)?.parse().ok());
    status.ok_or_else(|| Error::from(ErrorKind::InvalidData))
}
