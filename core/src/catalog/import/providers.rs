//! Providers whose format Farebox speaks, and their names in other projects' files.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::catalog::{AuthScheme, Provider, ProviderId};
use crate::request::Api;

/// Every provider there is, the makers of models before their hosts.
pub(super) fn all() -> Vec<Provider> {
    TABLE.iter().map(Entry::provider).collect()
}

/// The provider of a name in another project's file.
pub(super) fn known_as(name: &str) -> Option<&'static str> {
    TABLE.iter().find(|entry| entry.id == name || entry.names.contains(&name)).map(|entry| entry.id)
}

struct Entry {
    id: &'static str,
    /// What it is called elsewhere.
    names: &'static [&'static str],
    base_url: &'static str,
    key_variable: &'static str,
}

impl Entry {
    fn provider(&self) -> Provider {
        let header = |name| AuthScheme::Header { name: String::from(name) };
        let (auth, apis) = match self.id {
            "openai" => (AuthScheme::Bearer, vec![Api::Responses, Api::Chat]),
            "anthropic" => (header("x-api-key"), vec![Api::Messages]),
            "google" => (header("x-goog-api-key"), vec![Api::GenerateContent]),
            _ => (AuthScheme::Bearer, vec![Api::Chat]),
        };
        Provider {
            id: ProviderId(self.id.into()),
            base_url: self.base_url.into(),
            auth,
            key_variable: self.key_variable.into(),
            apis,
        }
    }
}

/// Addresses and variables as they are known; they were not checked one by one.
const TABLE: [Entry; 13] = [
    Entry {
        id: "openai",
        names: &[],
        base_url: "https://api.openai.com/v1",
        key_variable: "OPENAI_API_KEY",
    },
    Entry {
        id: "anthropic",
        names: &[],
        base_url: "https://api.anthropic.com/v1",
        key_variable: "ANTHROPIC_API_KEY",
    },
    Entry {
        id: "google",
        names: &["gemini"],
        base_url: "https://generativelanguage.googleapis.com/v1beta",
        key_variable: "GEMINI_API_KEY",
    },
    Entry {
        id: "mistral",
        names: &[],
        base_url: "https://api.mistral.ai/v1",
        key_variable: "MISTRAL_API_KEY",
    },
    Entry {
        id: "deepseek",
        names: &[],
        base_url: "https://api.deepseek.com",
        key_variable: "DEEPSEEK_API_KEY",
    },
    Entry {
        id: "xai",
        names: &["x-ai"],
        base_url: "https://api.x.ai/v1",
        key_variable: "XAI_API_KEY",
    },
    Entry {
        id: "cohere",
        names: &["cohere_chat"],
        base_url: "https://api.cohere.ai/compatibility/v1",
        key_variable: "COHERE_API_KEY",
    },
    Entry {
        id: "moonshot",
        names: &["moonshotai"],
        base_url: "https://api.moonshot.ai/v1",
        key_variable: "MOONSHOT_API_KEY",
    },
    Entry {
        id: "zai",
        names: &[],
        base_url: "https://api.z.ai/api/paas/v4",
        key_variable: "ZAI_API_KEY",
    },
    Entry {
        id: "minimax",
        names: &[],
        base_url: "https://api.minimax.io/v1",
        key_variable: "MINIMAX_API_KEY",
    },
    Entry {
        id: "perplexity",
        names: &[],
        base_url: "https://api.perplexity.ai",
        key_variable: "PERPLEXITYAI_API_KEY",
    },
    Entry {
        id: "groq",
        names: &[],
        base_url: "https://api.groq.com/openai/v1",
        key_variable: "GROQ_API_KEY",
    },
    Entry {
        id: "cerebras",
        names: &[],
        base_url: "https://api.cerebras.ai/v1",
        key_variable: "CEREBRAS_API_KEY",
    },
];
