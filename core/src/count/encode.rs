//! Tokens out of text, and text out of tokens.

use alloc::{format, string::String, vec::Vec};

use farebox_tokenizer::TOKEN_BYTES_MAX;

use super::vocab::Vocab;
use crate::error::Error;
use crate::seek;

/// A choice among the special tokens of an encoding, such as `<|endoftext|>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpecialTokens<'a> {
    /// Every one.
    All,
    /// None.
    None,
    /// Those written like this.
    Some(&'a [&'a str]),
}

impl Vocab {
    /// The ranks of the text's tokens; special tokens in it are encoded as ordinary text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::with_capacity(text.len() / 4 + 1);
        self.encode_into(text, &mut tokens);
        tokens
    }

    /// The ranks of the text's tokens, with special tokens treated as tiktoken does: an `allowed`
    /// one becomes its own rank, any other that is `disallowed` is an error, the rest is ordinary
    /// text. tiktoken's default is `None` and `All`.
    ///
    /// # Errors
    /// `invalid_request` when the text holds a disallowed special token.
    pub fn encode_special(
        &self,
        text: &str,
        allowed: SpecialTokens<'_>,
        disallowed: SpecialTokens<'_>,
    ) -> Result<Vec<u32>, Error> {
        let has = |set: SpecialTokens<'_>, token: &str| match set {
            SpecialTokens::All => true,
            SpecialTokens::None => false,
            SpecialTokens::Some(some) => some.contains(&token),
        };
        let special: Vec<(String, u32)> = self.encoding().special_tokens().collect();
        let found = |at: usize| {
            special.iter().find(|(token, _)| text.as_bytes()[at..].starts_with(token.as_bytes()))
        };
        let starts = || seek::each(text, "<|").map(|(at, _)| at);
        for (token, _) in starts().filter_map(found) {
            if !has(allowed, token) && has(disallowed, token) {
                let what = format!(
                    "the text holds the special token `{token}`, allow it or encode it as text"
                );
                return Err(Error::invalid_request(what).with("token", token.as_str()));
            }
        }
        let mut tokens = Vec::new();
        let mut done = 0;
        for at in starts() {
            if let Some((token, rank)) = found(at).filter(|(token, _)| has(allowed, token)) {
                self.encode_into(&text[done..at], &mut tokens);
                tokens.push(*rank);
                done = at + token.len();
            }
        }
        self.encode_into(&text[done..], &mut tokens);
        Ok(tokens)
    }

    /// Where each token of the text ends, in bytes; the last is the length of the text.
    ///
    /// An end may lie inside a character: rare ones are several tokens.
    pub fn boundaries(&self, text: &str) -> Vec<usize> {
        let mut tokens = Vec::with_capacity(text.len() / 4 + 1);
        self.tokenizer().encode(text.as_bytes(), &mut tokens);
        let mut end = 0;
        let ends = tokens.into_iter().map(|token| {
            end += self.tokenizer().bytes(token).len();
            end
        });
        ends.collect()
    }

    /// The bytes these tokens stand for; special tokens stand for their text.
    ///
    /// # Errors
    /// `invalid_request` for a rank that is no token of this encoding.
    pub fn decode_bytes(&self, tokens: &[u32]) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(tokens.len() * 4);
        tokens.iter().try_for_each(|token| self.decode_into(*token, &mut bytes))?;
        Ok(bytes)
    }

    /// The text these tokens stand for; what is not UTF-8 in it becomes U+FFFD.
    ///
    /// # Errors
    /// `invalid_request` for a rank that is no token of this encoding.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        Ok(String::from_utf8(self.decode_bytes(tokens)?).unwrap_or_else(|error| {
            // Only bytes that are not UTF-8 are copied.
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        }))
    }

    /// A decoder of tokens that arrive one by one.
    pub fn decoder(&self) -> TokenDecoder<'_> {
        TokenDecoder { vocab: self, pending: Vec::new() }
    }

    pub(super) fn encode_into(&self, text: &str, tokens: &mut Vec<u32>) {
        let (done, hole) = (tokens.len(), self.encoding().hole());
        self.tokenizer().encode(text.as_bytes(), tokens);
        if hole < u32::MAX {
            tokens[done..].iter_mut().filter(|token| **token >= hole).for_each(|token| *token += 1);
        }
    }

    fn decode_into(&self, token: u32, bytes: &mut Vec<u8>) -> Result<(), Error> {
        if let Some(index) = self.index(token) {
            bytes.extend_from_slice(self.tokenizer().bytes(index));
            return Ok(());
        }
        let special = self.encoding().special_tokens().find(|(_, rank)| *rank == token);
        let (text, _) = special.ok_or_else(|| {
            let name = self.encoding().name();
            Error::invalid_request(format!("`{name}` has no token of rank {token}"))
                .with("rank", token)
        })?;
        bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// Text out of tokens that arrive one by one, with no character cut and none lost.
#[derive(Clone, Debug)]
pub struct TokenDecoder<'a> {
    vocab: &'a Vocab,
    /// The beginning of a character whose rest is in the next token.
    pending: Vec<u8>,
}

impl TokenDecoder<'_> {
    /// The characters that are complete with this token; it may be none. What can never become
    /// UTF-8 is U+FFFD.
    ///
    /// # Errors
    /// `invalid_request` for a rank that is no token of this encoding; nothing is lost then.
    pub fn push(&mut self, token: u32) -> Result<String, Error> {
        let mut text = String::with_capacity(TOKEN_BYTES_MAX.min(16));
        self.vocab.decode_into(token, &mut self.pending)?;
        let mut done = 0;
        let mut chunks = self.pending.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            done += chunk.valid().len();
            let invalid = chunk.invalid();
            let may_go_on = chunks.peek().is_none()
                && core::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if !invalid.is_empty() && !may_go_on {
                text.push(char::REPLACEMENT_CHARACTER);
                done += invalid.len();
            }
        }
        self.pending.drain(..done);
        Ok(text)
    }

    /// What is left at the end: nothing, or one U+FFFD for a character that was never completed.
    pub fn finish(self) -> String {
        String::from_utf8_lossy(&self.pending).into_owned()
    }
}
