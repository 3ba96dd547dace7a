//! What every way of sending a file is told.

use std::path::PathBuf;

use farebox::Builder;
use farebox_core::money::Pusd;

use crate::prompt::PolicyArgs;
use crate::settings::Settings;

#[derive(Debug, clap::Args)]
pub(crate) struct JobArgs {
    /// Requests, or lines of a batch file of OpenAI's or Anthropic's
    pub(crate) file: PathBuf,

    /// Where results go
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,

    #[command(flatten)]
    pub(crate) policy: PolicyArgs,

    /// The most all of it may cost, in dollars
    #[arg(long, value_name = "DOLLARS", value_parser = crate::prompt::dollars)]
    pub(crate) budget: Option<Pusd>,

    /// Where the provider is, such as a gateway or a server on this machine
    #[arg(long, value_name = "URL", env = "FAREBOX_BASE_URL")]
    base_url: Option<String>,
}

impl JobArgs {
    /// A client that asks every provider where the caller says it is.
    pub(crate) fn at_its_place(&self, builder: Builder, settings: &Settings) -> Builder {
        let Some(url) = &self.base_url else { return builder };
        let providers = settings.catalog.providers.iter();
        providers.fold(builder, |builder, provider| builder.base_url(&provider.id.0, url))
    }
}
