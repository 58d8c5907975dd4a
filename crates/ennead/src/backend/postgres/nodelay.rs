//! Small packets go out at once.
//!
//! sqlx 0.9.0 opens its TCP sockets without `TCP_NODELAY` (its pull request 4336 mends it, in no release yet).
//! With Nagle's algorithm on, the last packet of a request of several waits until the server has acknowledged the one
//! before, and the server's kernel delays that by 40 ms: each bulk operation over TCP took 40 ms longer than it needs.
//! sqlx shows its socket to nobody. So each TCP socket of this process whose other end has the server's port is told; what
//! else there may be of them are connections to the same server, or to one for which the option is as good.
//!
//! To be deleted with the first sqlx that sets the option itself. Elsewhere than on Unix nothing is done.

use std::ffi::c_int;

/// Sets `TCP_NODELAY` on this process's TCP connections to that port.
pub(super) fn set(port: u16) {
    for number in numbers() {
        if peer_port(number) == Some(port) {
            let on: c_int = 1;
            // SAFETY: the pointer and length are those of `on`. The number is of a socket that was open a moment ago; were
            // it closed since, the call fails, or sets the option on what has the number now: no memory is touched.
            unsafe {
                libc::setsockopt(
                    number,
                    libc::IPPROTO_TCP,
                    libc::TCP_NODELAY,
                    (&raw const on).cast(),
                    size_of::<c_int>() as libc::socklen_t,
                );
            }
        }
    }
}

/// The descriptors that are open. The list is read to its end, and its own descriptor closed, before any is looked at.
fn numbers() -> Vec<c_int> {
    let Ok(open) = std::fs::read_dir("/dev/fd") else { return Vec::new() };
    open.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The port at the other end, where the descriptor is a connected IP socket.
fn peer_port(number: c_int) -> Option<u16> {
    // SAFETY: `sockaddr_storage` is plain numbers, for which zeros are a value.
    let mut address: libc::sockaddr_storage = unsafe { std::mem::zeroed() };
    let mut length = size_of::<libc::sockaddr_storage>() as libc::socklen_t;
    // SAFETY: the pointers are to a buffer of `length` bytes and to that length. A number that is no socket is an error.
    let answer = unsafe { libc::getpeername(number, (&raw mut address).cast(), &raw mut length) };
    if answer != 0 {
        return None;
    }
    let storage = &raw const address;
    match c_int::from(address.ss_family) {
        // SAFETY: the family says which type was written, and `sockaddr_storage` is large and aligned enough for each.
        libc::AF_INET => Some(u16::from_be(unsafe { (*storage.cast::<libc::sockaddr_in>()).sin_port })),
        // SAFETY: as above.
        libc::AF_INET6 => Some(u16::from_be(unsafe { (*storage.cast::<libc::sockaddr_in6>()).sin6_port })),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::c_int;
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};

    use super::super::Options;
    use super::super::pool::Pool;
    use super::{numbers, peer_port, set};
    use crate::builder::Settings;

    #[test]
    fn sockets_to_the_port_are_told_and_no_others() {
        let (here, there) =
            (TcpListener::bind("127.0.0.1:0").unwrap(), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = here.local_addr().unwrap().port();
        let near = TcpStream::connect(("127.0.0.1", port)).unwrap();
        let far = TcpStream::connect(there.local_addr().unwrap()).unwrap();
        assert!(!near.nodelay().unwrap());
        set(port);
        assert!(near.nodelay().unwrap());
        assert!(!far.nodelay().unwrap());
    }

    /// The server lets in whoever comes: AuthenticationOk, ReadyForQuery.
    #[test]
    fn a_new_connection_of_the_pool_is_told() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let (mut client, _) = server.accept().unwrap();
            let mut said = [0; 1024];
            assert!(client.read(&mut said).unwrap() > 0);
            client.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").unwrap();
            while client.read(&mut said).is_ok_and(|bytes| bytes > 0) {}
        });
        let url = format!("postgres://somebody@127.0.0.1:{port}/any?sslmode=disable");
        let options = Options::new(&url, &Settings::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let pool = Pool::new(options).unwrap();
            let _conn = pool.acquire().await.unwrap();
            let ours: Vec<c_int> = numbers().into_iter().filter(|at| peer_port(*at) == Some(port)).collect();
            assert_eq!(ours.len(), 1);
            assert!(is_told(ours[0]));
        });
        drop(runtime);
        serving.join().unwrap();
    }

    fn is_told(number: c_int) -> bool {
        let mut on: c_int = 0;
        let mut length = size_of::<c_int>() as libc::socklen_t;
        // SAFETY: the pointers are to `on` and to its length.
        let answer = unsafe {
            libc::getsockopt(
                number,
                libc::IPPROTO_TCP,
                libc::TCP_NODELAY,
                (&raw mut on).cast(),
                &raw mut length,
            )
        };
        answer == 0 && on != 0
    }
}
