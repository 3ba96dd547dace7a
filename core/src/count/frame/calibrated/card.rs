//! What was measured of each generation of Claude and Gemini, as a table.
//!
//! Fitted by least relative error on recorded traffic of text and tools (Claude and Gemini, 2024-06
//! to 2026-10, checked 2026-11-22), each source weighted by the root of its rows. Gemini's constants
//! follow how such a declaration is written out, and were drawn towards round numbers that hold for
//! every source. The margins were set on sources left out of the fit, to cover nine in ten of their
//! requests; ACCURACY.md has the figures.

use crate::catalog::CountingFamily;

/// How a generation counts, in thousandths of a token for an o200k token or a mark.
pub(super) struct Card {
    /// A token of words.
    pub(super) text: i64,
    /// A system prompt.
    pub(super) system: i64,
    /// A turn of the user's.
    pub(super) turn_user: i64,
    /// A turn of the model's.
    pub(super) turn_assistant: i64,
    /// Thinking switched on.
    pub(super) thinking: i64,
    /// Having tools at all.
    pub(super) tools: i64,
    /// Having to call one, beside that.
    pub(super) forced: i64,
    /// Each tool.
    pub(super) tool: i64,
    /// A token of a tool written as JSON; zero where tools are not counted as such.
    pub(super) whole_json: i64,
    /// A token of the words of a tool: names and descriptions, its own and its properties'.
    pub(super) tool_words: i64,
    /// Each tool that has a description.
    pub(super) tool_described: i64,
    /// Each tool that takes anything.
    pub(super) takes: i64,
    /// An underscore in a name, which o200k_base joins to the letters behind it.
    pub(super) underscore: i64,
    /// Each property.
    pub(super) property: i64,
    /// Each description of a property.
    pub(super) described: i64,
    /// Each object within an object.
    pub(super) nested: i64,
    /// A token of the answer's schema as JSON.
    pub(super) schema_json: i64,
    /// Having a schema of the answer at all.
    pub(super) schema: i64,
    /// Most tokens a schema was seen to add where no rule was found.
    pub(super) schema_doubt_tokens: u64,
    /// A token of a call's name and arguments.
    pub(super) call_words: i64,
    /// Each call.
    pub(super) call: i64,
    /// A token of a result.
    pub(super) result_words: i64,
    /// Each result.
    pub(super) result: i64,
    /// Each key of a call's arguments and of a result.
    pub(super) key: i64,
    /// Whether a result carries the name of its tool.
    pub(super) names_results: bool,
    /// A digit that o200k_base holds in one token with the digit before it.
    pub(super) digit: i64,
    /// An apostrophe within a word, which o200k_base joins to the letters behind it.
    pub(super) apostrophe: i64,
    /// Having to call one tool at a time, beside having tools; seen in three requests, all to
    /// Claude 4.5.
    pub(super) serial: i64,
    /// Whether thoughts in plain words, such as another model's, are read as words.
    pub(super) reads_thoughts: bool,
    /// A byte of a signature.
    pub(super) signature_byte: i64,
    /// Each signature, beside its bytes.
    pub(super) signature: i64,
    /// Half the width of the band around words.
    pub(super) text_margin_ppm: u64,
    /// Half the width of the band around tools.
    pub(super) tool_margin_ppm: u64,
    /// Half the width of the band around calls and results.
    pub(super) history_margin_ppm: u64,
}

