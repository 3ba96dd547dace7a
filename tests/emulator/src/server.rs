//! The server's life: bind, accept, route, stop.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::batch::{anthropic, files, openai};
use crate::options::Options;
use crate::socket::Socket;
use crate::state::Shared;
use crate::{control, cross_origin, exchange, models_route, stored};

/// A running server's address, state and thread.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Running {
    /// Starts a server on a port of the system's choice, on threads of its own.
    pub(crate) fn start(options: Options) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel();
        let (report, reported) = mpsc::channel();
        let thread = thread::Builder::new().name("emulator".to_owned()).spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            let runtime = match runtime {
                Ok(runtime) => runtime,
                Err(error) => {
                    let _ = report.send(Err(error));
                    return;
                }
            };
            runtime.block_on(serve(options, &report, stopped));
            runtime.shutdown_background();
        })?;
        let shared =
            reported.recv().map_err(|_| io::Error::other("the server did not start"))??;
        Ok(Self { shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Ends all connections and waits until the port is free.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn serve(
    options: Options,
    report: &mpsc::Sender<io::Result<Arc<Shared>>>,
    mut stopped: oneshot::Receiver<()>,
) {
    let bound = match TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await {
        Ok(listener) => listener.local_addr().map(|address| (listener, address.port())),
        Err(error) => Err(error),
    };
    let (listener, port) = match bound {
        Ok(bound) => bound,
        Err(error) => {
            let _ = report.send(Err(error));
            return;
        }
    };
    let shared = Shared::new(options, port);
    let router = router(&shared);
    if report.send(Ok(shared)).is_err() {
        return;
    }
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            accepted = listener.accept() => {
                // Out of descriptors, for one: a pause lets some go.
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                connections.spawn(connection(stream, router.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, router: Router) {
    let socket = Socket::new(stream);
    let router = router.layer(axum::Extension(socket.connection()));
    let service = TowerToHyperService::new(router);
    // How a connection ends is the client's business; the bill says what it got.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        // A test may leave a connection idle for as long as it likes.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

fn router(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/responses", post(exchange::responses))
        .route("/v1/responses/input_tokens", post(stored::input_tokens))
        .route("/v1/responses/{id}", get(stored::response).delete(stored::delete))
        .route("/v1/chat/completions", post(exchange::chat))
        .route("/v1/models", get(models_route::list))
        .route("/v1/models/{id}", get(models_route::one).post(exchange::gemini))
        .route("/v1/messages", post(exchange::messages))
        .route("/v1/messages/count_tokens", post(stored::count_tokens))
        .route("/v1/messages/batches", post(anthropic::batches).get(anthropic::batches))
        .route("/v1/messages/batches/{id}", get(anthropic::one).delete(anthropic::one))
        .route("/v1/messages/batches/{id}/cancel", post(anthropic::cancel))
        .route("/v1/messages/batches/{id}/results", get(anthropic::results))
        .route("/v1/files", post(files::upload).get(files::files))
        .route("/v1/files/{id}", get(files::file).delete(files::file))
        .route("/v1/files/{id}/content", get(files::content))
        .route("/v1/batches", post(openai::create).get(openai::list))
        .route("/v1/batches/{id}", get(openai::one))
        .route("/v1/batches/{id}/cancel", post(openai::cancel))
        .route("/v1beta/models", get(models_route::google))
        .route("/v1beta/models/{call}", post(exchange::gemini))
        .route("/_emulator/{what}", any(control::control))
        .fallback(exchange::unknown_path)
        .method_not_allowed_fallback(exchange::unknown_path)
        .layer(DefaultBodyLimit::max(shared.options.max_body_bytes))
        .layer(axum::middleware::from_fn(cross_origin::open))
        .with_state(Arc::clone(shared))
}
