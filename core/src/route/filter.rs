//! Hard constraints: which models cannot answer a request at all, and why.
//!
//! Every test is exact at its boundary and has a reason of its own. Nothing here weighs one model
//! against another, and nothing reads the words of the prompt: a short last message after a long
//! history still needs the window its tokens need, and tools alone exclude only models without
//! tools.

use alloc::format;
use alloc::string::String;

use super::decision::{Arm, Reason, ReasonCode, effort_word};
use super::policy::Policy;
use super::posterior::Posterior;
use crate::catalog::{Ability, Catalog, Model, Terms};
use crate::estimate::Estimate;
use crate::money::Pusd;
use crate::request::{Api, Effort, HostedTool, ModelId, OutputFormat, Part, Request, Tool};
use crate::sorted::{SortedMap, SortedSet};
use crate::time::Timestamp;
use crate::usage::{TokenClass, Usage};

/// What a request needs of any model, read once.
#[derive(Debug)]
pub(super) struct Needs {
    modality: [(Ability, bool); 3],
    tools: bool,
    hosted: SortedSet<HostedTool>,
    parallel: bool,
    schema: bool,
    stored_thread: bool,
}

impl Needs {
    pub(super) fn of(request: &Request) -> Self {
        let mut needs = Self {
            modality: [
                (Ability::AudioInput, false),
                (Ability::FileInput, false),
                (Ability::ImageInput, false),
            ],
            tools: false,
            hosted: Default::default(),
            parallel: false,
            schema: matches!(request.output, OutputFormat::JsonSchema { .. }),
            stored_thread: request.previous_response_id.is_some(),
        };
        for tool in &request.tools {
            match tool {
                Tool::Function { .. } => needs.tools = true,
                // A tool without a name here cannot be looked up; its provider will say.
                Tool::Hosted { kind: HostedTool::Other, .. } => {}
                Tool::Hosted { kind, .. } => {
                    needs.hosted.insert(*kind);
                }
            }
        }
        needs.parallel = needs.tools && request.parallel_tool_calls == Some(true);
        for message in &request.conversation {
            needs.read(&message.content);
        }
        needs
    }

    fn read(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Audio { .. } => self.modality[0].1 = true,
                Part::File { .. } => self.modality[1].1 = true,
                Part::Image { .. } => self.modality[2].1 = true,
                Part::ToolCall { .. } => self.tools = true,
                Part::ToolResult { content, .. } => {
                    self.tools = true;
                    self.read(content);
                }
                Part::Other { .. }
                | Part::Reasoning { .. }
                | Part::Refusal { .. }
                | Part::Text { .. } => {}
            }
        }
    }
}

/// Whether the caller lets a model be chosen at all.
pub(super) fn permits(policy: &Policy, model: &Model) -> Result<(), Reason> {
    let named = |list: &[ModelId]| list.iter().any(|name| model.is_called(name));
    if named(&policy.deny) {
        return Err(reason(ReasonCode::Deny, "the policy denies it"));
    }
    if !policy.allow.is_empty() && !named(&policy.allow) {
        return Err(reason(ReasonCode::Allow, "the policy allows only other models"));
    }
    if !policy.providers.is_empty() && !policy.providers.contains(&model.provider) {
        let provider = &model.provider.0;
        return Err(reason(ReasonCode::KeyScope, format!("no key of `{provider}` is at hand")));
    }
    Ok(())
}

