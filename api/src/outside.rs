//! Calls to services of others: one client, with an end to every wait.

use std::time::Duration;

use reqwest::redirect::Policy;

/// Reaching a service may take so long.
const CONNECT: Duration = Duration::from_secs(3);
/// A whole answer may take so long.
const ANSWER: Duration = Duration::from_secs(5);

/// Settles with what TLS is spoken; the HTTP library makes no client before.
pub fn choose_tls() {
    // Chosen once per process; chosen again it stays the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A client for services of others.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    builder().build()
}

/// What makes such a client. Nobody is followed to where an answer points: a caller names the service itself.
pub fn builder() -> reqwest::ClientBuilder {
    choose_tls();
    reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(Policy::none())
        .user_agent(concat!("yumigahama/", env!("CARGO_PKG_VERSION")))
}
