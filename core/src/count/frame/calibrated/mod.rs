//! Models without a public tokenizer: o200k tokens times measured factors.
//!
//! Claude and Gemini publish no vocabulary, so their counts are calibrated: each kind of content is
//! measured with o200k_base and multiplied, and each mark the provider adds is a constant. There is
//! one [`Card`] a generation.

mod card;

use alloc::borrow::Cow;
use alloc::string::String;

use serde_json::{Map, Value};

use self::card::Card;
use super::history;
use super::json::COMPACT;
use super::media;
use crate::catalog::Model;
use crate::count::ruler::Ruler;
use crate::count::tally::{Tally, share};
use crate::count::{CountPartKind, TokenRange};
use crate::json;
use crate::json::pointer::part;
use crate::json::text;
use crate::request::{Api, Effort, Message, OutputFormat, Part, Request, Role, Tool, ToolChoice};
use crate::sorted::SortedMap;

// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
pub(super) fn count(
    request: &Request,
    api: Api,
    model: &Model,
    ruler: &Ruler<'_>,
    tally: &mut Tally,
) {
    let card = Card::of(model.counting.family);
    let mut sums = Sums {
        card: &card,
        ruler,
        text: 0,
        framing: 0,
        tools: 0,
        history: 0,
        sealed: 0,
        schema: 0,
    };
    if let Some(words) = &request.instructions {
        sums.framing += card.system;
        sums.text += sums.words(words, card.text);
    }
    let names = if card.names_results { names(&request.conversation) } else { SortedMap::new() };
    let mut previous = None;
    for message in &request.conversation {
        if previous != Some(message.role) || card.whole_json == 0 {
            sums.framing +=
                if message.role == Role::Assistant { card.turn_assistant } else { card.turn_user };
        }
        previous = Some(message.role);
        for (index, part) in message.content.iter().enumerate() {
            let next = message.content.get(index + 1);
            sums.part(part, next, &names);
        }
    }
    sums.tools(request);
    if let OutputFormat::JsonSchema { schema, .. } = &request.output {
        sums.schema += card.schema + sums.words(&COMPACT.text(schema), card.schema_json);
    }
    if request.effort.is_some_and(|effort| effort > Effort::None) {
        sums.framing += card.thinking;
    }
    let parts = [
        (CountPartKind::Framing, sums.framing),
        (CountPartKind::Schema, sums.schema),
        (CountPartKind::Text, sums.text),
        (CountPartKind::ToolHistory, sums.history),
        (CountPartKind::Tools, sums.tools),
    ];
    for (kind, milli) in parts {
        tally.add(kind, whole(milli));
    }
    // One band around all of it; what is written around tools is known less well than words.
    let words = whole(sums.text + sums.framing);
    let margins = [
        (words, card.text_margin_ppm),
        (whole(sums.tools + sums.schema), card.tool_margin_ppm),
        (whole(sums.history), card.history_margin_ppm),
    ];
    let millionths = margins.iter().map(|(tokens, ppm)| u128::from(*tokens) * u128::from(*ppm));
    let margin = ((millionths.sum::<u128>() + 500_000) / 1_000_000).max(1);
    tally.spread(u64::try_from(margin).unwrap_or(u64::MAX));
    tally.doubt("the provider publishes no tokenizer; the count is calibrated");
    if sums.sealed > 0 {
        let expected = whole(sums.sealed);
        let margin = share(expected, SEALED_MARGIN_PPM);
        let range = TokenRange { low: expected - margin, expected, high: expected + margin };
        tally.add_doubtful(CountPartKind::Reasoning, range, "sealed reasoning is sent back");
    }
    if card.schema_doubt_tokens > 0 && matches!(request.output, OutputFormat::JsonSchema { .. }) {
        let range = TokenRange { low: 0, expected: 0, high: card.schema_doubt_tokens };
        tally.add_doubtful(CountPartKind::Schema, range, "how a schema is shown is not measured");
    }
    media::count(request, api, model, ruler, tally);
}