/// Whether a model can do what a request needs, on this day, in this lane and region.
pub(super) fn can_do(
    request: &Request,
    needs: &Needs,
    policy: &Policy,
    catalog: &Catalog,
    model: &Model,
    now: Timestamp,
) -> Result<(), Reason> {
    if let Some(day) = model.shutdown_on.filter(|day| *day <= now.date()) {
        let instead = match &model.successor {
            Some(next) => format!(", its provider names `{next}` instead"),
            None => String::new(),
        };
        return Err(reason(
            ReasonCode::ShutDown,
            format!("it stopped answering on {day}{instead}"),
        ));
    }
    if let Some(region) = policy.region.as_ref().filter(|region| !model.regions.contains(*region)) {
        return Err(reason(ReasonCode::Region, format!("it is not held to region `{region}`")));
    }
    let tier = request.service_tier.unwrap_or_default();
    if model.sheet(now).is_some_and(|sheet| !sheet.lanes.contains_key(&tier)) {
        return Err(reason(
            ReasonCode::ServiceTier,
            format!("it is not offered at service tier `{}`", tier.as_str()),
        ));
    }
    if needs.stored_thread && !answers(catalog, model, Api::Responses) {
        return Err(reason(
            ReasonCode::Api,
            "it cannot continue a response that another provider holds",
        ));
    }
    for (ability, _) in needs.modality.iter().filter(|(_, needed)| *needed) {
        if !model.can(*ability) {
            let what = match ability {
                Ability::AudioInput => "it does not hear sound",
                Ability::FileInput => "it does not read documents",
                _ => "it does not see pictures",
            };
            return Err(reason(ReasonCode::Modality, what));
        }
    }
    if needs.tools && !model.can(Ability::Tools) {
        return Err(reason(ReasonCode::Tools, "it does not call tools"));
    }
    if let Some(tool) = needs.hosted.iter().find(|tool| !model.hosted_tools.contains(tool)) {
        return Err(reason(
            ReasonCode::HostedTool,
            format!("it does not run `{}`", hosted_word(*tool)),
        ));
    }
    if needs.parallel && !model.can(Ability::ParallelTools) {
        return Err(reason(ReasonCode::ParallelTools, "it makes one tool call at a time"));
    }
    if needs.schema && !model.can(Ability::StructuredOutput) {
        return Err(reason(ReasonCode::Schema, "it cannot be held to a schema"));
    }
    match request.effort {
        Some(effort) if !model.efforts.contains(&effort) => {
            let reasons = !model.efforts.is_empty();
            if reasons || effort != Effort::None {
                return Err(reason(
                    ReasonCode::Effort,
                    format!("it does not accept effort `{effort}`", effort = effort_word(effort)),
                ));
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether a prompt and the room for its answer fit a model.
///
/// The high end of the count decides: where the count is exact, both ends are the same.
pub(super) fn fits(
    request: &Request,
    policy: &Policy,
    model: &Model,
    estimate: &Estimate,
) -> Result<(), Reason> {
    let limits = &model.limits;
    let input = estimate.input.tokens.high;
    if let Some(wanted) = request.max_output_tokens.map(u64::from)
        && wanted > limits.max_output_tokens
    {
        let most = limits.max_output_tokens;
        return Err(reason(
            ReasonCode::OutputLimit,
            format!("it answers with at most {most} tokens, the request asks for {wanted}"),
        )
        .with("maxOutputTokens", most)
        .with("wantedTokens", wanted));
    }
    if let Some(most) = limits.max_input_tokens.filter(|most| input > *most) {
        return Err(reason(
            ReasonCode::InputLimit,
            format!("it reads at most {most} tokens, the prompt has {input}"),
        )
        .with("maxInputTokens", most)
        .with("neededTokens", input));
    }
    let reserve = reserved_output_tokens(request, policy, model, estimate);
    let needed = input.saturating_add(reserve);
    if needed > limits.context_tokens {
        let holds = limits.context_tokens;
        return Err(reason(
            ReasonCode::ContextWindow,
            format!("its context holds {holds} tokens, the request needs {needed}"),
        )
        .with("contextTokens", holds)
        .with("neededTokens", needed)
        .with("reservedTokens", reserve));
    }
    Ok(())
}

/// Output tokens to keep room for: what the request asks, else what the policy reserves, else
/// what the answer is expected to take; never more than the model gives.
fn reserved_output_tokens(
    request: &Request,
    policy: &Policy,
    model: &Model,
    estimate: &Estimate,
) -> u64 {
    let asked = request.max_output_tokens.map(u64::from).or(policy.reserve_output_tokens);
    asked.unwrap_or(estimate.output.tokens.expected).min(model.limits.max_output_tokens)
}

/// Output tokens a model must be let give: what the request or the policy says, else all that the
/// answer may probably take; never more than the model gives.
pub(crate) fn needed_output(
    request: &Request,
    policy: &Policy,
    model: &Model,
    estimate: &Estimate,
) -> u64 {
    let asked = request.max_output_tokens.map(u64::from).or(policy.reserve_output_tokens);
    asked.unwrap_or(estimate.output.tokens.high).min(model.limits.max_output_tokens)
}

/// Whether the worst case stays under the policy's cap and within what is left; priced only where
/// there is either.
pub(super) fn affordable(
    policy: &Policy,
    worst_case: impl Fn() -> Option<Pusd>,
) -> Result<(), Reason> {
    let limits = [
        (policy.max_cost, ReasonCode::Price, "the policy's cap is"),
        (policy.budget_left, ReasonCode::Budget, "the budget has"),
    ];
    for (limit, code, what) in limits {
        let Some(limit) = limit else { continue };
        let Some(worst_case) = worst_case() else {
            return Err(reason(
                ReasonCode::Unpriced,
                format!("nobody published its price, and {what} ${limit}"),
            ));
        };
        if worst_case > limit {
            return Err(reason(code, format!("it may cost ${worst_case}, {what} ${limit}"))
                .with("worstCasePusd", worst_case.as_pusd())
                .with("limitPusd", limit.as_pusd()));
        }
    }
    Ok(())
}

/// Whether it has been answering within the time the policy waits, where that was measured.
pub(super) fn in_time(
    policy: &Policy,
    posterior: &Posterior,
    arm: &Arm,
    output_tokens: u64,
) -> Result<(), Reason> {
    let Some(budget) = policy.latency_budget_ms else { return Ok(()) };
    let Some(expected) = posterior.expected_latency_ms(&arm.name(), output_tokens) else {
        return Ok(());
    };
    if expected <= budget {
        return Ok(());
    }
    Err(reason(
        ReasonCode::Latency,
        format!("it has been taking {expected} ms, the policy waits {budget} ms"),
    )
    .with("expectedMs", expected)
    .with("budgetMs", budget))
}

/// The most one attempt can cost: the high end of the prompt at its dearest input price, and as
/// many output tokens as it is let give. Absent when nobody published a price.
pub(crate) fn worst_case(
    model: &Model,
    estimate: &Estimate,
    max_output_tokens: u64,
    policy: &Policy,
    now: Timestamp,
) -> Option<Pusd> {
    let terms =
        Terms { at: now, service_tier: estimate.service_tier, regional: policy.region.is_some() };
    // Some providers charge more for input they also store in a cache.
    let classes = [TokenClass::Input, TokenClass::CacheWrite, TokenClass::CacheWriteLong];
    let prices = classes.map(|class| {
        let usage = Usage::default()
            .with(class, estimate.input.tokens.high)
            .with(TokenClass::Output, max_output_tokens);
        model.cost(&usage, &terms).ok().map(|cost| cost.total)
    });
    prices.into_iter().try_fold(Pusd::ZERO, |most, price| price.map(|price| most.max(price)))
}

fn answers(catalog: &Catalog, model: &Model, api: Api) -> bool {
    if model.apis.is_empty() {
        catalog.provider(model).is_some_and(|provider| provider.apis.contains(&api))
    } else {
        model.apis.contains(&api)
    }
}

pub(super) fn reason(code: ReasonCode, message: impl Into<String>) -> Reason {
    Reason { code, message: message.into(), numbers: SortedMap::new() }
}

impl Reason {
    pub(super) fn with(mut self, key: &str, number: u64) -> Self {
        self.numbers.insert(key.into(), number);
        self
    }
}

pub(super) fn hosted_word(tool: HostedTool) -> &'static str {
    match tool {
        HostedTool::ApplyPatch => "apply_patch",
        HostedTool::CodeInterpreter => "code_interpreter",
        HostedTool::ComputerUse => "computer_use",
        HostedTool::FileSearch => "file_search",
        HostedTool::ImageGeneration => "image_generation",
        HostedTool::Mcp => "mcp",
        HostedTool::Other => "other",
        HostedTool::Shell => "shell",
        HostedTool::Skills => "skills",
        HostedTool::ToolSearch => "tool_search",
        HostedTool::WebFetch => "web_fetch",
        HostedTool::WebSearch => "web_search",
    }
}
