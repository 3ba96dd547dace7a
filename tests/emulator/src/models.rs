//! The models on offer, as a server sees those of a catalogue.

use std::sync::Arc;

use farebox_core::catalog::{Catalog, Model as Entry};
use farebox_core::count::Encoding;
use farebox_core::request::{Api as Format, Effort, ModelId};
use serde_json::Value;

/// The company whose wire format and error bodies a model is served with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Maker {
    Anthropic,
    Google,
    Openai,
}

/// One model on offer.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// What the catalogue says of it.
    pub(crate) entry: Arc<Entry>,
    /// The name a caller asks for.
    pub(crate) id: String,
    /// The dated name that answers carry.
    pub(crate) snapshot: String,
    pub(crate) maker: Maker,
    pub(crate) max_input_tokens: u64,
    pub(crate) max_output_tokens: u64,
    /// The effort used when the request names none.
    pub(crate) default_effort: String,
    /// Claude and Gemini publish none: `o200k_base` stands in.
    pub(crate) encoding: Encoding,
    /// The formats it answers.
    formats: Vec<Format>,
    /// Whether its provider has shut it down: asking for it is refused with the reason.
    pub(crate) is_retired: bool,
}

impl Model {
    fn new(catalog: &Catalog, entry: Arc<Entry>) -> Self {
        let provider = catalog.provider(&entry).map(|provider| provider.apis.clone());
        let formats =
            if entry.apis.is_empty() { provider.unwrap_or_default() } else { entry.apis.clone() };
        let id = entry.id.as_str().to_owned();
        let dated = entry.aliases.iter().map(ModelId::as_str).find(|alias| alias.starts_with(&id));
        let default_effort = match entry.default_effort {
            Some(effort) => effort_name(effort),
            None if entry.efforts.is_empty() || entry.efforts.contains(&Effort::None) => {
                "none".to_owned()
            }
            None => "medium".to_owned(),
        };
        let encoding = entry.counting.encoding.as_deref();
        let max_input_tokens = entry.limits.max_input_tokens;
        Self {
            snapshot: dated.unwrap_or(&id).to_owned(),
            maker: match formats.first() {
                Some(Format::Messages) => Maker::Anthropic,
                Some(Format::GenerateContent) => Maker::Google,
                _ => Maker::Openai,
            },
            max_input_tokens: max_input_tokens.unwrap_or(entry.limits.context_tokens),
            max_output_tokens: entry.limits.max_output_tokens,
            default_effort,
            encoding: encoding
                .and_then(|name| Encoding::parse(name).ok())
                .unwrap_or(Encoding::O200kBase),
            formats,
            // By the catalogue's own day: a test must not fail once a date has passed.
            is_retired: entry.is_shut_down(catalog.checked_on),
            id,
            entry,
        }
    }

    /// Whether the model can spend reasoning tokens.
    pub(crate) fn can_reason(&self) -> bool {
        !self.entry.efforts.is_empty()
    }

    /// Whether it answers requests of this format.
    pub(crate) fn answers(&self, format: Format) -> bool {
        self.formats.contains(&format)
    }
}

/// The models of a catalogue.
#[derive(Debug)]
pub(crate) struct Offer {
    catalog: Catalog,
    models: Vec<Model>,
}

impl Offer {
    pub(crate) fn new(catalog: Catalog) -> Self {
        let entries = catalog.models.iter();
        let models = entries.map(|entry| Model::new(&catalog, Arc::new(entry.clone()))).collect();
        Self { catalog, models }
    }

    /// The models that are still served.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(|model| !model.is_retired)
    }

    /// The model a name means, retired ones too.
    pub(crate) fn find(&self, name: &str) -> Option<&Model> {
        let entry = self.catalog.find(&ModelId::new(name)).filter(|found| found.is_known())?;
        self.models.iter().find(|model| model.entry.id == entry.model().id)
    }

    /// A model of any name, like the nearest one there is.
    pub(crate) fn stand_in(&self, name: &str, format: Format) -> Option<Model> {
        let near = self.catalog.stand_in(&ModelId::new(name)).ok();
        let mut entry = near.or_else(|| self.catalog.models.first().cloned())?;
        entry.id = ModelId::new(name);
        entry.aliases.clear();
        entry.apis = vec![format];
        Some(Model::new(&self.catalog, Arc::new(entry)))
    }
}

fn effort_name(effort: Effort) -> String {
    match serde_json::to_value(effort) {
        Ok(Value::String(name)) => name,
        _ => "none".to_owned(),
    }
}
