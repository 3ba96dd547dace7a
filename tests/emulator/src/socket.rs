//! The socket of a connection, shared between the server that moves its bytes and a fault that wants
//! it reset. One descriptor a connection: hundreds of them must fit the usual limit.

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The server's end.
#[derive(Debug)]
pub(crate) struct Socket(Arc<TcpStream>);

/// The connection a request came on; kept to be able to reset it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection(Weak<TcpStream>);

impl Socket {
    pub(crate) fn new(stream: TcpStream) -> Self {
        // Small events must not wait for each other.
        let _ = stream.set_nodelay(true);
        Self(Arc::new(stream))
    }

    pub(crate) fn connection(&self) -> Connection {
        Connection(Arc::downgrade(&self.0))
    }
}

impl Connection {
    /// Makes the coming close a reset instead of an orderly end.
    pub(crate) fn reset_on_close(&self) {
        if let Some(stream) = self.0.upgrade() {
            // Where the system refuses, the other side still sees the body break off.
            let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(context))?;
            match self.0.try_read(buffer.initialize_unfilled()) {
                Ok(length) => {
                    buffer.advance(length);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(context))?;
            match self.0.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(SockRef::from(&*self.0).shutdown(Shutdown::Write))
    }
}