impl Card {
    /// The card of a generation.
    pub(super) fn of(family: CountingFamily) -> Self {
        match family {
            CountingFamily::Claude3 => Self {
                serial: 0,
                text: 1_089,
                tools: 254_000,
                forced: 90_000,
                tool: 15_600,
                whole_json: 1_233,
                text_margin_ppm: 100_000,
                tool_margin_ppm: 200_000,
                history_margin_ppm: 250_000,
                ..CLAUDE_45
            },
            CountingFamily::Claude4 => Self {
                serial: 0,
                text: 1_091,
                tools: 313_000,
                forced: 5_000,
                text_margin_ppm: 90_000,
                tool_margin_ppm: 30_000,
                history_margin_ppm: 120_000,
                ..CLAUDE_45
            },
            CountingFamily::Claude46 => Self {
                serial: 0,
                text: 1_105,
                tools: 498_000,
                forced: 92_000,
                text_margin_ppm: 80_000,
                tool_margin_ppm: 120_000,
                history_margin_ppm: 60_000,
                ..CLAUDE_45
            },
            CountingFamily::Claude47 => Self {
                serial: 0,
                text: 1_449,
                tools: 379_000,
                forced: 121_000,
                whole_json: 1_071,
                thinking: 0,
                text_margin_ppm: 140_000,
                tool_margin_ppm: 150_000,
                history_margin_ppm: 200_000,
                ..CLAUDE_45
            },
            CountingFamily::Gemini2 => GEMINI_2,
            CountingFamily::Gemini25 => GEMINI_25,
            CountingFamily::Gemini3 => Self {
                text: 1_000,
                tool: 13_000,
                tool_words: 1_050,
                tool_described: 5_100,
                underscore: 1_700,
                property: 12_700,
                described: 4_600,
                nested: 12_000,
                signature_byte: 200,
                signature: -15_000,
                text_margin_ppm: 80_000,
                tool_margin_ppm: 75_000,
                history_margin_ppm: 70_000,
                ..GEMINI_25
            },
            _ => CLAUDE_45,
        }
    }
}

const CLAUDE_45: Card = Card {
    text: 1_085,
    system: 970,
    turn_user: 6_680,
    turn_assistant: -1_450,
    thinking: 28_800,
    tools: 492_000,
    forced: 97_000,
    tool: 7_450,
    whole_json: 1_318,
    tool_words: 0,
    tool_described: 0,
    takes: 0,
    underscore: 0,
    property: 0,
    described: 0,
    nested: 0,
    schema_json: 1_720,
    schema: 105_000,
    schema_doubt_tokens: 0,
    call_words: 1_690,
    call: 23_260,
    result_words: 1_090,
    result: 23_260,
    key: 0,
    names_results: false,
    digit: 0,
    apostrophe: 0,
    // It rests on three recorded requests: likely a sentence about several calls is left out.
    serial: -205_000,
    reads_thoughts: false,
    signature_byte: 0,
    signature: 0,
    text_margin_ppm: 120_000,
    tool_margin_ppm: 50_000,
    history_margin_ppm: 50_000,
};

/// Gemini shows the model the words of a tool, not its JSON; a schema of the answer is not billed.
const GEMINI_2: Card = Card {
    text: 1_000,
    system: 0,
    turn_user: 0,
    turn_assistant: 0,
    thinking: 0,
    tools: 0,
    forced: 0,
    tool: 0,
    whole_json: 0,
    tool_words: 1_180,
    tool_described: 0,
    takes: 1_200,
    underscore: 300,
    property: 1_500,
    described: -2_100,
    nested: 0,
    schema_json: 0,
    schema: 0,
    schema_doubt_tokens: 60,
    call_words: 1_200,
    call: 1_000,
    result_words: 1_100,
    result: 0,
    key: 0,
    names_results: true,
    digit: 900,
    apostrophe: 2_000,
    serial: 0,
    reads_thoughts: true,
    signature_byte: 0,
    signature: 0,
    text_margin_ppm: 95_000,
    tool_margin_ppm: 100_000,
    history_margin_ppm: 55_000,
};

const GEMINI_25: Card = Card {
    text: 1_000,
    system: 1_000,
    turn_user: 1_000,
    turn_assistant: 1_000,
    apostrophe: 1_600,
    tool: 18_000,
    tool_words: 1_145,
    takes: 0,
    underscore: 1_100,
    property: 9_100,
    described: 0,
    nested: 33_000,
    call_words: 1_100,
    schema_doubt_tokens: 0,
    call: 8_000,
    result: 10_000,
    key: 1_000,
    text_margin_ppm: 95_000,
    tool_margin_ppm: 80_000,
    history_margin_ppm: 60_000,
    ..GEMINI_2
};
