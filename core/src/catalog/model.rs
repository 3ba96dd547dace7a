//! What a model is: its limits, what it can do, how it is counted and when it goes away.

use alloc::string::String;
use alloc::vec::Vec;

use farebox_derive::{Readable, Writable};
use serde::{Deserialize, Serialize};

use super::price::PriceSheet;
use crate::request::{Api, Effort, HostedTool, ModelId, WorkKind};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Day;

/// A company whose endpoint answers requests, by a short name such as `openai`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Readable, Writable,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct ProviderId(pub String);

/// Where a provider's endpoint is and how it wants the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Provider {
    /// Its short name.
    pub id: ProviderId,
    /// The address that paths of its API are appended to, such as `https://api.openai.com/v1`.
    pub base_url: String,
    /// How the host adds the key.
    pub auth: AuthScheme,
    /// The environment variable that holds the key by custom.
    pub key_variable: String,
    /// Formats it answers, the preferred one first.
    pub apis: Vec<Api>,
}

/// How a host adds the secret to a request; the kernel never holds the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AuthScheme {
    /// `authorization: Bearer SECRET`.
    Bearer,
    /// A header of this name that holds the bare secret.
    Header {
        /// The header's name in lower case.
        name: String,
    },
    /// No secret.
    None,
}

/// A model, with everything needed to count, price, filter and call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Model {
    /// Its name at the provider.
    pub id: ModelId,
    /// Who answers for it.
    pub provider: ProviderId,
    /// Other names of it, dated snapshots for the most part.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<ModelId>,
    /// How its tokens are counted.
    pub counting: Counting,
    /// Formats it answers, the preferred one first; empty means its provider's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<Api>,
    /// How much it takes and gives.
    pub limits: Limits,
    /// What it takes, gives and can do.
    #[cfg_attr(feature = "ts", tsify(type = "Ability[]"))]
    pub abilities: SortedSet<Ability>,
    /// Tools the provider runs for it.
    #[serde(default, skip_serializing_if = "SortedSet::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "HostedTool[]", optional))]
    pub hosted_tools: SortedSet<HostedTool>,
    /// Efforts it accepts, from least to most; empty when it does not reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub efforts: Vec<Effort>,
    /// The effort it uses when none is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_effort: Option<Effort>,
    /// Regions it can be held to, such as `us` or `eu`.
    #[serde(default, skip_serializing_if = "SortedSet::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "string[]", optional))]
    pub regions: SortedSet<String>,
    /// Prices, oldest first; each holds until the next begins. Empty: nobody published one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<PriceSheet>,
    /// The day it appeared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_on: Option<Day>,
    /// The day from which it no longer answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shutdown_on: Option<Day>,
    /// What its provider recommends instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<ModelId>,
    /// The last day its training data covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knowledge_cutoff: Option<Day>,
    /// How often it succeeds at a kind of work before anything is known of the caller's, in parts
    /// per million, from published benchmarks.
    #[serde(default, skip_serializing_if = "SortedMap::is_empty")]
    #[cfg_attr(feature = "ts", tsify(type = "Partial<Record<WorkKind, Prior>>", optional))]
    pub priors: SortedMap<WorkKind, Prior>,
    /// Where these facts come from.
    pub source: String,
    /// The day they were last compared with the source.
    pub checked_on: Day,
}

/// How a model's tokens are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Counting {
    /// The family of rules, such as `openai_harmony`; one word a file of rules knows.
    pub family: CountingFamily,
    /// The published vocabulary, such as `o200k_base`; absent where the provider publishes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The rule for pictures and its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub images: Option<ImageCounting>,
}

/// Families of models whose prompts are framed alike.
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
pub enum CountingFamily {
    /// Claude 3 and 3.5.
    Claude3,
    /// Claude 4.0 and 4.1, and 3.7 before them.
    Claude4,
    /// Claude 4.5.
    Claude45,
    /// Claude 4.6.
    Claude46,
    /// Claude 4.7 and later, with a finer tokenizer.
    Claude47,
    /// Gemini 2.0 and before.
    Gemini2,
    /// Gemini 2.5.
    Gemini25,
    /// Gemini 3 and later.
    Gemini3,
    /// OpenAI models before o3: gpt-3.5, gpt-4, gpt-4o, gpt-4.1.
    OpenaiChat,
    /// OpenAI models on the Harmony format: o3, o4-mini, gpt-5 and later.
    OpenaiHarmony,
    /// OpenAI models on the Harmony format from gpt-5.2 on.
    OpenaiHarmony52,
    /// OpenAI's first reasoning models: o1, o3-mini.
    OpenaiO1,
    /// Not known: counted with a wide band.
    Unknown,
}

/// How pictures are turned into tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum ImageCounting {
    /// By area: pixels divided by a constant.
    Area {
        /// Pixels to a token.
        pixels_per_token: u32,
        /// Most tokens of one picture.
        max_tokens: u32,
    },
    /// By patches of 32 by 32 pixels, times a factor.
    Patches {
        /// The factor, in parts per million.
        multiplier_ppm: u32,
        /// Most patches of one picture.
        max_patches: u32,
    },
    /// By tiles of 512 by 512 pixels, after scaling.
    Tiles {
        /// Tokens of any picture.
        base_tokens: u32,
        /// Tokens of a tile.
        tile_tokens: u32,
    },
}

/// How much a model takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// Input and output together.
    pub context_tokens: u64,
    /// Input alone, where that is less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_input_tokens: Option<u64>,
    /// Output alone, reasoning included.
    pub max_output_tokens: u64,
}

/// Something a model takes, gives or can do.
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
pub enum Ability {
    /// Hears sound.
    AudioInput,
    /// Speaks.
    AudioOutput,
    /// Reads documents.
    FileInput,
    /// Sees pictures.
    ImageInput,
    /// Calls several tools in one answer.
    ParallelTools,
    /// Streams its answer.
    Streaming,
    /// Satisfies a JSON schema.
    StructuredOutput,
    /// Calls tools.
    Tools,
}

/// A belief held before any outcome: how often a model succeeds, and how firmly it is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Readable, Writable)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prior {
    /// Successes in a million.
    pub success_ppm: u32,
    /// The effort the benchmark was run at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
}

impl Model {
    /// Whether a name is this model's own or one of its aliases.
    pub fn is_called(&self, name: &ModelId) -> bool {
        self.id == *name || self.aliases.contains(name)
    }

    /// Whether it no longer answers on a day.
    pub fn is_shut_down(&self, on: Day) -> bool {
        self.shutdown_on.is_some_and(|day| day <= on)
    }

    /// Whether it has an ability.
    pub fn can(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
    }
}
