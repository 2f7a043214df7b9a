//! The wire to a node: a small relay that can be cut, so that a partner finds nobody there.

use std::{io, net::SocketAddr, sync::Arc};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// A relay on loopback with an address of its own. Ends when dropped.
pub struct Wire {
    address: SocketAddr,
    whole: Arc<watch::Sender<bool>>,
    target: watch::Sender<Option<SocketAddr>>,
    open: watch::Sender<bool>,
}

impl Wire {
    /// A whole wire that leads nowhere yet.
    pub async fn lay() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let whole = Arc::new(watch::Sender::new(true));
        let (target, targets) = watch::channel(None);
        let (open, closed) = watch::channel(true);
        tokio::spawn(relay(listener, Arc::clone(&whole), targets, closed));
        Ok(Self {
            address,
            whole,
            target,
            open,
        })
    }

    /// Where partners dial.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads the wire to a node.
    pub fn lead_to(&self, node: SocketAddr) {
        self.target.send_replace(Some(node));
    }

    /// Cuts it: live connections end, new ones are closed at once.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Takes it away for good: whoever dials finds a closed port.
    pub async fn close(&self) {
        self.open.send_replace(false);
        self.open.closed().await;
    }

    /// Mends it.
    pub fn heal(&self) {
        self.whole.send_replace(true);
    }
}

async fn relay(
    listener: TcpListener,
    whole: Arc<watch::Sender<bool>>,
    mut target: watch::Receiver<Option<SocketAddr>>,
    mut open: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            changed = target.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            _ = open.wait_for(|open| !open) => {
                // Before the word that it is gone, the port is.
                drop(listener);
                return;
            }
        };
        let Ok((mut near, _)) = accepted else {
            continue;
        };
        let (whole, node) = (whole.subscribe(), *target.borrow());
        tokio::spawn(async move {
            let mut whole = whole;
            let Some(node) = node.filter(|_| *whole.borrow_and_update()) else {
                return;
            };
            let Ok(mut far) = TcpStream::connect(node).await else {
                return;
            };
            // Small messages must not wait for each other's acknowledgement: a real line has no relay that holds them back.
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            tokio::select! {
                _ = copy_bidirectional(&mut near, &mut far) => {}
                _ = whole.wait_for(|whole| !whole) => {}
            }
        });
    }
}
