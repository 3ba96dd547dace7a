//! An HTTP request as plain data, and the addresses it may go to.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::{AuthScheme, ProviderId};
use crate::error::Error;
use crate::seek;

/// An HTTP request without its secret, which the host adds last; safe to log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct HttpRequest {
    /// Whose endpoint and key.
    pub provider: ProviderId,
    /// Always `POST` for a call.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// Header names in lower case, and their values.
    pub headers: Vec<(String, String)>,
    /// How the host adds the key.
    pub auth: AuthScheme,
    /// The body.
    #[cfg_attr(feature = "ts", tsify(type = "Record<string, unknown>"))]
    pub body: Value,
}

impl HttpRequest {
    /// Whether nobody on the way can read it: it is encrypted, or never leaves this machine.
    ///
    /// A host adds a secret to no other request.
    pub fn is_private(&self) -> bool {
        check_url(&self.url, false).is_ok()
    }
}

/// Checks that an address may be sent a request to.
///
/// An unencrypted address is refused unless it is this machine's own or the caller allows it: a
/// key and a prompt would be there for anyone on the way to read.
pub(super) fn check_url(url: &str, allow_http: bool) -> Result<(), Error> {
    let wrong = |what: &str| {
        Err(Error::invalid_request(format!(
            "{what}; an address is written like `https://api.openai.com/v1`: {}",
            told(url)
        )))
    };
    if url.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
        return wrong("an address holds no spaces or control characters");
    }
    let lower = url.to_ascii_lowercase();
    let (is_plain, rest) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return wrong("an address begins with `https://`"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    if authority.contains('@') {
        return wrong("an address holds no user name or password");
    }
    let host = host_of(authority);
    if host.is_empty() {
        return wrong("an address names a host");
    }
    if is_plain && !allow_http && !is_loopback(host) {
        return wrong("an unencrypted address is refused unless it is this machine's own");
    }
    Ok(())
}

/// An address without what may be a secret in it: a name, a password, a query.
fn told(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (url, rest) = url.split_at(end);
    let mark = if rest.is_empty() { "" } else { "?…" };
    match url.rsplit_once('@') {
        None => format!("{url}{mark}"),
        Some((before, after)) => {
            let scheme = seek::first(before, "://").map_or("", |at| &before[..at + 3]);
            format!("{scheme}…@{after}{mark}")
        }
    }
}

fn host_of(authority: &str) -> &str {
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => authority.split(':').next().unwrap_or(""),
    }
}

fn is_loopback(host: &str) -> bool {
    let is_v4 = || {
        let mut parts = host.split('.');
        let is_127 = parts.next() == Some("127");
        is_127 && parts.clone().count() == 3 && parts.all(|part| part.parse::<u8>().is_ok())
    };
    host == "localhost" || host.ends_with(".localhost") || host == "::1" || is_v4()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_or_own_addresses_pass() {
        for url in [
            "https://api.openai.com/v1",
            "http://127.0.0.1:8080/v1",
            "http://[::1]:1/",
            "HTTP://LocalHost",
        ] {
            assert!(check_url(url, false).is_ok(), "{url}");
        }
        for url in [
            "",
            "api.openai.com",
            "//api.openai.com",
            "ftp://host",
            "https://",
            "https:///v1",
            "http://api.openai.com",
            "http://127.0.0.1.example.com",
            "http://127.evil.example",
            "http://localhost@example.com",
            "https://key@api.openai.com",
            "https://a b",
            "https://a\n",
        ] {
            assert!(check_url(url, false).is_err(), "{url}");
        }
        for url in [
            "https://name:sk-word@api.openai.com/v1",
            "name:sk-word@api.openai.com",
            "http://api.openai.com/v1?key=sk-word",
            "ftp://api.openai.com/#sk-word",
        ] {
            assert!(!check_url(url, false).unwrap_err().message.contains("sk-word"), "{url}");
        }
        assert!(check_url("http://ollama.lan:11434/v1", true).is_ok());
    }
}
