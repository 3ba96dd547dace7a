//! What a provider says was used, in classes that do not overlap.
//!
//! Providers count the same token in several totals: cache reads inside the input of one, beside
//! the input of another. Each provider's file untangles its own counters into a [`Usage`], where
//! every billed token lies in exactly one class; nothing else may.

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use crate::request::HostedTool;
use crate::sorted::SortedMap;

/// Tokens and tool calls of one answer, each in exactly one class.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Usage {
    /// Tokens by class; a class that is absent has none.
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<TokenClass, number>>"))]
    pub tokens: SortedMap<TokenClass, u64>,
    /// Calls of tools the provider ran itself.
    #[serde(skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<HostedTool, number>>", optional))]
    pub tool_calls: SortedMap<HostedTool, u64>,
}

/// The classes of tokens that are priced apart.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Readable,
    Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenClass {
    /// Sound in the input, not from a cache.
    AudioInput,
    /// Sound in the output.
    AudioOutput,
    /// Input read from a prompt cache.
    CacheRead,
    /// Input written to a prompt cache for the provider's ordinary lifetime (5 or 30 minutes).
    CacheWrite,
    /// Input written to a prompt cache for a long lifetime (1 or 12 hours).
    CacheWriteLong,
    /// Pictures in the input, where they are priced apart.
    ImageInput,
    /// Pictures in the output, where they are priced apart.
    ImageOutput,
    /// Everything else in the input.
    Input,
    /// Everything else in the output.
    Output,
    /// Reasoning, billed as output but not shown.
    Reasoning,
}

impl TokenClass {
    /// Every class.
    pub const ALL: [Self; 10] = [
        Self::AudioInput,
        Self::AudioOutput,
        Self::CacheRead,
        Self::CacheWrite,
        Self::CacheWriteLong,
        Self::ImageInput,
        Self::ImageOutput,
        Self::Input,
        Self::Output,
        Self::Reasoning,
    ];

    /// Whether tokens of this class are part of the prompt.
    pub fn is_input(self) -> bool {
        match self {
            Self::AudioInput
            | Self::CacheRead
            | Self::CacheWrite
            | Self::CacheWriteLong
            | Self::ImageInput
            | Self::Input => true,
            Self::AudioOutput | Self::ImageOutput | Self::Output | Self::Reasoning => false,
        }
    }
}

impl Usage {
    /// A usage of plain input and output.
    pub fn of(input_tokens: u64, output_tokens: u64) -> Self {
        Self::default()
            .with(TokenClass::Input, input_tokens)
            .with(TokenClass::Output, output_tokens)
    }

    /// The same usage with this many tokens in a class; zero removes it.
    #[must_use]
    pub fn with(mut self, class: TokenClass, tokens: u64) -> Self {
        if tokens == 0 {
            self.tokens.remove(&class);
        } else {
            self.tokens.insert(class, tokens);
        }
        self
    }

    /// This usage and another together, each number held at its maximum.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for (class, tokens) in &other.tokens {
            let sum = self.tokens.or_default(*class);
            *sum = sum.saturating_add(*tokens);
        }
        for (tool, calls) in &other.tool_calls {
            let sum = self.tool_calls.or_default(*tool);
            *sum = sum.saturating_add(*calls);
        }
        self
    }

    /// Tokens of a class.
    pub fn tokens(&self, class: TokenClass) -> u64 {
        self.tokens.get(&class).copied().unwrap_or(0)
    }

    /// Tokens of the whole prompt, cached ones included.
    pub fn input_tokens(&self) -> u64 {
        self.sum(true)
    }

    /// Tokens of the whole answer, reasoning included.
    pub fn output_tokens(&self) -> u64 {
        self.sum(false)
    }

    fn sum(&self, input: bool) -> u64 {
        let classes = self.tokens.iter().filter(|(class, _)| class.is_input() == input);
        classes.fold(0, |sum, (_, tokens)| u64::saturating_add(sum, *tokens))
    }
}
