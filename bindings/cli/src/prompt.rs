//! The prompt a command is given: plain text, a body in a provider's shape, or a request.

use std::io::{IsTerminal, stdin};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use farebox_core::error::Error;
use farebox_core::money::Pusd;
use farebox_core::provider;
use farebox_core::request::{Api, Effort, ModelId, Request, Stakes};
use farebox_core::route::{Policy, Preset};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;
use crate::settings::Settings;
use crate::shell::Shell;

/// The prompt, and what its text does not say.
#[derive(Debug, clap::Args)]
pub(crate) struct PromptArgs {
    /// Plain text, or JSON in the shape of OpenAI, Anthropic or Gemini; `-` for standard input
    #[arg(value_name = "PROMPT")]
    path: Option<PathBuf>,

    /// The model to ask
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,

    /// Instructions that stand before the prompt
    #[arg(long, value_name = "TEXT")]
    instructions: Option<String>,

    /// The most tokens the answer may take, reasoning included
    #[arg(long, value_name = "TOKENS")]
    max_output_tokens: Option<u32>,

    /// How hard the model should think: none, minimal, low, medium, high, xhigh or max
    #[arg(long, value_parser = word::<Effort>)]
    effort: Option<Effort>,

    /// The name outcomes of such prompts are learned under
    #[arg(long, value_name = "NAME")]
    workload: Option<String>,
}

/// How a model is to be chosen.
#[derive(Debug, clap::Args)]
pub(crate) struct PolicyArgs {
    /// A preset (economy, balanced, bulk or risk), or a file with a policy as JSON
    #[arg(long, value_name = "PRESET|FILE", env = "FAREBOX_POLICY")]
    policy: Option<String>,

    /// Models to choose among, from the least to the strongest, with commas between
    #[arg(long, value_name = "MODELS", value_delimiter = ',')]
    ladder: Vec<String>,

    /// What a wrong answer costs: low, normal, high or critical
    #[arg(long, value_parser = word::<Stakes>)]
    stakes: Option<Stakes>,

    /// The most the call may cost at worst, in dollars
    #[arg(long, value_name = "DOLLARS", value_parser = dollars)]
    max_cost: Option<Pusd>,
}

/// A wire format.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ApiArg {
    Chat,
    GenerateContent,
    Messages,
    Responses,
}

impl PromptArgs {
    /// The request.
    pub(crate) fn read(&self, shell: &Shell) -> Result<Request, Failure> {
        let path = match &self.path {
            Some(path) => path.as_path(),
            None if stdin().is_terminal() => {
                return Err(Failure::usage("give a prompt: a file, or `-` for standard input"));
            }
            None => Path::new("-"),
        };
        let mut request = request(&shell.read_text(path)?)?;
        if let Some(model) = &self.model {
            request.model = Some(ModelId::new(model));
        }
        if let Some(instructions) = &self.instructions {
            request.instructions = Some(instructions.clone());
        }
        if self.instructions.is_some() || self.max_output_tokens.is_some() || self.effort.is_some()
        {
            // The body is sent as it was written, and that no longer says all that is asked.
            request.native = None;
        }
        request.max_output_tokens = self.max_output_tokens.or(request.max_output_tokens);
        request.effort = self.effort.or(request.effort);
        request.hints.workload = self.workload.clone().or(request.hints.workload);
        Ok(request)
    }
}

impl PolicyArgs {
    /// The policy: flags over the named one over the configured one.
    pub(crate) fn read(&self, settings: &Settings) -> Result<Policy, Failure> {
        let mut policy = match self.policy.as_deref() {
            None => settings.policy.clone(),
            Some(name) => match word::<Preset>(name) {
                Ok(preset) => Policy { preset, ..settings.policy.clone() },
                Err(_) => {
                    let path = Path::new(name);
                    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
                    let value: Value = serde_json::from_slice(&bytes)
                        .map_err(|error| Error::invalid_request(format!("{name}: {error}")))?;
                    Policy::parse(&value)?
                }
            },
        };
        if !self.ladder.is_empty() {
            policy.ladder = self.ladder.iter().map(ModelId::new).collect();
        }
        policy.stakes = self.stakes.unwrap_or(policy.stakes);
        policy.max_cost = self.max_cost.or(policy.max_cost);
        policy.check()?;
        Ok(policy)
    }
}

impl From<ApiArg> for Api {
    fn from(api: ApiArg) -> Self {
        match api {
            ApiArg::Chat => Self::Chat,
            ApiArg::GenerateContent => Self::GenerateContent,
            ApiArg::Messages => Self::Messages,
            ApiArg::Responses => Self::Responses,
        }
    }
}

/// Text is words of the user, unless it is a JSON object that says something else.
pub(crate) fn request(text: &str) -> Result<Request, Error> {
    if !text.trim_start().starts_with('{') {
        return Ok(Request::new().user(text));
    }
    let value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        // Text may begin with a brace; what does not parse is not meant for a program.
        Err(_) => return Ok(Request::new().user(text)),
    };
    from_value(value)
}

/// A request from JSON: in this project's own shape, or in a provider's.
pub(crate) fn from_value(value: Value) -> Result<Request, Error> {
    if value.get("conversation").is_some() {
        return serde_json::from_value(value)
            .map_err(|error| Error::invalid_request(format!("the request: {error}")));
    }
    provider::parse_owned(value, None)
}

/// Reads a word of the API.
pub(crate) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(Value::from(text)).map_err(|error| error.to_string())
}

pub(crate) fn dollars(text: &str) -> Result<Pusd, String> {
    Pusd::parse(text.trim_start_matches('$')).map_err(|error| error.message)
}
