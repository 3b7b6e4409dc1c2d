//! How a socket is opened: as a request of the HTTP client that goes on as a WebSocket (RFC 6455,
//! sections 4.1 and 4.2.2). So it reaches Slack the way the Web API does, through the proxies and
//! with the certificates that hold for both.

use reqwest::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{Client, Response, StatusCode, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use crate::platform::slack::api::cause;

/// An open socket.
pub type Stream = WebSocketStream<Upgraded>;

/// Opens sockets.
#[derive(Clone, Debug)]
pub struct Opener {
    pub(super) client: Client,
}

impl Opener {
    /// One that knows the proxies of the environment: `HTTPS_PROXY`, `NO_PROXY` and so on.
    ///
    /// # Errors
    ///
    /// A system without usable certificates.
    pub fn new() -> reqwest::Result<Self> {
        // A WebSocket begins as HTTP/1.1, also where a server would rather speak HTTP/2.
        let client = Client::builder().http1_only().build()?;
        Ok(Self { client })
    }

    /// Opens a socket at an address of the scheme `ws` or `wss`.
    ///
    /// # Errors
    ///
    /// A cause without the address, which is a secret while it is unused.
    pub async fn open(&self, url: &str) -> Result<Stream, String> {
        let Some(rest) = url.strip_prefix("ws") else {
            return Err("an address that is none".to_owned());
        };
        let key = generate_key();
        let request = self
            .client
            .get(format!("http{rest}"))
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let answer = request.send().await.map_err(cause)?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(format!("status {}", answer.status().as_u16()));
        }
        if !accepts(&answer, &key) {
            return Err("what answered is no WebSocket".to_owned());
        }
        let upgraded = answer.upgrade().await.map_err(cause)?;
        Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, None).await)
    }
}

/// Whether the other side has understood what it was asked for.
fn accepts(answer: &Response, key: &str) -> bool {
    let accepted = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
    accepted.is_some_and(|it| it.as_bytes() == derive_accept_key(key.as_bytes()).as_bytes())
}
