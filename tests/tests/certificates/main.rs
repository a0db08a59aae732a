//! What clients make of certificates by our issuer: those for the served hosts and this machine are taken, any other is
//! refused, by OpenSSL (Node and Python), rustls and Java.
//!
//! Each client is told the name or address that stands in the leaf, so that only the constraints of the issuer can be the
//! reason for a refusal. They need a JDK; `cargo xtask ci --stage sdk` installs it.

mod clients;
mod leaves;

use clients::{Client, Verdict};
use leaves::{Leaf, Server};

/// Leaves that the issuer must not be able to sign for, and what they are for.
const FOREIGN: [Leaf; 4] = [
    Leaf::Name("api.example.com"),
    // A neighbour of the served hosts, which holds tokens of the real platform.
    Leaf::Name("www.facebook.com"),
    Leaf::Name("facebook.com"),
    Leaf::Address("127.0.0.2"),
];

/// Leaves that it signs for, made by the emulator itself.
const OURS: [Leaf; 5] = [
    Leaf::Name("graph.facebook.com"),
    Leaf::Name("graph-video.facebook.com"),
    Leaf::Name("graph.instagram.com"),
    Leaf::Name("localhost"),
    Leaf::Address("127.0.0.1"),
];

async fn holds(client: Client) {
    for leaf in OURS {
        if !client.names(leaf) {
            continue;
        }
        let server = Server::of_the_emulator().await;
        assert_eq!(client.asks(&server, leaf).await, Verdict::Taken, "{client:?} {leaf:?}");
    }
    for leaf in FOREIGN {
        let server = Server::with_a_leaf_for(leaf).await;
        let verdict = client.asks(&server, leaf).await;
        assert!(
            matches!(&verdict, Verdict::Refused(why) if client.blames_the_issuer(why)),
            "{client:?} {leaf:?} {verdict:?}"
        );
    }
}

#[tokio::test]
async fn rustls_refuses_what_the_issuer_may_not_sign_for() {
    holds(Client::Rustls).await;
}

#[tokio::test]
async fn node_refuses_what_the_issuer_may_not_sign_for() {
    holds(Client::Node).await;
}

#[tokio::test]
async fn python_refuses_what_the_issuer_may_not_sign_for() {
    holds(Client::Python).await;
}

#[tokio::test]
async fn java_refuses_what_the_issuer_may_not_sign_for() {
    if std::env::var("MESSENGER_EMULATOR_WITHOUT").is_ok_and(|without| without == "java") {
        return;
    }
    holds(Client::Java).await;
}