/// What has been counted so far, in thousandths of a token.
struct Sums<'a> {
    card: &'a Card,
    ruler: &'a Ruler<'a>,
    text: i64,
    framing: i64,
    tools: i64,
    history: i64,
    sealed: i64,
    schema: i64,
}

impl Sums<'_> {
    fn part(&mut self, part: &Part, next: Option<&Part>, names: &SortedMap<&str, &str>) {
        let card = self.card;
        match part {
            Part::Text { text } | Part::Refusal { text } => {
                self.text += self.words(text, card.text);
            }
            Part::ToolCall { name, arguments, .. } => {
                self.history += card.call + self.words(name, card.call_words);
                self.history += self.content(arguments, card.call_words);
            }
            Part::ToolResult { call_id, content, .. } => {
                let text: Cow<'_, str> = history::text(content);
                self.history += card.result + self.content(&text, card.result_words);
                if card.names_results {
                    let name = names.get(call_id.as_str()).copied().unwrap_or(call_id);
                    self.history += self.words(name, card.result_words);
                }
            }
            // Thoughts are read again while their call is open; the length of the signature tells
            // how long they were.
            Part::Reasoning { opaque: Some(opaque), .. }
                if matches!(next, Some(Part::ToolCall { .. })) =>
            {
                let bytes = i64::try_from(opaque.len()).unwrap_or(i64::MAX / 1_000_000);
                self.sealed += (bytes * card.signature_byte + card.signature).max(0);
            }
            Part::Reasoning { text, opaque: None, .. } if card.reads_thoughts => {
                self.text += self.words(text, card.text);
            }
            _ => {}
        }
    }

    fn tools(&mut self, request: &Request) {
        let card = self.card;
        let mut any = false;
        for tool in &request.tools {
            let Tool::Function { name, description, parameters, .. } = tool else { continue };
            any = true;
            let description = description.as_deref().unwrap_or_default();
            let none = Value::Object(Map::new());
            let schema = parameters.as_ref().unwrap_or(&none);
            self.tools += card.tool;
            if card.whole_json > 0 {
                self.tools += self.words(&whole_tool(name, description, schema), card.whole_json);
            } else {
                self.tools += self.name(name) + self.words(description, card.tool_words);
                if !description.is_empty() {
                    self.tools += card.tool_described;
                }
                if has_properties(schema) {
                    self.tools += card.takes;
                }
                let mut seen = 0;
                self.properties(schema, schema, &mut seen, 0);
            }
        }
        if any {
            self.tools += match request.tool_choice {
                Some(ToolChoice::Required | ToolChoice::Tool { .. }) => card.tools + card.forced,
                _ => card.tools,
            };
            if request.parallel_tool_calls == Some(false) {
                self.tools += card.serial;
            }
        }
    }

    /// Counts names and descriptions of a schema's properties, and each property; a definition
    /// counts wherever it is referred to, but not within itself.
    fn properties(&mut self, schema: &Value, root: &Value, seen: &mut u32, depth: u32) {
        *seen += 1;
        if depth > MAX_DEPTH || *seen > MAX_SCHEMAS {
            return;
        }
        let card = self.card;
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            if depth < MAX_REFERENCES
                && let Some(target) = target.strip_prefix('#').and_then(|path| part(root, path))
            {
                self.properties(target, root, seen, depth + 1);
            }
            return;
        }
        if let Some(words) = schema.get("description").and_then(Value::as_str) {
            self.tools += card.described + self.words(words, card.tool_words);
        }
        if depth > 0 && has_properties(schema) {
            self.tools += card.nested;
        }
        for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
            self.tools += self.strings(value, card.tool_words, 0);
        }
        for (name, property) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            self.tools += self.name(name) + card.property;
            self.properties(property, root, seen, depth + 1);
        }
        if let Some(items) = schema.get("items") {
            self.properties(items, root, seen, depth + 1);
        }
        for member in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            self.properties(member, root, seen, depth + 1);
        }
    }

    /// Arguments or a result: as they are written, or the strings in them.
    fn content(&self, text: &str, factor: i64) -> i64 {
        if self.card.whole_json > 0 {
            return self.words(text, factor);
        }
        match json::parse(text.as_bytes()) {
            Ok(value) => self.strings(&value, factor, 0),
            Err(_) => self.words(text, factor),
        }
    }

    /// Every key and scalar of a value, each tokenised by itself.
    fn strings(&self, value: &Value, factor: i64, depth: u32) -> i64 {
        let deeper = |item: &Value| self.strings(item, factor, depth + 1);
        match value {
            _ if depth > MAX_DEPTH => 0,
            Value::Null => 0,
            Value::String(text) => self.words(text, factor),
            Value::Array(items) => items.iter().map(deeper).sum(),
            Value::Object(map) => {
                let entry = |(key, item): (&String, &Value)| {
                    self.card.key + self.words(key, factor) + deeper(item)
                };
                map.iter().map(entry).sum()
            }
            scalar => self.words(&text(scalar), factor),
        }
    }

    /// The name of a tool or a property.
    fn name(&self, name: &str) -> i64 {
        let underscores = i64::try_from(name.matches('_').count()).unwrap_or(0);
        self.words(name, self.card.tool_words) + underscores * self.card.underscore
    }

    /// A text, in thousandths of a token.
    fn words(&self, text: &str, factor: i64) -> i64 {
        let tokens = i64::try_from(self.ruler.tokens(text)).unwrap_or(i64::MAX / 1_000_000);
        if self.card.digit == 0 && self.card.apostrophe == 0 {
            return tokens * factor;
        }
        let marks = Marks::of(text);
        tokens * factor + marks.digits * self.card.digit + marks.apostrophes * self.card.apostrophe
    }
}

