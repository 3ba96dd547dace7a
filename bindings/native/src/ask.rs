//! What a client can be asked.

use farebox_core::request::Request;
use serde_json::Value;

/// Something a client can be asked: a [`Request`], or a body in a provider's own shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// A body in the shape of one of the known formats.
    Body(Value),
    /// A request.
    Request(Box<Request>),
}

impl From<Request> for Ask {
    fn from(request: Request) -> Self {
        Self::Request(Box::new(request))
    }
}

impl From<&Request> for Ask {
    fn from(request: &Request) -> Self {
        Self::Request(Box::new(request.clone()))
    }
}

impl From<Value> for Ask {
    fn from(body: Value) -> Self {
        Self::Body(body)
    }
}

/// A borrowed [`Ask`].
#[derive(Clone, Copy, Debug)]
pub struct Quotable<'a>(pub(crate) Result<&'a Request, &'a Value>);

impl<'a> From<&'a Request> for Quotable<'a> {
    fn from(request: &'a Request) -> Self {
        Self(Ok(request))
    }
}

impl<'a> From<&'a Value> for Quotable<'a> {
    fn from(body: &'a Value) -> Self {
        Self(Err(body))
    }
}
