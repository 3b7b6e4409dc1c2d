use tokio::net::TcpListener;
use tokio_tungstenite::accept_async;

use super::super::testing::{self, Answer};
use super::*;

fn answer(_: &str) -> Answer {
    (200, None, r#"{"ok":true}"#)
}

/// What a server does with a socket once it is open.
#[derive(Clone, Copy, PartialEq)]
enum Server {
    /// Says hello, and then nothing any more, not even to pings.
    Dies,
    /// Says hello and answers pings, as every library does that is read from.
    Lives,
    /// Says nothing but an envelope.
    Hurries,
}

const PULSE: Pulse = Pulse { ping: Duration::from_millis(40), silence: Duration::from_millis(250) };

fn opener() -> Opener {
    Opener::new().unwrap()
}

/// A socket to a server of this kind, and the acknowledgements that the server reads.
async fn socket(server: Server) -> (Link, mpsc::Receiver<String>, impl Sized) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    let (heard, acks) = mpsc::channel(8);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = accept_async(stream).await.unwrap();
        let first = match server {
            Server::Hurries => r#"{"envelope_id":"E1","type":"of_tomorrow","payload":{}}"#,
            _ => r#"{"type":"hello"}"#,
        };
        stream.send(Frame::Text(first.into())).await.unwrap();
        if server == Server::Dies {
            return std::future::pending().await;
        }
        while let Some(Ok(frame)) = stream.next().await {
            if let Frame::Text(text) = frame {
                heard.send(text.as_str().to_owned()).await.unwrap();
            }
        }
    });
    let (reception, inbox, slack) = testing::reception(answer).await;
    (Link::open(&opener(), &url, reception, PULSE).await.unwrap(), acks, (inbox, slack))
}

#[tokio::test]
async fn v5_a_socket_that_falls_silent_is_given_up() {
    let (mut link, _acks, _rest) = socket(Server::Dies).await;
    let told = tokio::time::timeout(Duration::from_secs(10), link.notices.recv()).await;
    assert_eq!(told.unwrap(), Some(Notice::Ended(End::Lost)));
}

#[tokio::test]
async fn v5_a_socket_that_answers_pings_is_kept_however_little_it_says() {
    let (mut link, _acks, _rest) = socket(Server::Lives).await;
    let told = tokio::time::timeout(4 * PULSE.silence, link.notices.recv()).await;
    assert!(told.is_err(), "{told:?}");
}

#[tokio::test]
async fn an_envelope_in_the_place_of_the_hello_is_acknowledged() {
    let (_link, mut acks, _rest) = socket(Server::Hurries).await;
    let ack = tokio::time::timeout(Duration::from_secs(10), acks.recv()).await;
    assert_eq!(ack.unwrap().unwrap(), r#"{"envelope_id":"E1"}"#);
}

#[tokio::test]
async fn a_socket_goes_through_the_proxy_that_the_web_api_goes_through() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let client = reqwest::Client::builder().proxy(reqwest::Proxy::all(address).unwrap());
    let opener = Opener { client: client.build().unwrap() };
    let accepting = async { accept_async(proxy.accept().await.unwrap().0).await.unwrap() };
    let (stream, _accepted) = tokio::join!(opener.open("ws://slack.invalid/link"), accepting);
    stream.unwrap();
}

#[tokio::test]
async fn what_is_no_socket_is_refused_without_a_word_of_its_address() {
    let slack = testing::Slack::start(answer).await;
    let url = slack.base.replace("http://", "ws://") + "secret";
    assert_eq!(opener().open(&url).await.unwrap_err(), "status 200");
    assert_eq!(opener().open("https://x/secret").await.unwrap_err(), "an address that is none");
    for url in ["ws://127.0.0.1:1/secret", "wss://slack.invalid/secret", "wss:// /secret"] {
        let cause = opener().open(url).await.unwrap_err();
        assert!(!cause.is_empty() && !cause.contains("secret"), "{cause}");
    }
}