/// Where another tokenizer cuts and o200k_base does not.
struct Marks {
    /// Digits beyond one for each group of three.
    digits: i64,
    /// Apostrophes between letters.
    apostrophes: i64,
}

impl Marks {
    fn of(text: &str) -> Self {
        let mut marks = Self { digits: 0, apostrophes: 0 };
        let bytes = text.as_bytes();
        let (mut run, mut after_letter) = (0, false);
        for (at, byte) in bytes.iter().enumerate() {
            if byte.is_ascii_digit() {
                marks.digits += i64::from(run % 3 != 0);
                run += 1;
                after_letter = false;
                continue;
            }
            run = 0;
            if *byte == b'\'' && after_letter {
                let next = bytes.get(at + 1);
                marks.apostrophes += i64::from(next.is_some_and(u8::is_ascii_alphabetic));
            }
            after_letter = byte.is_ascii_alphabetic();
        }
        marks
    }
}

/// A tool as Claude is given it, in compact JSON.
fn whole_tool(name: &str, description: &str, schema: &Value) -> String {
    let mut text = String::from("{\"name\":");
    COMPACT.quote(&mut text, name);
    text.push_str(",\"description\":");
    COMPACT.quote(&mut text, description);
    text.push_str(",\"input_schema\":");
    COMPACT.write(&mut text, schema);
    text.push('}');
    text
}

fn has_properties(schema: &Value) -> bool {
    schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty())
}

/// The names of the tools called, by the ids of the calls.
fn names(conversation: &[Message]) -> SortedMap<&str, &str> {
    let calls = conversation.iter().flat_map(|message| &message.content).filter_map(|part| {
        let Part::ToolCall { call_id, name, .. } = part else { return None };
        (!call_id.is_empty()).then_some((call_id.as_str(), name.as_str()))
    });
    // Of calls that share an id the first is the one answered.
    calls.rev().collect()
}

fn whole(milli: i64) -> u64 {
    u64::try_from((milli + 500) / 1_000).unwrap_or(0)
}

/// How far the length of a signature is from telling how long the thoughts in it are.
const SEALED_MARGIN_PPM: u64 = 250_000;

const MAX_DEPTH: u32 = 64;
/// A definition within itself is not followed further than this.
const MAX_REFERENCES: u32 = 8;
/// Definitions that refer to each other can double at each step; this is where it ends.
const MAX_SCHEMAS: u32 = 10_000;
