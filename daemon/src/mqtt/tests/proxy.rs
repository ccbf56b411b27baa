//! A network between link and broker that can be cut and blocked.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

/// Forwards connections to a broker.
pub(super) struct Proxy {
    pub(super) port: u16,
    cut: broadcast::Sender<()>,
    open: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(super) async fn to(broker: SocketAddr) -> Self {
        let listener = TcpListener::bind(super::any_port()).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = broadcast::Sender::new(1);
        let open = watch::Sender::new(true);
        let (cuts, opened) = (cut.clone(), open.subscribe());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut cut = cuts.subscribe();
                let mut opened = opened.clone();
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(broker).await else { return };
                    tokio::select! {
                        () = forward(client, server, &mut opened) => {}
                        _ = cut.recv() => {}
                    }
                });
            }
        });
        Self { port, cut, open, task }
    }

    /// Breaks every connection without a farewell; new ones are accepted.
    pub(super) fn cut(&self) {
        // Nobody may be connected at the moment.
        let _ = self.cut.send(());
    }

    /// Stops or resumes the flow of data on new connections.
    pub(super) fn set_open(&self, open: bool) {
        self.open.send_replace(open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Copies both ways while the proxy is open; while it is closed nothing is read, so that the sender's buffers fill.
async fn forward(mut client: TcpStream, mut server: TcpStream, open: &mut watch::Receiver<bool>) {
    loop {
        if open.wait_for(|open| *open).await.is_err() {
            return;
        }
        let mut closed = open.clone();
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = closed.wait_for(|open| !open) => {}
        }
    }
}
