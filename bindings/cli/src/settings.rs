//! What the commands work with: flags over the environment over the configuration file over
//! defaults.
//!
//! The file is `$FAREBOX_CONFIG`, else `farebox/config.toml` in `$XDG_CONFIG_HOME` or
//! `~/.config`. A key never stands in it nor in an argument: it comes from the environment, else
//! from a file that the configuration names, else from a command it names, such as that of the
//! system's keyring.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use farebox::{Builder, Client, Secret};
use farebox_core::catalog::Catalog;
use farebox_core::count::{Encoding, Vocab, Vocabularies};
use farebox_core::request::ModelId;
use farebox_core::route::{Policy, Posterior};
use serde::Deserialize;

use crate::failure::Failure;

/// The configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    /// A catalogue in place of the shipped one.
    catalog: Option<PathBuf>,
    /// The policy, in the words of the API.
    policy: Option<Policy>,
    /// Where beliefs about workloads are kept.
    posterior: Option<PathBuf>,
    /// Providers by name.
    providers: BTreeMap<String, ProviderFile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct ProviderFile {
    base_url: Option<String>,
    key_file: Option<PathBuf>,
    /// A program and its arguments that write the key to their standard output.
    key_command: Vec<String>,
}

/// Flags that every command takes.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct GlobalArgs {
    /// The configuration file [default: farebox/config.toml in the user's configuration folder]
    #[arg(long, global = true, value_name = "FILE", env = "FAREBOX_CONFIG")]
    config: Option<PathBuf>,

    /// A catalogue of models and prices in place of the shipped one
    #[arg(long, global = true, value_name = "FILE", env = "FAREBOX_CATALOG")]
    catalog: Option<PathBuf>,
}

/// What a command works with.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) catalog: Catalog,
    pub(crate) policy: Policy,
    pub(crate) posterior: Posterior,
    providers: BTreeMap<String, ProviderFile>,
}

impl Settings {
    pub(crate) fn load(args: &GlobalArgs) -> Result<Self, Failure> {
        let file = read_file(args)?;
        let catalog = match args.catalog.as_ref().or(file.catalog.as_ref()) {
            Some(path) => Catalog::parse(&read(path)?)?,
            None => Catalog::embedded(),
        };
        let posterior = match &file.posterior {
            Some(path) if path.exists() => Posterior::parse(&read(path)?)?,
            _ => Posterior::new(),
        };
        let policy = file.policy.unwrap_or_default();
        policy.check()?;
        Ok(Self { catalog, policy, posterior, providers: file.providers })
    }

    /// The models a quote looks at: the ladder, and the one that is named.
    pub(crate) fn models<'a>(
        &'a self,
        policy: &'a Policy,
        named: Option<&'a ModelId>,
    ) -> impl Iterator<Item = &'a ModelId> {
        let ladder = match self.catalog.ladders.first() {
            Some(ladder) if policy.ladder.is_empty() => &ladder.rungs,
            _ => &policy.ladder,
        };
        ladder.iter().chain(named)
    }

    /// The vocabularies that prompts of these models are counted with.
    pub(crate) fn vocabularies<'a>(
        &self,
        models: impl Iterator<Item = &'a ModelId>,
    ) -> Vocabularies {
        let mut vocabularies = Vocabularies::new();
        for name in models {
            let Some(model) = self.catalog.find(name) else { continue };
            let encoding = Encoding::of(model.model());
            let is_missing = vocabularies.vocab(encoding).is_none();
            if let Some(vocab) = Vocab::embedded(encoding).filter(|_| is_missing) {
                vocabularies = vocabularies.with(vocab);
            }
        }
        vocabularies
    }

    /// A client with every key that can be found.
    pub(crate) fn client(&self, vocabularies: Vocabularies) -> Result<Builder, Failure> {
        let mut builder = Client::builder()
            .catalog(self.catalog.clone())
            .posterior(self.posterior.clone())
            .vocabularies(vocabularies);
        for provider in &self.catalog.providers {
            let configured = self.providers.get(&provider.id.0);
            if let Some(url) = configured.and_then(|it| it.base_url.as_deref()) {
                builder = builder.base_url(&provider.id.0, url);
            }
            // The environment comes first, so that one command can be run with another key.
            if env::var_os(&provider.key_variable).is_some() {
                continue;
            }
            if let Some(key) = configured.map(ProviderFile::key).transpose()?.flatten() {
                builder = builder.key(&provider.id.0, Secret::new(key));
            }
        }
        Ok(builder)
    }
}

impl ProviderFile {
    /// The key, where the configuration says how to come by one.
    fn key(&self) -> Result<Option<String>, Failure> {
        let bytes = match (&self.key_file, self.key_command.split_first()) {
            (Some(path), _) => read(path)?,
            (None, Some((program, arguments))) => {
                let ran = Command::new(program).args(arguments).stderr(Stdio::inherit()).output();
                // What it wrote is not shown: it may be a key all the same.
                let failed =
                    |what: String| Failure::host(format!("key-command `{program}`: {what}"));
                let ran = ran.map_err(|error| failed(error.to_string()))?;
                if !ran.status.success() {
                    return Err(failed(format!("it gave no key: {}", ran.status)));
                }
                ran.stdout
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(String::from_utf8_lossy(&bytes).trim().to_owned()))
    }
}

fn read_file(args: &GlobalArgs) -> Result<File, Failure> {
    let folder = || {
        let home = env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
        let own = env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty());
        own.map(PathBuf::from).or(home)
    };
    let (path, is_named) = match &args.config {
        Some(path) => (path.clone(), true),
        None => match folder() {
            Some(folder) => (folder.join("farebox/config.toml"), false),
            None => return Ok(File::default()),
        },
    };
    if !is_named && !path.exists() {
        return Ok(File::default());
    }
    let text = String::from_utf8_lossy(&read(&path)?).into_owned();
    toml::from_str(&text).map_err(|error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text.get(..span.start).unwrap_or_default().matches('\n').count());
        Failure::host(format!("{}:{line}: {}", path.display(), error.message()))
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::file(path, &error))
}
