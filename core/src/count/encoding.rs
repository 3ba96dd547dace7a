//! The names of the encodings, and what each adds to its vocabulary.

use alloc::{format, string::String};

use farebox_derive::{Readable, Writable};
use farebox_tokenizer::Vocabulary;
use serde::{Deserialize, Serialize};

use crate::catalog::Model;
use crate::error::Error;

/// A published way of turning text into tokens.
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
#[non_exhaustive]
pub enum Encoding {
    /// GPT-4 and GPT-3.5, and the text embeddings of their time.
    #[serde(rename = "cl100k_base")]
    Cl100kBase,
    /// GPT-4o, GPT-4.1, GPT-5 and the o series.
    #[serde(rename = "o200k_base")]
    O200kBase,
    /// The open-weight models: `o200k_base` with the special tokens of the Harmony format.
    #[serde(rename = "o200k_harmony")]
    O200kHarmony,
    /// Codex models and `text-davinci-003`.
    #[serde(rename = "p50k_base")]
    P50kBase,
    /// GPT-3 models; also known as GPT-2's.
    #[serde(rename = "r50k_base")]
    R50kBase,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 5] =
        [Self::Cl100kBase, Self::O200kBase, Self::O200kHarmony, Self::P50kBase, Self::R50kBase];

    /// The encoding of this name, such as `o200k_base`.
    ///
    /// # Errors
    /// `invalid_request` for a name that is not one of [`Encoding::ALL`].
    pub fn parse(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|encoding| encoding.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Self::name).join("`, `");
            Error::invalid_request(format!("no encoding `{name}`, there are `{known}`"))
                .with("encoding", name)
        })
    }

    /// The encoding that prompts of a model are counted with: its own where one is published, else
    /// the one that what is known of its counts was measured in.
    pub fn of(model: &Model) -> Self {
        let own = model.counting.encoding.as_deref().and_then(|name| Self::parse(name).ok());
        own.unwrap_or(Self::O200kBase)
    }

    /// The name it is published under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cl100kBase => "cl100k_base",
            Self::O200kBase => "o200k_base",
            Self::O200kHarmony => "o200k_harmony",
            Self::P50kBase => "p50k_base",
            Self::R50kBase => "r50k_base",
        }
    }

    /// The encoding whose vocabulary file this one is read from; itself but for Harmony.
    pub fn file(self) -> Self {
        if self == Self::O200kHarmony { Self::O200kBase } else { self }
    }

    /// The vocabulary it is made of.
    pub(crate) fn vocabulary(self) -> Vocabulary {
        match self {
            Self::Cl100kBase => Vocabulary::Cl100k,
            Self::O200kBase | Self::O200kHarmony => Vocabulary::O200k,
            Self::P50kBase => Vocabulary::P50k,
            Self::R50kBase => Vocabulary::R50k,
        }
    }

    /// The place in the vocabulary that the published ranks leave out.
    pub(crate) fn hole(self) -> u32 {
        if self == Self::P50kBase { 50_256 } else { u32::MAX }
    }

    /// The special tokens, as text and rank.
    pub fn special_tokens(self) -> impl Iterator<Item = (String, u32)> {
        let named: &[(&str, u32)] = match self {
            Self::Cl100kBase => &[
                ("<|endoftext|>", 100_257),
                ("<|fim_prefix|>", 100_258),
                ("<|fim_middle|>", 100_259),
                ("<|fim_suffix|>", 100_260),
                ("<|endofprompt|>", 100_276),
            ],
            Self::O200kBase => &[("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)],
            Self::O200kHarmony => &[
                ("<|startoftext|>", 199_998),
                ("<|endoftext|>", 199_999),
                ("<|return|>", 200_002),
                ("<|constrain|>", 200_003),
                ("<|channel|>", 200_005),
                ("<|start|>", 200_006),
                ("<|end|>", 200_007),
                ("<|message|>", 200_008),
                ("<|call|>", 200_012),
            ],
            Self::P50kBase | Self::R50kBase => &[("<|endoftext|>", 50_256)],
        };
        let reserved = if self == Self::O200kHarmony { 200_000..201_088 } else { 0..0 };
        let unnamed = reserved
            .filter(|rank| named.iter().all(|(_, other)| other != rank))
            .map(|rank| (format!("<|reserved_{rank}|>"), rank));
        named.iter().map(|&(text, rank)| (String::from(text), rank)).chain(unnamed)
    }
}
